"""How far a job is, folded out of what its board told of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from .board_events import (
    BoardEvent,
    JobClosed,
    LeaseAccepted,
    LeaseClaimed,
    LeaseEnded,
    LeasePaid,
    ResultSubmitted,
    SpareRefunded,
    TasksRefunded,
)
from .ids import LeaseId
from .lifecycle import LeaseState

DELIVERED = (LeaseState.SUBMITTED, LeaseState.ACCEPTED)


@dataclass(frozen=True)
class LeaseProgress:
    """What became of a lease of ``count`` tasks from ``first`` on; ``root`` is 0 until it was submitted."""

    lease_id: LeaseId
    operator: int
    first: int
    count: int
    state: LeaseState = LeaseState.CLAIMED
    is_paid: bool = False
    root: int = 0

    @property
    def tasks(self) -> range:
        """Its tasks by their places in the job."""
        return range(self.first, self.first + self.count)

    @property
    def is_settled(self) -> bool:
        """Whether nothing that the artist finds out changes its pay any more."""
        return self.is_paid or self.state is LeaseState.ACCEPTED

    @property
    def is_lost(self) -> bool:
        """Whether it ended without pay, so that its frames are somebody else's, or nobody's."""
        return self.state in (LeaseState.EXPIRED, LeaseState.REJECTED, LeaseState.GIVEN_BACK)


@dataclass
class JobProgress:
    """Leases in the order of their claims, and the money that moved; amounts in fri."""

    leases: dict[LeaseId, LeaseProgress] = field(default_factory=dict)
    paid_fri: int = 0
    refunded_fri: int = 0
    refunded_tasks: int = 0
    is_closed: bool = False
    first_claim_block: int | None = None

    @classmethod
    def of(cls, events: Iterable[BoardEvent]) -> JobProgress:
        """What these events of one job come to."""
        progress = cls()
        for event in events:
            progress.note(event)
        return progress

    def note(self, event: BoardEvent) -> None:
        """Hear of what is next."""
        if isinstance(event, LeaseClaimed):
            lease = LeaseProgress(event.lease_id, event.operator, event.first, event.count)
            self.leases[event.lease_id] = lease
            if self.first_claim_block is None:
                self.first_claim_block = event.block
        elif isinstance(event, ResultSubmitted):
            kept = {"count": event.count, "root": event.result.root}
            self._change(event.lease_id, state=LeaseState.SUBMITTED, **kept)
        elif isinstance(event, LeasePaid):
            self.paid_fri += event.paid_fri
            self._change(event.lease_id, is_paid=True)
        elif isinstance(event, LeaseAccepted):
            self.paid_fri += event.paid_fri
            self._change(event.lease_id, state=LeaseState.ACCEPTED, is_paid=True)
        elif isinstance(event, LeaseEnded):
            self._change(event.lease_id, state=event.state)
        else:
            self._note_refund(event)

    def _note_refund(self, event: BoardEvent) -> None:
        self.is_closed |= isinstance(event, JobClosed)
        if isinstance(event, TasksRefunded | SpareRefunded | JobClosed):
            self.refunded_fri += event.refunded_fri
        if isinstance(event, TasksRefunded):
            self.refunded_tasks += event.tasks

    def _change(self, lease_id: LeaseId, **what: object) -> None:
        """A lease whose claim was not heard is none of this job's."""
        if lease := self.leases.get(lease_id):
            self.leases[lease_id] = replace(lease, **what)  # type: ignore[arg-type]

    def in_state(self, *states: LeaseState) -> list[LeaseProgress]:
        """The leases that are in one of these."""
        return [one for one in self.leases.values() if one.state in states]

    @property
    def delivered(self) -> set[int]:
        """Tasks whose results are there, and not rejected."""
        return {task for one in self.in_state(*DELIVERED) for task in one.tasks}

    @property
    def in_work(self) -> set[int]:
        """Tasks that workers have now and have not delivered."""
        return {task for one in self.in_state(LeaseState.CLAIMED) for task in one.tasks} - self.delivered

    @property
    def workers(self) -> set[int]:
        """The operators who render now."""
        return {one.operator for one in self.in_state(LeaseState.CLAIMED)}

    def lease_of(self, task: int) -> LeaseProgress | None:
        """The newest lease that delivered a task; None if there is none."""
        found = [one for one in self.in_state(*DELIVERED) if task in one.tasks]
        return found[-1] if found else None

    def left_s(self, tasks: int, since_claim_s: float) -> float | None:
        """How long the rest takes if it goes on as since the first claim; None as long as nothing tells."""
        done = len(self.delivered)
        left = tasks - self.refunded_tasks - done
        if not done or left < 0 or since_claim_s < 0 or self.is_closed:
            return None
        return since_claim_s * left / done
