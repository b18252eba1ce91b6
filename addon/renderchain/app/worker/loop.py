"""The worker: hear of jobs by events, claim, render, submit, get paid.

Its parts go on by themselves: whatever one of them meets, the others do their duty, those of audits above
all, and it begins again with what the chain knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import partial

from ...core.board_events import BoardEvent, CaughtUp, JobClosed, LeaseClaimed, Reorganised
from ...core.contract_errors import UnknownWorker
from ...core.errors import RenderChainError
from ...core.ids import LeaseId
from ...core.job import LeaseInfo
from ...core.lifecycle import LeaseState
from ...core.notices import leases
from ...ports.journal import Journal, LeaseEntry
from ...ports.reporter import Reporter
from ...ports.worker_chain import WorkerChain
from ..audit.duties import AuditDuties
from ..indexed.worker import IndexedWorker
from ..upkeep.keeping import keep_at_work
from .claims import Claims, WorkerRules
from .failed_jobs import ALL_LANES, failed_state, lane_of
from .heartbeats import Heartbeats, Standing
from .held import HeldLeases
from .in_hand import InHand
from .lane import HANDS, Lane
from .lease_work import ENDED, STOPS, LeaseWork
from .readiness import Readiness
from .render_lease import RenderLease
from .resumes import MOST_RESUMES, resumed_state, resumes_of

TAKING = "Taking leases"
LOOK_AGAIN_S = 600.0  # for what no event tells: stake, gas, caps, verifiers
# Three rounds of two days, a lease's and a window's time, twice over: older votes are settled.
LONGEST_AUDIT_S = 20 * 86400.0
PAUSE_S = 10.0  # so often it is looked whether a pause is over


class Worker:
    """One machine's worker on one board. ``new_secret`` gives 248 random bits, ``now`` seconds since 1970.

    Workers of several boards may share lanes; then they share ``claiming`` too, so that a lane that wants a
    lease gets one.
    """

    def __init__(
        self,
        chain: WorkerChain,
        lease: RenderLease,
        lanes: Sequence[Lane],
        claims: Claims,
        audits: AuditDuties,
        journal: Journal,
        reporter: Reporter,
        rules: WorkerRules,
        readiness: Readiness,
        *,
        new_secret: Callable[[], int],
        now: Callable[[], float],
        heartbeats: Heartbeats | None = None,
        claiming: asyncio.Lock | None = None,
        index: IndexedWorker | None = None,
    ) -> None:
        self._chain = chain
        self._lease = lease
        self._claims = claims
        self._audits = audits
        self._journal = journal
        self._reporter = reporter
        self._rules = rules
        self._readiness = readiness
        self._new_secret = new_secret
        self._heartbeats = heartbeats
        self._index = index
        self._now = now
        self._wake = asyncio.Event()
        self._wakes_at_s = 0.0  # by the loop's clock
        self._claiming = claiming or asyncio.Lock()
        self._has_asked = False  # for a lane that wants a lease now, of which there was none to be had
        self._told = set[LeaseId]()  # of which the chain said that they are ours
        self._gone_on = set[LeaseId]()  # that an earlier process had, or this one claimed
        self._given_up = set[LeaseId]()  # that ended earlier processes too often, which is said once
        self._caught_up = asyncio.Event()  # what the chain says of our leases now, will be followed by news
        self._held = HeldLeases(chain, reporter, now, self._wake.set)
        self._in_hand = InHand(chain.board, lanes, self._wake.set)
        self._work = LeaseWork(chain, lease, claims, journal, reporter, self._in_hand, self._hold, now)
        claims.changed = self._wake.set
        readiness.drains.append(self._wake.set)
        for lane in lanes:
            lane.paced.append(partial(self._look_ahead, lane))

    async def run(self, stop: asyncio.Event, on_ready: Callable[[], None] = lambda: None) -> None:
        """Work until ``stop`` is set, when leases in hand are given back, or until it is drained.

        ``on_ready`` is called once all that it needs was seen to be there. Raises UnknownWorker or ChainError
        at the start; later nothing ends it.
        """
        if not await self._chain.worker_id():
            raise UnknownWorker(f"Working as {self._chain.address:#x}")
        for entry in self._journal.leases(self._chain.board):
            if (failed_in := lane_of(entry.state)) is not None:
                self._claims.failed_jobs.note(entry.job_id, entry.package_cid, failed_in)
        await self._audits.begin()
        on_ready()
        works: dict[str, Callable[[], Awaitable[None]]] = {
            "Listening to the chain": self._follow,
            TAKING: self._take,
            "Settling leases": self._held.run,
            "Duties in audits": self._audits.run,
            "Verifying": self._audits.verify,
        }
        if self._heartbeats:
            works["Telling schedulers"] = partial(self._heartbeats.run, self._standing)
        if self._index:
            works["Reading the list of jobs"] = partial(self._check, self._index)
        for lane in self._in_hand.lanes:
            hands = (f"Rendering in lane {lane.number}, hand {one}" for one in range(1, 1 + HANDS))
            works |= dict.fromkeys(hands, partial(self._see_to, lane))
        parts = [asyncio.create_task(keep_at_work(name, one, self._reporter)) for name, one in works.items()]
        ends = [asyncio.create_task(stop.wait()), parts[list(works).index(TAKING)]]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in (*parts, *ends):
                part.cancel()
            await asyncio.gather(*parts, *ends, return_exceptions=True)
            await self._claims.end()
        for turn in self._in_hand.take_back():
            with suppress(RenderChainError):  # then the next start resumes it; the others' turn comes
                await self._work.give_back(turn.entry, STOPS)

    async def _follow(self) -> None:
        self._forget()  # the same events may have been told before
        votes_since_s = self._now() - LONGEST_AUDIT_S
        source = self._index or self._chain
        async with aclosing(
            source.news(self._rules.from_block, self._rules.families, votes_since_s)
        ) as events:
            async for event in events:
                self._note(event)
                self._wake.set()

    async def _check(self, index: IndexedWorker) -> None:
        """Hear of the jobs that the index left out."""

        def note(event: BoardEvent) -> None:
            self._claims.note(event)
            self._wake.set()

        await index.check(self._rules.from_block, self._rules.families, note)

    def _forget(self, *, is_reorganised: bool = False) -> None:
        self._claims.clear(is_reorganised=is_reorganised)
        self._caught_up.clear()
        self._in_hand.is_sure = False

    def _note(self, event: BoardEvent) -> None:
        self._audits.note(event)
        self._held.note(event)
        self._claims.note(event)
        if isinstance(event, Reorganised):
            self._forget(is_reorganised=True)
        elif isinstance(event, CaughtUp):
            self._caught_up.set()
        elif isinstance(event, JobClosed):
            self._lease.forget(event.job_id)
        elif isinstance(event, LeaseClaimed) and event.operator == self._chain.address:
            self._told.add(event.lease_id)

    async def _see_to(self, lane: Lane) -> None:
        """Do a lane's leases, one after the other; what fails without its end being known is read anew."""
        while True:
            with await lane.next(self._chain.board) as turn:
                try:
                    await self._work.do(turn)
                except Exception:
                    self._in_hand.doubt()
                    raise
                self._gone_on.discard(turn.entry.lease_id)  # it is over
            self._wake.set()

    async def _take(self) -> None:
        try:
            await self._take_on()
        except Exception:
            self._in_hand.is_sure = False  # what became of the last one is on the chain
            raise

    async def _take_on(self) -> None:
        """Claim leases for the lanes that want one, until it is drained."""
        while True:
            self._wake.clear()
            await self._caught_up.wait()
            self._told -= set(self._mine)
            if self._told or not self._in_hand.is_sure:  # a scheduler gave it, or a claim happened late
                await self._resume()
            allowed = await self._readiness.allows()
            if self._readiness.is_draining and self._has_nothing:
                return
            if allowed and not self._in_hand.rests_for_s:
                self._has_asked = False
                if await self._claim():
                    continue
                lanes = [one.number for one in self._in_hand.lanes]
                await self._claims.prepare(1 + len(lanes), lanes)
            else:
                self._has_asked = True
            with suppress(TimeoutError):
                # wait_for may swallow a cancellation in Python 3.11.
                async with asyncio.timeout(self._wait_s(LOOK_AGAIN_S if allowed else PAUSE_S)):
                    await self._wake.wait()

    @property
    def _mine(self) -> list[LeaseId]:
        """The leases that take a slot of this worker's."""
        return [*self._held.lease_ids, *self._in_hand.lease_ids]

    def _standing(self) -> Standing:
        """What a scheduler should know of it now."""
        done = dict.fromkeys(self._held.lease_ids, 0) | self._in_hand.done
        is_free = not (self._in_hand.rests_for_s or self._in_hand.works_elsewhere)
        return Standing(is_free and self._readiness.was_allowed, done)

    @property
    def _has_nothing(self) -> bool:
        """Whether nothing is left to be done, as far as it is known what became of all of it."""
        return self._in_hand.is_sure and not (self._told or self._mine or self._audits.has_duties)

    async def _claim(self) -> bool:
        """Claim a lease for a lane that wants one; whether there was one to be had."""
        async with self._claiming:
            return await self._claim_in_turn()

    async def _claim_in_turn(self) -> bool:
        lane = self._in_hand.wanting()
        if lane is None or not self._readiness.may_begin_in(lane.left_s or 0.0):
            return False
        self._has_asked = True
        began_s = asyncio.get_running_loop().time()
        claimed = await self._claims.claim_one(self._mine, lane.number, lane.takes if lane.left_s else None)
        if claimed is None:
            return False
        self._readiness.claimed()
        job_id, lease_id = claimed
        entry = LeaseEntry(self._chain.board, lease_id, job_id, self._new_secret(), "claimed")
        self._journal.save_lease(entry)
        self._gone_on.add(lease_id)
        lane.give(entry, began_s)
        return True

    def _wait_s(self, longest_s: float) -> float:
        """How long there is nothing to be claimed, as far as one knows."""
        next_try_s = max(self._claims.next_try_s - self._now(), 0.0)
        wanted_in_s = [one for one in self._in_hand.wanted_in_s if one or not self._has_asked]
        wait_s = min(next_try_s, longest_s, self._in_hand.rests_for_s or longest_s, *wanted_in_s)
        self._wakes_at_s = asyncio.get_running_loop().time() + wait_s
        return wait_s

    def _look_ahead(self, lane: Lane) -> None:
        """A lane has got on: it may want its next lease sooner than it looked."""
        wants_in_s = lane.wants_in_s
        if wants_in_s is None:
            return
        is_sooner = asyncio.get_running_loop().time() + wants_in_s < self._wakes_at_s
        if is_sooner and not (wants_in_s == 0 and self._has_asked and lane.left_s):
            self._wake.set()

    def _hold(self, lease: LeaseInfo, due_s: float) -> None:
        self._held.hold(lease.lease_id, lease.job_id, due_s)
        self._audits.own(lease.lease_id)

    async def _resume(self) -> None:
        """Go on with what this worker holds, as the chain knows it: after a restart or a reorganisation."""
        self._in_hand.is_sure = True
        self._told.clear()
        known_before = set(self._held.lease_ids)
        seen_to = set(self._in_hand.lease_ids)  # the hands know best, and say so where they do not
        claimed, submitted = list[LeaseInfo](), list[tuple[LeaseInfo, float]]()
        for lease_id in await self._chain.open_leases():
            lease = await self._chain.lease(lease_id)
            if lease.state is LeaseState.CLAIMED:
                claimed.append(lease)
            elif lease.state is LeaseState.SUBMITTED:
                submitted.append((lease, await self._held.due_s(lease)))
        self._held.keep_only({lease.lease_id for lease, _ in submitted}, of=known_before)
        for lease, due_s in submitted:
            self._hold(lease, due_s)
        seen_to |= set(self._in_hand.lease_ids)
        self._lease.tidy([*(lease.lease_id for lease in claimed), *seen_to])
        # A reorganisation may have given a lease's id to another job's lease.
        known = {(one.lease_id, one.job_id): one for one in self._journal.leases(self._chain.board)}
        too_often = list[LeaseEntry]()
        for lease in claimed:
            if lease.lease_id in seen_to:
                continue
            self._readiness.claimed()  # an earlier process did; where it takes one, this is the one
            fresh = LeaseEntry(self._chain.board, lease.lease_id, lease.job_id, self._new_secret(), "claimed")
            self._reporter.tell(leases.LeaseResumed(lease.job_id, lease.lease_id))
            entry = known.get((lease.lease_id, lease.job_id), fresh)
            if not self._go_on(entry):
                too_often.append(entry)
        for entry in too_often:  # last: what keeps one from being given back is not the others' matter
            await self._give_up(entry)

    def _go_on(self, entry: LeaseEntry) -> bool:
        """Resume a lease, unless that ended the agent too often."""
        state = ""  # it goes on as it is: what went wrong was this process's own affair
        if entry.lease_id not in self._gone_on:
            frames = len(self._journal.frames(entry))
            resumes = resumes_of(entry.state, frames)
            if resumes > MOST_RESUMES:
                return False
            self._gone_on.add(entry.lease_id)
            state = resumed_state(resumes, frames)
        self._journal.save_lease(entry)
        self._in_hand.resume(entry, state)
        return True

    async def _give_up(self, entry: LeaseEntry) -> None:
        """Give a lease back as one that failed. Raises ChainError; then it is tried again."""
        entry = replace(entry, package_cid=(await self._chain.job(entry.job_id)).package_cid)
        if entry.lease_id not in self._given_up:
            self._given_up.add(entry.lease_id)
            reason = f"The worker ended {MOST_RESUMES} times in it before another frame was done."
            self._reporter.tell(leases.LeaseFailed(entry.job_id, entry.lease_id, reason))
            self._claims.failed_jobs.note(entry.job_id, entry.package_cid, ALL_LANES)
        await self._work.give_back(entry, ENDED, state=failed_state(ALL_LANES))
