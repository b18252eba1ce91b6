"""The count of audits tells a fair draw from a wrong one."""

from __future__ import annotations

import random
from collections.abc import Iterable

from renderchain.core.audit.draw_count import DRAWN_BY, DrawCount, count_draws, total_of
from renderchain.core.audit.events import LeaseDrawn
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.board_events import BoardEvent, LeaseClaimed, ResultSubmitted
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.job import LeaseResult

JOB, SUBMITTED = JobId(1), 5
NEWEST = SUBMITTED + DRAWN_BY


def lease_of(
    number: int, exp: int, outcome: DrawOutcome = DrawOutcome.NOT_DRAWN, *, unjudged: int = 0
) -> list[BoardEvent]:
    """What the board tells of a lease; NOT_DRAWN: nobody sent its draw."""
    lease_id = LeaseId(number)
    told: list[BoardEvent] = [
        LeaseClaimed(1, JOB, lease_id, 0xF, 0, 1, 0, exp, 0, unjudged),
        ResultSubmitted(SUBMITTED, JOB, lease_id, 1, LeaseResult(1, 2, 3, 4)),
    ]
    return told if outcome is DrawOutcome.NOT_DRAWN else [*told, LeaseDrawn(20, JOB, lease_id, exp, outcome)]


def count(exp: int, audited: Iterable[bool]) -> DrawCount:
    """Of leases of which chance had these audited; every other one that it spared was drawn all the same."""
    spared = (DrawOutcome.NOT_DRAWN, DrawOutcome.PASSED)
    outcomes = [DrawOutcome.IN_AUDIT if one else spared[at % 2] for at, one in enumerate(audited)]
    told = [event for at, one in enumerate(outcomes) for event in lease_of(at, exp, one)]
    return count_draws(told, NEWEST)


def test_a_fair_draw_is_plausible_at_every_rate() -> None:
    chance = random.Random(7)
    for exp in range(6):
        counted = count(exp, (chance.random() < 2.0**-exp for _ in range(2000)))
        assert counted.leases == 2000 and counted.is_plausible, exp


def test_an_inverted_or_absent_draw_is_noticed() -> None:
    chance = random.Random(7)
    inverted = count(3, (chance.random() > 2.0**-3 for _ in range(200)))
    never = count(3, [False] * 200)
    assert not inverted.is_plausible and not never.is_plausible


def test_newcomers_are_always_audited() -> None:
    assert count(0, [True] * 5).is_plausible
    assert not count(0, [True] * 4 + [False]).is_plausible


def test_what_nobody_judges_or_was_submitted_just_now_does_not_count() -> None:
    told = [*lease_of(1, 0, DrawOutcome.IN_AUDIT), *lease_of(2, 0, unjudged=1)]
    assert count_draws(told, NEWEST) == DrawCount(1, 1, 1.0, 0.0)
    assert count_draws(told, NEWEST - 1) == DrawCount(0, 0, 0.0, 0.0)


def test_the_counts_of_boards_add_up() -> None:
    both = total_of([count(1, [True, False]), count(1, [False, False])])
    assert both == DrawCount(4, 1, 2.0, 1.0)
