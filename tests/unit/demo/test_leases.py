"""The demo's tables of leases and of missed votes, from what the board told."""

from __future__ import annotations

from renderchain.core.audit.events import (
    AuditClosed,
    LeaseChallenged,
    LeaseDrawn,
    LeaseSlashed,
    VerdictGiven,
    Voted,
)
from renderchain.core.audit.state import AuditKind, DrawOutcome, Verdict, Vote
from renderchain.core.board_events import BoardEvent, LeaseAccepted, LeaseClaimed, LeaseEnded, LeasePaid
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.lifecycle import LeaseState
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.notices.checks import LeaseChecked, LeavesFalse

from tools.demo.leases import checks_of, misses, stories
from tools.demo.ledger import Transaction

RIGHT, FALSE, JOB = LeaseId(11), LeaseId(22), JobId(3)
OF_RIGHT, OF_FALSE = (1, JOB, RIGHT), (1, JOB, FALSE)


def sent(*told: BoardEvent, forfeits: tuple[tuple[int, int], ...] = ()) -> Transaction:
    return Transaction(1, "", 0, 0, told, forfeits)


def claim(lease_id: LeaseId, first: int, exp: int) -> LeaseClaimed:
    return LeaseClaimed(1, JOB, lease_id, 7, first, 2, 0, exp, 0)


def test_a_lease_that_was_paid_before_its_verdict_tells_both() -> None:
    found = stories(
        [
            sent(claim(RIGHT, 0, 0)),
            sent(LeaseDrawn(*OF_RIGHT, 0, DrawOutcome.IN_AUDIT)),
            sent(LeasePaid(*OF_RIGHT, 9, FRI_PER_STRK)),
            sent(VerdictGiven(*OF_RIGHT, 0, Verdict.ACCEPTED, 3, 1)),
            sent(AuditClosed(*OF_RIGHT, AuditKind.PIXELS, Verdict.ACCEPTED), LeaseAccepted(*OF_RIGHT, 9, 0)),
        ]
    )
    row = " ".join(found[RIGHT].row("worker-2", "right").split())
    assert row == "job 3 tasks 1-2 worker-2 1 in 1 drawn right - 2:1 accepted +1"
    assert not found[RIGHT].is_rejected


def test_a_lease_that_chance_spared_and_a_challenge_lost_tells_so() -> None:
    found = stories(
        [
            sent(claim(RIGHT, 0, 0), claim(FALSE, 8, 5)),
            sent(LeaseDrawn(*OF_FALSE, 5, DrawOutcome.PASSED)),
            sent(LeaseChallenged(*OF_FALSE, AuditKind.PIXELS, (1, 2), 5)),
            sent(Voted(*OF_FALSE, 0, 1, WorkerId(6), Vote.ABSENT)),
            sent(VerdictGiven(*OF_FALSE, 0, Verdict.REJECTED, 3, 3)),
            sent(
                LeaseSlashed(*OF_FALSE, 2 * FRI_PER_STRK, 0), LeaseEnded(*OF_FALSE, LeaseState.REJECTED, True)
            ),
        ]
    )
    story = found[FALSE]
    assert list(found) == [RIGHT, FALSE]
    assert story.was_spared and story.is_rejected
    row = " ".join(story.row("worker-5", "false").split())
    assert row == "job 3 tasks 9-10 worker-5 1 in 32 spared false challenged 0:3 rejected -2 1 absent"


def test_missed_votes_are_counted_with_what_they_took() -> None:
    def voted(seat: int, worker: int, vote: Vote) -> Voted:
        return Voted(*OF_RIGHT, 0, seat, WorkerId(worker), vote)

    found = misses(
        [
            sent(voted(0, 7, Vote.BUSY), forfeits=((7, 2),)),
            sent(
                voted(1, 6, Vote.ABSENT),
                voted(2, 6, Vote.ABSENT),
                voted(3, 5, Vote.COUNTED),
                forfeits=((6, 20), (5, 3), (6, 20)),
            ),
        ],
        {6: "worker-6", 7: "worker-7"},
    )
    assert [(one.role, one.vote, one.count, one.taken_fri) for one in found] == [
        ("worker-7", Vote.BUSY, 1, 2),
        ("worker-6", Vote.ABSENT, 2, 40),
    ]


def test_the_last_own_check_of_a_lease_is_told() -> None:
    told = [LeaseChecked(JOB, RIGHT, 2, 1.0), LeavesFalse(JOB, FALSE, (1,), 1.0)]
    assert checks_of(told) == {RIGHT: "right", FALSE: "false"}
