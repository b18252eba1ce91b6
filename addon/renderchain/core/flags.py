"""What in a job's frames somebody should look at: frames without numbers, black, flickering or missing ones.

No flag judges anybody: leases are judged by their leaves. A frame is compared with those around it, by the
light of all of it and of its blocks; a cut changes all frames that follow, so it is no flicker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .pixel_prints import Pixels
from .tiles import Tile

BLOCK = 16
LEAST_FRAMES = 3  # that can be compared with each other
BLACK = 1e-4  # mean light below this
MOST_LIGHT = 1e12  # of a pixel: more is no light, and would hide what the others of its frame are
DARK = 1e-2  # of a block: below, noise is all there is
LEAST_CHANGE = 0.05  # of the logarithm of light, over all of a frame
LEAST_SPOT = 0.25  # the same of a block, beyond what moves there
SPOT_BLOCKS = 3  # a tile has four or more; what moves fast leaves one or two behind
REACH = 2  # frames to either side that a frame is compared with
SPREADS = 6  # times the usual change of a job's frames
LUMINANCE = np.array((0.2126, 0.7152, 0.0722))


class FlagKind(StrEnum):
    """Why a frame should be looked at."""

    MISSING = "missing"
    BROKEN = "broken"  # pixels that hold no numbers, or none that light has
    BLACK = "black"
    FLICKER = "flicker"  # all of it is brighter or darker than the frames around it
    SPOT = "spot"  # a part of it is


@dataclass(frozen=True)
class Light:
    """A frame's light: mean and of each block of 16x16 pixels, and how many of its pixels hold none."""

    broken_count: int
    mean: float
    blocks: NDArray[np.float32]


@dataclass(frozen=True)
class Flag:
    """``amount`` is how many pixels are broken, or the factor by which light differs; ``region``: where."""

    frame: int
    kind: FlagKind
    amount: float = 0.0
    region: Tile | None = None

    @property
    def sentence(self) -> str:
        """For a person."""
        what = {
            FlagKind.MISSING: "is missing",
            FlagKind.BROKEN: f"has {self.amount:.0f} pixels that hold no light (NaN, infinite or over 1e12)",
            FlagKind.BLACK: "is black",
            FlagKind.FLICKER: f"is {self.amount:.2f} times as bright as the frames around it",
            FlagKind.SPOT: f"is in one place {self.amount:.2f} times as bright as the frames around it",
        }[self.kind]
        if self.region:
            what += (
                f", at x {self.region.x}, y {self.region.y} ({self.region.width}x{self.region.height} pixels)"
            )
        return f"Frame {self.frame} {what}."


def light_of(pixels: Pixels) -> Light:
    """That of linear pixels of shape (height, width, 3 or more), row 0 at the top."""
    colours = pixels[..., :3].astype(np.float64)
    broken = ~(np.abs(colours) <= MOST_LIGHT).all(axis=-1)
    colours[broken] = 0.0
    light = np.maximum(colours @ LUMINANCE, 0.0)
    height, width = light.shape
    edges = [np.arange(0, side, BLOCK) for side in (height, width)]
    sums = np.add.reduceat(np.add.reduceat(light, edges[0], axis=0), edges[1], axis=1)
    sizes = [np.diff(np.append(one, side)) for one, side in zip(edges, (height, width), strict=True)]
    blocks = (sums / np.outer(*sizes)).astype(np.float32)
    return Light(int(broken.sum()), float(light.mean()), blocks)


def flags_of(wanted: Sequence[int], found: Mapping[int, Light]) -> list[Flag]:
    """What is to be looked at, by frames; ``wanted`` are a job's frames in their order."""
    there = [frame for frame in wanted if frame in found]
    flags = [Flag(frame, FlagKind.MISSING) for frame in wanted if frame not in found]
    for frame in there:
        if found[frame].broken_count:
            flags.append(Flag(frame, FlagKind.BROKEN, found[frame].broken_count))
        elif found[frame].mean < BLACK:
            flags.append(Flag(frame, FlagKind.BLACK))
    flags += _flickers(there, found)
    return sorted(flags, key=lambda flag: (flag.frame, flag.kind))


def worth_ordering(flags: Sequence[Flag], wanted: Sequence[int]) -> tuple[int, ...]:
    """Frames that another rendering may mend: not those that are black among black ones, as scenes fade, and
    none whose light is off only beside black or broken ones, which it was compared with.

    ``wanted`` are the job's frames in their order that were looked at: of every second one of a scene, 1 is
    beside 3.
    """
    of = {kind: {one.frame for one in flags if one.kind is kind} for kind in FlagKind}
    black, missing = of[FlagKind.BLACK], of[FlagKind.MISSING]
    there = [frame for frame in wanted if frame not in missing]
    among = {frame for pair in pairwise(there) if black.issuperset(pair) for frame in pair}
    spoiled = black | of[FlagKind.BROKEN]
    parts = {frame: there[max(at - REACH, 0) : at + REACH + 1] for at, frame in enumerate(there)}
    off = {frame for frame in of[FlagKind.FLICKER] | of[FlagKind.SPOT] if spoiled.isdisjoint(parts[frame])}
    return tuple(sorted((spoiled | missing | off) - among))


