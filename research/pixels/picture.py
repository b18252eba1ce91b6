"""Draws every tile as a dot: its distance in bits and in levels, by what was done to it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from renderchain.core.print_limits import LEAST
from renderchain.core.prints import MAX_LEVEL_STEPS

from .compare import Row, caught

INK, PALE, RED = (30, 30, 30), (225, 225, 225), (200, 30, 30)
COLOURS = {16: (31, 119, 180), 64: (44, 160, 44), 256: (230, 126, 20), 1024: (150, 80, 180)}
NAMES, PANEL, LINE, TOP = 190, 430, 22, 54
BIT_MARKS = (0, 10, 20, 30, 40, 50, 60)
LEVEL_MARKS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 300)


def draw(groups: Sequence[tuple[str, Sequence[Row]]], path: Path) -> None:
    """One line a group, two panels; then the ROC curves of both tests below."""
    bottom = TOP + LINE * len(groups)
    picture = Image.new("RGB", (NAMES + 2 * PANEL + 60, bottom + 330), "white")
    pen = ImageDraw.Draw(picture)
    chance = random.Random(1)
    panels: list[tuple[int, str, Callable[[Row], float], Callable[[float], float], Sequence[int], int]] = [
        (
            NAMES,
            "bits that differ, % of a tile",
            lambda row: row.bit_percent,
            _bits,
            BIT_MARKS,
            LEAST.tile_percent,
        ),
        (
            NAMES + PANEL + 30,
            "largest difference of a level, steps",
            lambda row: float(row.level_steps),
            _levels,
            LEVEL_MARKS,
            MAX_LEVEL_STEPS,
        ),
    ]
    for left, title, value, scale, marks, limit in panels:
        pen.text((left, 8), title, INK, font(15))
        for mark in marks:
            x = left + PANEL * scale(mark)
            pen.line((x, TOP - 6, x, bottom), PALE)
            pen.text((x - 5, TOP - 22), str(mark), INK, font(11))
        for at, (_, rows) in enumerate(groups):
            for row in rows:
                x = left + PANEL * scale(value(row)) + chance.uniform(-1.5, 1.5)
                y = TOP + LINE * (at + 0.5) + chance.uniform(-7, 7)
                pen.ellipse((x - 1.5, y - 1.5, x + 1.5, y + 1.5), COLOURS[row.samples])
        x = left + PANEL * scale(limit + 0.5 * (limit == MAX_LEVEL_STEPS))
        pen.line((x, TOP - 6, x, bottom), RED, 2)
    for at, (name, rows) in enumerate(groups):
        pen.text((8, TOP + LINE * at + 3), name, INK if not rows[0].is_honest else COLOURS[64], font(13))
    for at, (samples, colour) in enumerate(COLOURS.items()):
        pen.text((8 + 45 * at, 30), str(samples), colour, font(13))
    pen.text((8, 12), "samples", INK, font(13))
    _curves(pen, groups, bottom + 40)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, optimize=True)


def _curves(pen: ImageDraw.ImageDraw, groups: Sequence[tuple[str, Sequence[Row]]], top: int) -> None:
    """Caught against refused, from the strictest threshold to the loosest."""
    honest = [row for _, rows in groups for row in rows if row.is_other_machine]
    cheats = [row for _, rows in groups for row in rows if not row.is_honest]
    left, width, height = NAMES, 360, 240
    pen.text((left, top - 22), "tiles of all cheats caught, over honest tiles refused (log)", INK, font(15))
    pen.rectangle((left, top, left + width, top + height), outline=INK)
    kinds = (("bits alone", COLOURS[16]), ("levels alone", COLOURS[256]), ("both", RED))
    for at, (name, colour) in enumerate(kinds):
        points = [
            (left + width * _rate(refused), top + height * (1 - found))
            for refused, found in curve(name, honest, cheats)
        ]
        pen.line(points, colour, 2)
        pen.text((left + width + 20, top + 20 * at), name, colour, font(13))
    for rate in (1e-3, 1e-2, 1e-1, 1.0):
        pen.text((left + width * _rate(rate) - 12, top + height + 6), f"{rate:g}", INK, font(11))
    for share in (0, 0.5, 1):
        pen.text((left - 30, top + height * (1 - share) - 6), f"{share:g}", INK, font(11))


def curve(name: str, honest: Sequence[Row], cheats: Sequence[Row]) -> list[tuple[float, float]]:
    """(share of honest tiles refused, share of cheats caught) for each threshold."""
    never = math.inf
    thresholds: list[tuple[float, float]] = []
    if name == "bits alone":
        thresholds = [(percent / 2, never) for percent in range(0, 130)]
    elif name == "levels alone":
        thresholds = [(never, float(steps)) for steps in range(-1, 100)]
    else:
        thresholds = [
            (percent / 2, percent / 2 * MAX_LEVEL_STEPS / LEAST.tile_percent) for percent in range(0, 130)
        ]
    return [(caught(honest, *pair), caught(cheats, *pair)) for pair in thresholds]


def _rate(refused: float) -> float:
    return 1 + math.log10(max(refused, 3e-4)) / -math.log10(3e-4)


def _bits(percent: float) -> float:
    return min(percent, 60) / 60


def _levels(steps: float) -> float:
    return math.log(1 + min(steps, 300)) / math.log(301)


def font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """The letters of all pictures here."""
    return ImageFont.load_default(size)
