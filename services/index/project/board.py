"""Jobs, leases and payments out of a board's events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from renderchain.core import board_events as told
from renderchain.core.audit.events import LeaseSlashed
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.lease_id import split_lease_id
from renderchain.core.lifecycle import LeaseState

from ..draft import Row
from .place import Place

OPEN, CLOSED = "open", "closed"
CLAIMED, SUBMITTED, ACCEPTED = "claimed", "submitted", "accepted"
ALONE, HELD, SPARED, SPARE = "", "held", "spared", "spare"  # what a lease has to do with another of its tasks
SAME_NAMES = [
    "package_bytes",
    "package_files",
    "tasks",
    "reward_fri",
    "audit_pool_fri",
    "audit_floor_exp",
    "audit_tiles",
    "longest_lease",
    "lease_timeout_s",
    "window_s",
    "scheduler",
    "scheduler_grace_s",
    "tiles",
    "audit_fee_fri",
    "audit_tile_fri",
    "tile_limit_percent",
    "mean_limit_percent",
    "second_look",
    "memory_mib",
    "spare_tasks",
    "takes_unjudged",
]


def _job_created(place: Place, event: told.JobCreated) -> None:
    terms = event.terms
    place.draft.add(
        "job",
        place.board,
        event.job_id,
        **{name: getattr(terms, name) for name in SAME_NAMES},
        **place.when("created"),
        state=OPEN,
        requester=event.requester,
        family=event.family,
        package=terms.package_hi << 128 | terms.package_lo,
        expires_at_s=place.block.time_s + terms.expires_in_s,
        held_tasks=0,
        accepted_tasks=0,
        refunded_tasks=0,
        leases=0,
        paid_fri=0,
        refunded_fri=0,
    )
    place.pay(event.requester, "escrow", terms.escrow_fri, job=event.job_id)


def _job_improved(place: Place, event: told.JobImproved) -> None:
    improved = {"reward_fri": event.reward_fri, "audit_pool_fri": event.audit_pool_fri}
    place.job(event.job_id).update(**improved, expires_at_s=event.expires_at_s)


def _claimed(place: Place, event: told.LeaseClaimed) -> None:
    job, worker = place.job(event.job_id), split_lease_id(event.lease_id)[0]
    place.draft.add(
        "lease",
        place.board,
        event.lease_id,
        **place.when("claimed"),
        job=event.job_id,
        worker=worker,
        first=event.first,
        count=event.count,
        attempt=event.attempt,
        audit_exp=event.audit_exp,
        audits=0,
        state=CLAIMED,
        twin=ALONE,
        draw="",
        verdict="",
        challenge="",
        assigned=bool(event.assigned),
        unjudged=bool(event.unjudged),
        is_paid=False,
        operator=event.operator,
        paid_fri=0,
        slashed_fri=0,
        due_s=place.block.time_s + job["lease_timeout_s"],
    )
    job["held_tasks"] += event.count
    job["leases"] += 1
    worker_row(place, worker)["leases"] += 1


def worker_row(place: Place, worker: int) -> Row:
    """The worker; its counters begin with 0."""
    return place.draft.row("worker", worker, leases=0, accepted_leases=0, lost_leases=0, slashed_fri=0)


def _spare_given(place: Place, event: told.SpareGiven) -> None:
    job, lease = place.job(event.job_id), place.lease(event.lease_id)
    lease.update(twin=SPARE, twin_lease=event.held_id)
    place.lease(event.held_id).update(twin=HELD, twin_lease=event.lease_id)
    job["held_tasks"] -= lease["count"]  # the other lease holds them
    job["spare_tasks"] -= lease["count"]


def _submitted(place: Place, event: told.ResultSubmitted) -> None:
    result, job = event.result, place.job(event.job_id)
    place.lease(event.lease_id).update(
        **place.when("submitted"),
        state=SUBMITTED,
        count=event.count,
        root=result.root,
        results=result.results_hi << 128 | result.results_lo,
        key_hash=result.key_hash,
        due_s=place.block.time_s + job["window_s"],
    )


def _given_back(place: Place, event: told.TasksGivenBack) -> None:
    job, lease = place.job(event.job_id), place.lease(event.lease_id)
    if event.first == lease["first"]:  # all of it: LeaseEnded comes, and needs to know how many there were
        _leave(place, event.job_id, lease)
    elif lease["twin"] in (HELD, SPARE):
        _part(place, lease)
    else:  # what was submitted says already how many are left of it
        job["held_tasks"] -= event.count
        job["accepted_tasks"] += event.count if lease["twin"] == SPARED else 0
    place.pay(lease["operator"], "burned", event.burned_fri, job=event.job_id, lease=event.lease_id)


def _part(place: Place, lease: Row) -> None:
    """A part of tasks that two leases had was submitted: the other one has them alone."""
    if lease["twin"] == SPARE:
        _tell_held(place, lease, ALONE)
    else:
        place.lease(lease["twin_lease"])["twin"] = ALONE
    lease.update(twin=SPARE, twin_lease=None)


def _leave(place: Place, job_id: int, lease: Row) -> None:
    """What becomes of the tasks of a lease that ends unpaid: another lease of the same may have them."""
    job, twin = place.job(job_id), lease["twin"]
    if twin == SPARE:
        _tell_held(place, lease, ALONE)
    elif twin == HELD:
        place.lease(lease["twin_lease"])["twin"] = ALONE
    else:
        job["held_tasks"] -= lease["count"]
        job["accepted_tasks"] += lease["count"] if twin == SPARED else 0


def _tell_held(place: Place, spare: Row, twin: str) -> None:
    """What a spare came to, said of the lease whose spare it is, if it is one's."""
    if spare["twin_lease"]:
        held = place.lease(spare["twin_lease"])
        if held["state"] in (CLAIMED, SUBMITTED) and held["twin"] == HELD:
            held["twin"] = twin


