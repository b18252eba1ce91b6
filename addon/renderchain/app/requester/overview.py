"""The artist's jobs as the chain has them: what each is at, what it cost, and why it waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from ...core.artist_job import REFUSED, SENDING, JobEntry, JobOverview
from ...core.audit.gas import WITHDRAW_GAS
from ...core.board_events import JobCreated
from ...core.candidates import Candidate
from ...core.cid import cid_of, join_digest
from ...core.contract_errors import UnknownJob
from ...core.ids import JobId
from ...core.job import JobInfo
from ...core.job_progress import JobProgress
from ...core.lifecycle import JobState
from ...core.notices.following import CancelQuoted, JobWaits
from ...ports.journal import Journal
from ...ports.requester_chain import RequesterChain
from ..indexed.artist import IndexedArtist
from .create_job import intent_of_job
from .job_notes import notes_of
from .waiting import waits_of

AT_ONCE = 8  # that are asked for at the same time
MOST_JOBS = 50  # that are asked for, the newest
Wanted = Callable[[JobEntry], bool]


class Overview:
    """Reads the jobs of one account, some of it of an index where one is named. ``now`` gives seconds since
    1970.
    """

    def __init__(
        self,
        chain: RequesterChain,
        journal: Journal,
        from_block: int,
        now: Callable[[], float],
        index: IndexedArtist | None = None,
    ) -> None:
        self._chain = chain
        self._journal = journal
        self._from_block = from_block
        self._now = now
        self._index = index
        self._candidates: list[Candidate] | None = None
        self._asking = asyncio.Lock()  # for all jobs that wait the registry is asked once

    async def jobs(
        self, known: Collection[JobOverview] = (), wanted: Wanted = lambda _: True
    ) -> list[JobOverview]:
        """The newest of those that are wanted, the newest first; raises ChainError. Of ``known`` ones those
        that are over stay.
        """
        await self.adopt()
        entries = [one for one in self._journal.jobs(self._chain.board) if wanted(one)][:MOST_JOBS]
        over = {one.entry: one for one in known if one.progress.is_closed}
        turn = asyncio.Semaphore(AT_ONCE)

        async def read(entry: JobEntry) -> JobOverview:
            if found := over.get(entry):
                kept = tuple(self._journal.kept_frames(entry.entry_id))
                return replace(found, kept=kept, notes=tuple(notes_of(self._journal, entry.entry_id)))
            async with turn:
                return await self.job(entry)

        found = await asyncio.gather(*map(read, entries))
        return [one for one in found if one.job is None or one.job.requester == self._chain.address]

    async def job(self, entry: JobEntry) -> JobOverview:
        """One of them, as the chain has it now; as the journal has it where the chain never heard of it."""
        notes = tuple(notes_of(self._journal, entry.entry_id))
        if not entry.job_id:
            return JobOverview(entry, notes=notes)
        kept = tuple(self._journal.kept_frames(entry.entry_id))
        job = await self._chain.kept_job(entry.job_id)
        if job is None and self._index and (ended := await self._index.ended(self._chain, entry)):
            return JobOverview(entry, ended.job, ended.progress, kept, notes=notes)
        try:
            job = job or await self._chain.job(entry.job_id)
        except UnknownJob:
            return JobOverview(entry, notes=notes)
        progress = JobProgress.of(await self._chain.told_of(entry.job_id, entry.from_block))
        left_s = await self._left_s(job, progress)
        waits = await self._waits(job, progress)
        cancel = None
        if job.state is JobState.ACTIVE:
            cancel = cancel_quote(job, await self._chain.gas_price_fri())
        return JobOverview(entry, job, progress, kept, left_s, waits, notes, cancel)

    async def _left_s(self, job: JobInfo, progress: JobProgress) -> float | None:
        if progress.first_claim_block is None or not progress.delivered or progress.is_closed:
            return None
        since_s = await self._chain.block_time_s(progress.first_claim_block)
        return progress.left_s(job.tasks, self._now() - since_s)

    async def _waits(self, job: JobInfo, progress: JobProgress) -> JobWaits | None:
        if job.state is not JobState.ACTIVE or not job.open_tasks or progress.workers:
            return None
        async with self._asking:
            if self._candidates is None:
                self._candidates = await self._workers()
        return await waits_of(self._chain, job, self._candidates)

    async def _workers(self) -> list[Candidate]:
        if self._index is None:
            return await self._chain.candidates(self._from_block)
        return await self._index.candidates(self._chain, self._from_block)

    async def adopt(self) -> None:
        """Have the journal know all jobs of this account, and what became of those that were sent."""
        entries = self._journal.jobs(self._chain.board)
        known = {one.job_id for one in entries}
        unsure = [one for one in entries if one.state == SENDING]
        for event in await self._created(known, unsure):
            if event.job_id in known:
                continue
            cid = cid_of(join_digest(event.terms.package_hi, event.terms.package_lo))
            sent = [one for one in unsure if one.package_cid == cid and one.from_block <= event.block]
            if sent:
                unsure.remove(sent[-1])
                number = sent[-1].entry_id
            else:
                name = f"Job {event.job_id}"
                number = self._journal.add_job(self._chain.board, name, cid, "", event.block)
            self._journal.set_job(number, job_id=event.job_id, state=str(JobState.ACTIVE))
        for one in unsure:
            if not await self._chain.is_pending(intent_of_job(one.entry_id)):
                self._journal.set_job(one.entry_id, job_id=JobId(0), state=REFUSED)

    async def _created(self, known: Collection[JobId], unsure: Sequence[JobEntry]) -> list[JobCreated]:
        if self._index is None:
            return await self._chain.created(self._from_block)
        sure_from = min((one.from_block for one in unsure), default=None)
        return await self._index.created(self._chain, self._from_block, known, sure_from)


def cancel_quote(job: JobInfo, gas_price_fri: int) -> CancelQuoted:
    """What canceling brings back now, and what not yet."""
    back_fri = (job.open_tasks + job.spare_tasks) * job.reward_fri
    held = job.held
    amounts = (job.open_tasks, back_fri, held, held * job.reward_fri)
    return CancelQuoted(job.job_id, *amounts, job.audit_pool_fri, WITHDRAW_GAS * gas_price_fri)
