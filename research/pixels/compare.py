"""Distances between two renderings of the same tile, and cheats that need no rendering."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from renderchain.core.print_limits import LEAST
from renderchain.core.prints import (
    CHANNELS,
    MAX_BLOCK_STEPS,
    MAX_BLOCKS_OFF,
    MAX_LEVEL_STEPS,
    Pixels,
    agree,
    bit_distance,
    block_distances,
    blocks_of,
    crop,
    level_distance,
    level_steps,
    print_of,
    reference_light,
)
from renderchain.core.tiles import tiles_of

from .shots import HERE, HONEST, OTHER_MINOR, SSE42, Settings, Shot

OCTAVES = (24, 32, 64, 128)  # steps of the bits that are tried besides the rule's
LOGO_PX = 10
EXPOSURE, EXPOSED = 1.05, "exposure + 5 %"
MIXED, MIXED_SHARE = "40 % of pixels at 1/4", 0.4


@dataclass(frozen=True)
class Row:
    """One tile, mine against theirs."""

    picture: str  # tiles of one picture are no independent evidence
    index: int
    scene: str
    machine: str
    change: str
    samples: int
    adaptive: bool
    area: int
    equal: bool
    bit_percent: float
    level_steps: int
    block_steps: tuple[int, ...]  # the largest difference of each block's three levels
    level_counts: tuple[int, ...]  # how many of the 16 blocks differ by 0, 1, 2, ... steps
    agrees: bool
    bits_at: tuple[float, ...]  # what bit_percent would be with other steps an octave
    shifts: tuple[float, ...]  # how far the levels moved, in steps, before they are rounded down
    spreads: tuple[float, ...]  # each shift's standard deviation, by its pixels' own differences

    @property
    def block_spreads(self) -> list[float]:
        """Of each block the largest: its colours are the same paths and move together."""
        return [max(self.spreads[at : at + CHANNELS]) for at in range(0, len(self.spreads), CHANNELS)]

    @property
    def block_shifts(self) -> list[float]:
        """Of each block the largest, the largest first."""
        blocks = np.abs(self.shifts).reshape(-1, CHANNELS).max(axis=1)
        return [float(shift) for shift in np.sort(blocks)[::-1]]

    @property
    def shift(self) -> float:
        """Of the block that decides, since one may be further off; levels lie at most a step farther."""
        return self.block_shifts[MAX_BLOCKS_OFF]

    @property
    def deciding_steps(self) -> int:
        """How far the levels of that block are apart."""
        return sorted(self.block_steps, reverse=True)[MAX_BLOCKS_OFF]

    @property
    def is_honest(self) -> bool:
        """Whether it is work as it was paid for."""
        return self.change in HONEST

    @property
    def is_other_machine(self) -> bool:
        """Whether it is honest work that needs its print: of a machine that makes other bits."""
        return self.is_honest and self.machine not in (HERE, OTHER_MINOR) and not self.equal


def pasted(pixels: Pixels) -> Pixels:
    """Each tile from elsewhere in the frame."""
    return np.ascontiguousarray(np.roll(pixels, pixels.shape[1] // 2, axis=1))


def logo(pixels: Pixels) -> Pixels:
    """A white square of 10x10 in every tile."""
    marked = pixels.copy()
    for tile in tiles_of(pixels.shape[1], pixels.shape[0]):
        crop(marked, tile)[3 : 3 + LOGO_PX, 3 : 3 + LOGO_PX, :3] = 1.0
    return marked


def brighter(pixels: Pixels) -> Pixels:
    """Five per cent more exposure."""
    return np.asarray(pixels * np.float32(EXPOSURE), np.float32)


def mixed(mine: Pixels, cheap: Pixels) -> Pixels:
    """Two fifths of the pixels, all over the tile, from the cheap rendering."""
    chosen = np.random.default_rng(1).random(mine.shape[:2]) < MIXED_SHARE
    return np.where(chosen[..., None], cheap, mine)


FORGERIES: dict[str, Callable[[Pixels], Pixels]] = {
    "pasted tile": pasted,
    "logo of 10x10 px": logo,
    EXPOSED: brighter,
}


def compare_all(shots: Sequence[Shot], cache: Path) -> list[Row]:
    """Every cached shot against the honest rendering here."""
    rows: list[Row] = []
    for shot in shots:
        reference = replace(shot, machine=HERE, change="honest")
        if not ((cache / shot.name).exists() and (cache / reference.name).exists()):
            continue
        mine, theirs = np.load(cache / reference.name), np.load(cache / shot.name)
        if shot.name != reference.name:
            rows += tiles_between(shot, mine, _upscaled(theirs, shot.paid))
        if shot.change == "samples 1/4":
            rows += tiles_between(replace(shot, change=MIXED), mine, mixed(mine, theirs))
        if (shot.machine, shot.change) == (SSE42, "honest"):
            # The forger and its verifier have different machines: the harder case.
            for change, forge in FORGERIES.items():
                rows += tiles_between(replace(shot, machine=HERE, change=change), theirs, forge(mine))
    return rows


def _upscaled(pixels: Pixels, paid: Settings) -> Pixels:
    factor = paid.height // pixels.shape[0]
    return pixels if factor == 1 else pixels.repeat(factor, axis=0).repeat(factor, axis=1)


def tiles_between(shot: Shot, mine: Pixels, theirs: Pixels) -> Iterator[Row]:
    """Each tile of two renderings of one frame."""
    for index, tile in enumerate(tiles_of(shot.paid.width, shot.paid.height)):
        one, other = (print_of(crop(whole, tile)) for whole in (mine, theirs))
        apart = block_distances(one, other)
        yield Row(
            shot.name,
            index,
            shot.scene,
            shot.machine,
            shot.change,
            shot.paid.samples,
            shot.paid.adaptive,
            one.area,
            one.digest == other.digest,
            100 * bit_distance(one, other) / one.area,
            level_distance(one, other),
            tuple(int(most) for most in apart),
            tuple(int(count) for count in np.bincount(apart)),
            agree(one, other, LEAST),
            tuple(_bit_percent(crop(mine, tile), crop(theirs, tile), octave) for octave in OCTAVES),
            *block_shifts(crop(mine, tile), crop(theirs, tile)),
        )


def _bit_percent(mine: Pixels, theirs: Pixels, steps: int) -> float:
    one, other = print_of(mine, steps), print_of(theirs, steps)
    return 100 * bit_distance(one, other) / one.area


def block_shifts(mine: Pixels, theirs: Pixels) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """For each block that has levels, how far R, G and B moved, in steps; and what noise alone would do."""
    lights = [pixels[..., :CHANNELS].astype(float) for pixels in (mine, theirs)]
    one, other = (level_steps(light, reference_light(light)) for light in lights)
    moved = one - other
    shifts: list[float] = []
    spreads: list[float] = []
    for top, bottom in blocks_of(moved.shape[0]):
        for left, right in blocks_of(moved.shape[1]):
            block = moved[top:bottom, left:right].reshape(-1, CHANNELS)
            shifts += map(float, block.mean(axis=0))
            spreads += map(float, block.std(axis=0) / len(block) ** 0.5)
    return tuple(shifts), tuple(spreads)


def caught(rows: Sequence[Row], percent: float = LEAST.tile_percent, steps: float = MAX_LEVEL_STEPS) -> float:
    """The share of tiles that these thresholds refuse; one block may be off by more, as in the rule."""
    far = steps + MAX_BLOCK_STEPS - MAX_LEVEL_STEPS
    refused = [
        not row.equal and (row.bit_percent > percent or row.deciding_steps > steps or row.level_steps > far)
        for row in rows
    ]
    return sum(refused) / len(refused) if refused else 0.0
