"""Make a block a second on a devnet, which makes none by itself: draws wait for blocks.

    python -m devkit.network.heartbeat RPC_URL

It ends with the devnet, but not where that fails to answer now and then.
"""

from __future__ import annotations

import sys
import time
from http.client import HTTPException

from .devnet import ask

EVERY_S = 1.0
GONE_AFTER = 5  # blocks in a row that could not be made


def make_blocks(rpc_url: str, count: int) -> None:
    """Make so many blocks; raises OSError when the devnet is gone."""
    for _ in range(count):
        ask(rpc_url, "devnet_createBlock", {})


def beat(rpc_url: str) -> None:
    """Until the devnet is gone."""
    failures = 0
    while failures < GONE_AFTER:
        time.sleep(EVERY_S)
        try:
            make_blocks(rpc_url, 1)
            failures = 0
        except (OSError, HTTPException, ValueError):  # no answer, half of one, or none that can be read
            failures += 1


if __name__ == "__main__":
    beat(sys.argv[1])
