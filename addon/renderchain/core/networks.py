"""The networks that can be chosen, and what is known of each before anybody fills anything in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ANY_AGE_S = 1e12  # a devnet makes blocks only when it is used


@dataclass(frozen=True)
class KnownNetwork:
    """What is "" or 0 is known to nobody but its user; no address is ever made up here.

    A node whose newest block is older than ``oldest_head_s`` shows us the past.
    """

    name: str  # as the setting has it
    title: str
    about: str
    chain_id: str  # that its nodes must serve; "": what the node says
    is_public: bool = False
    rpc_url: str = ""
    ws_url: str = ""
    directory: int = 0
    from_block: int = 0
    oldest_head_s: float = ANY_AGE_S


# Where a Directory is known, its network's record says it (composition/known_networks.py).
NETWORKS = {
    one.name: one
    for one in (
        KnownNetwork(
            "devnet",
            "Local",
            "A network on this machine; whoever started it knows its Directory.",
            "SN_SEPOLIA",
            rpc_url="http://127.0.0.1:5050/rpc",
            ws_url="ws://127.0.0.1:5050/ws",
        ),
        KnownNetwork(
            "sepolia",
            "Sepolia",
            "Starknet's test network, whose STRK is worth nothing.",
            "SN_SEPOLIA",
            is_public=True,
            oldest_head_s=600.0,
        ),
        KnownNetwork(
            "mainnet",
            "Mainnet",
            "Starknet itself, where STRK is money.",
            "SN_MAIN",
            is_public=True,
            oldest_head_s=600.0,
        ),
        KnownNetwork("custom", "Custom", "Any other chain: whatever your node serves.", ""),
    )
}


def network_of(name: str, chain_id: str) -> str:
    """The network whose chain that is and no other's, where only a custom one was chosen."""
    if NETWORKS[name].chain_id:
        return name
    of_chain = [one.name for one in NETWORKS.values() if one.chain_id == chain_id]
    return of_chain[0] if len(of_chain) == 1 else name


def values_for(known: KnownNetwork, left: Mapping[str, Any]) -> dict[str, Any]:
    """What settings have when a network is chosen: what is known of it, and over that what was left there.

    The first block that is known is that of the known Directory, and of no other.
    """
    start: dict[str, Any] = {"rpc_url": known.rpc_url, "ws_url": known.ws_url}
    if known.directory and str(left.get("directory", hex(known.directory))).lower() == hex(known.directory):
        start |= {"directory": hex(known.directory), "from_block": str(known.from_block)}
    return {name: value for name, value in {**start, **left}.items() if value}
