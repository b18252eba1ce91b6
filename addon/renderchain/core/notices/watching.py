"""What a watchtower says: for whom it stands by, what it did, and what it can't do and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..ids import WorkerId
from . import LeaseNotice, Level, Notice, counted


@dataclass(frozen=True)
class WatchStarted(Notice):
    """A watchtower stands by for a worker, which has so many leases submitted."""

    worker_id: WorkerId
    lease_count: int

    @property
    def sentence(self) -> str:
        leases = counted(self.lease_count, "lease")
        return f"Standing by for worker {self.worker_id}, which has {leases} submitted"


@dataclass(frozen=True)
class NoWatchtower(Notice):
    """A worker starts whose settings name no watchtower, and don't say that it does without."""

    level: ClassVar[Level] = Level.WARNING

    @property
    def sentence(self) -> str:
        return (
            "No watchtower is set: if this machine is down while a lease is audited, the lease's stake is "
            "lost. Start one on another machine, and set the watchtower_key that it says, or none if you do "
            "without."
        )


@dataclass(frozen=True)
class PrivateJobsWatched(Notice):
    """What a worker wraps keys of private jobs for, so that this watchtower can give them in its place."""

    watchtower: str

    @property
    def sentence(self) -> str:
        return f'For private jobs too, where the worker is set watchtower_key = "{self.watchtower}"'


@dataclass(frozen=True)
class AnswerDue(LeaseNotice):
    """The worker has not answered for so long that the watchtower does."""

    waited_s: float

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: its worker is silent for {self.waited_s:.0f} s now, answering for it"


@dataclass(frozen=True)
class AnsweredAlready(LeaseNotice):
    """Somebody else was first, most likely the worker; that is well."""

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: somebody else was first, nothing is left to do"


@dataclass(frozen=True)
class EvidenceLost(LeaseNotice):
    """A lease is submitted, and what has to be shown if it is audited is not in the folder."""

    level: ClassVar[Level] = Level.WARNING
    reason: str

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id} can't be answered for: {self.reason}"


@dataclass(frozen=True)
class OverdueAccepted(LeaseNotice):
    """A lease whose window was over was accepted, so that its worker is paid and has its lock back."""

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: accepted, its window is over"


@dataclass(frozen=True)
class ContentProvided(LeaseNotice):
    """Nobody had some of a lease's content any more; it is pinned again out of the evidence folder."""

    cid: str

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: {self.cid} could not be fetched any more, it is pinned again"


@dataclass(frozen=True)
class ContentLost(LeaseNotice):
    """Some of a lease's content can't be fetched, and can't be pinned again either."""

    level: ClassVar[Level] = Level.WARNING
    cid: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: {self.cid} can't be fetched, nor pinned again: {self.reason}"


@dataclass(frozen=True)
class EvidenceOpen(Notice):
    """Others may read the evidence, or keys of private jobs."""

    level: ClassVar[Level] = Level.WARNING
    reason: str

    @property
    def sentence(self) -> str:
        return f"A folder holds keys, and others may look into it: {self.reason}"
