"""What the benchmark of false alarms calculates: fitted tails, and verdicts from rates a tile."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.pixels import honest
from benchmarks.pixels.tail import pareto
from benchmarks.pixels.verdicts import any_of, false_verdict, independent_verdict, majority


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
