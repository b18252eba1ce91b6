"""The watchtower's loop: follow the leases of workers, and answer for those whose worker is down.

Each lease has tasks of its own, so that one lease's fault, a slow node or a slow upload never stops another's
duty. Nothing is remembered: after a start, a reorganisation or an outage all is read from the chain again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass

from ...core.audit.events import AuditEvent
from ...core.board_events import BoardEvent, LeaseAccepted, LeaseEnded, Reorganised, ResultSubmitted
from ...core.errors import SettingsError
from ...core.ids import LeaseId, WorkerId
from ...core.lease_id import split_lease_id
from ...core.lifecycle import LeaseState
from ...core.notices.audits import AuditHindered, notice_of
from ...core.notices.watching import WatchStarted
from ...ports.reporter import Reporter
from ...ports.watchtower_chain import WatchtowerChain
from ..upkeep.keeping import Tending, keep_at_work
from .content_watch import ContentWatch
from .key_watch import KeyWatch
from .lease_watch import LeaseWatch

REVIEW_S = 600.0  # events tell of everything; if one is lost, no step is


@dataclass(frozen=True)
class WatchRules:
    """For whom a watchtower stands by; ``known`` are accounts whose keys it has."""

    workers: tuple[WorkerId, ...]
    known: frozenset[int]


class Watchtower:
    """Stands by for some workers, and with ``keys`` for private jobs."""

    def __init__(
        self,
        chain: WatchtowerChain,
        leases: LeaseWatch,
        content: ContentWatch,
        reporter: Reporter,
        rules: WatchRules,
        keys: KeyWatch | None = None,
    ) -> None:
        self._chain = chain
        self._keys = keys
        self._tending = [Tending[LeaseId](look, self._hindered) for look in (leases.look, content.look)]
        self._reporter = reporter
        self._rules = rules
        self._review_due = asyncio.Event()

    async def run(self, stop: asyncio.Event, on_ready: Callable[[], None] = lambda: None) -> None:
        """Stand by until ``stop`` is set.

        Raises SettingsError or ContractError if the settings make no sense, ChainError only at the start.
        """
        for worker_id in self._rules.workers:
            await self._check_keys(worker_id)
        on_ready()
        works = {"Listening to the chain": self._follow, "Looking for leases": self._review}
        if self._keys:
            works["Giving keys of private jobs"] = self._keys.run
        parts = [asyncio.create_task(keep_at_work(name, one, self._reporter)) for name, one in works.items()]
        try:
            await stop.wait()
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            for tending in self._tending:
                await tending.end()

    async def _check_keys(self, worker_id: WorkerId) -> None:
        """A key that could sign for the worker has no business here."""
        worker = await self._chain.worker(worker_id)
        for role, account in (("operator", worker.operator), ("owner", worker.owner)):
            if account in self._rules.known:
                raise SettingsError(
                    f"The settings name the account {account:#x}, which is the {role} of worker "
                    f"{worker_id}. A watchtower never needs it: give it an account of its own, with a little "
                    "STRK for gas, and keep the worker's key where only the worker is."
                )
        self._reporter.tell(WatchStarted(worker_id, len(await self._submitted(worker_id))))

    async def _submitted(self, worker_id: WorkerId) -> list[LeaseId]:
        held = await self._chain.leases_of(worker_id)
        return [one for one in held if (await self._chain.lease(one)).state is LeaseState.SUBMITTED]

    async def _follow(self) -> None:
        async with aclosing(self._chain.events(await self._chain.block_number())) as events:
            self._review_due.set()  # what was told before
            async for event in events:
                self._note(event)

    def _note(self, event: BoardEvent) -> None:
        if self._keys:
            self._keys.note(event)
        if isinstance(event, Reorganised):
            self._review_due.set()
            for tending in self._tending:
                tending.wake_all()
        elif isinstance(event, ResultSubmitted | AuditEvent | LeaseAccepted | LeaseEnded):
            if split_lease_id(event.lease_id)[0] not in self._rules.workers:
                return
            notice = notice_of(event) if isinstance(event, AuditEvent) else None
            if notice:
                self._reporter.tell(notice)
            self._stand_by(event.lease_id)

    async def _review(self) -> None:
        """Stand by for all submitted leases, whatever was heard of them."""
        while True:
            self._review_due.clear()
            for worker_id in self._rules.workers:
                for lease_id in await self._submitted(worker_id):
                    self._stand_by(lease_id)
            with suppress(TimeoutError):
                async with asyncio.timeout(REVIEW_S):
                    await self._review_due.wait()

    def _stand_by(self, lease_id: LeaseId) -> None:
        """Wake the lease's tasks, or begin them."""
        for tending in self._tending:
            tending.tend(lease_id)

    def _hindered(self, lease_id: LeaseId, reason: str) -> None:
        self._reporter.tell(AuditHindered(lease_id, reason))
