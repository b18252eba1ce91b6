"""What this worker submitted: accepted late where its requester lets it lie, and paid out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace

from ...core.audit.errors import DrawIsAhead, MustBeAudited, StillInAudit
from ...core.audit.gas import WITHDRAW_GAS
from ...core.board_events import BoardEvent, LeaseAccepted, LeaseEnded, LeasePaid
from ...core.contract_errors import (
    DeadlineNotReached,
    LeaseInOtherState,
    LeaseIsPaid,
    NothingToWithdraw,
    UnknownJob,
)
from ...core.ids import JobId, LeaseId
from ...core.job import LeaseInfo
from ...core.notices import leases
from ...core.notices.process import Withdrawn
from ...ports.reporter import Reporter
from ...ports.worker_chain import WorkerChain
from ..upkeep.keeping import raise_if_ending

RETRY_S = 5.0
WORTH_GAS = 20  # times its gas a payout has to be: anybody can have the board owe somebody next to nothing
LONGEST_WAIT_S = 3600.0  # pay may come by somebody else's doing, of which no event tells us


@dataclass(frozen=True)
class Held:
    """A submitted lease: its job, and when anyone may accept it (seconds since 1970)."""

    job_id: JobId
    due_s: float


class HeldLeases:
    """``now`` gives seconds since 1970; ``on_free`` is called when a slot is free and no event says so."""

    def __init__(
        self, chain: WorkerChain, reporter: Reporter, now: Callable[[], float], on_free: Callable[[], None]
    ) -> None:
        self._chain = chain
        self._reporter = reporter
        self._now = now
        self._on_free = on_free
        self._held: dict[LeaseId, Held] = {}
        self._wake = asyncio.Event()

    @property
    def lease_ids(self) -> list[LeaseId]:
        """The leases that are held now."""
        return list(self._held)

    def hold(self, lease_id: LeaseId, job_id: JobId, due_s: float) -> None:
        """See to a lease until it is settled; from that time on anyone may accept it."""
        self._held[lease_id] = Held(job_id, due_s)
        self._wake.set()

    def keep_only(self, lease_ids: Collection[LeaseId], *, of: Collection[LeaseId]) -> None:
        """Of some, those that are not among these are held no more."""
        for lease_id in set(of) - set(lease_ids):
            self._held.pop(lease_id, None)

    async def due_s(self, lease: LeaseInfo) -> float:
        """When anyone may accept a submitted lease."""
        return lease.since_s + (await self._chain.job(lease.job_id)).window_s

    def note(self, event: BoardEvent) -> None:
        """Hear what the board says of leases."""
        if isinstance(event, LeaseEnded) and self._settled(event.lease_id):
            self._reporter.tell(leases.LeaseNotAccepted(event.job_id, event.lease_id, event.state))
        elif isinstance(event, LeasePaid) and event.lease_id in self._held:
            self._reporter.tell(leases.LeasePaid(event.job_id, event.lease_id, event.paid_fri))
        elif isinstance(event, LeaseAccepted) and self._settled(event.lease_id):
            self._reporter.tell(leases.LeaseAccepted(event.job_id, event.lease_id, event.paid_fri))
        if isinstance(event, LeaseEnded | LeasePaid | LeaseAccepted):
            self._wake.set()  # others' too: their verifiers are paid

    def _settled(self, lease_id: LeaseId) -> bool:
        return self._held.pop(lease_id, None) is not None

    async def run(self) -> None:
        """Settle and collect whenever there is something, until cancelled."""
        while True:
            self._wake.clear()
            hindered = await self._settle_due()
            await self._collect()
            if hindered:
                raise hindered[0]
            longest_s = self._now() + LONGEST_WAIT_S  # the clock may be set meanwhile
            due_s = min((longest_s, *(one.due_s for one in self._held.values())))
            with suppress(TimeoutError):
                # wait_for may swallow a cancellation in Python 3.11.
                async with asyncio.timeout(max(due_s - self._now(), 0.0)):
                    await self._wake.wait()
            if self._wake.is_set():
                await asyncio.sleep(RETRY_S)  # news come in crowds

    async def _settle_due(self) -> list[Exception]:
        """Accept, as anyone may, what lay for the whole window; returns what hindered it of some."""
        hindered = list[Exception]()
        for lease_id, held in list(self._held.items()):
            if held.due_s > self._now():
                continue
            try:
                await self._chain.accept_late(held.job_id, [lease_id])
                self._put_off(lease_id, self._now() + RETRY_S)  # until we hear of it
            except DeadlineNotReached:  # an audit began the window anew
                self._put_off(lease_id, await self.due_s(await self._chain.lease(lease_id)))
            except (StillInAudit, MustBeAudited, DrawIsAhead, LeaseIsPaid):
                self._put_off(lease_id, self._now() + RETRY_S)
            except (LeaseInOtherState, UnknownJob):  # settled, maybe long ago
                self._held.pop(lease_id, None)
                self._on_free()
            except Exception as error:  # noqa: BLE001 - whatever it is, the others' pay is not its matter
                raise_if_ending(error)
                hindered.append(error)
        return hindered

    def _put_off(self, lease_id: LeaseId, due_s: float) -> None:
        held = self._held.get(lease_id)  # it may have been settled while we asked
        if held:
            self._held[lease_id] = replace(held, due_s=max(due_s, self._now() + RETRY_S))

    async def _collect(self) -> None:
        """Have the board pay out what the payout address earned, once it is worth the gas."""
        payout = (await self._chain.worker(await self._chain.worker_id())).payout
        amount_fri = await self._chain.balance_fri(payout)
        if not amount_fri or amount_fri < WORTH_GAS * WITHDRAW_GAS * await self._chain.gas_price_fri():
            return
        try:
            await self._chain.withdraw([payout])
        except NothingToWithdraw:
            return  # another worker of the same owner was faster
        self._reporter.tell(Withdrawn(payout, amount_fri))
