"""Whether a receipt's leases fit together: their ranges, their states, and how they were judged."""

from __future__ import annotations

from collections.abc import Iterator

from ..audit.state import DrawOutcome, Verdict
from ..lifecycle import LeaseState
from .document import LeaseReceipt, PaymentKind, Receipt

POSTED = (LeaseState.SUBMITTED, LeaseState.ACCEPTED, LeaseState.REJECTED)


def wrong_leases(receipt: Receipt) -> Iterator[str]:
    """What does not fit, a sentence each."""
    if len({one.lease_id for one in receipt.leases}) != len(receipt.leases):
        yield "a lease stands there twice"
    for lease in receipt.leases:
        yield from (f"lease {lease.lease_id} {why}" for why in _wrong_lease(receipt, lease))
    yield from _paid_twice(receipt)


def _wrong_lease(receipt: Receipt, lease: LeaseReceipt) -> Iterator[str]:
    terms = receipt.terms
    if not 1 <= lease.count <= terms.longest_lease or lease.first + lease.count > terms.tasks:
        yield f"has {lease.count} tasks from {lease.first} on, which the job does not have for a lease"
    if (lease.result is not None) != (lease.state in POSTED):
        yield f"is {lease.state.name.lower()} {'with' if lease.result else 'without'} a result"
    if lease.result is None and (lease.call or lease.frames or lease.judgements):
        yield "has no result, and what belongs to one"
    if lease.is_unjudged != (lease.draw is DrawOutcome.UNJUDGED) and not lease.judgements:
        yield f"is unjudged and {lease.draw.name.lower()}"
    if lease.is_unjudged and not terms.takes_unjudged:
        yield "is unjudged, which the terms do not allow"
    if lease.state is LeaseState.ACCEPTED and lease.closing is Verdict.REJECTED:
        yield "is accepted, and verifiers rejected it"
    if lease.state is LeaseState.REJECTED and lease.closing is Verdict.ACCEPTED:
        yield "is rejected, and verifiers accepted it"
    for one in lease.judgements:
        if one.objecting > one.counted:
            yield f"has a round with {one.objecting} objections in {one.counted} votes"


def _paid_twice(receipt: Receipt) -> Iterator[str]:
    """A spare may be paid beside the lease that is held; nothing else is paid twice."""
    paid = {one.lease_id for one in receipt.payments if one.kind is PaymentKind.PAID}
    seen: dict[int, LeaseReceipt] = {}
    for lease in receipt.leases:
        if lease.lease_id not in paid or lease.held_id:
            continue
        for task in range(lease.first, min(lease.first + lease.count, receipt.terms.tasks)):
            if task in seen:
                yield f"task {task} was paid in two leases, {seen[task].lease_id} and {lease.lease_id}"
                return
            seen[task] = lease
