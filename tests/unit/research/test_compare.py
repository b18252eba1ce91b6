"""How pairs of prints become shares of tiles and of leases, and the limits of a scene's jobs."""

from __future__ import annotations

import numpy as np
import pytest
from renderchain.core.pixel_prints import Pixels, print_of
from renderchain.core.print_limits import LEAST, MOST, PrintLimits

from research.pixels import transforms
from research.pixels.compare import Kind, Pair, limits_of, needed_by


def noisy(seed: int) -> Pixels:
    """A tile of light about a half."""
    light = np.random.default_rng(seed).gamma(60.0, 1 / 120, (64, 64, 3))
    return np.asarray(np.concatenate([light, np.ones((64, 64, 1))], axis=2), np.float32)


def kind(*shares: float) -> Kind:
    """A tile for each share of its pixels that come from another noise, which changes half of their bits."""
    pairs = [
        Pair(print_of(noisy(at)), print_of(transforms.mixed(noisy(at), noisy(100 + at), share)), share)
        for at, share in enumerate(shares)
    ]
    return Kind("made up", "none", tuple(pairs))


def test_what_is_saved_is_the_mean_over_leaves() -> None:
    assert kind(0.1, 0.3).saved == pytest.approx(0.2)


def test_a_tile_passes_by_itself_and_a_lease_only_if_its_mean_does() -> None:
    one = kind(*[0.16] * 8)
    assert one.tiles_passing(LEAST) == 1
    assert one.leases_passing(LEAST) == 0
    assert one.leases_passing(MOST) == 1


def test_a_lease_is_refused_for_one_tile() -> None:
    one = kind(*[0.0] * 15, 0.6)
    assert one.tiles_passing(MOST) == 15 / 16
    # The chance that one of sixteen draws is none of the fifteen.
    assert one.leases_passing(MOST) == pytest.approx((15 / 16) ** 16, abs=0.08)


def test_equal_digests_differ_in_nothing() -> None:
    assert kind(0.0).pairs[0].bit_percent == 0 and kind(0.0).pairs[0].level_steps == 0


def test_a_scenes_limits_are_a_multiple_of_what_two_kernels_differ_by() -> None:
    one = kind(0.05, 0.1)
    needed = needed_by(one)
    assert needed.tile_percent == np.ceil(2.5 * max(pair.bit_percent for pair in one.pairs))
    assert limits_of(kind(0.0)) == LEAST
    assert limits_of(kind(0.5, 0.5)) == MOST
    assert limits_of(one) == PrintLimits(needed.tile_percent, needed.mean_percent)
