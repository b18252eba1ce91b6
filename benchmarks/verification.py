"""Whether the print tells honest work on another machine from cheating: rendered, compared, counted.

    make bench-verification        or        python benchmarks/verification.py [--quick] [--report]

Renderings are kept in build/verification, so that a second run goes on where the first one stopped;
--report uses what is there and renders nothing. The full run takes hours on two cores, --quick half a
minute. Writes docs/data/verification.json, docs/pictures/verification.png and the figures in
docs/verification.md; --quick prints its figures and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from renderchain.core.prints import MAX_BIT_PERCENT, MAX_LEVEL_STEPS

from benchmarks.pixels.compare import FORGERIES, MIXED, Row, caught, compare_all
from benchmarks.pixels.machines import render_all
from benchmarks.pixels.picture import curve, draw
from benchmarks.pixels.shots import CHEATS, HERE, HONEST, OTHER_MINOR, plan
from benchmarks.pixels.tail import Tail, bit_tail, level_tail
from tools.network.services import REPO, tool_root

CACHE = REPO / "build" / "verification"
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


def summary(name: str, rows: Sequence[Row]) -> dict[str, Any]:
    """The figures of one group at one number of samples."""
    percents, steps = [row.bit_percent for row in rows], [row.level_steps for row in rows]
    return {
        "group": name,
        "samples": rows[0].samples,
        "adaptive": rows[0].adaptive,
        "tiles": len(rows),
        "equal_digests": sum(row.equal for row in rows),
        "bit_percent": [round(pick(percents), 2) for pick in (min, statistics.mean, max)],
        "level_steps": [min(steps), statistics.median(steps), max(steps)],
        "refused": round(caught(rows), 4),
    }


def by_samples(groups: Sequence[tuple[str, Sequence[Row]]]) -> list[dict[str, Any]]:
    """A summary for each group, number of samples and kind of sampling."""
    found = []
    for name, rows in groups:
        for key in sorted({(row.samples, row.adaptive) for row in rows}):
            found.append(summary(name, [row for row in rows if (row.samples, row.adaptive) == key]))
    return found


def tails(rows: Sequence[Row]) -> dict[str, list[Tail]]:
    """False alarms of other machines: all together, each number of samples, each scene."""
    honest = [row for row in rows if row.is_other_machine]
    sets = [("all", honest)]
    sets += [
        (f"{samples} samples", [row for row in honest if row.samples == samples])
        for samples in sorted({row.samples for row in honest})
    ]
    sets += [
        (scene, [row for row in honest if row.scene == scene])
        for scene in sorted({row.scene for row in honest})
    ]
    large = [(name, these) for name, these in sets if len(these) >= 30]
    return {
        "bits": [bit_tail(name, these, MAX_BIT_PERCENT) for name, these in large],
        "levels": [level_tail(name, these, MAX_LEVEL_STEPS) for name, these in large],
    }


def table(head: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """A Markdown table."""
    rule = ["---"] * len(head)
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in (head, rule, *lines)) + "\n"


def figures(summaries: Sequence[dict[str, Any]], found: dict[str, list[Tail]]) -> str:
    """What stands between the marks of the page."""
    lines = []
    for one in summaries:
        low, mean, high = one["bit_percent"]
        least, median, most = one["level_steps"]
        mode = f"{one['samples']}{' adaptive' if one['adaptive'] else ''}"
        bits, levels = f"{mean:.1f} ({low:.1f}–{high:.1f})", f"{median:g} ({least}–{most})"
        share = f"{100 * one['refused']:.0f} %"
        lines.append([one["group"], mode, one["tiles"], one["equal_digests"], bits, levels, share])
    head = ["against the honest rendering here", "samples", "tiles", "equal digests"]
    head += ["bits that differ, %: mean (range)", "level steps: median (range)", "refused"]
    text = table(head, lines) + "\n"
    for kind, limit in (("bits", f"{MAX_BIT_PERCENT} %"), ("levels", f"{MAX_LEVEL_STEPS} steps")):
        lines = [
            [tail.name, tail.tiles, f"{tail.most:.3g}", tail.refused, f"{tail.bound:.1g}"]
            + [f"{tail.fitted:.1g}", f"{tail.upper:.1g}"]
            for tail in found[kind]
        ]
        head = [f"other machines, {kind} over {limit}", "tiles", "most seen", "refused"]
        text += table(
            [*head, "95 % bound without a fit", "fitted rate a tile", "95 % of refits below"], lines
        )
        text += "\n"
    return text


def machine() -> str:
    """What the renderings were made on."""
    cores = os.cpu_count()
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return f"{names[0].split(': ')[1] if names else platform.machine()}, {cores} cores"


def write(rows: Sequence[Row]) -> None:
    """Data, picture and page."""
    groups = groups_of(rows)
    summaries, found = by_samples(groups), tails(rows)
    honest = [row for row in rows if row.is_other_machine]
    cheats = [row for row in rows if not row.is_honest]
    data = {
        "date": str(date.today()),
        "machine": machine(),
        "bpy": "4.5.15",
        "max_bit_percent": MAX_BIT_PERCENT,
        "max_level_steps": MAX_LEVEL_STEPS,
        "groups": summaries,
        "tails": {kind: [asdict(tail) for tail in these] for kind, these in found.items()},
        "roc": {name: curve(name, honest, cheats) for name in ("bits alone", "levels alone", "both")},
    }
    DATA.parent.mkdir(parents=True, exist_ok=True)
    DATA.write_text(json.dumps(data, separators=(",", ":")).replace('{"group"', '\n{"group"') + "\n")
    draw(groups, PICTURE)
    before, _, rest = PAGE.read_text().partition(START)
    _, _, after = rest.partition(END)
    made = f"{date.today()}, {machine()}, bpy 4.5.15, {len(rows)} tiles compared.\n\n"
    PAGE.write_text(f"{before}{START}\n{made}{figures(summaries, found)}{END}{after}")


def main() -> None:
    """Render what is missing, compare, write."""
    parser = argparse.ArgumentParser(description="Measure the print against honest machines and cheats.")
    parser.add_argument("--quick", action="store_true", help="a few tiles, in about half a minute")
    parser.add_argument("--report", action="store_true", help="render nothing")
    arguments = parser.parse_args()
    shots = plan(arguments.quick)
    if not arguments.report:
        render_all(shots, CACHE, tool_root("scenes"))
    rows = compare_all(shots, CACHE)
    print(figures(by_samples(groups_of(rows)), tails(rows)))
    if not arguments.quick:
        write(rows)


if __name__ == "__main__":
    main()
