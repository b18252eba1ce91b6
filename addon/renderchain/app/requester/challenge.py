"""The requester doubts a lease and pays a bond to have it audited."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.ids import LeaseId
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain


async def challenge(
    chain: RequesterChain, reporter: Reporter, lease_id: LeaseId, leaves: Sequence[int]
) -> None:
    """Challenge named leaves of a lease, or without any its delivery; who is right gets the bond back."""
    if leaves:
        await chain.challenge_pixels(lease_id, leaves)
    else:
        await chain.challenge_delivery(lease_id)
    what = f"leaves {', '.join(map(str, leaves))}" if leaves else "the delivery"
    reporter.say(f"Lease {lease_id}: {what} challenged; verifiers will look at it")
