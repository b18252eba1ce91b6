"""Whether a receipt's payments add up, and are those of its leases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..audit.state import DrawOutcome, Verdict
from ..lifecycle import LeaseState
from ..money import format_strk
from .document import LeaseReceipt, Payment, PaymentKind, Receipt

OF_A_LEASE = (PaymentKind.PAID, PaymentKind.SHARED, PaymentKind.SAVED)


def wrong_payments(receipt: Receipt) -> Iterator[str]:
    """What does not fit, a sentence each."""
    leases = {one.lease_id: one for one in receipt.leases}
    brought = [one for one in receipt.payments if one.kind is PaymentKind.BROUGHT]
    if not brought or brought[0].amount_fri != receipt.terms.escrow_fri:
        yield f"the terms ask for {format_strk(receipt.terms.escrow_fri)} STRK, and other was paid in"
    for one in receipt.payments:
        lease = leases.get(one.lease_id)
        if one.kind in OF_A_LEASE and lease is None:
            yield f"{format_strk(one.amount_fri)} STRK are for a lease that is not there"
        elif lease is not None:
            yield from _wrong_of_lease(one, lease)
    yield from _wrong_counts(receipt)
    yield from _wrong_sum(receipt)


def _wrong_of_lease(payment: Payment, lease: LeaseReceipt) -> Iterator[str]:
    pay_fri = lease.reward_fri * lease.count
    if payment.kind in (PaymentKind.PAID, PaymentKind.SHARED) and payment.amount_fri != pay_fri:
        said, right = format_strk(payment.amount_fri), format_strk(pay_fri)
        yield f"lease {lease.lease_id} was paid {said} STRK, not {right}"
    if payment.kind is PaymentKind.SAVED and payment.amount_fri % max(lease.count, 1):
        yield f"what was saved on lease {lease.lease_id} is no price of its tasks"


def _wrong_counts(receipt: Receipt) -> Iterator[str]:
    counts = Counter((one.lease_id, one.kind) for one in receipt.payments if one.kind in OF_A_LEASE)
    for (lease_id, kind), count in counts.items():
        if count > 1:
            yield f"lease {lease_id} was {kind} {count} times"
    for lease in receipt.leases:
        paid = (lease.lease_id, PaymentKind.PAID) in counts
        if lease.state is LeaseState.ACCEPTED and not paid:
            yield f"lease {lease.lease_id} is accepted and was not paid"
        if lease.result is None and paid:
            yield f"lease {lease.lease_id} was paid without a result"
        if lease.reward_fri < receipt.terms.reward_fri:
            yield f"lease {lease.lease_id} pays less than the terms say"


def _wrong_sum(receipt: Receipt) -> Iterator[str]:
    in_fri = sum(one.amount_fri for one in receipt.payments if one.kind is PaymentKind.BROUGHT)
    out_fri = sum(one.amount_fri for one in receipt.payments if one.kind is not PaymentKind.BROUGHT)
    if out_fri > in_fri or (receipt.is_closed and out_fri != in_fri):
        yield f"{format_strk(in_fri)} STRK were paid in, and {format_strk(out_fri)} went out"
    fees_fri = sum(one.amount_fri for one in receipt.payments if one.kind is PaymentKind.AUDITS)
    if fees_fri and not any(map(_was_audited, receipt.leases)):
        yield f"{format_strk(fees_fri)} STRK went to verifiers, and no lease was audited"


def _was_audited(lease: LeaseReceipt) -> bool:
    is_drawn = lease.draw in (DrawOutcome.IN_AUDIT, DrawOutcome.CLEARED)
    return is_drawn or bool(lease.judgements) or lease.closing is not Verdict.NONE
