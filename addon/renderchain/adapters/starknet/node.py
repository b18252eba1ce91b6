"""Accounts on a chain, by one or more nodes, and what these are sent besides."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...core.audit.gas import checked_gas_price
from ...core.errors import KeyStoreError, NodeAway, SettingsError
from ...core.reader import shallow_json
from .errors import said
from .fees import prices_of
from .member import Node as Node
from .nodes import Nodes, Tell, nobody
from .signer import fast_signer

NOBODYS_KEY = 1  # signs only what is never sent
QUOTE_S = 5.0  # Blender's interface waits for it


def read_headers(file: Path | None, node: str = "") -> dict[str, str]:
    """Authentication headers for a node, from a JSON file; raises SettingsError.

    Its texts are for the first node. Those of another one are in an object under that one's address: no node
    is told what another one knows us by.
    """
    if file is None:
        return {}
    try:
        headers = shallow_json(file.read_bytes())
    except (OSError, ValueError):
        raise SettingsError(f"The header file {file} can't be read as JSON; correct it.") from None
    if not isinstance(headers, dict):
        raise SettingsError(f"The header file {file} must hold one JSON object of texts; correct it.")
    others = {name: one for name, one in headers.items() if isinstance(one, dict)}
    own = {name: one for name, one in headers.items() if name not in others}
    if not all(isinstance(text, str) for one in (own, *others.values()) for text in one.values()):
        raise SettingsError(
            f"The header file {file} must hold one JSON object of texts, and one below the address of each "
            "other node; correct it."
        )
    return others.get(node, {}) if node else own


async def open_account(node: Node, address: int, private_key: int, tell: Tell = nobody) -> Any:
    """A starknet-py account that signs with the key; close its connections with ``close_account``.

    Checks that the nodes serve the expected chain in a version that we speak, and that one keeps up. Raises
    ChainError, WrongNetwork or KeyStoreError; the key never becomes part of an error.
    """
    from .library import Account, KeyPair

    try:
        pair = KeyPair.from_private_key(private_key)
    except (ValueError, AssertionError):
        raise KeyStoreError(f"The key stored for {address:#x} is no Stark key; store it again.") from None
    nodes = await Nodes.connect(node, tell)
    signer = fast_signer(address, pair, nodes.chain)
    return Account(address=address, client=nodes.client, signer=signer, chain=nodes.chain)


async def open_reader(node: Node, address: int) -> Any:
    """An account whose key is elsewhere: it reads and has fees estimated, and its signature is nobody's.

    Close it with ``close_account``. Raises ChainError or WrongNetwork.
    """
    from .library import Account, KeyPair

    class Reader(Account):  # type: ignore[misc]
        async def estimate_fee(self, tx: Any, skip_validate: bool = True, **place: Any) -> Any:
            return await super().estimate_fee(tx, skip_validate=True, **place)

    nodes = await Nodes.connect(node)
    signer = fast_signer(address, KeyPair.from_private_key(NOBODYS_KEY), nodes.chain)
    return Reader(address=address, client=nodes.client, signer=signer, chain=nodes.chain)


def nodes_of(account: Any) -> Nodes:
    """What an account that was opened here asks."""
    found: Nodes = account.client.nodes
    return found


async def node_gas_price_fri(node: Node) -> int:
    """What a unit of L2 gas costs, without an account; raises ChainError, soon if the node is away."""
    *before, last = node.each
    for one in before:
        with suppress(NodeAway):
            return await _gas_price_fri(one)
    return await _gas_price_fri(last)


async def _gas_price_fri(node: Node) -> int:
    from .library import FullNodeClient

    async def ask() -> int:
        async with asyncio.timeout(QUOTE_S), node.session() as session:
            client = FullNodeClient(node_url=node.rpc_url, session=session)
            return checked_gas_price((await prices_of(client))[2])

    return await said("Asking for the price of gas", ask())


async def close_account(account: Any) -> None:
    """Close the account's connections."""
    await nodes_of(account).close()


async def header_of(client: Any, number: int) -> Any:
    """A block of that number; raises ChainError, NodeAway where the node answers another one."""
    header = await said(f"Reading block {number}", client.get_block_with_tx_hashes(block_number=number))
    if header.block_number != number:
        raise NodeAway(f"The node answers block {header.block_number} where block {number} was asked for.")
    return header
