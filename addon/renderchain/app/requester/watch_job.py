"""The artist's side of a running job: fetch each result, open and check it, pay for it, keep the frames."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from ...core.audit.events import AuditEvent
from ...core.board_events import (
    BoardEvent,
    LeaseAccepted,
    LeaseClaimed,
    LeaseEnded,
    Reorganised,
    ResultSubmitted,
    TasksGivenBack,
)
from ...core.errors import ContentError, FolderUnusable, StoreAway, StoreError
from ...core.ids import BoardJob, JobId, LeaseId
from ...core.job import JobInfo
from ...core.job_progress import JobProgress, LeaseProgress
from ...core.lifecycle import LeaseState
from ...core.manifest import Manifest
from ...core.notices import leases
from ...core.notices.following import FramesBack, FramesHere
from ...core.notices.jobs import Doubt, FalseFinals, FinalsUnchecked, FrameKept, JobEnded
from ...core.notices.process import ChainReorganised
from ...core.private_package import PrivateHeader
from ...core.receipt.document import FrameProof
from ...core.result import Result
from ...ports.content_store import ContentStore
from ...ports.journal import Journal
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain
from ..exchange.key_giver import KeyGiver
from ..exchange.key_giving import KeyGiving
from ..exchange.package import fetch_package
from ..exchange.private_package import PrivateOpening, read_manifest
from ..upkeep.keeping import keep_at_work
from .acceptance import Acceptance
from .arrivals import Arrivals
from .fetched_parts import FetchedParts
from .final_check import FinalCheck
from .job_report import JobReport
from .kept_frames import KeptFrames, name_of
from .kept_passes import KeptPasses
from .lease_checks import LeaseChecks
from .overdue import Overdue
from .own_check import OwnCheck
from .pool import PoolWatch
from .receipt_parts import ReceiptParts
from .refund import withdraw_rest
from .results import Results


class JobWatch:
    """Follows one job by its events until every task is paid or refunded.

    ``on_progress`` hears of each step; what it is given goes on changing. With ``passes`` what a merge
    takes is kept there.
    """

    def __init__(
        self,
        chain: RequesterChain,
        store: ContentStore,
        results: Results,
        reporter: Reporter,
        *,
        job_id: JobId,
        journal: Journal,
        kept: KeptFrames,
        receipt_parts: ReceiptParts,
        fetched_parts: FetchedParts,
        scratch: Path,
        packages: Path,
        final_check: FinalCheck,
        own_check: OwnCheck,
        most_challenges: int,
        private: PrivateOpening,
        most_private_workers: int,
        now: Callable[[], float],
        on_progress: Callable[[JobProgress], None] = lambda progress: None,
        passes: KeptPasses | None = None,
    ) -> None:
        self._chain = chain
        self._private = private
        self._most_private_workers = most_private_workers
        self._store = store
        self._results = results
        self._reporter = reporter
        self._kept = kept
        self._receipt_parts = receipt_parts
        self._scratch = scratch
        self._packages, self._passes = packages, passes
        self._on_progress = on_progress
        self._final_check = final_check
        self._claims: dict[LeaseId, LeaseClaimed] = {}
        self._open: set[LeaseId] = set()  # leases that have not ended
        self._keys: KeyGiving | None = None
        self._progress = JobProgress()
        self._past = JobProgress()  # what had become of the job when this began
        self._fetching = asyncio.Lock()  # of the package, which two checks need
        self._keeping = asyncio.Lock()  # one lease's frames are looked at and kept at a time
        self._arrivals = Arrivals(reporter, job_id)
        self._fetched_parts = fetched_parts
        self._acceptance = Acceptance(chain, reporter, job_id)
        self._pool = PoolWatch(chain, reporter, job_id, self._acceptance.draw_passing)
        self._now = now
        self._overdue: Overdue | None = None
        self._checks = LeaseChecks(
            chain,
            own_check,
            self._acceptance,
            reporter,
            journal,
            job_id,
            fetch_package=self._package,
            work=scratch / "own-check",
            most_challenges=most_challenges,
        )
        self.report = JobReport(job_id)

    async def run(self, from_block: int) -> JobReport:
        """Follow the job to its end, accept what is right, withdraw what is refunded."""
        job = await self._chain.job(self.report.job_id)
        parts = (self._store, self._private.sealer, self._private.keys, job, self._scratch)
        manifest, private = await read_manifest(*parts)
        self._results.check_key(manifest, job.job_id)
        self._kept.prepare()
        self._receipt_parts.keep_settings(manifest)
        self._past = JobProgress.of(await self._chain.told_of(job.job_id, from_block))
        if job.requester == self._chain.address:
            self._overdue = Overdue(self._chain, job, self._now, self._acceptance.speaks_against)
        following = asyncio.create_task(self._follow(from_block, job, manifest))
        arriving = asyncio.create_task(self._arrivals.run())
        works: dict[str, Callable[[], Awaitable[None]]] = {
            "Checking leases": partial(self._checks.run, from_block),
            "Drawing and paying leases": self._acceptance.run,
            "Watching the audit pool": self._pool.run,
        }
        if self._overdue:
            works["Ending what is overdue"] = self._overdue.tend
        kept = [keep_at_work(*one, self._reporter, tells_waits=True) for one in works.items()]
        tasks = [following, arriving, *map(asyncio.create_task, kept)]
        if private and job.requester == self._chain.address:
            self._keys = await self._key_giving(job, private, from_block)
            tasks.append(asyncio.create_task(self._keys.run()))
        try:
            first = asyncio.FIRST_COMPLETED
            done, _ = await asyncio.wait((following, arriving), return_when=first)
            for task in done:
                task.result()  # without events and results there is nothing to watch
            self.report.refused |= await self._arrivals.finish()
        finally:
            for task in tasks:
                task.cancel()
            await self._arrivals.end()
            await asyncio.gather(*tasks, return_exceptions=True)
        self._fetched_parts.close()
        self._settle_passes(manifest)
        return await self._finish(job)

    async def _key_giving(self, job: JobInfo, header: PrivateHeader, from_block: int) -> KeyGiving:
        """Gives the package's key to who asks for it."""
        key = await self._private.keys.key_of(job, header)
        giver = KeyGiver(self._chain, self._private.sealer, self._reporter, from_block)
        parts = (self._chain, giver, self._reporter, job, key)
        return KeyGiving(*parts, most=self._most_private_workers, from_block=from_block)

    async def _follow(self, from_block: int, job: JobInfo, manifest: Manifest) -> None:
        """Act on each event, until the job and all its leases have ended."""
        async with aclosing(self._chain.events(from_block, self.report.job_id)) as events:
            async for event in events:
                if self._keys:
                    self._keys.note(event)
                if self._overdue:
                    self._overdue.note(event)
                if isinstance(event, Reorganised):
                    self._forget()
                else:
                    await self._note(event, job, manifest)
                    if job.requester == self._chain.address:
                        self._pool.note(event)
                if self._progress.is_closed and not self._open:
                    break

    def _forget(self) -> None:
        """The chain took back what it said: everything is told again. Frames stay where they are."""
        self._reporter.tell(ChainReorganised(self.report.job_id))
        self._claims.clear()
        self._open.clear()
        self._progress, self._past = JobProgress(), JobProgress()
        self._acceptance.forget()
        self._checks.forget()
        self._arrivals.forget()
        self._fetched_parts.drop_all()
        if self._overdue:
            self._overdue.forget()
        self.report = JobReport(self.report.job_id)

    async def _note(self, event: BoardEvent, job: JobInfo, manifest: Manifest) -> None:
        # The board closes a job first and pays its last leases then: the end is when both were heard.
        self._progress.note(event)
        self.report.paid_fri = self._progress.paid_fri
        self.report.refunded_fri = self._progress.refunded_fri
        self._on_progress(self._progress)
        if isinstance(event, LeaseEnded | LeaseAccepted):
            self._open.discard(event.lease_id)
        if isinstance(event, LeaseClaimed):
            self._claims[event.lease_id] = event
            self._open.add(event.lease_id)
            ids = (event.job_id, event.lease_id)
            self._reporter.tell(leases.LeaseClaimed(*ids, event.operator, event.count))
        elif isinstance(event, ResultSubmitted):
            if job.requester == self._chain.address and not self._claims[event.lease_id].unjudged:
                self._acceptance.submitted(event)
            take = partial(self._take, event, job, manifest)
            await self._arrivals.begin(event.lease_id, self._claims[event.lease_id].operator, take)
        elif isinstance(event, TasksGivenBack | LeaseEnded):
            self._say_back(event)
            if (lease := self._progress.leases.get(event.lease_id)) and lease.is_lost:
                self._arrivals.drop(event.lease_id)
                self._fetched_parts.drop(event.lease_id)
        elif isinstance(event, AuditEvent) and job.requester == self._chain.address:
            self._checks.note(event)
            await self._acceptance.note(event)

    def _say_back(self, event: TasksGivenBack | LeaseEnded) -> None:
        """What a worker does not deliver, and what happens next."""
        ids, back = (event.job_id, event.lease_id), event.reopened
        if isinstance(event, TasksGivenBack):
            given_back = LeaseState.GIVEN_BACK
            self._reporter.tell(FramesBack(*ids, event.count, given_back, event.reason, back))
        elif event.state is not LeaseState.GIVEN_BACK:  # which was told with its reason before
            lease = self._progress.leases.get(event.lease_id)
            self._reporter.tell(FramesBack(*ids, lease.count if lease else 0, event.state, "", back))

    async def _take(self, event: ResultSubmitted, job: JobInfo, manifest: Manifest) -> str:
        """Have a lease's results here, checked and kept; why they can't be fetched now, or ""."""
        claim = replace(self._claims[event.lease_id], count=event.count)
        frames = manifest.frames_of(claim)
        past = self._past.leases.get(event.lease_id)
        if past and past.root == event.result.root and await self._needs_none_of(past, frames):
            if not past.is_lost and self._passes and not self._passes.has(frames, past.root):
                await self._fetch_passes(event, claim, job, manifest)
            self._fetched_parts.drop(event.lease_id)
            self._reporter.progress("frames", len(self.report.frames), len(manifest.frames))
            return ""
        try:
            async with self._opened(event, claim, manifest) as (opened, result, proofs), self._keeping:
                await self._keep(event, job, manifest, opened, result, proofs)
        except StoreAway:
            raise  # it is this machine's node, and nobody withholds anything
        except StoreError as error:
            return str(error)
        except ContentError as error:
            self.report.refused[event.lease_id] = str(error)
            self._reporter.tell(Doubt(event.job_id, event.lease_id, str(error)))
            return ""
        except OSError as error:
            raise FolderUnusable(
                f"{error.filename or self._scratch} can't be written ({error.strerror}). The job goes on "
                "without us; make room, and its frames come."
            ) from error
        for frame in frames:
            self.report.rendered_by[frame] = claim.operator
            what = (frame, claim.operator, self.report.frames[frame])
            self._reporter.tell(FrameKept(event.job_id, event.lease_id, *what))
        self._reporter.progress("frames", len(self.report.frames), len(manifest.frames))
        return ""

    @asynccontextmanager
    async def _opened(
        self, event: ResultSubmitted, claim: LeaseClaimed, manifest: Manifest
    ) -> AsyncIterator[tuple[Path, Result, tuple[FrameProof, ...]]]:
        """A lease's results: where they are opened for now, what is in them, and what proves it."""
        with (
            self._fetched_parts.used(event.lease_id, event.result.results_cid) as sealed,
            TemporaryDirectory(dir=self._scratch, ignore_cleanup_errors=True) as folder,
        ):
            opened = Path(folder, "opened")
            yield opened, *(await self._results.fetch(event, claim, manifest, sealed, opened))

    async def _keep(
        self,
        event: ResultSubmitted,
        job: JobInfo,
        manifest: Manifest,
        opened: Path,
        result: Result,
        proofs: tuple[FrameProof, ...],
    ) -> None:
        """Keep what was fetched, and have it checked and accepted if it is ours to accept."""
        lease = self._progress.leases[event.lease_id]
        self._receipt_parts.keep_proofs(event.lease_id, event.result.root, proofs)
        await self._keep_passes(job, opened, result, lease.root)
        await self._keep_frames(lease, job, manifest, opened, result)
        if job.requester == self._chain.address:
            may_accept = event.lease_id not in self.report.false_finals
            await self._checks.add(job, manifest, event.lease_id, opened, result, may_accept=may_accept)

    async def _needs_none_of(self, past: LeaseProgress, frames: tuple[int, ...]) -> bool:
        """Whether no frame is to be fetched: all are here and paid, or the lease was lost, and another's
        frames may be here by now.
        """
        if past.is_lost:
            return True
        found = await asyncio.to_thread(self._kept.here, past, frames) if past.is_settled else {}
        if found:
            self.report.frames |= found
            self.report.rendered_by |= dict.fromkeys(found, past.operator)
            self._reporter.tell(FramesHere(self.report.job_id, len(found)))
        return bool(found)

    async def _fetch_passes(
        self, event: ResultSubmitted, claim: LeaseClaimed, job: JobInfo, manifest: Manifest
    ) -> None:
        """What a merge takes of frames that are here and paid; the merge says what it lacks."""
        with suppress(ContentError, StoreError):
            async with self._opened(event, claim, manifest) as (opened, result, _):
                await self._keep_passes(job, opened, result, event.result.root)

    async def _keep_passes(self, job: JobInfo, opened: Path, result: Result, root: int) -> None:
        if self._passes is None:
            return
        try:
            await self._passes.keep(await self._package(job), opened, result.frames, root)
        except (ContentError, StoreError) as error:  # no fault of who delivered the frames
            self._passes.fault = str(error)

    def _settle_passes(self, manifest: Manifest) -> None:
        """Say which leases' passes a merge may take, now that all of them have ended."""
        if self._passes is None:
            return
        good = [one for one in self._progress.leases.values() if one.is_settled and not one.is_lost]
        roots = {frame: one.root for one in good for frame in manifest.frames[one.first : one.tasks.stop]}
        self._passes.settle(BoardJob(self._chain.board, self.report.job_id), roots)

    async def _keep_frames(
        self, lease: LeaseProgress, job: JobInfo, manifest: Manifest, opened: Path, result: Result
    ) -> None:
        instead = await self._made_again(lease.lease_id, job, manifest, opened, result)
        for one in result.frames:
            name = name_of(one.frame, manifest, self._kept.names)
            source = instead.get(one.frame, opened / one.final.path)
            self.report.frames[one.frame] = self._kept.keep(source, name, one.frame, lease)

    async def _made_again(
        self, lease_id: LeaseId, job: JobInfo, manifest: Manifest, opened: Path, result: Result
    ) -> dict[int, Path]:
        """Images to keep instead of a lease's own, because some of those are false."""
        if not self._final_check.is_on:
            return {}
        try:
            package = await self._package(job)
        except (ContentError, StoreError) as error:  # no fault of who delivered the frames
            self._reporter.tell(FinalsUnchecked(tuple(one.frame for one in result.frames), str(error)))
            return {}
        work = opened.with_name("finals")
        checked = await self._final_check.look(package, manifest, opened, result.frames, work)
        if not checked.false:
            return {}
        names = "; ".join(f"frame {frame} by {by}" for frame, by in sorted(checked.false.items()))
        self.report.false_finals[lease_id] = names
        counts = (len(checked.instead), len(result.frames))
        self._reporter.tell(FalseFinals(job.job_id, lease_id, names, tuple(sorted(checked.false)), *counts))
        return checked.instead

    async def _package(self, job: JobInfo) -> Path:
        """The job's package, fetched once; raises StoreError or ContentError."""
        size, cache = (job.package_bytes, job.package_files), self._packages
        parts = (self._store, job.package_cid, *size, cache, self._reporter)
        async with self._fetching:
            package, _ = await fetch_package(*parts, opening=self._private(job))
        return package

    async def _finish(self, job: JobInfo) -> JobReport:
        self.report.false_leaves = dict(self._checks.false)
        self.report.state = (await self._chain.job(self.report.job_id)).state
        if job.requester == self._chain.address:
            await withdraw_rest(self._chain, self._reporter, job)
        report = self.report
        counts = (len(report.frames), report.paid_fri, report.refunded_fri)
        self._reporter.tell(JobEnded(report.job_id, report.state, *counts))
        return report
