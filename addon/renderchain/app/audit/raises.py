"""Raising the fee of votes that nobody wanted: otherwise half of a lease's pay burns."""

from __future__ import annotations

from typing import Protocol

from ...core.audit.economics import MOST_NOTCHES
from ...core.audit.errors import NoDrawToRaise, WrongRaise
from ...core.audit.state import AuditInfo
from ...core.contract_errors import VoteFeeTooHigh
from ...core.ids import LeaseId
from ...core.job import LeaseInfo
from ...core.notices.audits import RaiseTooDear
from ...ports.chain_view import ChainView
from ...ports.reporter import Reporter

TRIED = (2, 4, 6, 8, 12, MOST_NOTCHES)  # notches, of which the lowest that finds enough is taken
MOST_PART = 5  # of the lease's pay: a shared lease loses half, and its lock waits for long


class RaiseChain(ChainView, Protocol):
    """What it takes of the chain."""

    async def has_voters(self, lease_id: LeaseId, notches: int) -> bool:
        """Whether draws of the present round's votes would stand now at its fee raised so."""
        ...

    async def price_to_raise_fri(self, lease_id: LeaseId, notches: int) -> int:
        """What raising the fee of the present round's votes by so many notches takes; the rest returns."""
        ...

    async def raise_fee(self, lease_id: LeaseId, notches: int) -> None:
        """Pay that, so that votes which could not be found are looked for at a higher fee."""
        ...


async def raise_fee(chain: RaiseChain, reporter: Reporter, lease: LeaseInfo, audit: AuditInfo) -> bool:
    """Raise it where the present fee finds too few willing holders and a higher one enough.

    Not where that takes more than a fifth of the lease's pay or the account holds. Whether it was done.
    """
    raised = audit.raised[audit.round]
    if not audit.may_be_raised or await chain.has_voters(lease.lease_id, raised):
        return False
    for notches in TRIED:
        if notches <= raised or not await chain.has_voters(lease.lease_id, notches):
            continue
        price_fri = await chain.price_to_raise_fri(lease.lease_id, notches)
        pay_fri = lease.count * (await chain.job(lease.job_id)).reward_fri
        most_fri = min(pay_fri // MOST_PART, await chain.tokens_fri(chain.address))
        if price_fri > most_fri:
            reporter.tell(RaiseTooDear(lease.job_id, lease.lease_id, price_fri, most_fri))
            return False
        try:
            await chain.raise_fee(lease.lease_id, notches)
        except (NoDrawToRaise, WrongRaise, VoteFeeTooHigh):
            return False  # the block came, somebody else was faster, or it would be over the bound
        return True
    return False
