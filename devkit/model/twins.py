"""Leases of the same tasks: one that is held, and its spare. None of it is a call."""

from __future__ import annotations

from dataclasses import replace

from renderchain.core.board_events import SpareGiven, SpareRefunded
from renderchain.core.ids import LeaseId
from renderchain.core.job import Place
from renderchain.core.lifecycle import HELD, LeaseState, Twin

from devkit.model.jobs import JobsModel
from devkit.model.ledger import need, slot_of
from devkit.model.records import Job, Lease


class TwinsModel(JobsModel):
    """What becomes of tasks that were given twice, and of the money for them."""

    def to_spare(self, job: Job, place: Place) -> Lease:
        """The lease that a place may have a spare of."""
        held = self.lease(LeaseId(place.spare_of))
        need(held and held.state is LeaseState.CLAIMED, "lease in another state")
        assert held
        need(held.job == job.number, "lease of another job")
        need(held.twin is Twin.NONE, "tasks are given twice")
        need(slot_of(held.number)[0] != place.worker_id, "spare of its own worker")
        return held

    def pair(self, job: Job, held: Lease, spare: Lease) -> None:
        """Each knows the other; the job waits for a spare as for its tasks."""
        job.pending += 1
        spare.twin = Twin.SPARE
        held.twin_id, spare.twin_id = spare.number, held.number
        self.emit(SpareGiven, job.number, spare.number, held.number)

    def held_by_other(self, spare: Lease) -> Lease | None:
        """The lease that a spare is of, while that waits for what the spare comes to."""
        held = self.lease(spare.twin_id)
        return held if held and held.state in HELD and held.twin is Twin.HELD else None

    def spare_is_paid(self, spare: Lease) -> None:
        if held := self.held_by_other(spare):
            held.twin = Twin.SPARED

    def spare_is_lost(self, spare: Lease) -> None:
        if held := self.held_by_other(spare):
            held.twin = Twin.NONE

    def leave_closed(self, job: Job, lease: Lease) -> None:
        """A lease of tasks that were given twice ended without pay."""
        refunded_fri = lease.count * job.rewards[-1]
        if lease.twin is Twin.SPARED:
            job.held -= lease.count
            job.accepted += lease.count
        elif lease.twin is Twin.SPARE:
            refunded_fri, _ = job.stakes_of(lease)
            self.spare_is_lost(lease)
            job.pending -= 1
        else:
            spare = self.lease(lease.twin_id)
            assert spare
            refunded_fri, _ = job.stakes_of(spare)
            spare.twin, spare.rejections = Twin.NONE, lease.rejections
            job.pending -= 1
        self.return_spare(job, lease, refunded_fri)

    def part(self, job: Job, lease: Lease, whole: int) -> None:
        """Of ``whole`` tasks that were given twice a part was submitted: it is paid out of the spare's
        money, and the other lease has all of them alone.
        """
        if lease.twin is Twin.SPARE:
            aside_fri, _ = job.stakes_of(replace(lease, count=whole))
            self.spare_is_lost(lease)
        else:
            spare = self.lease(lease.twin_id)
            assert spare
            aside_fri, _ = job.stakes_of(spare)
            lease.twin, spare.twin = Twin.SPARE, Twin.NONE
        lease.twin_id = LeaseId(0)
        pay, _ = job.stakes_of(lease)
        self.return_spare(job, lease, aside_fri - pay)

    def return_spare(self, job: Job, lease: Lease, refunded_fri: int) -> None:
        self.credit(job.requester, refunded_fri)
        self.emit(SpareRefunded, job.number, lease.number, refunded_fri)
