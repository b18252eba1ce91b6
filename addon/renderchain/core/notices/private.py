"""What is said of private jobs: that one is, who asked for its package's key, and who was given it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..ids import JobId, WorkerId
from ..money import about_strk
from . import Level, Notice, counted


@dataclass(frozen=True)
class JobIsPrivate(Notice):
    """To how many workers the key will be given at most, and what gas each of them costs the artist."""

    level: ClassVar[Level] = Level.WARNING
    most_count: int
    each_fri: int

    @property
    def sentence(self) -> str:
        return (
            f"The job is private: at most {counted(self.most_count, 'worker')} and the verifiers that are "
            f"drawn see the scene, others its size. Each of them costs you about {about_strk(self.each_fri)} "
            "STRK in network fees, and can be given the key only while your client or a watchtower follows "
            "the job"
        )


@dataclass(frozen=True)
class PackageKeyAsked(Notice):
    """This worker has asked for the key of a private job's package, which takes gas; it does so once."""

    job_id: JobId

    @property
    def sentence(self) -> str:
        return f"Job {self.job_id} is private: asked its artist for the key of the package"


@dataclass(frozen=True)
class PackageKeyKnown(Notice):
    """This worker was given the key."""

    job_id: JobId

    @property
    def sentence(self) -> str:
        return f"The key of job {self.job_id} has come; its package can be opened"


@dataclass(frozen=True)
class PackageKeysGiven(Notice):
    """So many workers can open a private job's package from now on."""

    job_id: JobId
    worker_count: int

    @property
    def sentence(self) -> str:
        return f"The key of job {self.job_id} was given to {counted(self.worker_count, 'worker')} more"


@dataclass(frozen=True)
class PackageKeyRefused(Notice):
    """A worker asked for the key and does not get it."""

    level: ClassVar[Level] = Level.WARNING
    job_id: JobId
    worker_id: WorkerId
    reason: str

    @property
    def sentence(self) -> str:
        return (
            f"Worker {self.worker_id} asked for the key of job {self.job_id} and does not get it: "
            f"{self.reason}"
        )
