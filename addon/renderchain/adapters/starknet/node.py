"""A node: where it is, which chain it serves, and an account on it."""

from __future__ import annotations

import asyncio
import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...core.addresses import shown_address
from ...core.audit.gas import checked_gas_price
from ...core.errors import KeyStoreError, NodeAway, SettingsError, WrongNetwork
from .errors import said
from .fees import prices_of
from .signer import fast_signer

SPEC_VERSION = "0.10"
TIMEOUT_S = 30
NOBODYS_KEY = 1  # signs only what is never sent
QUOTE_S = 5.0  # Blender's interface waits for it


@dataclass(frozen=True)
class Node:
    """Addresses of a node. ``chain_id`` is what it must serve ("" for any); headers are never shown."""

    rpc_url: str = field(repr=False)
    ws_url: str = field(repr=False)
    chain_id: str = ""
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def shown(self) -> str:
        """Its address in sentences, without the key that it may hold."""
        return shown_address(self.rpc_url)

    @property
    def shown_ws(self) -> str:
        """The same of its WebSocket."""
        return shown_address(self.ws_url)

    def session(self) -> Any:
        """An aiohttp session with the node's headers, to be closed by its user."""
        import aiohttp

        return aiohttp.ClientSession(headers=self.headers, timeout=aiohttp.ClientTimeout(TIMEOUT_S))


def read_headers(file: Path | None) -> dict[str, str]:
    """Authentication headers for a node, from a JSON file; raises SettingsError."""
    if file is None:
        return {}
    try:
        headers = json.loads(file.read_text())
    except (OSError, ValueError):
        raise SettingsError(f"The header file {file} can't be read as JSON; correct it.") from None
    if not isinstance(headers, dict) or not all(isinstance(one, str) for one in headers.values()):
        raise SettingsError(f"The header file {file} must hold one JSON object of texts; correct it.")
    return headers


async def open_account(node: Node, address: int, private_key: int) -> Any:
    """A starknet-py account that signs with the key; close its session with ``close_account``.

    Checks that the node serves the expected chain in a version that we speak. Raises ChainError,
    WrongNetwork or KeyStoreError; the key never becomes part of an error.
    """
    from starknet_py.net.account.account import Account
    from starknet_py.net.signer.key_pair import KeyPair

    try:
        pair = KeyPair.from_private_key(private_key)
    except (ValueError, AssertionError):
        raise KeyStoreError(f"The key stored for {address:#x} is no Stark key; store it again.") from None
    client, chain = await _connect(node)
    return Account(address=address, client=client, signer=fast_signer(address, pair, chain), chain=chain)


async def open_reader(node: Node, address: int) -> Any:
    """An account whose key is elsewhere: it reads and has fees estimated, and its signature is nobody's.

    Close it with ``close_account``. Raises ChainError or WrongNetwork.
    """
    from starknet_py.net.account.account import Account
    from starknet_py.net.signer.key_pair import KeyPair

    class Reader(Account):  # type: ignore[misc]
        async def estimate_fee(self, tx: Any, skip_validate: bool = True, **place: Any) -> Any:
            return await super().estimate_fee(tx, skip_validate=True, **place)

    client, chain = await _connect(node)
    signer = fast_signer(address, KeyPair.from_private_key(NOBODYS_KEY), chain)
    return Reader(address=address, client=client, signer=signer, chain=chain)


async def _connect(node: Node) -> tuple[Any, int]:
    """A client of the node and its chain, which is the right one in a version that we speak."""
    from starknet_py.net.full_node_client import FullNodeClient
    from starknet_py.net.http_client import IncompatibleRPCVersionWarning

    warnings.filterwarnings("ignore", category=IncompatibleRPCVersionWarning)  # checked below, in words
    session = node.session()
    client = FullNodeClient(node_url=node.rpc_url, session=session)
    try:
        chain = await said(f"Asking {node.shown} for its chain", _chain_of(client))
        name = chain.to_bytes(31, "big").lstrip(b"\0").decode("ascii", "replace")
        if node.chain_id and name != node.chain_id:
            raise WrongNetwork(
                f"The node {node.shown} serves {name}, the settings say {node.chain_id}. Nothing was sent; "
                "correct the node's address or the network."
            )
        version = await said(f"Asking {node.shown} for its version", client.spec_version())
        if not str(version).startswith(SPEC_VERSION + "."):
            raise WrongNetwork(
                f"The node {node.shown} speaks version {version} of Starknet's RPC, {SPEC_VERSION} is "
                f"needed. Add /rpc/v{SPEC_VERSION.replace('.', '_')} to its address or use another node."
            )
    except BaseException:
        await session.close()
        raise
    return client, chain


async def _chain_of(client: Any) -> int:
    return int(await client.get_chain_id(), 16)


async def node_gas_price_fri(node: Node) -> int:
    """What a unit of L2 gas costs, without an account; raises ChainError, soon if the node is away."""
    from starknet_py.net.full_node_client import FullNodeClient

    async def ask() -> int:
        async with asyncio.timeout(QUOTE_S), node.session() as session:
            client = FullNodeClient(node_url=node.rpc_url, session=session)
            return checked_gas_price((await prices_of(client))[2])

    return await said("Asking for the price of gas", ask())


async def close_account(account: Any) -> None:
    """Close the account's session."""
    session = account.client._client.session
    if session is not None:
        await session.close()


async def check_head(account: Any, now_s: float, oldest_s: float) -> None:
    """Raise NodeAway if the node's newest block is older than that: it would show us the past."""
    block = await said("Asking for the newest block", account.client.get_block(block_number="latest"))
    age_s = now_s - block.timestamp
    if -age_s > oldest_s:
        raise NodeAway(
            f"The node's newest block was made {-age_s / 60:.0f} minutes in this machine's future: audits "
            "would be missed. Nothing was sent; set this machine's clock (NTP)."
        )
    if age_s > oldest_s:
        raise NodeAway(
            f"The node's newest block is {age_s / 60:.0f} minutes old: it is behind, or the chain stands "
            "still. Nothing was sent; wait or use another node."
        )
