"""The part of docs/scheduling.md that the simulator writes: a table, and a picture of it."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from .picture import draw
from .rows import ROWS, Row

REPO = Path(__file__).resolve().parents[3]
DATA = REPO / "docs" / "data" / "scheduling.json"
PAGE = REPO / "docs" / "scheduling.md"
PICTURE = REPO / "docs" / "pictures" / "scheduling.svg"
START, END = "<!-- figures: written by `make simulate` -->", "<!-- end of figures -->"
Data = dict[str, dict[str, list[dict[str, Any]]]]


def write_page(data: Data) -> None:
    """Put the figures where they belong."""
    text = PAGE.read_text()
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{part(data)}{after}")
    first = ROWS[0].name
    if first in data:
        PICTURE.write_text(draw({name: ends(runs) for name, runs in data[first].items()}))


def part(data: Data) -> str:
    """Between the marks, marks included."""
    lines = [START, "", "| scenario | goal | policy | median | worst | given twice, % | leases a worker |"]
    lines.append("|---|---|---|---|---|---|---|")
    for row in ROWS:
        for policy, runs in data.get(row.name, {}).items():
            lines.append(_line(row, policy, runs))
    return "\n".join([*lines, "", END])


def ends(runs: list[dict[str, Any]]) -> list[float]:
    """When runs ended, by their bounds."""
    return sorted(float(one["end"]) for one in runs)


def _line(row: Row, policy: str, runs: list[dict[str, Any]]) -> str:
    figures = [one["end"] if row.figure == "end" else one["more"][row.figure] for one in runs]
    is_share = row.figure == "deadlines hit"
    worst = min(figures) if is_share else max(figures)
    said = [f"{100 * one:.0f} %" if is_share else f"{one:.2f}" for one in (median(figures), worst)]
    twice = f"{100 * median(one['twice'] for one in runs):.1f}"
    leases = f"{median(one['leases'] for one in runs):.1f}"
    cells = [row.name, row.goal, policy, *said, twice, leases]
    return f"| {' | '.join(cells)} |"
