"""Showing what prints say once all votes are revealed: strikes of false votes, and that objectors agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.audit.errors import (
    AuditInOtherPhase,
    NoMajorityShown,
    ShownVotesDoNotAgree,
    StepIsOver,
    VoteNotContradicted,
)
from ...core.audit.gas import SHOW_GAS
from ...core.audit.state import MEAN, AuditInfo
from ...core.job import LeaseInfo
from ...core.notices.audits import RejectionShown, ShowingTooDear, VoteStruck
from ...ports.audit_chain import AuditChain, Opened, ShownVote
from ...ports.reporter import Reporter
from .comparing import Agreement, Ballot, Contradiction, Revealed

# Somebody else did it a moment before, or the step ended; a later look says what is left.
FASTER = (VoteNotContradicted, NoMajorityShown, ShownVotesDoNotAgree, AuditInOtherPhase, StepIsOver)
MOST_FELTS = 4000  # of one call's data; networks take 5,000 a transaction
CONTENT_FELTS, PRINT_FELTS = 3, 20


@dataclass(frozen=True)
class ShowLimits:
    """The most that one account spends on the strikes and showings of one round."""

    gas: int
    fee_fri: int


class Showing:
    """For one account; ``limits`` hold for each round of a lease's audit."""

    def __init__(self, chain: AuditChain, reporter: Reporter, limits: ShowLimits) -> None:
        self._chain = chain
        self._reporter = reporter
        self._limits = limits
        self._spent: dict[tuple[int, int, int], int] = {}  # gas by lease and draw

    def forget(self, lease_id: int) -> None:
        """The lease is settled."""
        self._spent = {key: gas for key, gas in self._spent.items() if key[0] != lease_id}

    async def ballot(self, lease: LeaseInfo, audit: AuditInfo, from_block: int) -> Ballot | None:
        """The votes of the present draw; None where the opening can't be found."""
        lease_id = lease.lease_id
        answer = await self._chain.opened(lease_id, audit.round, from_block)
        if answer is None:
            return None
        verifiers = [one for one in await self._chain.verifiers(lease_id) if one.seat in audit.seats]
        shown = await self._chain.shown(lease_id, audit.round, from_block)
        drawn, job = await self._chain.drawn_leaves(lease_id), await self._chain.job(lease.job_id)
        return Ballot.of(drawn, answer, job.limits, verifiers, shown)

    async def strike(
        self, lease: LeaseInfo, audit: AuditInfo, ballot: Ballot, false: Sequence[Contradiction]
    ) -> None:
        """Have votes struck that their own prints contradict."""
        for one in false:
            leaves = list(one.vote.prints) if one.leaf == MEAN else [one.leaf]
            theirs = tuple(tuple(ballot.answer.prints[at]) for at in leaves)
            answer = Opened(ballot.answer.contents, theirs)
            if not await self._may_spend(lease, audit, SHOW_GAS):
                return
            try:
                await self._chain.strike(lease.lease_id, one.leaf, one.vote.with_prints(*leaves), answer)
            except FASTER:
                continue
            self._reporter.tell(VoteStruck(lease.job_id, lease.lease_id, audit.round, one.vote.seat))

    async def show(self, lease: LeaseInfo, audit: AuditInfo, ballot: Ballot, found: Agreement) -> None:
        """Show that a majority of the counted votes agrees in what it found."""
        if found.leaf == MEAN:
            await self._show_mean(lease, audit, ballot, found.votes)
            return
        prints = (tuple(ballot.answer.prints[found.leaf]),) if found.by_levels else ()
        votes = [one.with_prints(found.leaf) for one in found.votes]
        answer = Opened(ballot.answer.contents, prints)
        await self._show(lease, audit, found.leaf, votes, answer, by_levels=found.by_levels)

    async def _show_mean(
        self, lease: LeaseInfo, audit: AuditInfo, ballot: Ballot, votes: Sequence[Revealed]
    ) -> None:
        """In as many calls as their data needs, each with the reference."""
        reference, *others = [one.with_prints(*one.prints) for one in votes]
        drawn = len(ballot.drawn)
        each = drawn * (CONTENT_FELTS + PRINT_FELTS)
        at_once = max(1, (MOST_FELTS - 2 * each) // each)
        for at in range(0, max(len(others), 1), at_once):
            part = [reference, *others[at : at + at_once]]
            if not await self._show(lease, audit, MEAN, part, ballot.answer, by_levels=False):
                return

    async def _show(
        self,
        lease: LeaseInfo,
        audit: AuditInfo,
        leaf: int,
        votes: Sequence[ShownVote],
        answer: Opened,
        *,
        by_levels: bool,
    ) -> bool:
        if not await self._may_spend(lease, audit, SHOW_GAS * len(votes)):
            return False
        try:
            await self._chain.show(lease.lease_id, leaf, votes, answer, by_levels=by_levels)
        except FASTER:
            return False
        self._reporter.tell(RejectionShown(lease.job_id, lease.lease_id, audit.round, len(votes)))
        return True

    async def _may_spend(self, lease: LeaseInfo, audit: AuditInfo, gas: int) -> bool:
        """Whether so much more stays within the limits; it is counted if so."""
        place = (lease.lease_id, audit.round, audit.first)
        gas += self._spent.get(place, 0)
        fee_fri = gas * await self._chain.gas_price_fri()
        if gas > self._limits.gas or fee_fri > self._limits.fee_fri:
            self._reporter.tell(ShowingTooDear(lease.job_id, lease.lease_id, gas, fee_fri))
            return False
        self._spent[place] = gas
        return True
