"""A job as its artist knows it: what was noted of it here, and how the chain says that it stands."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .errors import FrameRangeError
from .frame_names import USUAL
from .frames import parse_frames
from .ids import BoardJob, JobId, LeaseId
from .job import JobInfo
from .job_progress import JobProgress
from .notices import Notice
from .notices.checks import CheckUnsure, LeavesFalse
from .notices.following import CancelQuoted, JobWaits
from .notices.jobs import Doubt

DOUBTS = (Doubt, LeavesFalse, CheckUnsure)
SENDING, REFUSED = "sending", "refused"  # states of an artist's job that the chain has not


@dataclass(frozen=True)
class JobEntry:
    """A job of the artist's; ``entry_id`` is the number that people read.

    ``job_id`` is 0 until the chain gave one. ``output`` is empty where nobody said where its frames go: it
    was submitted elsewhere, as are ``frames``, which format_frames wrote. ``names`` is what files are called.
    """

    entry_id: int
    board: int
    job_id: JobId
    name: str
    package_cid: str
    output: str
    from_block: int
    state: str
    frames: str = ""
    names: str = USUAL

    @property
    def board_job(self) -> BoardJob:
        """Which one it is of all of the network."""
        return BoardJob(self.board, self.job_id)


@dataclass(frozen=True)
class KeptFrame:
    """A frame of an artist's job on the disk: of which lease under which root, and what the file was."""

    frame: int
    lease_id: LeaseId
    root: int
    operator: int
    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class JobOverview:
    """One job; ``job`` is None until the chain has it, and ``left_s`` as long as nothing tells.

    ``kept`` are the frames on this disk. ``waits`` says why nobody works on it.
    """

    entry: JobEntry
    job: JobInfo | None = None
    progress: JobProgress = field(default_factory=JobProgress)
    kept: tuple[KeptFrame, ...] = ()
    left_s: float | None = None
    waits: JobWaits | None = None
    notes: tuple[Notice, ...] = ()
    cancel: CancelQuoted | None = None

    @property
    def number(self) -> int:
        """What people call it."""
        return self.entry.entry_id

    @property
    def state(self) -> str:
        """The chain's word, or why the chain has none."""
        return str(self.job.state) if self.job else self.entry.state

    @cached_property
    def delivered_count(self) -> int:
        """Frames of which there is a result."""
        return len(self.progress.delivered)

    @cached_property
    def worker_count(self) -> int:
        """Workers who render now."""
        return len(self.progress.workers)

    @property
    def frame_count(self) -> int:
        """All frames of the job; 0 as long as the chain does not say."""
        return self.job.tasks if self.job else 0

    @cached_property
    def frames(self) -> tuple[int, ...]:
        """The frames' numbers in the order of the tasks; none where the job was submitted elsewhere, or what
        was noted is damaged.
        """
        with suppress(FrameRangeError):
            return parse_frames(self.entry.frames)
        return ()

    @cached_property
    def missing(self) -> tuple[int, ...]:
        """Frames that should be here by now, and are not: delivered and refused, or nobody's any more."""
        here = {one.frame for one in self.kept}
        due = self.progress.delivered if self.is_running else range(len(self.frames))
        return tuple(sorted({self.frames[task] for task in due if task < len(self.frames)} - here))

    @cached_property
    def doubted(self) -> tuple[int, ...]:
        """Frames of leases that something was found wrong with."""
        leases = {one.lease_id for one in self.notes if isinstance(one, DOUBTS)}
        return tuple(sorted(one.frame for one in self.kept if one.lease_id in leases))

    @property
    def is_running(self) -> bool:
        """Whether something of it may still be rendered or paid."""
        return self.state == SENDING or (self.job is not None and not self.progress.is_closed)

    def as_dict(self) -> dict[str, Any]:
        """For programs: amounts are decimal text, as in a log's lines."""
        return {
            "number": self.number,
            "job_id": self.entry.job_id,
            "board": f"{self.entry.board:#x}",
            "name": self.entry.name,
            "state": self.state,
            "output": self.entry.output,
            "frame_count": self.frame_count,
            "delivered_count": self.delivered_count,
            "in_work_count": len(self.progress.in_work),
            "kept_count": len(self.kept),
            "missing": list(self.missing),
            "doubted": list(self.doubted),
            "worker_count": self.worker_count,
            "paid_fri": str(self.progress.paid_fri),
            "refunded_fri": str(self.progress.refunded_fri),
            "left_s": None if self.left_s is None else round(self.left_s),
            "waits": self.waits.sentence if self.waits else "",
            "notes": [one.sentence for one in self.notes],
        }
