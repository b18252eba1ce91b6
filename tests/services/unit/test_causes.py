"""Of which lease a loss of stake is, by what a board tells beside it in the same transaction."""

from __future__ import annotations

from renderchain.core.audit.events import AuditClosed, LeaseSlashed, Voted
from renderchain.core.audit.state import AuditKind, Verdict, Vote
from renderchain.core.board_events import LeaseEnded, TasksGivenBack
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import LeaseState
from renderchain.core.network_events import Forfeited, Slashed
from renderchain.ports.event_feed import NetworkEvent, PlacedEvent

from services.index.causes import causes_of

BOARD, OTHER, REGISTRY = 0xB0A2D, 0xB0A2E, 0x2E6
ONE, TWO = WorkerId(1), WorkerId(2)
FIRST, SECOND, OF_TWO = join_lease_id(ONE, 0, 1), join_lease_id(ONE, 1, 2), join_lease_id(TWO, 0, 1)
JOB, ANOTHER = JobId(7), JobId(8)


def found(*told: NetworkEvent, board: int = BOARD) -> list[tuple[int, int] | None]:
    """Job and lease of each loss of one transaction, in order."""
    losses = (Slashed, Forfeited)
    events = [
        PlacedEvent(3, at, 0x7, REGISTRY if isinstance(one, losses) else board, one)
        for at, one in enumerate(told)
    ]
    causes = causes_of(events)
    return [causes.get((3, one.index)) for one in events if isinstance(one.event, losses)]


def slashed(worker: WorkerId, amount_fri: int) -> Slashed:
    return Slashed(9, worker, BOARD, amount_fri, 0)


def test_a_lease_that_was_lost_to_an_audit() -> None:
    ended = LeaseEnded(9, JOB, FIRST, LeaseState.REJECTED, True)
    assert found(LeaseSlashed(9, JOB, FIRST, 50, 5), ended, slashed(ONE, 50)) == [(JOB, FIRST)]


def test_leases_that_expired_together_cost_in_the_order_in_which_they_ended() -> None:
    leases = ((JOB, FIRST), (JOB, OF_TWO), (ANOTHER, SECOND))
    ends = [LeaseEnded(9, job, lease, LeaseState.EXPIRED, True) for job, lease in leases]
    losses = [slashed(ONE, 50), slashed(TWO, 30), slashed(ONE, 40)]
    assert found(*ends, *losses) == [(JOB, FIRST), (JOB, OF_TWO), (ANOTHER, SECOND)]


def test_what_was_given_back_late_costs_and_what_was_in_time_does_not() -> None:
    free = TasksGivenBack(9, JOB, FIRST, 0, 4, "no", 0, True)
    late = TasksGivenBack(9, JOB, SECOND, 4, 4, "no", 2, True)
    assert found(free, late, slashed(ONE, 2)) == [(JOB, SECOND)]


def test_a_verifier_pays_for_the_lease_whose_vote_it_owes() -> None:
    vote = Voted(9, JOB, OF_TWO, 0, 2, ONE, Vote.SILENT)
    another = Voted(9, ANOTHER, OF_TWO, 0, 1, TWO, Vote.SILENT)
    losses = [Forfeited(9, TWO, BOARD, 20, 20), Forfeited(9, ONE, BOARD, 20, 20)]
    assert found(losses[0], another, losses[1], vote) == [(ANOTHER, OF_TWO), (JOB, OF_TWO)]
    closed = AuditClosed(9, JOB, OF_TWO, AuditKind.PIXELS, Verdict.UNDECIDED)
    assert found(losses[1], closed) == [(JOB, OF_TWO)], "who said that it takes too long"


def test_another_boards_leases_and_other_amounts_are_no_cause() -> None:
    lost = LeaseSlashed(9, JOB, FIRST, 50, 5)
    assert found(lost, slashed(ONE, 49)) == [None]
    assert found(lost, slashed(TWO, 50)) == [None]
    assert found(lost, slashed(ONE, 50), board=OTHER) == [None]
    assert found(slashed(ONE, 50)) == [None]
