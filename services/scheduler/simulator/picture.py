"""A picture of runs as SVG: a line of dots for each policy, one for each seed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, LEFT, ROW, TOP = 760, 190, 34, 40
TICKS = (1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
STYLE = "font-family: sans-serif; font-size: 13px"


def draw(runs: Mapping[str, Sequence[float]]) -> str:
    """On a scale of logarithms, from the bound on."""
    most = max(2.0, *(max(one) for one in runs.values()))
    height = TOP + ROW * len(runs) + 40

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - 20) * math.log(value) / math.log(most * 1.05)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" style="{STYLE}">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        '<text x="10" y="22">End of the job by the bound, 1,000 workers x 20 frames, ten seeds</text>',
    ]
    for tick in (one for one in TICKS if one <= most * 1.05):
        line = f'x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP - 6}" y2="{height - 34}"'
        parts.append(f'<line {line} stroke="#ccc"/>')
        parts.append(f'<text x="{x(tick):.1f}" y="{height - 16}" text-anchor="middle">{tick:g}</text>')
    for number, (name, ends) in enumerate(runs.items()):
        y = TOP + ROW * number + ROW / 2
        parts.append(f'<text x="10" y="{y + 4:.1f}">{escape(name)}</text>')
        colour = "#1b6ca8" if name.startswith("ours") else "#c0562b"
        for end in ends:
            place = f'cx="{x(end):.1f}" cy="{y:.1f}" r="5"'
            parts.append(f'<circle {place} fill="{colour}" fill-opacity="0.6"/>')
    return "\n".join([*parts, "</svg>"]) + "\n"
