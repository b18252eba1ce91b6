"""Draws honest work and cheats by the bits that differ: of a tile, and on the mean over drawn leaves."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from renderchain.core.print_limits import LEAST, MOST

from .compare import Kind
from .shots import HONEST

INK, PALE, RED, AMBER = (30, 30, 30), (225, 225, 225), (200, 30, 30), (225, 130, 0)
HONEST_DOT, CHEAT_DOT = (31, 119, 180), (90, 90, 90)
NAMES, PANEL, GAP, LINE, TOP = 510, 420, 30, 19, 54
MARKS, WIDEST = (0, 5, 10, 20, 30, 40, 50, 60), 60
DOTS = 150  # of a line


@dataclass(frozen=True)
class Panel:
    """One of the two distances, with the least and the widest limit that a job may have."""

    left: int
    title: str
    values: Callable[[Kind], Iterable[float]]
    limits: tuple[int, int]

    def x(self, percent: float) -> float:
        """Where a distance lies; over the widest mark all are alike."""
        return self.left + PANEL * min(percent, WIDEST) / WIDEST


PANELS = (
    Panel(
        NAMES,
        "bits that differ, % of a tile",
        lambda kind: [pair.bit_percent for pair in kind.pairs],
        (LEAST.tile_percent, MOST.tile_percent),
    ),
    Panel(
        NAMES + PANEL + GAP,
        "the same, % on the mean over 16 drawn leaves",
        lambda kind: kind.mean_percents,
        (LEAST.mean_percent, MOST.mean_percent),
    ),
)


def draw(kinds: Sequence[Kind], path: Path) -> None:
    """A line for honest work in each scene, then a line for each cheat in all scenes."""
    lines: dict[str, list[Kind]] = {}
    for kind in kinds:
        name = f"{HONEST}: {kind.scene}" if kind.name == HONEST else kind.name
        lines.setdefault(name, []).append(kind)
    bottom = TOP + LINE * len(lines)
    picture = Image.new("RGB", (NAMES + 2 * PANEL + 2 * GAP, bottom + 12), "white")
    pen = ImageDraw.Draw(picture)
    for panel in PANELS:
        _axes(pen, panel, bottom)
    for at, (name, these) in enumerate(lines.items()):
        top = TOP + LINE * at
        shown = name.replace("×", "x")  # which the letters lack
        pen.text((8, top + 2), shown, HONEST_DOT if these[0].name == HONEST else INK, font(13))
        for panel in PANELS:
            _dots(pen, panel, these, top)
    for panel in PANELS:
        for limit, colour in zip(panel.limits, (AMBER, RED), strict=True):
            pen.line((panel.x(limit), TOP - 6, panel.x(limit), bottom), colour, 2)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, optimize=True)


def _axes(pen: ImageDraw.ImageDraw, panel: Panel, bottom: int) -> None:
    pen.text((panel.left, 8), panel.title, INK, font(15))
    for mark in MARKS:
        pen.line((panel.x(mark), TOP - 6, panel.x(mark), bottom), PALE)
        pen.text((panel.x(mark) - 5, TOP - 22), str(mark), INK, font(11))


def _dots(pen: ImageDraw.ImageDraw, panel: Panel, kinds: Sequence[Kind], top: int) -> None:
    chance = random.Random(1)
    values = [value for kind in kinds for value in panel.values(kind)]
    for value in chance.sample(values, min(DOTS, len(values))):
        x, y = panel.x(value) + chance.uniform(-1.5, 1.5), top + LINE / 2 + chance.uniform(-6, 6)
        colour = HONEST_DOT if kinds[0].name == HONEST else CHEAT_DOT
        pen.ellipse((x - 1.5, y - 1.5, x + 1.5, y + 1.5), colour)


def font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """The letters of the picture."""
    return ImageFont.load_default(size)
