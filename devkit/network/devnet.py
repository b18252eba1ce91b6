"""What only a devnet can be told: time, blocks, reorganisations."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from renderchain.core.audit.draw import DRAW_AFTER, READABLE_AFTER


def tell(rpc_url: str, method: str, **params: Any) -> Any:
    """One of the devnet's own calls."""
    question = {"jsonrpc": "2.0", "id": 1, "method": f"devnet_{method}", "params": params}
    request = urllib.request.Request(
        rpc_url, json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        said = json.load(answer)
    assert "error" not in said, said
    return said["result"]


def pass_time(rpc_url: str, seconds: int, blocks: int = 10) -> None:
    """Let time pass, and make blocks in which it shows."""
    tell(rpc_url, "increaseTime", time=seconds)
    for _ in range(blocks):
        tell(rpc_url, "createBlock")


def pass_draw_block(rpc_url: str) -> None:
    """Make the block that decides on what was just submitted, and those until contracts can read it."""
    pass_time(rpc_url, 1, DRAW_AFTER + READABLE_AFTER)
