"""Wait until the worker of this container has finished the frames that it is at: what an orchestrator runs
before it tells it to end, which would lose them.

    python3 finish_frame.py SECONDS

Exit code 0 once each lane has a frame more or renders nothing, or nobody answers; 1 where that took longer.
"""

from __future__ import annotations

import os
import re
import sys
import time
import urllib.request
from collections.abc import Mapping

LOOK_S = 1.0
TIMEOUT_S = 5
LINE = re.compile(r'^renderchain_lane_(rendering|render_seconds_total)\{lane="(\d+)"\} (\S+)$', re.M)
# Whatever proxy the environment names.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def at_work(port: str) -> Mapping[str, float]:
    """What each lane that renders has spent on frames so far; nothing where nobody answers."""
    try:
        with _direct.open(f"http://127.0.0.1:{port}/metrics", timeout=TIMEOUT_S) as answer:
            found = LINE.findall(answer.read().decode())
    except (OSError, ValueError):
        return {}
    numbers = {(what, lane): float(number) for what, lane, number in found}
    return {
        lane: spent_s
        for (what, lane), spent_s in numbers.items()
        if what == "render_seconds_total" and numbers.get(("rendering", lane))
    }


def wait(port: str, most_s: float) -> bool:
    """Whether they are finished in that time."""
    deadline = time.monotonic() + most_s
    begun = at_work(port)
    while begun:
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_S)
        now = at_work(port)
        begun = {lane: spent_s for lane, spent_s in begun.items() if now.get(lane) == spent_s}
    return True


if __name__ == "__main__":
    in_time = wait(os.environ["RENDERCHAIN_METRICS_PORT"], float(sys.argv[1]))
    if not in_time:
        print(f"A frame took longer than {sys.argv[1]} s more; it is given back.", file=sys.stderr)
    sys.exit(not in_time)
