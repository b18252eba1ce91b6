"""What only a devnet can be told: time, blocks, reorganisations."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from renderchain.core.audit.draw import DRAW_AGE

# Whatever proxy the environment names: it would be asked for an address of its own machine.
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def tell(rpc_url: str, method: str, **params: Any) -> Any:
    """One of the devnet's own calls."""
    return _call(rpc_url, f"devnet_{method}", params)


def hash_of_block(rpc_url: str, number: int) -> int:
    """From which chance follows."""
    return int(header_of_block(rpc_url, number)["block_hash"], 16)


def header_of_block(rpc_url: str, number: int) -> Any:
    """As the node tells it."""
    params = {"block_id": {"block_number": number}}
    return _call(rpc_url, "starknet_getBlockWithTxHashes", params)


def is_there(rpc_url: str, address: int) -> bool:
    """Whether the chain has a contract of that address; raises OSError where no node answers."""
    params = {"block_id": "latest", "contract_address": hex(address)}
    return "result" in ask(rpc_url, "starknet_getClassHashAt", params)


def _call(rpc_url: str, method: str, params: dict[str, Any]) -> Any:
    said = ask(rpc_url, method, params)
    assert "error" not in said, said
    return said["result"]


def ask(rpc_url: str, method: str, params: dict[str, Any]) -> Any:
    """The node's whole answer, an error too; raises OSError where none answers."""
    question = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    request = urllib.request.Request(
        rpc_url, json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    with direct.open(request) as answer:
        return json.load(answer)


def pass_time(rpc_url: str, seconds: int, blocks: int = 10) -> None:
    """Let time pass, and make blocks in which it shows."""
    tell(rpc_url, "increaseTime", time=seconds)
    for _ in range(blocks):
        tell(rpc_url, "createBlock")


def pass_draw_block(rpc_url: str) -> None:
    """Make the block that decides on what was just submitted, and those until contracts can read it."""
    pass_time(rpc_url, 1, DRAW_AGE)
