"""Which jobs there is something to claim of, and claiming it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from ...core.audit.errors import FamilyAtCap, LeaseMustBeJudged, VerifiersMissing
from ...core.board_events import BoardEvent, JobClosed, JobCreated, LeaseEnded, TasksGivenBack
from ...core.contract_errors import (
    AuditPoolTooSmall,
    ContractError,
    JobIsOver,
    NothingToClaim,
    SplitNotFunded,
    StakeNotFree,
)
from ...core.errors import ChainError, RenderChainError
from ...core.ids import JobId, LeaseId
from ...core.lease_id import MAX_SLOTS, split_lease_id
from ...core.notices.leases import JobSkipped
from ...ports.reporter import Reporter
from ...ports.worker_chain import WorkerChain
from ..upkeep.keeping import raise_if_ending
from .job_probe import JobProbe
from .stake_notice import StakeNotice
from .time_gate import Fit, FrameTimes, TimeGate

log = logging.getLogger(__name__)
MAX_FAILURES = 2  # of one job on this machine, before it is left to others


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


class Claims:
    """The jobs that this worker heard of and would take, the oldest first.

    ``renders`` says whether frames of a family are rendered here now, ``times`` what frames took here.
    """

    def __init__(
        self,
        chain: WorkerChain,
        probe: JobProbe,
        reporter: Reporter,
        rules: WorkerRules,
        renders: Callable[[int], bool] = lambda _: True,
        times: FrameTimes | None = None,
    ) -> None:
        self._chain = chain
        self._probe = probe
        self._reporter = reporter
        self._rules = rules
        self._renders = renders
        self._time_gate = TimeGate(times or FrameTimes(), probe.kept_report)
        self._stakes = StakeNotice(
            chain,
            reporter,
            rules.least_profit_fri,
            largest_lock_fri=rules.largest_lock_fri,
        )
        self._jobs: dict[JobId, int] = {}  # with their families
        self._claimable: dict[JobId, None] = {}  # an ordered set: the oldest job first
        self._failures: Counter[JobId] = Counter()
        self._said: dict[JobId, str] = {}  # why a job waits

    @property
    def next_try_s(self) -> float:
        """When a package that could not be fetched is asked for again (seconds since 1970)."""
        return self._probe.next_try_s

    def note(self, event: BoardEvent) -> None:
        """Hear what the board says of jobs."""
        if isinstance(event, JobCreated):
            wanted = event.family in self._rules.families
            if wanted and event.terms.reward_fri >= self._rules.least_reward_fri:
                self._jobs[event.job_id] = event.family
                self._claimable[event.job_id] = None
        elif isinstance(event, JobClosed):
            self._jobs.pop(event.job_id, None)
            self._claimable.pop(event.job_id, None)
            self._said.pop(event.job_id, None)
            self._probe.forget(event.job_id)
            self._stakes.forget(event.job_id)
        elif isinstance(event, TasksGivenBack | LeaseEnded) and event.reopened and event.job_id in self._jobs:
            self._claimable[event.job_id] = None

    def clear(self) -> None:
        """All events will be told again."""
        self._jobs.clear()
        self._claimable.clear()

    def count_failure(self, job_id: JobId) -> None:
        """A lease of that job failed here by the job's own doing."""
        self._failures[job_id] += 1

    async def objection(self, job_id: JobId) -> str:
        """Why this machine leaves a job alone, or ""."""
        return await self._probe.objection(job_id)

    async def claim_one(self, held: Collection[LeaseId]) -> tuple[JobId, LeaseId] | None:
        """Claim one lease; None if there is none to be had now, or all slots are taken."""
        taken = {split_lease_id(lease_id)[1] for lease_id in held}
        slot = next((one for one in range(MAX_SLOTS) if one not in taken), None)
        if slot is None:
            return None
        for job_id in list(self._claimable):
            if self._may_claim(job_id):
                lease_id = await self._claim(job_id, slot)
                if lease_id is not None:
                    return job_id, lease_id
        return None

    def _may_claim(self, job_id: JobId) -> bool:
        family = self._jobs.get(job_id)  # it may have closed meanwhile
        is_ours = family is not None and self._renders(family)
        return is_ours and self._failures[job_id] < MAX_FAILURES and not self._probe.is_put_off(job_id)

    async def _claim(self, job_id: JobId, slot: int) -> LeaseId | None:
        try:
            most = await self._wants(job_id)
            if most is None:
                return None
            lease_id = await self._chain.claim_lease(job_id, slot, most)
        except (NothingToClaim, JobIsOver):
            self._claimable.pop(job_id, None)
        except (StakeNotFree, AuditPoolTooSmall, SplitNotFunded, FamilyAtCap):
            return None  # another job may ask for less, and this one's audits may turn out not to be needed
        except (VerifiersMissing, LeaseMustBeJudged) as error:
            self._wait(job_id, error)  # seats come and go
        except ContractError as error:
            self._claimable.pop(job_id, None)
            self._reporter.tell(JobSkipped(job_id, str(error)))
        except ChainError as error:
            self._probe.put_off(job_id, error)
            raise  # it may have happened
        else:
            self._said.pop(job_id, None)
            self._probe.went_well(job_id)
            return lease_id
        return None

    async def _wants(self, job_id: JobId) -> int | None:
        """How many frames to claim of it at most (0: as many as there are); None: nothing of it.

        What nobody foresaw is that job's alone: the next may be a good one.
        """
        try:
            job = await self._chain.job(job_id)
            before = self._time_gate.fit(job, self._rules.most_frames)
            if not await self._is_worth(job_id, before) or not await self._probe.allows(job_id):
                return None
            fit = self._time_gate.fit(job, self._rules.most_frames)  # now it is known what a frame takes
            return fit.most if fit == before or await self._is_worth(job_id, fit) else None
        except ContractError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is
            raise_if_ending(error)
            if not isinstance(error, RenderChainError):
                log.exception("job %s could not be looked at", job_id)
            self._probe.put_off(job_id, error)
            return None

    async def _is_worth(self, job_id: JobId, fit: Fit) -> bool:
        """Whether so many frames can be done in time, and are worth stake and gas."""
        if fit.too_slow:
            self._say_once(job_id, fit.too_slow)
        return not fit.too_slow and await self._stakes.tell(job_id, fit.most)

    def _wait(self, job_id: JobId, error: ContractError) -> None:
        self._say_once(job_id, f"{error} It is looked at again later.")

    def _say_once(self, job_id: JobId, reason: str) -> None:
        if self._said.get(job_id) != reason:
            self._said[job_id] = reason
            self._reporter.tell(JobSkipped(job_id, reason))
