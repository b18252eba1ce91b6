"""Draws how many honest tiles differ by more than so much, and where the fitted tail goes from there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from renderchain.core.print_limits import LEAST
from renderchain.core.prints import MAX_LEVEL_STEPS

from .compare import Row
from .picture import COLOURS, INK, PALE, RED, font
from .tail import TAIL_SHARES, Floats, pareto

LEFT, TOP, WIDTH, HEIGHT, GAP, NAMES = 60, 60, 380, 380, 50, 220
DECADES = 8
TITLE = "share of honest tiles of the other kernel that differ by more (log)"
DOTS = 60  # of a fitted tail
LINES = (*COLOURS.values(), (230, 90, 160), (160, 30, 90), INK)


@dataclass(frozen=True)
class Panel:
    """One of the two distances."""

    left: int
    title: str
    field: str  # of a Row
    limit: float
    marks: tuple[int, ...]

    def x(self, value: float) -> float:
        """Where a distance lies."""
        return self.left + WIDTH * min(value / self.marks[-1], 1)


PANELS = (
    Panel(LEFT, "bits that differ, % of a tile", "bit_percent", LEAST.tile_percent, (0, 10, 20, 30, 40, 50)),
    Panel(
        LEFT + WIDTH + GAP,
        "shift of the block that decides, steps",
        "shift",
        MAX_LEVEL_STEPS,
        (0, 1, 2, 3, 4, 5, 6, 7, 8),
    ),
)


def draw(kinds: Mapping[str, Sequence[Row]], path: Path) -> None:
    """A line for what was seen of each kind, dots for its fit."""
    right = PANELS[-1].left + WIDTH
    picture = Image.new("RGB", (right + NAMES, TOP + HEIGHT + 40), "white")
    pen = ImageDraw.Draw(picture)
    pen.text((LEFT, 8), TITLE, INK, font(15))
    for panel in PANELS:
        _frame(pen, panel)
        for at, rows in enumerate(kinds.values()):
            _curve(pen, panel, np.array([getattr(row, panel.field) for row in rows]), LINES[at])
    for at, (name, rows) in enumerate(kinds.items()):
        pen.text((right + 14, TOP + 20 * at), f"{name} ({len(rows)})", LINES[at], font(13))
    pen.text((right + 14, TOP + 20 * len(kinds) + 10), "dots: fitted", INK, font(13))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, optimize=True)


def _frame(pen: ImageDraw.ImageDraw, panel: Panel) -> None:
    pen.text((panel.left, 32), panel.title, INK, font(13))
    for mark in panel.marks:
        pen.line((panel.x(mark), TOP, panel.x(mark), TOP + HEIGHT), PALE)
        pen.text((panel.x(mark) - 5, TOP + HEIGHT + 6), str(mark), INK, font(11))
    for decade in range(DECADES + 1):
        y = _y(10.0**-decade)
        pen.line((panel.left, y, panel.left + WIDTH, y), PALE)
        pen.text((panel.left - 38, y - 7), f"1e-{decade}" if decade else "1", INK, font(11))
    pen.line((panel.x(panel.limit), TOP, panel.x(panel.limit), TOP + HEIGHT), RED, 2)


def _curve(pen: ImageDraw.ImageDraw, panel: Panel, values: Floats, colour: tuple[int, int, int]) -> None:
    ordered = np.sort(values)
    shares = 1 - np.arange(len(ordered)) / len(ordered)
    seen = [(panel.x(float(value)), _y(float(share))) for value, share in zip(ordered, shares, strict=True)]
    pen.line(seen, colour, 2)
    fit = pareto(values, TAIL_SHARES[0])
    for value in np.linspace(fit.base, panel.marks[-1], DOTS)[1:-1]:
        rate = fit.beyond(float(value))
        if rate > 10.0**-DECADES:
            x, y = panel.x(float(value)), _y(rate)
            pen.ellipse((x - 1.5, y - 1.5, x + 1.5, y + 1.5), colour)


def _y(share: float) -> float:
    return TOP + HEIGHT * min(-math.log10(max(share, 10.0**-DECADES)) / DECADES, 1)
