"""Make a block a second on a devnet, which makes none by itself: draws wait for blocks.

    python -m devkit.network.heartbeat RPC_URL

It ends with the devnet.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request

EVERY_S = 1.0


def make_blocks(rpc_url: str, count: int) -> None:
    """Make so many blocks; raises URLError when the devnet is gone."""
    question = {"jsonrpc": "2.0", "id": 1, "method": "devnet_createBlock", "params": {}}
    for _ in range(count):
        request = urllib.request.Request(
            rpc_url, json.dumps(question).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            answer.read()


def beat(rpc_url: str) -> None:
    """Until the devnet is gone."""
    while True:
        time.sleep(EVERY_S)
        try:
            make_blocks(rpc_url, 1)
        except (urllib.error.URLError, ConnectionError):
            return


if __name__ == "__main__":
    beat(sys.argv[1])
