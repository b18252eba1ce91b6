"""Tries the policy of core/scheduling beside others, and writes docs/scheduling.md's tables and picture.

python -m services.scheduler.simulator [--seeds 10] [--row 3 ...] [--policy ours ...] [--page]

What was measured lies in docs/data/scheduling.json; with --page only the page is written, from that.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict

from .page import DATA, Data, write_page
from .rows import ROWS


def main() -> None:
    """Measure the rows that are asked for, all of them by default; each is kept as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--row", type=int, nargs="*", help="numbers of rows, from 0")
    parser.add_argument("--policy", nargs="*", help="names of policies; default: all of a row")
    parser.add_argument("--page", action="store_true", help="measure nothing")
    asked = parser.parse_args()
    data: Data = json.loads(DATA.read_text()) if DATA.exists() else {}
    for number, row in enumerate(ROWS):
        if asked.page or (asked.row and number not in asked.row):
            continue
        for policy in (one for one in row.policies if not asked.policy or one in asked.policy):
            began_s = time.process_time()
            found = [asdict(row.play(policy, seed)) for seed in range(1, asked.seeds + 1)]
            data.setdefault(row.name, {})[policy] = found
            print(
                f"{row.name}: {policy}, {time.process_time() - began_s:.0f} s of processor time", flush=True
            )
            DATA.write_text(json.dumps(data, indent=1) + "\n")
    write_page(data)


if __name__ == "__main__":
    main()