def _paid(place: Place, event: told.LeasePaid | told.LeaseAccepted, lease: Row) -> None:
    job = place.job(event.job_id)
    lease.update(is_paid=True, paid_fri=event.paid_fri, payout=event.payout)
    job["paid_fri"] += event.paid_fri
    if lease["twin"] == SPARE:
        _tell_held(place, lease, SPARED)
    else:
        job["held_tasks"] -= lease["count"]
        job["accepted_tasks"] += lease["count"]
    place.pay(event.payout, "lease", event.paid_fri, job=event.job_id, lease=event.lease_id)


def _paid_early(place: Place, event: told.LeasePaid) -> None:
    _paid(place, event, place.lease(event.lease_id))


def _accepted(place: Place, event: told.LeaseAccepted) -> None:
    lease = place.lease(event.lease_id)
    if not lease["is_paid"]:
        _paid(place, event, lease)
    if not (lease["draw"] or lease["unjudged"]):  # only what chance spares ends without a draw
        lease["draw"] = DrawOutcome.PASSED.name.lower()
    lease.update(**place.when("ended"), state=ACCEPTED, due_s=None)
    worker_row(place, lease["worker"])["accepted_leases"] += 1


def _ended(place: Place, event: told.LeaseEnded) -> None:
    lease = place.lease(event.lease_id)
    undecided = event.state is LeaseState.REJECTED and not lease["slashed_fri"]
    if event.state is LeaseState.GIVEN_BACK or lease["is_paid"]:
        pass  # nothing is left to be moved
    elif undecided and lease["twin"] == HELD:
        place.job(event.job_id)["held_tasks"] -= lease["count"]
    else:
        _leave(place, event.job_id, lease)
    lease.update(**place.when("ended"), state=event.state.name.lower(), due_s=None)
    lost = event.state is LeaseState.EXPIRED or lease["slashed_fri"]
    worker_row(place, lease["worker"])["lost_leases"] += 1 if lost else 0


def _slashed(place: Place, event: LeaseSlashed) -> None:
    place.lease(event.lease_id)["slashed_fri"] = event.slashed_fri


def _spare_refunded(place: Place, event: told.SpareRefunded) -> None:
    _refund(place, event.job_id, event.refunded_fri, lease=event.lease_id)


def _tasks_refunded(place: Place, event: told.TasksRefunded) -> None:
    place.job(event.job_id)["refunded_tasks"] += event.tasks
    _refund(place, event.job_id, event.refunded_fri)


def _job_closed(place: Place, event: told.JobClosed) -> None:
    place.job(event.job_id).update(**place.when("ended"), state=CLOSED)
    _refund(place, event.job_id, event.refunded_fri)


def _refund(place: Place, job_id: int, amount_fri: int, **about: int) -> None:
    job = place.job(job_id)
    job["refunded_fri"] += amount_fri
    place.pay(job["requester"], "refund", amount_fri, job=job_id, **about)


def _withdrawn(place: Place, event: told.Withdrawn) -> None:
    place.pay(event.account, "withdrawn", event.amount_fri)


def _is_only_told(place: Place, event: object) -> None:
    """The event itself is all that there is to keep."""


BOARD: dict[type, Callable[[Place, Any], None]] = {
    told.JobCreated: _job_created,
    told.JobImproved: _job_improved,
    told.LeaseClaimed: _claimed,
    told.SpareGiven: _spare_given,
    told.ResultSubmitted: _submitted,
    told.TasksGivenBack: _given_back,
    told.LeasePaid: _paid_early,
    told.LeaseAccepted: _accepted,
    told.LeaseEnded: _ended,
    LeaseSlashed: _slashed,
    told.SpareRefunded: _spare_refunded,
    told.TasksRefunded: _tasks_refunded,
    told.JobClosed: _job_closed,
    told.Withdrawn: _withdrawn,
    told.EntryRefused: _is_only_told,
    told.KeyAsked: _is_only_told,
    told.KeyGiven: _is_only_told,
}