def _flickers(there: Sequence[int], found: Mapping[int, Light]) -> list[Flag]:
    if len(there) < LEAST_FRAMES or len({found[frame].blocks.shape for frame in there}) != 1:
        return []
    means = np.log(np.maximum([found[frame].mean for frame in there], BLACK))
    blocks = np.log(np.maximum(np.stack([found[frame].blocks for frame in there]), DARK))
    change = _unexplained(means)
    most = max(LEAST_CHANGE, SPREADS * _spread(change))
    off = {at for at in range(len(there)) if abs(change[at]) > most}
    flags = [Flag(there[at], FlagKind.FLICKER, float(np.exp(change[at]))) for at in sorted(off)]
    return flags + [
        flag
        for at, flag in enumerate(_spots(there, blocks))
        if flag is not None and at not in off and found[there[at]].mean >= BLACK
    ]


def _spots(there: Sequence[int], blocks: NDArray[np.float64]) -> list[Flag | None]:
    """A block is off if none near it is so in the frames beside: what moves was near before, or is after."""
    beside = [_beside(blocks, at) for at in range(len(there))]
    above = np.stack([blocks[at] - _widened(beside[at].max(axis=0), np.max) for at in range(len(there))])
    below = np.stack([_widened(beside[at].min(axis=0), np.min) - blocks[at] for at in range(len(there))])
    beyond = np.maximum(above, below)
    usual = np.maximum(beyond, 0.0)
    most = np.maximum(LEAST_SPOT, SPREADS * np.median(usual, axis=0))
    return [_spot(frame, one, up, most) for frame, one, up in zip(there, beyond, above, strict=True)]


def _spot(
    frame: int, beyond: NDArray[np.float64], above: NDArray[np.float64], most: NDArray[np.float64]
) -> Flag | None:
    if np.count_nonzero(beyond > most) < SPOT_BLOCKS:
        return None
    rows, columns = np.nonzero(beyond > most)
    top, left = int(rows.min()), int(columns.min())
    height, width = int(rows.max()) + 1 - top, int(columns.max()) + 1 - left
    worst = np.unravel_index(int(beyond.argmax()), beyond.shape)
    sign = 1.0 if above[worst] == beyond[worst] else -1.0
    region = Tile(left * BLOCK, top * BLOCK, width * BLOCK, height * BLOCK)
    return Flag(frame, FlagKind.SPOT, float(np.exp(sign * beyond[worst])), region)


def _widened(blocks: NDArray[np.float64], most: object) -> NDArray[np.float64]:
    """Each block with the most, or least, of itself and its eight neighbours."""
    padded = np.pad(blocks, 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    return np.asarray(windows.max(axis=(2, 3)) if most is np.max else windows.min(axis=(2, 3)))


def _beside(blocks: NDArray[np.float64], at: int) -> NDArray[np.float64]:
    """The frames before and after one; of the first and the last the nearest two, and their trend."""
    if 0 < at < len(blocks) - 1:
        return blocks[[at - 1, at + 1]]
    near, far = (blocks[1], blocks[2]) if at == 0 else (blocks[-2], blocks[-3])
    return np.stack((near, far, 2 * near - far))


def _unexplained(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each is from what the two before, the two after, or one of each lead to; the least of these.

    So a trend explains itself, and the first frame after a cut is what the next ones lead to.
    """
    inner = (_change(values, at) for at in range(1, len(values) - 1))
    return np.array([_change_of_end(values), *inner, _change_of_end(values[::-1])])


def _change(values: NDArray[np.float64], at: int) -> float:
    last, value = len(values) - 1, values[at]
    led = [(values[at - 1] + values[at + 1]) / 2]
    led += [2 * values[at + step] - values[at + 2 * step] for step in (-1, 1) if 0 <= at + 2 * step <= last]
    led += [values[at + step] for step in (-1, 1) if at + step in (0, last)]
    return float(min((value - one for one in led), key=abs))


def _change_of_end(values: NDArray[np.float64]) -> float:
    """Of the first: trends begin and end softly, so it may also be between the next and where they lead."""
    near, far = values[1], values[2]
    led = [near, 2 * near - far] + ([3 * far - 2 * values[3]] if len(values) > LEAST_FRAMES else [])
    within = np.clip(values[0], min(led), max(led))
    return float(values[0] - within)


def _spread(change: NDArray[np.float64]) -> float:
    return float(np.median(np.abs(change - np.median(change))))
