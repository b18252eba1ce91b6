"""Whether the print tells honest work on another machine from cheating: rendered, compared, counted.

    make bench-verification        or        python -m research.verification [--quick | --honest] [--report]

Renderings are kept in build/verification, so that a second run goes on where the first one stopped;
--report uses what is there and renders nothing. The full run takes hours on two cores, --quick half a
minute. Writes docs/data/verification.json, docs/pictures/verification.png and the figures in
docs/verification.md; --quick prints its figures and writes nothing. --honest leaves the cheats alone
and does the second half only: many honest tiles of two kernels (research/pixels/honest.py), with data,
picture and figures of their own.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import date

from devkit.network.services import REPO, tool_root
from research.pixels import honest, honest_report
from research.pixels.compare import FORGERIES, MIXED, Row, compare_all
from research.pixels.machines import CACHE, render_all
from research.pixels.picture import curve, draw
from research.pixels.shots import CHEATS, HERE, HONEST, OTHER_MINOR, plan
from research.pixels.tables import BPY, by_samples, conditions, fill, machine, summary_table

PAGE = REPO / "docs" / "verification.md"
DATA = REPO / "docs" / "data" / "verification.json"
PICTURE = REPO / "docs" / "pictures" / "verification.png"
START, END = "<!-- figures -->", "<!-- end of figures -->"


def groups_of(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Rows by what was done: honest work first, then cheats."""
    machines = sorted(
        {row.machine for row in rows if row.machine != HERE}, key=lambda name: name == OTHER_MINOR
    )
    found = [(f"here, {change}", [row for row in rows if row.change == change]) for change in HONEST[1:]]
    found += [(machine, [row for row in rows if row.machine == machine]) for machine in machines]
    found += [
        (change, [row for row in rows if row.change == change]) for change in (*CHEATS, MIXED, *FORGERIES)
    ]
    return [(name, these) for name, these in found if these]


def write(rows: Sequence[Row]) -> None:
    """Data, picture and page."""
    groups = groups_of(rows)
    summaries = by_samples(groups)
    others = [row for row in rows if row.is_other_machine]
    cheats = [row for row in rows if not row.is_honest]
    data = {
        **conditions(),
        "groups": summaries,
        "roc": {name: curve(name, others, cheats) for name in ("bits alone", "levels alone", "both")},
    }
    DATA.parent.mkdir(parents=True, exist_ok=True)
    DATA.write_text(json.dumps(data, separators=(",", ":")).replace('{"group"', '\n{"group"') + "\n")
    draw(groups, PICTURE)
    made = f"{date.today()}, {machine()}, bpy {BPY}, {len(rows)} tiles compared.\n\n"
    fill(PAGE, (START, END), made + summary_table("against the honest rendering here", summaries) + "\n")


def cheats_and_honest(is_quick: bool, is_report: bool) -> None:
    """The first half: every cheat, and some tiles of every honest machine."""
    shots = plan(is_quick)
    if not is_report:
        render_all(shots, CACHE, tool_root("scenes"))
    rows = compare_all(shots, CACHE)
    print(summary_table("against the honest rendering here", by_samples(groups_of(rows))))
    if not is_quick:
        write(rows)


def honest_pairs(is_report: bool) -> None:
    """The second half: what false alarms are estimated from."""
    if not is_report:
        render_all(honest.plan(), CACHE, tool_root("scenes"))
    honest_report.write(honest.compare(honest.plan(), CACHE), REPO / "docs")


def main() -> None:
    """Render what is missing, compare, write."""
    parser = argparse.ArgumentParser(description="Measure the print against honest machines and cheats.")
    parser.add_argument("--quick", action="store_true", help="a few tiles, in about half a minute")
    parser.add_argument("--report", action="store_true", help="render nothing")
    parser.add_argument("--honest", action="store_true", help="many honest tiles instead of cheats")
    arguments = parser.parse_args()
    if not arguments.honest:
        cheats_and_honest(arguments.quick, arguments.report)
    if not arguments.quick:
        honest_pairs(arguments.report)


if __name__ == "__main__":
    main()
