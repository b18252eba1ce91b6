"""What the benchmark of false alarms calculates: fitted tails, and verdicts from rates a tile."""

from __future__ import annotations

import numpy as np
import pytest

from research.pixels import honest
from research.pixels.compare import Row, block_shifts
from research.pixels.limits import Rule
from research.pixels.tail import Pareto, normal_rate, pareto, poisson_bound
from research.pixels.verdicts import any_of, false_verdict, independent_verdict, majority


def test_the_fit_finds_the_tail_that_values_were_drawn_from() -> None:
    chance = np.random.default_rng(3)
    fitted = pareto(chance.exponential(2.0, 200_000), 0.25)
    assert fitted.shape == pytest.approx(0, abs=0.02)
    assert fitted.beyond(20.0) == pytest.approx(np.exp(-10), rel=0.3)
    short = pareto(chance.random(200_000), 0.25)  # nothing over 1
    assert short.beyond(0.9) == pytest.approx(0.1, rel=0.05)
    assert short.beyond(1.1) == 0


def test_values_that_are_all_equal_have_no_tail() -> None:
    assert pareto(np.ones(100), 0.25).beyond(2.0) == 0


def test_a_fit_says_which_limit_has_a_rate() -> None:
    for shape in (-0.2, 0.0, 0.3):
        fit = Pareto(1.0, 0.25, shape, 2.0)
        assert fit.beyond(fit.reached_by(1e-6)) == pytest.approx(1e-6)


def test_the_bound_without_a_fit() -> None:
    assert poisson_bound(0) == pytest.approx(3.0, abs=0.01)
    assert poisson_bound(1) == pytest.approx(4.74, abs=0.01)


def test_a_level_of_normal_noise_is_rounded_down_before_it_is_compared() -> None:
    chance = np.random.default_rng(5)
    where, shift = chance.random(400_000), chance.normal(0, 1.5, 400_000)
    seen = np.abs(np.floor(where + shift) - np.floor(where)) > 3
    assert normal_rate(1.5, 3) == pytest.approx(seen.mean(), rel=0.05)


def test_the_spread_of_a_blocks_pixels_says_how_far_its_mean_moves() -> None:
    chance = np.random.default_rng(6)
    mine = np.full((64, 64, 4), 0.5, np.float32)
    theirs = mine * np.exp2(chance.normal(0, 0.1, (64, 64, 1))).astype(np.float32)
    shifts, spreads = block_shifts(mine, theirs)
    assert len(shifts) == 48 and len(spreads) == 48
    assert np.std(shifts[::3]) == pytest.approx(np.mean(spreads), rel=0.5)


def row(block_steps: tuple[int, ...], bit_percent: float = 0.0) -> Row:
    shifts = tuple(float(steps) for steps in block_steps for _ in range(3))
    steps = max(block_steps)
    return Row(
        *("picture", 0, "town", "here", "honest", 16, False, 4096, False, bit_percent, steps, block_steps),
        *((48,), steps <= 3, (bit_percent,) * 3, shifts, (0.1,) * 48),
    )


def test_a_rule_that_overlooks_one_block() -> None:
    rule = Rule(3, 2, 12)
    assert not rule.refuses(row((12, 3) + 14 * (0,)))
    assert rule.refuses(row((13, 3) + 14 * (0,)))
    assert rule.refuses(row((4, 4) + 14 * (0,)))
    assert rule.refuses(row(16 * (0,), bit_percent=41))
    assert Rule(3).refuses(row((4,) + 15 * (0,)))


def test_most_seats() -> None:
    assert majority(3, 0.5) == pytest.approx(0.5)
    assert majority(15, 1.0) == 1
    assert majority(3, 0.2) == pytest.approx(0.104)


def test_if_all_see_the_same_the_first_rounds_leaves_decide() -> None:
    # They are looked at again in every round, so an appeal brings nothing where they are the cause.
    assert false_verdict(1e-6, 16) == pytest.approx(any_of(1e-6, 16))
    assert false_verdict(1.0, 1) == 1


def test_a_requester_who_appeals_gets_one_more_draw_that_counts() -> None:
    # The worker appeals the second round's verdict, and the third has fresh leaves again.
    assert false_verdict(0.1, 1, requester_appeals=True) == pytest.approx(0.1 + 0.9 * 0.1)


def test_verdicts_are_rarer_where_the_stake_is_mixed_or_verifiers_differ() -> None:
    same = false_verdict(1e-4, 16, requester_appeals=True)
    assert false_verdict(1e-4, 16, 0.2, True) < same / 100
    assert independent_verdict(1e-4, 16) < same / 100


def test_each_shot_has_a_file_of_its_own() -> None:
    names = [shot.name for shot in honest.plan()]
    assert len(set(names)) == len(names)
