"""Tables of the page, and what both halves of the benchmark say about themselves."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from renderchain.core.print_limits import LEAST
from renderchain.core.prints import MAX_LEVEL_STEPS

from .compare import Row, caught

BPY = "4.5.15"


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


def table(head: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """A Markdown table."""
    rule = ["---"] * len(head)
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in (head, rule, *lines)) + "\n"


def summary_table(title: str, summaries: Sequence[dict[str, Any]]) -> str:
    """A line for each summary."""
    lines = []
    for one in summaries:
        low, mean, high = one["bit_percent"]
        least, median, most = one["level_steps"]
        mode = f"{one['samples']}{' adaptive' if one['adaptive'] else ''}"
        bits, levels = f"{mean:.1f} ({low:.1f}–{high:.1f})", f"{median:g} ({least}–{most})"
        share = f"{100 * one['refused']:.0f} %"
        lines.append([one["group"], mode, one["tiles"], one["equal_digests"], bits, levels, share])
    head = [title, "samples", "tiles", "equal digests"]
    return table(
        [*head, "bits that differ, %: mean (range)", "level steps: median (range)", "refused"], lines
    )


def fill(page: Path, marks: tuple[str, str], text: str) -> None:
    """Put a text between two marks of a page."""
    before, start, rest = page.read_text().partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not (start and end):
        raise SystemExit(f"{page} lacks the marks {marks[0]} and {marks[1]}.")
    page.write_text(f"{before}{start}\n{text}{end}{after}")


def short(rate: float) -> str:
    """One digit of a rate."""
    return "0" if rate < 1e-12 else f"{rate:.1g}" if rate >= 0.001 else f"{rate:.0e}".replace("e-0", "e-")


def conditions() -> dict[str, Any]:
    """When and where figures were made, and the thresholds of that day."""
    return {
        "date": str(date.today()),
        "machine": machine(),
        "bpy": BPY,
        "max_bit_percent": LEAST.tile_percent,
        "max_level_steps": MAX_LEVEL_STEPS,
    }


def machine() -> str:
    """What the renderings were made on."""
    cores = os.cpu_count()
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return f"{names[0].split(': ')[1] if names else platform.machine()}, {cores} cores"
