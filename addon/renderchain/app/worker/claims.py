"""Which jobs there is something to claim of, and claiming it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from ...core.audit.errors import FamilyAtCap, LeaseMustBeJudged, VerifiersMissing
from ...core.board_events import (
    BoardEvent,
    JobClosed,
    JobCreated,
    JobImproved,
    KeyGiven,
    LeaseEnded,
    TasksGivenBack,
)
from ...core.contract_errors import (
    AuditPoolTooSmall,
    ContractError,
    JobIsOver,
    NothingToClaim,
    SchedulerFirst,
    SplitNotFunded,
    StakeNotFree,
)
from ...core.errors import ChainError
from ...core.ids import JobId, LeaseId
from ...core.job import JobInfo
from ...core.lease_id import MAX_SLOTS, split_lease_id
from ...core.notices.leases import JobSkipped
from ...ports.reporter import Reporter
from ...ports.worker_chain import WorkerChain
from ..upkeep.keeping import is_unforeseen, raise_if_ending
from .failed_jobs import DEFAULT_FAILURES, FailedJobs
from .job_probe import JobProbe
from .job_waits import JobWaits
from .pace import Pace
from .preparing import Preparing
from .stake_notice import StakeNotice, Stand
from .time_gate import TimeGate

log = logging.getLogger(__name__)
PREPARE_S = 30.0
LEAST_GRACE_S = 30.0  # so often at most it is asked whether a scheduler is gone
Takes = Callable[[JobInfo, int], bool]  # of a job so many frames at most, as ``fit`` has them


@dataclass(frozen=True)
class WorkerRules:
    """What this worker takes: families (felts), least reward per task, least profit per lease after gas.

    Events are read from that block on.
    """

    families: frozenset[int]
    least_reward_fri: int
    from_block: int
    least_profit_fri: int = 0
    most_frames: int = 0  # of a lease; 0: as many as the board gives
    largest_lock_fri: int = 0  # of a lease; 0: any
    most_failures: int = DEFAULT_FAILURES  # of a job's leases in one lane


class Claims:
    """The jobs that this worker heard of and would take, the oldest first; only of those is claimed whose
    package was looked at, which goes on beside. ``changed`` is called when there may be more to claim.

    ``renders`` says whether frames of a family are rendered here now, ``pace`` what frames took.
    """

    def __init__(
        self,
        chain: WorkerChain,
        probe: JobProbe,
        reporter: Reporter,
        rules: WorkerRules,
        renders: Callable[[int], bool] = lambda _: True,
        pace: Pace | None = None,
    ) -> None:
        self._chain = chain
        self._probe = probe
        self._reporter = reporter
        self._rules = rules
        self._renders = renders
        self._time_gate = TimeGate(pace or Pace(), probe.kept_report)
        self._stakes = StakeNotice(
            chain,
            reporter,
            rules.least_profit_fri,
            largest_lock_fri=rules.largest_lock_fri,
        )
        self._jobs: dict[JobId, JobCreated] = {}
        self._poor: dict[JobId, JobCreated] = {}  # that pay less than the least reward, so far
        self._job_waits = JobWaits()
        self._claimable: dict[JobId, None] = {}  # an ordered set: the oldest job first
        self.failed_jobs = FailedJobs(rules.most_failures)
        self._graces_s: dict[JobId, float] = {}  # for which its scheduler may be silent
        self._said: dict[JobId, str] = {}  # why a job waits
        self._preparing = Preparing(self._prepare, self._tell_change)
        self._prepares_at_s = 0.0  # by the loop's clock
        self.changed: Callable[[], None] = lambda: None

    @property
    def next_try_s(self) -> float:
        """When a package that could not be fetched is asked for again (seconds since 1970)."""
        return self._probe.next_try_s

    def note(self, event: BoardEvent) -> None:
        """Hear what the board says of jobs."""
        if isinstance(event, JobCreated):
            if event.family in self._rules.families:
                if event.job_id not in self._jobs:
                    self._poor[event.job_id] = event
                self._note_reward(event.job_id, event.terms.reward_fri)
        elif isinstance(event, JobImproved):
            self._note_reward(event.job_id, event.reward_fri)
        elif isinstance(event, JobClosed):
            self._poor.pop(event.job_id, None)
            self._graces_s.pop(event.job_id, None)
            self._jobs.pop(event.job_id, None)
            self._claimable.pop(event.job_id, None)
            self._said.pop(event.job_id, None)
            self._preparing.forget(event.job_id)
            self._probe.forget(event.job_id)
            self._stakes.forget(event.job_id)
            self._job_waits.forget(event.job_id)
        elif isinstance(event, KeyGiven) and event.job_id in self._jobs:
            self._probe.went_well(event.job_id)  # it may be for us: its package is looked at now
        elif isinstance(event, TasksGivenBack | LeaseEnded) and event.reopened and event.job_id in self._jobs:
            self._claimable[event.job_id] = None

    def _note_reward(self, job_id: JobId, reward_fri: int) -> None:
        """Take a job up once it pays enough; one that pays more than before is looked at anew."""
        if job_id in self._poor and reward_fri >= self._rules.least_reward_fri:
            event = self._poor.pop(job_id)
            self._jobs[job_id] = event
            self._claimable[job_id] = None
            self._graces_s[job_id] = float(event.terms.scheduler_grace_s)
        elif job_id in self._jobs:
            self._job_waits.forget(job_id)
            self._probe.went_well(job_id)
            self._claimable[job_id] = None

    def clear(self, *, is_reorganised: bool = False) -> None:
        """All events will be told again; after a reorganisation other jobs may have the same numbers."""
        self._jobs.clear()
        self._poor.clear()
        self._claimable.clear()
        self._graces_s.clear()
        if is_reorganised:
            self._said.clear()
            self._job_waits.forget_all()
            self._preparing.forget_all()
            self._probe.forget_all()
            self._stakes.forget_all()

    async def objection(self, job_id: JobId) -> str:
        """Why this machine leaves a job alone, or ""."""
        return await self._probe.objection(job_id)

    async def end(self) -> None:
        """Look at no package any more."""
        await self._preparing.end()

    async def claim_one(
        self, held: Collection[LeaseId], lane: int, takes: Takes | None = None
    ) -> tuple[JobId, LeaseId] | None:
        """Claim one lease for a lane, of a job that ``takes`` allows; None if there is none to be had now, or
        all slots are taken.

        Packages of jobs that came before are looked at from now on, and nothing waits for that.
        """
        taken = {split_lease_id(lease_id)[1] for lease_id in held}
        slot = next((one for one in range(MAX_SLOTS) if one not in taken), None)
        if slot is None:
            return None
        unknown = list[JobId]()
        try:
            for job_id in list(self._claimable):
                most = None if self._is_left(job_id, [lane]) else await self._most(job_id, takes)
                if most is None:
                    continue
                if not self._probe.is_known(job_id):
                    unknown.append(job_id)
                    continue
                lease_id = await self._claim(job_id, slot, most)
                if lease_id is not None:
                    return job_id, lease_id
        finally:
            self._preparing.begin(unknown)
        return None

    async def prepare(self, count: int, lanes: Sequence[int]) -> None:
        """Have the packages of so many jobs looked at before these lanes need them, once in a while."""
        clock_s = asyncio.get_running_loop().time()
        if clock_s < self._prepares_at_s:
            return
        self._prepares_at_s = clock_s + PREPARE_S
        ready, unknown = 0, list[JobId]()
        for job_id in list(self._claimable):
            if ready + len(unknown) + len(self._preparing) >= count:
                break
            if self._is_left(job_id, lanes):
                continue
            if self._probe.is_known(job_id):
                ready += 1
            elif await self._most(job_id) is not None:
                unknown.append(job_id)
        self._preparing.begin(unknown)

    def _is_left(self, job_id: JobId, lanes: Sequence[int]) -> bool:
        """Whether nothing is claimed of it for these lanes, now or ever, whatever it pays."""
        job = self._jobs.get(job_id)  # it may have closed meanwhile
        return (
            job is None
            or not self._renders(job.family)
            or all(self.failed_jobs.leaves(job_id, job.terms.package_cid, lane) for lane in lanes)
            or job_id in self._preparing
            or self._probe.is_put_off(job_id)
            or self._probe.is_refused(job_id)
        )

    async def _claim(self, job_id: JobId, slot: int, most: int) -> LeaseId | None:
        try:
            lease_id = await self._chain.claim_lease(job_id, slot, most)
        except ContractError as error:
            self._note_refusal(job_id, error)
            return None
        except ChainError as error:
            self._probe.put_off(job_id, error)
            raise  # it may have happened
        self._said.pop(job_id, None)
        self._probe.went_well(job_id)
        return lease_id

    def _note_refusal(self, job_id: JobId, error: ContractError) -> None:
        if isinstance(error, NothingToClaim | JobIsOver):
            self._claimable.pop(job_id, None)
        elif isinstance(error, SchedulerFirst):  # by then it has assigned more, or is gone
            self._say_once(job_id, str(error))
            self._probe.wait(job_id, max(self._graces_s.get(job_id, 0.0), LEAST_GRACE_S))
        elif isinstance(error, VerifiersMissing | LeaseMustBeJudged):
            self._wait(job_id, error)  # seats come and go
        # Else another job may ask for less, and this one's audits may turn out not to be needed.
        elif not isinstance(error, StakeNotFree | AuditPoolTooSmall | SplitNotFunded | FamilyAtCap):
            self._claimable.pop(job_id, None)
            self._reporter.tell(JobSkipped(job_id, str(error)))

    async def _most(self, job_id: JobId, takes: Takes | None = None) -> int | None:
        """How many frames to claim of it at most (0: as many as there are); None: nothing of it now.

        They can be done in time, as far as that is known, are worth stake and gas, and ``takes`` allows it.
        """
        try:
            job = await self._chain.job(job_id)
            fit = self._time_gate.fit(job, self._rules.most_frames)
            if fit.too_slow:
                self._say_once(job_id, fit.too_slow)
            stand = Stand.NOT_WANTED if fit.too_slow else await self._stakes.tell(job, fit.most)
            if stand is Stand.NOT_WANTED:
                self._probe.wait(job_id, self._job_waits.next_in_s(job_id))
            elif stand is Stand.WANTED and (takes is None or takes(job, fit.most)):
                return fit.most
        except ContractError as error:
            self._note_refusal(job_id, error)
        except Exception as error:  # noqa: BLE001 - whatever it is
            self._put_off(job_id, error)
        return None

    async def _prepare(self, job_id: JobId) -> None:
        """Look at its package."""
        try:
            await self._probe.allows(job_id)
        except ContractError as error:
            self._note_refusal(job_id, error)
            if job_id in self._claimable:
                self._probe.put_off(job_id, error)
        except Exception as error:  # noqa: BLE001 - whatever it is
            self._put_off(job_id, error)

    def _put_off(self, job_id: JobId, error: Exception) -> None:
        """What nobody foresaw is that job's alone: the next may be a good one."""
        raise_if_ending(error)
        if is_unforeseen(error):
            log.exception("job %s could not be looked at", job_id)
        self._probe.put_off(job_id, error)

    def _tell_change(self) -> None:
        self.changed()

    def _wait(self, job_id: JobId, error: ContractError) -> None:
        self._say_once(job_id, f"{error} It is looked at again later.")

    def _say_once(self, job_id: JobId, reason: str) -> None:
        if self._said.get(job_id) != reason:
            self._said[job_id] = reason
            self._reporter.tell(JobSkipped(job_id, reason))
