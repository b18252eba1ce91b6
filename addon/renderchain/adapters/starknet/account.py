"""An account on a node, made from an address and its key."""

from __future__ import annotations

from typing import Any

from ...core.errors import SecretError
from .said import said


async def open_account(rpc_url: str, address: int, private_key: int) -> Any:
    """A starknet-py account that signs with the key; raises ChainError or SecretError.

    The key never becomes part of an error.
    """
    from starknet_py.net.account.account import Account
    from starknet_py.net.full_node_client import FullNodeClient
    from starknet_py.net.signer.key_pair import KeyPair

    client = FullNodeClient(node_url=rpc_url)
    chain = int(await said(f"Asking {rpc_url} for its chain", client.get_chain_id()), 16)
    try:
        pair = KeyPair.from_private_key(private_key)
    except (ValueError, AssertionError):
        raise SecretError(f"The key stored for {address:#x} is no Stark key; store it again.") from None
    return Account(address=address, client=client, key_pair=pair, chain=chain)
