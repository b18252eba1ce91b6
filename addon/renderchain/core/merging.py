"""One image out of several that have other samples of the same scene, as one rendering of all would have it.

Cycles' noisy pass is the mean of its samples. Means of parts, each weighed by how many samples it has, are
the mean of all; what differs is the order in which numbers of 32 bits were added. Blender's own operator for
this weighs parts that are not equal wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .errors import LocalError
from .pixel_prints import Pixels


@dataclass(frozen=True)
class Sampling:
    """``count`` samples from ``first`` on, of a scene that has ``of``; ``adaptive``: of some pixels fewer."""

    seed: int
    of: int
    first: int
    count: int
    adaptive: bool

    @property
    def end(self) -> int:
        """The first sample that it does not have any more."""
        return self.first + self.count


_PART = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")


def part_of(text: str, samples: int) -> tuple[int, int]:
    """Of so many samples those of a part such as ``2/4``: the first, counted from 0, and how many.

    All samples are in one of the parts, which differ by one at most. Raises LocalError.
    """
    match = _PART.fullmatch(text)
    which, parts = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= which <= parts:
        raise LocalError(f"{text!r} is no part of the samples; write 1/4 to 4/4 for the parts of four.")
    if parts > samples:
        raise LocalError(f"The scene has {samples} samples, too few for {parts} parts; make fewer of them.")
    first = samples * (which - 1) // parts
    return first, samples * which // parts - first


def check_parts(parts: Mapping[str, Sampling]) -> None:
    """Raise LocalError where named parts of a frame are none of one rendering, or there are none."""
    if not parts:
        raise LocalError("No part brought it.")
    for name, one in parts.items():
        if one.adaptive:
            raise LocalError(
                f"{name} has adaptive sampling, which gives each pixel another number of samples: nothing "
                "says how much of a whole it is. Turn Noise Threshold off, and have the parts rendered again."
            )
        if one.count < 1:
            raise LocalError(f"{name} renders no samples: its Sample Subset begins after the last one.")
    if len({(one.seed, one.of) for one in parts.values()}) > 1:
        raise LocalError(
            "The parts have other seeds or other numbers of samples, so they are none of one rendering: give "
            "all of them the same Seed and Max Samples, and tell them apart by their Sample Subset alone."
        )
    ordered = sorted(parts.items(), key=lambda one: (one[1].first, one[1].end))
    for (name, one), (later, other) in pairwise(ordered):
        if other.first < one.end:
            raise LocalError(
                f"{name} and {later} both have sample {other.first}, which would count twice: merge one of "
                "them, or have one rendered again with another Sample Subset."
            )


def missing_samples(parts: Sequence[Sampling]) -> str:
    """The numbers of those samples that none of the parts has, counted from 0; "" where none is missing."""
    of, seen, missing = max(one.of for one in parts), 0, []
    for first, end in [*sorted((one.first, one.end) for one in parts), (of, of)]:
        if (last := min(first, of) - 1) >= seen:
            missing.append(f"{seen}-{last}" if last > seen else str(seen))
        seen = max(seen, end)
    return ",".join(missing)


class Mean:
    """Of noisy passes that come one after the other, each the mean of ``count`` samples itself."""

    def __init__(self) -> None:
        self._sum: NDArray[np.float64] | None = None
        self._count = 0

    def add(self, pixels: Pixels, count: int) -> None:
        """Raises LocalError where it has another size or other layers than those before."""
        if self._sum is None:
            self._sum = np.zeros(pixels.shape, np.float64)
        if pixels.shape != self._sum.shape:
            raise LocalError(
                f"A part's pixels are of the shape {pixels.shape}, the others' of {self._sum.shape}: they "
                "are not parts of one image."
            )
        self._sum += pixels.astype(np.float64) * count
        self._count += count

    @property
    def pixels(self) -> Pixels:
        """The mean of all samples; raises LocalError where there are none."""
        if self._sum is None or not self._count:
            raise LocalError("There is nothing to merge: no part has a sample.")
        return np.asarray(self._sum / self._count, np.float32)
