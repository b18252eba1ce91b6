"""What a board told of a job, as the leases and payments of its receipt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..audit.events import AuditClosed, LeaseDrawn, LeaseSlashed, VerdictGiven
from ..audit.state import DrawOutcome, Verdict
from ..board_events import (
    BoardEvent,
    JobClosed,
    JobCreated,
    JobImproved,
    LeaseAccepted,
    LeaseClaimed,
    LeaseEnded,
    LeasePaid,
    ResultSubmitted,
    SpareGiven,
    SpareRefunded,
    TasksGivenBack,
    TasksRefunded,
)
from ..ids import LeaseId
from ..lifecycle import HELD, LeaseState
from .document import FrameProof, Judgement, LeaseReceipt, Payment, PaymentKind
from .signed_call import SignedCall

NO_LEASE = LeaseId(0)


@dataclass(frozen=True)
class Brought:
    """What the requester paid in with one transaction."""

    block: int
    amount_fri: int


class JobHistory:
    """Leases in the order of their claims, and each payment."""

    def __init__(self, events: Iterable[BoardEvent], brought: Sequence[Brought]) -> None:
        self.created: JobCreated | None = None
        self.leases: dict[LeaseId, LeaseReceipt] = {}
        self.is_closed = False
        self._reward_fri = 0
        self._slashed: set[LeaseId] = set()
        self._paid: set[LeaseId] = set()
        self._alone: set[LeaseId] = set()  # spares that took the place of the lease that was held
        self._parts: set[LeaseId] = set()  # of tasks that others have alone; they are paid as spares are
        self._moved = [Payment(one.block, PaymentKind.BROUGHT, NO_LEASE, one.amount_fri) for one in brought]
        told = list(events)
        self._slashed |= {one.lease_id for one in told if isinstance(one, LeaseSlashed)}
        for event in told:
            self._note(event)

    def _note(self, event: BoardEvent) -> None:
        if isinstance(event, JobCreated):
            self.created, self._reward_fri = event, event.terms.reward_fri
        elif isinstance(event, JobImproved):
            self._reward_fri = event.reward_fri
        elif isinstance(event, LeaseClaimed):
            self._claimed(event)
        elif isinstance(event, SpareGiven):
            self._change(event.lease_id, held_id=event.held_id)
        elif isinstance(event, ResultSubmitted):
            kept = {"count": event.count, "result": event.result}
            self._change(event.lease_id, state=LeaseState.SUBMITTED, **kept)
        elif isinstance(event, LeasePaid | LeaseAccepted):
            self._accepted(event)
        elif isinstance(event, LeaseEnded):
            self._ended(event)
        elif isinstance(event, TasksGivenBack):
            self._parted(event)
        elif isinstance(event, TasksRefunded | SpareRefunded | JobClosed):
            self._returned(event)
        else:
            self._judged(event)

    def _claimed(self, event: LeaseClaimed) -> None:
        draw = DrawOutcome.UNJUDGED if event.unjudged else DrawOutcome.NOT_DRAWN
        whose = (event.lease_id, event.operator, event.first, event.count, event.attempt, event.audit_exp)
        self.leases[event.lease_id] = LeaseReceipt(
            *whose,
            bool(event.unjudged),
            NO_LEASE,
            self._reward_fri,
            LeaseState.CLAIMED,
            draw,
            result=None,
            call=None,
            judgements=(),
            closing=Verdict.NONE,
            frames=(),
        )

    def _change(self, lease_id: LeaseId, **what: object) -> None:
        """A lease whose claim was not told is none of this job's."""
        if lease := self.leases.get(lease_id):
            self.leases[lease_id] = replace(lease, **what)  # type: ignore[arg-type]

    def _move(self, block: int, kind: PaymentKind, lease_id: LeaseId, amount_fri: int) -> None:
        if amount_fri:
            self._moved.append(Payment(block, kind, lease_id, amount_fri))

    def _accepted(self, event: LeasePaid | LeaseAccepted) -> None:
        if isinstance(event, LeaseAccepted):
            self._change(event.lease_id, state=LeaseState.ACCEPTED)
        lease = self.leases.get(event.lease_id)
        if not event.paid_fri or lease is None:
            return
        self._paid.add(event.lease_id)
        self._move(event.block, PaymentKind.PAID, event.lease_id, event.paid_fri)
        if not lease.held_id or event.lease_id in self._alone:
            saved_fri = (self._reward_fri - lease.reward_fri) * lease.count
            self._move(event.block, PaymentKind.SAVED, event.lease_id, saved_fri)

    def _ended(self, event: LeaseEnded) -> None:
        lease_id = event.lease_id
        self._change(lease_id, state=event.state)
        lease = self.leases.get(lease_id)
        if lease is None or lease_id in self._paid:
            return
        if event.state is LeaseState.REJECTED and lease_id not in self._slashed:
            shared_fri = lease.reward_fri * lease.count
            self._move(event.block, PaymentKind.SHARED, lease_id, shared_fri)
        else:
            self._alone |= {one.lease_id for one in self._spares_of(lease_id)}

    def _spares_of(self, lease_id: LeaseId) -> list[LeaseReceipt]:
        """Those that take its place where it fails."""
        found = [one for one in self.leases.values() if one.held_id == lease_id]
        return [one for one in found if one.lease_id not in self._paid | self._parts]

    def _parted(self, event: TasksGivenBack) -> None:
        """Of two leases of the same tasks one was submitted in part: the other has them alone."""
        lease = self.leases.get(event.lease_id)
        if event.reason or lease is None or event.lease_id in self._alone:
            return
        for spare in self._spares_of(event.lease_id):
            if spare.state in HELD:
                self._parts.add(event.lease_id)
                self._change(event.lease_id, held_id=spare.lease_id)
                self._change(spare.lease_id, held_id=NO_LEASE)
        if lease.held_id:
            self._parts.add(event.lease_id)

    def _returned(self, event: TasksRefunded | SpareRefunded | JobClosed) -> None:
        is_end = isinstance(event, JobClosed)
        lease_id = event.lease_id if isinstance(event, SpareRefunded) else NO_LEASE
        kind = PaymentKind.LEFT if is_end else PaymentKind.REFUNDED
        self._move(event.block, kind, lease_id, event.refunded_fri)
        self.is_closed |= is_end

    def _judged(self, event: BoardEvent) -> None:
        if isinstance(event, LeaseDrawn):
            self._change(event.lease_id, draw=event.draw_outcome)
        elif isinstance(event, VerdictGiven) and event.lease_id in self.leases:
            found = Judgement(event.round, event.verdict, event.counted, event.objecting)
            judged = (*self.leases[event.lease_id].judgements, found)
            self._change(event.lease_id, judgements=judged)
        elif isinstance(event, AuditClosed):
            self._change(event.lease_id, closing=event.verdict)

    @property
    def payments(self) -> tuple[Payment, ...]:
        """All that moved, by blocks; once the job is closed, what is left are the fees of its audits."""
        moved = sorted(self._moved, key=lambda one: one.block)
        left_fri = sum(
            one.amount_fri if one.kind is PaymentKind.BROUGHT else -one.amount_fri for one in moved
        )
        if self.is_closed and left_fri > 0:
            moved.append(Payment(moved[-1].block, PaymentKind.AUDITS, NO_LEASE, left_fri))
        return tuple(moved)

    def receipts(
        self,
        calls: Mapping[LeaseId, SignedCall],
        frames: Mapping[LeaseId, tuple[FrameProof, ...]],
    ) -> tuple[LeaseReceipt, ...]:
        """The leases, each with the transaction that posted it and what proves its frames."""
        return tuple(
            replace(one, call=calls.get(one.lease_id), frames=frames.get(one.lease_id, ()))
            for one in self.leases.values()
        )
