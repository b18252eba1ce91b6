"""The watchtower's loop: follow the leases of workers, and answer for those whose worker is down.

Each lease has tasks of its own, so that one lease's fault, a slow node or a slow upload never stops another's
duty. Nothing is remembered: after a start, a reorganisation or an outage all is read from the chain again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass

from ...core.audit.events import AuditEvent
from ...core.board_events import BoardEvent, LeaseAccepted, LeaseEnded, Reorganised, ResultSubmitted
from ...core.errors import ChainError, RenderChainError, SettingsError
from ...core.ids import LeaseId, WorkerId
from ...core.lease_id import split_lease_id
from ...core.lifecycle import LeaseState
from ...core.notices.audits import AuditHindered, notice_of
from ...core.notices.process import Stopped
from ...core.notices.watching import ChainAway, WatchStarted
from ...ports.reporter import Reporter
from ...ports.watchtower_chain import WatchtowerChain
from .content_watch import ContentWatch
from .lease_watch import LeaseWatch

FIRST_RETRY_S = 5.0
LONGEST_RETRY_S = 60.0
REVIEW_S = 600.0  # events tell of everything; if one is lost, no step is

Look = Callable[[LeaseId], Awaitable[float | None]]


@dataclass(frozen=True)
class WatchRules:
    """For whom a watchtower stands by; ``known`` are accounts whose keys it has."""

    workers: tuple[WorkerId, ...]
    known: frozenset[int]


class Watchtower:
    """Stands by for some workers."""

    def __init__(
        self,
        chain: WatchtowerChain,
        leases: LeaseWatch,
        content: ContentWatch,
        reporter: Reporter,
        rules: WatchRules,
    ) -> None:
        self._chain = chain
        self._looks: tuple[Look, ...] = (leases.look, content.look)
        self._reporter = reporter
        self._rules = rules
        self._wakes: dict[tuple[LeaseId, int], asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._review_due = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Stand by until ``stop`` is set.

        Raises SettingsError or ContractError if the settings make no sense, ChainError only at the start.
        """
        for worker_id in self._rules.workers:
            await self._check_keys(worker_id)
        parts = [asyncio.create_task(one) for one in (self._follow(), self._review(), stop.wait())]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in (*parts, *self._tasks):
                part.cancel()
            ended = await asyncio.gather(*parts, *self._tasks, return_exceptions=True)
        errors = [one for one in ended if isinstance(one, Exception)]
        if errors:
            raise errors[0]
        self._reporter.tell(Stopped())

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
        while True:
            try:
                async with aclosing(self._chain.events(await self._chain.block_number())) as events:
                    self._review_due.set()  # what was told before
                    async for event in events:
                        self._note(event)
            except ChainError as error:
                self._reporter.tell(ChainAway(str(error)))
                await asyncio.sleep(FIRST_RETRY_S)

    def _note(self, event: BoardEvent) -> None:
        if isinstance(event, Reorganised):
            self._review_due.set()
            for wake in self._wakes.values():
                wake.set()
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
            wait_s = REVIEW_S
            try:
                for worker_id in self._rules.workers:
                    for lease_id in await self._submitted(worker_id):
                        self._stand_by(lease_id)
            except RenderChainError as error:
                self._reporter.tell(ChainAway(str(error)))
                wait_s = FIRST_RETRY_S
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._review_due.wait()

    def _stand_by(self, lease_id: LeaseId) -> None:
        """Wake the lease's tasks, or begin them."""
        for number, look in enumerate(self._looks):
            wake = self._wakes.get((lease_id, number))
            if wake:
                wake.set()
                continue
            self._wakes[lease_id, number] = asyncio.Event()
            task = asyncio.create_task(self._serve(lease_id, number, look))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, lease_id: LeaseId, number: int, look: Look) -> None:
        """Look at a lease whenever it is due, until it is settled; what goes wrong is tried again."""
        wake, said, retry_s = self._wakes[lease_id, number], "", FIRST_RETRY_S
        wait_s: float | None = 0.0
        while wait_s is not None:
            wake.clear()
            try:
                wait_s = await look(lease_id)
                said, retry_s = "", FIRST_RETRY_S
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this lease's alone
                if said != str(error):
                    said = str(error)
                    self._reporter.tell(AuditHindered(lease_id, said or type(error).__name__))
                wait_s, retry_s = retry_s, min(2 * retry_s, LONGEST_RETRY_S)
            if wait_s:
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await wake.wait()
        del self._wakes[lease_id, number]
