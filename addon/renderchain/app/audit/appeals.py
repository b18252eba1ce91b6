"""Appeals: what they cost is looked at before they are paid for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ...core.audit.economics import MAX_NAMED, SEATS
from ...core.audit.errors import AuditInOtherPhase, StepIsOver
from ...core.audit.state import AuditInfo, AuditKind
from ...core.contract_errors import ContractError
from ...core.errors import FeeTooHigh
from ...core.ids import LeaseId
from ...core.job import LeaseInfo
from ...core.money import format_strk
from ...core.notices.appeals import AppealTooDear, AppealUnaffordable
from ...ports.chain_view import ChainView
from ...ports.fee_budget import FeeBudget
from ...ports.reporter import Reporter


@dataclass(frozen=True)
class AppealLimits:
    """What one appeal's bond may be, in fri (0: anything), and all of a day together (None: anything).

    ``taken`` are the leases and rounds whose bond the day has already: what is tried again is not paid twice.
    """

    largest_bond_fri: int = 0
    daily: FeeBudget | None = None
    taken: set[tuple[LeaseId, int]] = field(default_factory=set, compare=False)


NO_LIMITS = AppealLimits()


class AppealChain(ChainView, Protocol):
    """What it takes of the chain."""

    async def appeal_bond_fri(self, lease_id: LeaseId) -> int:
        """What the next appeal costs unless one is right."""
        ...

    async def appeal(self, lease_id: LeaseId, leaves: Sequence[int] = ()) -> None:
        """Pay a bond and ask for more votes; they look at these leaves of the lease besides."""
        ...


async def appeal(
    chain: AppealChain,
    reporter: Reporter,
    lease: LeaseInfo,
    audit: AuditInfo,
    leaves: Sequence[int] = (),
    *,
    most_fri: int | None = None,
    limits: AppealLimits = NO_LIMITS,
) -> bool:
    """Appeal the verdict if more votes can be asked and the account has the bond; whether it was done.

    ``leaves`` are named as far as the audit has room. Not at all for a bond above ``most_fri``. What is over
    the provider's own ``limits`` is left, and said.
    """
    if audit.round + 1 >= len(SEATS):
        return False
    bond_fri = await chain.appeal_bond_fri(lease.lease_id)
    if most_fri is not None and bond_fri > most_fri:
        return False
    have_fri = await chain.tokens_fri(chain.address)
    if have_fri < bond_fri:
        reporter.tell(AppealUnaffordable(lease.job_id, lease.lease_id, bond_fri, have_fri))
        return False
    if not _is_within(limits, reporter, lease, audit.round, bond_fri):
        return False
    room = MAX_NAMED - audit.named if audit.kind is AuditKind.PIXELS else 0
    try:
        await chain.appeal(lease.lease_id, tuple(leaves[:room]))
    except ContractError as error:  # of others it is not known whether the bond was paid
        if limits.daily:
            limits.daily.give_back(bond_fri)
            limits.taken.discard((lease.lease_id, audit.round))
        if isinstance(error, AuditInOtherPhase | StepIsOver):
            return False  # somebody else was faster, or we were too late
        raise
    return True


def _is_within(
    limits: AppealLimits, reporter: Reporter, lease: LeaseInfo, round_: int, bond_fri: int
) -> bool:
    ids = (lease.job_id, lease.lease_id)
    if 0 < limits.largest_bond_fri < bond_fri:
        reason = f"largest_bond_fri allows {format_strk(limits.largest_bond_fri)}"
        reporter.tell(AppealTooDear(*ids, bond_fri, reason))
        return False
    try:
        if limits.daily and (lease.lease_id, round_) not in limits.taken:
            limits.daily.take(f"Appealing lease {lease.lease_id}", bond_fri)
            limits.taken.add((lease.lease_id, round_))
    except FeeTooHigh as error:
        reporter.tell(AppealTooDear(*ids, bond_fri, str(error).rstrip(".")))
        return False
    return True
