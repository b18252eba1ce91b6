"""Looking at a job's package before anything is claimed, where refusing costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import ContentError, DiskFull, StoreError
from ...core.ids import JobId
from ...core.job import JobInfo, family_name
from ...core.manifest import Manifest
from ...core.notices.leases import JobSkipped, PackageRefused
from ...core.probe import is_wider
from ...core.probe_report import ProbeReport, ProbeVerdict
from ...core.spans import is_over
from ...ports.chain_view import ChainView
from ...ports.reporter import Reporter
from ..exchange.package_cache import drop_opened, in_use
from ..exchange.probe import Probe
from ..exchange.probe_cache import ProbeCache
from ..upkeep.keeping import reason_of

FETCH_S = 300.0  # how long the first try of a package may take; later ones as long as it was put off
FIRST_RETRY_S = 30.0
LONGEST_RETRY_S = 3600.0
Fetch = Callable[[JobInfo], Awaitable[tuple[Path, Manifest]]]


@dataclass(frozen=True)
class _Attempt:
    """A package is asked for again ``rest_s`` after that time; ``wait_s`` is how long it was put off."""

    since_s: float
    rest_s: float
    wait_s: float

    def waits(self, now_s: float) -> bool:
        """Whether it is not time for it yet."""
        return not is_over(self.since_s, self.rest_s, now_s)


class JobProbe:
    """What a worker thinks of jobs' packages; of each job once. ``seconds`` 0: it takes all past the gate.

    ``now`` gives seconds since 1970.
    """

    def __init__(
        self,
        chain: ChainView,
        fetch: Fetch,
        probe: Probe,
        cache: ProbeCache,
        reporter: Reporter,
        *,
        seconds: int,
        now: Callable[[], float],
    ) -> None:
        self._chain = chain
        self._fetch = fetch
        self._probe = probe
        self._cache = cache
        self._reporter = reporter
        self._seconds = seconds
        self._now = now
        self._objections: dict[JobId, str] = {}  # "" where there is none
        self._sharing: set[str] = set()  # packages by their CID
        self._later: dict[JobId, _Attempt] = {}
        self._turn = asyncio.Lock()  # probes take the whole processor

    @property
    def next_try_s(self) -> float:
        """When a package that could not be fetched is asked for again; far ahead if there is none."""
        now_s = self._now()
        waiting = (one.since_s + one.rest_s for one in self._later.values() if one.waits(now_s))
        return min(waiting, default=2.0**31)

    def may_share(self, package: Path) -> bool:
        """Whether tiles of a package in its folder came out the same in one opening of the file."""
        return package.name in self._sharing

    def went_well(self, job_id: JobId) -> None:
        """The next trouble with that job is a first one."""
        self._later.pop(job_id, None)

    def forget(self, job_id: JobId) -> None:
        """The job is over."""
        self._objections.pop(job_id, None)
        self._later.pop(job_id, None)

    def forget_all(self) -> None:
        """The chain took back what it said: other jobs may have these numbers now."""
        self._objections, self._later = {}, {}

    async def allows(self, job_id: JobId) -> bool:
        """Whether to claim of a job; says why not. Raises UnknownJob or ChainError."""
        if self.is_put_off(job_id):
            return False
        try:
            return not await self.objection(job_id)
        except (StoreError, DiskFull) as error:  # others' packages may be smaller, or here already
            self.put_off(job_id, error)
            return False

    def is_put_off(self, job_id: JobId) -> bool:
        """Whether a job waits for its next try."""
        later = self._later.get(job_id)
        return later is not None and later.waits(self._now())

    def is_known(self, job_id: JobId) -> bool:
        """Whether its package was looked at."""
        return job_id in self._objections

    def is_refused(self, job_id: JobId) -> bool:
        """Whether its package was looked at, and is none for this machine."""
        return bool(self._objections.get(job_id))

    def put_off(self, job_id: JobId, error: Exception) -> None:
        """Have a job wait, each time for twice as long: whatever is wrong with it, others may be well."""
        later = self._later.get(job_id)
        wait_s = min(2 * later.wait_s, LONGEST_RETRY_S) if later else FIRST_RETRY_S
        self._later[job_id] = _Attempt(self._now(), wait_s, wait_s)
        self._reporter.tell(JobSkipped(job_id, f"{reason_of(error)} It is tried again in {wait_s:.0f} s."))

    def wait(self, job_id: JobId, seconds: float) -> None:
        """Have a job wait, without a word; the next trouble with it is a first one."""
        self._later[job_id] = _Attempt(self._now(), seconds, FIRST_RETRY_S)

    async def objection(self, job_id: JobId) -> str:
        """Why this machine leaves a job alone, or ""; raises StoreError, UnknownJob or ChainError."""
        known = self._objections  # those of another history, once the chain took this one back
        if job_id not in known:
            job = await self._chain.job(job_id)
            known[job_id] = objection = await self._look(job)
            if objection:
                self._reporter.tell(PackageRefused(job_id, job.package_cid, objection))
            return objection
        return known[job_id]

    async def _look(self, job: JobInfo) -> str:
        try:
            # Before what is known of the package: another job may name it, and contradict it.
            package, manifest = await self._fetch_in_time(job)
            try:
                if not self._seconds:
                    return ""
                with in_use(package):  # else another one that comes beside may take its room
                    report = await self._report(job, package, manifest)
            finally:
                drop_opened(package)
            if report.share_openings:
                self._sharing.add(job.package_cid)
        except ContentError as error:
            return str(error)
        if report.verdict is ProbeVerdict.REFUSED:
            return report.sentences
        if report.verdict is ProbeVerdict.DOUBTFUL:
            self._reporter.say(f"Job {job.job_id}: {report.sentences}")
        needed, terms = report.limits, job.limits
        if needed and is_wider(needed, terms):
            return (
                f"this machine needs limits of {needed.tile_percent} % of a tile's bits and "
                f"{needed.mean_percent} % on the mean, the job has {terms.tile_percent} and "
                f"{terms.mean_percent}."
            )
        return ""

    async def _fetch_in_time(self, job: JobInfo) -> tuple[Path, Manifest]:
        """The package; what trickles in is left for a while, so that other jobs have at least half the time.

        The store keeps what it has of it, so the next try begins further on.
        """
        later = self._later.get(job.job_id)
        most_s = max(FETCH_S, later.wait_s) if later else FETCH_S
        try:
            async with asyncio.timeout(most_s) as timeout:
                return await self._fetch(job)
        except TimeoutError:
            if not timeout.expired():
                raise
            self._later[job.job_id] = _Attempt(self._now(), 0.0, most_s)
            raise StoreError(
                f"The package {job.package_cid} was not here within {most_s:.0f} s; other jobs come first."
            ) from None

    def kept_report(self, job: JobInfo) -> ProbeReport | None:
        """What the probe of a job's package found here; None where it was not probed."""
        return self._cache.load(job.package_cid, family_name(job.family), self._seconds)

    async def _report(self, job: JobInfo, package: Path, manifest: Manifest) -> ProbeReport:
        async with self._turn:
            if kept := self.kept_report(job):
                return kept
            longest = min(job.longest_lease, job.tasks)
            report = await self._probe.run(package, manifest, self._seconds, longest)
            self._cache.save(job.package_cid, family_name(job.family), self._seconds, report)
            return report
