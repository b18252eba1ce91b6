"""What must survive a crash: the artist's jobs and the worker's leases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..core.artist_job import JobEntry, KeptFrame
from ..core.audit.state import AuditKind
from ..core.frame_names import USUAL
from ..core.ids import JobId, LeaseId
from ..core.manifest import PackedFile
from ..core.messages import Loaded, Rendered


@dataclass(frozen=True)
class LeaseEntry:
    """A lease that this worker holds or held; ``secret`` is what its salts and its result key derive from.

    ``package_cid`` is its job's, once that was looked at: another may get the number in a reorganisation.
    """

    board: int
    lease_id: LeaseId
    job_id: JobId
    secret: int
    state: str
    package_cid: str = ""


@dataclass(frozen=True)
class FrameEntry:
    """A finished frame of a lease: its files below the lease's folder, and what the render process said."""

    lease: LeaseEntry
    frame: int
    files: tuple[PackedFile, ...]
    rendered: Rendered
    loaded: Loaded


@dataclass(frozen=True)
class AppealEntry:
    """An appeal that the artist's client may have paid for: against the verdict of that round, from 0 on."""

    board: int
    job_id: JobId
    lease_id: LeaseId
    kind: AuditKind
    round: int


class Journal(Protocol):
    """Durable as soon as a call returns; raises JournalError."""

    def add_job(
        self,
        board: int,
        name: str,
        package_cid: str,
        output: str,
        from_block: int,
        frames: str = "",
        names: str = USUAL,
    ) -> int:
        """Note a job that is about to be created; returns the entry's id."""
        ...

    def set_job(self, entry_id: int, *, job_id: JobId, state: str) -> None:
        """Note what became of it."""
        ...

    def jobs(self, board: int | None = None) -> list[JobEntry]:
        """All jobs on that board or on all boards, the newest first."""
        ...

    def set_output(self, entry_id: int, output: str) -> None:
        """Note where a job's frames go."""
        ...

    def keep_frame(self, entry_id: int, kept: KeptFrame) -> None:
        """Note a frame that is on the disk; it replaces an earlier one of its number."""
        ...

    def kept_frames(self, entry_id: int) -> list[KeptFrame]:
        """The frames of a job that were kept, by their numbers."""
        ...

    def note_line(self, entry_id: int, line: str) -> None:
        """Keep a line that is to stay with a job; the newest few hundred are kept, each once."""
        ...

    def lines(self, entry_id: int) -> list[str]:
        """The lines that stay with a job, the oldest first."""
        ...

    def save_appeal(self, entry: AppealEntry) -> None:
        """Note an appeal before it is paid for."""
        ...

    def forget_appeal(self, entry: AppealEntry) -> None:
        """It was not made."""
        ...

    def appeals(self, board: int, job_id: JobId) -> list[AppealEntry]:
        """The appeals against verdicts on a job's leases that were noted."""
        ...

    def save_lease(self, entry: LeaseEntry) -> None:
        """Note a lease or its new state; a lease with another secret is another entry, and both stay."""
        ...

    def leases(self, board: int) -> list[LeaseEntry]:
        """All leases on that board, the oldest first."""
        ...

    def save_frame(self, entry: FrameEntry) -> None:
        """Note a finished frame, once its files are on the disk; it replaces an earlier one."""
        ...

    def frames(self, lease: LeaseEntry) -> list[FrameEntry]:
        """The finished frames of a lease under that secret."""
        ...

    def leases_with_frames(self, board: int) -> list[LeaseId]:
        """Leases of which frames are noted."""
        ...

    def forget_frames(self, board: int, lease_id: LeaseId) -> None:
        """The lease is over."""
        ...
