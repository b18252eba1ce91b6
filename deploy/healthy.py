"""Whether the program of this container is well, for an engine's health check: exit code 0 if so.

One of the ports is its own; the others are silent, so where containers share a network only its own is named.
A worker's is the one of its settings.
"""

from __future__ import annotations

import os
import sys
import urllib.request

TIMEOUT_S = 5
# Whatever proxy the environment names: engines put theirs into containers, and it would be asked for an
# address of its own machine.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def is_well(port: str) -> bool:
    """Whether it answers there that it lives."""
    try:
        with _direct.open(f"http://127.0.0.1:{port}/healthz", timeout=TIMEOUT_S) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(not any(map(is_well, sys.argv[1:] or [os.environ["RENDERCHAIN_METRICS_PORT"]])))
