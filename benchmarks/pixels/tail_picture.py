"""Draws how many honest tiles differ by more than so much, and where the fitted tail goes from there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from renderchain.core.prints import MAX_BIT_PERCENT

from .compare import Row
from .picture import COLOURS, INK, PALE, RED, font
from .tail import TAIL_SHARES, Floats, pareto

LEFT, TOP, WIDTH, HEIGHT, NAMES = 70, 46, 620, 400, 200
MOST_PERCENT, DECADES = 50, 9
LINES = (INK, *COLOURS.values(), (120, 120, 120), (190, 120, 60))


def draw(groups: Sequence[tuple[str, Sequence[Row]]], path: Path) -> None:
    """All tiles and each scene: what was seen as a line, the fit as dots."""
    picture = Image.new("RGB", (LEFT + WIDTH + NAMES, TOP + HEIGHT + 50), "white")
    pen = ImageDraw.Draw(picture)
    pen.text((LEFT, 8), "honest tiles of the other kernel that differ by more (log)", INK, font(15))
    for percent in range(0, MOST_PERCENT + 1, 10):
        pen.line((_x(percent), TOP, _x(percent), TOP + HEIGHT), PALE)
        pen.text((_x(percent) - 6, TOP + HEIGHT + 6), str(percent), INK, font(11))
    for decade in range(DECADES + 1):
        pen.line((LEFT, _y(10.0**-decade), LEFT + WIDTH, _y(10.0**-decade)), PALE)
        pen.text((LEFT - 44, _y(10.0**-decade) - 7), f"{10.0**-decade:.0e}" if decade else "1", INK, font(11))
    pen.text((LEFT, TOP + HEIGHT + 26), "bits that differ, % of a tile", INK, font(13))
    scenes = {row.scene for _, rows in groups for row in rows}
    shown = [(name, rows) for name, rows in groups if name == "all" or name in scenes]
    for at, (name, rows) in enumerate(shown):
        values = np.array([row.bit_percent for row in rows])
        _curve(pen, values, LINES[at])
        pen.text((LEFT + WIDTH + 16, TOP + 20 * at), f"{name} ({len(values)})", LINES[at], font(13))
    pen.line((_x(MAX_BIT_PERCENT), TOP, _x(MAX_BIT_PERCENT), TOP + HEIGHT), RED, 2)
    pen.text((_x(MAX_BIT_PERCENT) + 6, TOP + 4), "refused", RED, font(13))
    pen.text((LEFT + WIDTH + 16, TOP + 20 * len(shown) + 10), "dots: the fitted tail", INK, font(13))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, optimize=True)


def _curve(pen: ImageDraw.ImageDraw, values: Floats, colour: tuple[int, int, int]) -> None:
    ordered = np.sort(values)
    shares = 1 - np.arange(len(ordered)) / len(ordered)
    seen = [(_x(float(value)), _y(float(share))) for value, share in zip(ordered, shares, strict=True)]
    pen.line(seen, colour, 2)
    tail = pareto(values, TAIL_SHARES[0])
    for percent in np.arange(tail.base + 0.01, MOST_PERCENT, 0.8):
        rate = tail.beyond(float(percent))
        if rate > 10.0**-DECADES:
            x, y = _x(float(percent)), _y(rate)
            pen.ellipse((x - 1.5, y - 1.5, x + 1.5, y + 1.5), colour)


def _x(percent: float) -> float:
    return LEFT + WIDTH * min(percent / MOST_PERCENT, 1)


def _y(share: float) -> float:
    return TOP + HEIGHT * min(-math.log10(max(share, 10.0**-DECADES)) / DECADES, 1)
