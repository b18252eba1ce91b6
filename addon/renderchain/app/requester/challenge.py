"""The requester doubts a lease and pays a bond to have it audited."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.audit.state import DrawOutcome
from ...core.ids import LeaseId
from ...core.lifecycle import LeaseState
from ...core.notices.audits import Challenged
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain


async def challenge(
    chain: RequesterChain, reporter: Reporter, lease_id: LeaseId, leaves: Sequence[int]
) -> None:
    """Challenge named leaves of a lease, or without any its delivery; who is right gets the bond back.

    Only what was drawn can be challenged, and nobody else has drawn what chance spared.
    """
    lease = await chain.lease(lease_id)
    if lease.state is LeaseState.SUBMITTED and lease.draw_outcome is DrawOutcome.NOT_DRAWN:
        await chain.draw(lease.job_id, [lease_id])
    if leaves:
        await chain.challenge_pixels(lease_id, leaves)
    else:
        await chain.challenge_delivery(lease_id)
    reporter.tell(Challenged(lease_id, tuple(leaves)))
