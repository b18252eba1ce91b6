"""When two pictures of one frame are the same: noise is no difference, and hides little."""

from __future__ import annotations

import numpy as np
import pytest
from renderchain.core.pixel_prints import Pixels
from renderchain.core.proof_pictures import apart

RANDOM = np.random.default_rng(7)
HEIGHT, WIDTH = 64, 96


def flat(value: float = 0.5) -> Pixels:
    return np.full((HEIGHT, WIDTH, 3), value, np.float32)


def noisy(base: Pixels, deviation: float = 0.1) -> Pixels:
    return np.asarray(base + RANDOM.normal(0, deviation, base.shape), np.float32)


def test_the_same_picture_is_the_same_and_rounding_does_not_matter() -> None:
    one = noisy(flat())
    assert apart(one, one.copy()) == "" and apart(one, one + np.float32(1 / 255)) == ""


@pytest.mark.parametrize("is_linear", [False, True])
def test_one_pixel_that_is_otherwise_is_found_where_the_noise_is_the_same(is_linear: bool) -> None:
    one = noisy(flat())
    other = one.copy()
    other[30, 40] = 1.0
    assert "of 255" in apart(one, other, is_linear=is_linear)


def test_other_noise_is_no_other_picture() -> None:
    one, other, again = (noisy(flat()) for _ in range(3))
    assert apart(one, other, again) == ""


def test_what_is_more_than_noise_is_found_in_other_noise_too() -> None:
    changed = flat()
    changed[20:40, 30:50] = 0.9
    one, other, again = noisy(flat()), noisy(changed), noisy(changed)
    assert "of 255" in apart(one, other, again)


def test_another_size_or_other_channels_are_another_picture() -> None:
    assert "size and channels 96x64x3, not 48x64x3" in apart(flat()[:, :48], flat())


def test_broken_light_is_seen() -> None:
    broken = flat()
    broken[:8, :8] = np.nan
    assert apart(flat(), broken) and apart(flat(), broken, is_linear=True)
    assert apart(broken, broken.copy()) == ""


def test_a_small_picture_is_compared_to_its_edge() -> None:
    one, other = flat()[:5, :7], flat()[:5, :7].copy()
    other[4, 6] = 0.0
    assert apart(one, other)
