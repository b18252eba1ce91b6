"""Final images compared: what differs by honest rounding, and what was painted, brightened or swapped."""

from __future__ import annotations

import numpy as np
import pytest
from renderchain.core.finals import PPM, Difference, as_shown, difference_of
from renderchain.core.pixel_prints import Pixels


def picture(height: int = 50, width: int = 70) -> Pixels:
    return np.random.default_rng(1).uniform(0.2, 0.8, (height, width, 4)).astype(np.float32)


def test_a_denoisers_rounding_averages_out() -> None:
    mine = picture()
    theirs = mine + np.random.default_rng(2).normal(0, 0.03, mine.shape).astype(np.float32)
    assert difference_of(mine, mine) == Difference(0, 0)
    assert difference_of(mine, theirs).is_small


@pytest.mark.parametrize("place", [(0, 0), (40, 60), (22, 33)])
def test_a_logo_anywhere_is_no_small_difference(place: tuple[int, int]) -> None:
    mine, theirs = picture(), picture()
    theirs[place[0] : place[0] + 10, place[1] : place[1] + 10, :3] = 1
    found = difference_of(mine, theirs)
    assert not found.is_small and found.block_ppm > 48_000


def test_another_exposure_or_size_is_no_small_difference() -> None:
    mine = picture()
    assert not difference_of(mine, mine * np.float32(0.98)).is_small
    assert difference_of(mine, mine[:-1]) == Difference(PPM, PPM)
    assert difference_of(picture(3, 5), picture(3, 5)).is_small


def test_images_are_compared_as_they_are_shown() -> None:
    light = np.array([[[0.0, 1.0, np.inf, 1.0], [np.nan, -1.0, 1e9, 0.0]]], np.float32)
    shown = as_shown(light, "OPEN_EXR")
    assert shown.min() >= 0 and shown.max() <= 1 and shown[0, 0, 0] == 0
    hidden = as_shown(np.array([[[0.5, 0.5, 0.5, 0.0]]], np.float32), "PNG")
    assert not hidden.any(), "what is under no alpha is not seen"
