"""Prints as they are shown compare as those that were rendered, and made-up ones as the contract says."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from renderchain.core.audit.shown_prints import agrees, light_agrees, mean_agrees
from renderchain.core.pixel_prints import print_of
from renderchain.core.print_limits import LEAST, MOST, PrintLimits
from renderchain.core.prints import agree, levels_agree
from renderchain.core.prints import mean_agrees as rendered_mean_agrees

HALF = 2**128


def tile(seed: int, side: int = 64) -> NDArray[np.float32]:
    return np.random.default_rng(seed).random((side, side, 4), np.float32) + np.float32(0.1)


def noisy(size: float, side: int = 64) -> NDArray[np.float32]:
    noise = np.random.default_rng(9).normal(1, size, (side, side, 1)).astype(np.float32)
    return (tile(1, side) * noise).astype(np.float32)


@pytest.mark.parametrize("limits", [LEAST, MOST])
@pytest.mark.parametrize("size", [1e-6, 0.003, 0.005, 0.01, 0.02, 0.1, 1.0])
@pytest.mark.parametrize("side", [64, 40])
def test_they_compare_as_what_was_rendered(size: float, side: int, limits: PrintLimits) -> None:
    one, other = print_of(tile(1, side)), print_of(noisy(size, side))
    shown = one.felts(), other.felts()
    assert agrees(*shown, limits) == agree(one, other, limits)
    assert light_agrees(*shown) == levels_agree(one, other)
    rendered = rendered_mean_agrees([one] * 8, [other] * 8, limits)
    assert mean_agrees(8, [shown[0]] * 8, [shown[1]] * 8, limits) == rendered


def test_tiles_of_different_sizes_or_of_none_agree_with_nothing() -> None:
    whole, half, none = print_of(tile(1)).felts(), print_of(tile(1, 40)).felts(), (0,) * 20
    huge = (*whole[:16], whole[16] % HALF + 2**64 * HALF, *whole[17:])
    for one, other in ((whole, half), (none, none), (huge, huge)):
        assert not agrees(one, other, MOST) and not mean_agrees(8, [one] * 8, [other] * 8, MOST)


def test_bits_that_no_rendering_has_count_and_felts_may_be_as_large_as_they_are() -> None:
    whole = print_of(tile(1)).felts()
    more = tuple(felt | 15 << 248 for felt in whole[:16]) + whole[16:]
    assert agrees(whole, more, LEAST)  # 64 bits more of 4096
    assert not agrees(whole, tuple(2**251 for _ in range(16)) + whole[16:], LEAST)
    assert not light_agrees(whole, (*whole[:17], *(2**251 for _ in range(3))))


def test_leaves_with_the_same_digests_count_on_the_mean() -> None:
    one, other = print_of(tile(1)).felts(), print_of(tile(2)).felts()
    assert not mean_agrees(8, [one, one], [other, other], MOST)
    assert mean_agrees(7, [one, one], [other, other], MOST)  # too few for a mean
    assert mean_agrees(20, [one], [other], MOST)  # half of the bits of one leaf in twenty
