"""How two honest renderings are compared, tile by tile and all together."""

from __future__ import annotations

from dataclasses import replace

from renderchain.core.print_limits import LEAST, PrintLimits
from renderchain.core.prints import BITS_BYTES, FULL_AREA, LEVEL_COUNT, TilePrint

from devkit.honest.compare import compare

MINE = TilePrint(bytes(32), bytes(BITS_BYTES), (500,) * LEVEL_COUNT, FULL_AREA)


def off_by(percent: float) -> TilePrint:
    """Another machine's print, with so many other bits."""
    count = int(FULL_AREA * percent / 100)
    bits = ((1 << count) - 1).to_bytes(BITS_BYTES, "big")
    return replace(MINE, digest=b"\1" * 32, bits=bits)


def test_equal_digests_are_never_refused() -> None:
    found = compare([(MINE, MINE)] * 3, PrintLimits(0, 0))
    assert (found.tiles, found.equal_digests, found.refused) == (3, 3, 0)
    assert (found.most_bits, found.most_steps, found.is_refused) == (0, 0, False)


def test_a_tile_is_refused_beyond_its_limit() -> None:
    pairs = [(MINE, MINE)] * 9
    at, over = compare([*pairs, (MINE, off_by(10))], LEAST), compare([*pairs, (MINE, off_by(10.1))], LEAST)
    assert (at.most_bits, at.mean_bits, at.equal_digests, at.is_refused) == (9.99, 1.0, 9, False)
    assert (over.refused, over.is_refused) == (1, True)
    assert not compare([*pairs, (MINE, off_by(10.1))], PrintLimits(20, 10)).is_refused


def test_tiles_that_pass_one_by_one_may_be_refused_together() -> None:
    found = compare([(MINE, off_by(6))] * 4, LEAST)
    assert (found.refused, found.is_mean_refused, found.is_refused) == (0, True, True)
    assert not compare([(MINE, off_by(6)), (MINE, MINE)], LEAST).is_refused


def test_other_light_is_refused_whatever_the_bits() -> None:
    brighter = replace(off_by(0), levels=(540,) * LEVEL_COUNT)
    found = compare([(MINE, brighter)], LEAST)
    assert (found.most_bits, found.most_steps, found.refused) == (0, 40, 1)


def test_another_area_is_refused() -> None:
    assert compare([(MINE, replace(off_by(0), area=FULL_AREA - 64))], LEAST).refused == 1
