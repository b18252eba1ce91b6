"""Prints of the core and how they agree, as vectors for the contracts' own tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from renderchain.core.pixel_prints import Pixels, print_of
from renderchain.core.print_limits import LEAST, MOST, PrintLimits
from renderchain.core.prints import (
    FULL_AREA,
    LEVEL_COUNT,
    MAX_BLOCK_STEPS,
    MAX_LEVEL_STEPS,
    MIN_AREA,
    MOSTLY_BROKEN,
    MOSTLY_NEGATIVE,
    NO_BLOCK,
    TilePrint,
    agree,
    all_agree,
)

Pair = tuple[TilePrint, TilePrint]
PAIR_ROW = "(u32, u32, u8, bool)"
MEAN_ROW = "(Array<u32>, Array<u32>, u32, u8, u8, bool)"


@dataclass
class PrintTables:
    """Rows name prints by their places in ``prints``."""

    prints: list[list[int]] = field(default_factory=list)

    def place(self, one: TilePrint) -> int:
        """Where a print stands, from now on at the latest."""
        felts = list(one.felts())
        if felts not in self.prints:
            self.prints.append(felts)
        return self.prints.index(felts)

    def pairs(self) -> Iterator[tuple[int, int, int, bool]]:
        """Two prints, a leaf's limit in per cent, and whether they agree."""
        for limits in (LEAST, MOST):
            for mine, theirs in (*_at_the_bits(limits), *_at_the_levels(), *_of_pixels()):
                places = self.place(mine), self.place(theirs)
                yield *places, limits.tile_percent, agree(mine, theirs, limits)

    def means(self) -> Iterator[tuple[list[int], list[int], int, int, int, bool]]:
        """Prints of leaves with other digests, drawn leaves, both limits, and whether all agree."""
        for limits in (LEAST, MOST):
            for drawn, flips in _shares(limits):
                mine = [made_up(number) for number in range(len(flips))]
                theirs = [flipped(one, count) for one, count in zip(mine, flips, strict=True)]
                equal = [made_up(99)] * (drawn - len(flips))
                agrees = all_agree([*mine, *equal], [*theirs, *equal], limits)
                places = [self.place(one) for one in mine], [self.place(one) for one in theirs]
                yield *places, drawn, limits.tile_percent, limits.mean_percent, agrees


def made_up(number: int) -> TilePrint:
    """A print of no pixels."""
    bits = bytes((number * 37 + index * 11) % 256 for index in range(FULL_AREA // 8))
    levels = tuple((number * 91 + index * 17) % 3000 + 50 for index in range(LEVEL_COUNT))
    return TilePrint(bytes([number + 1]) * 32, bits, levels, FULL_AREA)


def flipped(one: TilePrint, count: int) -> TilePrint:
    """Another digest, and so many bits differ, from the last on."""
    bits = int.from_bytes(one.bits, "big") ^ (2**count - 1)
    return replace(one, digest=bytes(32), bits=bits.to_bytes(len(one.bits), "big"))


def _moved(one: TilePrint, place: int, steps: int) -> TilePrint:
    levels = list(one.levels)
    levels[place] += steps
    return replace(one, digest=bytes(32), levels=tuple(levels))


def _at_the_bits(limits: PrintLimits) -> Iterator[Pair]:
    for one in (made_up(1), replace(made_up(1), area=MIN_AREA)):
        most = one.area * limits.tile_percent // 100
        yield from ((one, flipped(one, count)) for count in (0, most, most + 1))
    yield made_up(1), flipped(made_up(1), FULL_AREA)
    yield made_up(1), replace(flipped(made_up(1), 0), area=FULL_AREA - 1)
    yield made_up(1), made_up(2)


def _at_the_levels() -> Iterator[Pair]:
    one = made_up(1)
    for place in (0, 9, 47):
        for steps in (MAX_LEVEL_STEPS, -MAX_BLOCK_STEPS, MAX_BLOCK_STEPS + 1):
            yield one, _moved(one, place, steps)
    off = _moved(one, 25, MAX_LEVEL_STEPS + 1)
    for place in (24, 26, 27):  # of the same block, of it, of the next one in another half
        yield from ((one, _moved(off, place, steps)) for steps in (MAX_LEVEL_STEPS, MAX_LEVEL_STEPS + 1))
    for symbol in (NO_BLOCK, MOSTLY_NEGATIVE, MOSTLY_BROKEN):
        levels = [symbol, *one.levels[1:]]
        marked = replace(one, digest=bytes(32), levels=tuple(levels))
        yield marked, replace(marked, digest=bytes(31) + b"\1")
        yield marked, one
        levels[0] += 1 if symbol == NO_BLOCK else -1
        yield marked, replace(one, levels=tuple(levels))


def _pixels(height: int = 64, width: int = 64) -> Pixels:
    places = np.add.outer(np.arange(height) * 37, np.arange(width) * 11)[..., None] + np.arange(4) * 5
    return np.asarray((places * places % 97 + 1) / 97, np.float32)


def _of_pixels() -> Iterator[Pair]:
    """Real prints: dark, bright, negative, broken, small; nearly the same, and with other light."""
    for pixels in (_pixels(), _pixels(33, 40), _pixels(7, 5)):
        for brightness in (2.0**-22, 1.0, 2.0**19):
            shown = pixels * np.float32(brightness)
            yield from _pair(shown, shown * np.float32(1 + 1e-6))
            yield from _pair(shown, shown * np.float32(1.1))
    shown = _pixels()
    for other in (-shown, np.where(shown > 0.4, np.float32(np.nan), shown), np.zeros_like(shown)):
        yield from _pair(other, shown)
        yield from _pair(other, other * np.float32(1 + 1e-6))


def _pair(mine: Pixels, theirs: Pixels) -> Iterable[Pair]:
    # Black is black however it is multiplied; the contract compares prints of other digests only.
    yield print_of(mine), replace(print_of(theirs), digest=bytes(32))


def _shares(limits: PrintLimits) -> Sequence[tuple[int, list[int]]]:
    """How many leaves are drawn, and bits that differ in those with other digests."""
    most = FULL_AREA * limits.tile_percent // 100
    return [
        (1, []),
        (1, [most // 2 + 1]),
        (7, [most] * 7),
        (8, [most] * 4),
        (8, [*[most] * 4, 8]),
        (8, [most // 2] * 8),
        (8, [most // 2 + 1] * 8),
        (16, [most] * 8),
        (16, [*[most] * 8, 8]),
        (8, [most + 1]),
    ]
