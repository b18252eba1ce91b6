"""What a scheduler says: what it assigned, and what it could not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..ids import JobId
from . import Level, Notice, counted


@dataclass(frozen=True)
class LeasesAssigned(Notice):
    """So many leases of a job were assigned, spares among them."""

    job_id: JobId
    lease_count: int
    spare_count: int

    @property
    def sentence(self) -> str:
        spares = f", {self.spare_count} of tasks that others hold" if self.spare_count else ""
        return f"Job {self.job_id}: {counted(self.lease_count, 'lease')} assigned{spares}"


@dataclass(frozen=True)
class AssignRefused(Notice):
    """Nothing of a job could be assigned; it is tried again."""

    level: ClassVar[Level] = Level.WARNING
    job_id: JobId
    reason: str

    @property
    def sentence(self) -> str:
        return f"Job {self.job_id} waits: {self.reason}"


@dataclass(frozen=True)
class JobNotScheduled(Notice):
    """A job names this scheduler, which does not take it on."""

    job_id: JobId
    reason: str

    @property
    def sentence(self) -> str:
        return f"Job {self.job_id} is not scheduled here: {self.reason}"


@dataclass(frozen=True)
class JobScheduled(Notice):
    """A job for which there was no room is scheduled from now on."""

    job_id: JobId

    @property
    def sentence(self) -> str:
        return f"Job {self.job_id} is scheduled now: there is room for it"


@dataclass(frozen=True)
class HeartbeatFailed(Notice):
    """A scheduler was not reached, or does not believe this worker; it is tried again all the time."""

    level: ClassVar[Level] = Level.WARNING
    reason: str

    @property
    def sentence(self) -> str:
        return f"A scheduler does not hear this worker, so it assigns nothing to it: {self.reason}"
