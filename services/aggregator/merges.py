"""Jobs that are parts of one picture: their samples are merged once all of them are over."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from renderchain.app.requester.kept_passes import KeptPasses
from renderchain.app.requester.merge import Merged, Part, merge
from renderchain.app.requester.requester import Requester
from renderchain.core.errors import LocalError, SettingsError
from renderchain.core.frame_names import USUAL
from renderchain.core.frames import format_frames
from renderchain.core.ids import BoardJob, JobId
from renderchain.core.scratch import Scratch
from renderchain.core.whole_file import write_whole
from renderchain.ports.merging import MergeRenderer

from .orders import Orders

FOLDER = "merged"
NOTE = "merge.json"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Group:
    """Jobs that are parts of one picture; the first says where it goes and how it is composited.

    The board 0 is whichever has a job of that number.
    """

    jobs: tuple[BoardJob, ...]

    def has(self, job: BoardJob) -> bool:
        """Whether a job is one of them."""
        return any(one.job_id == job.job_id and one.board in (0, job.board) for one in self.jobs)

    def __str__(self) -> str:
        return "jobs " + ", ".join(str(one.job_id) for one in self.jobs)


def job_folder(output: Path, job: BoardJob) -> Path:
    """Where somebody else's job goes: each board numbers its jobs by itself."""
    return output / hex(job.board) / str(job.job_id)


def groups_of(told: Sequence[Sequence[str]]) -> tuple[Group, ...]:
    """Of numbers of jobs, with the board before it where two have one: ``0x5:3``. Raises SettingsError."""
    groups = tuple(Group(tuple(map(_named, one))) for one in told)
    every = [job for group in groups for job in group.jobs]
    if any(len(group.jobs) < 2 for group in groups) or len(set(every)) != len(every):
        raise SettingsError("--merge takes two jobs or more; name each of them once, in one --merge.")
    return groups


def _named(text: str) -> BoardJob:
    board, _, number = text.rpartition(":")
    try:
        job = BoardJob(int(board, 16) if board else 0, JobId(int(number)))
    except ValueError:
        job = BoardJob(0, JobId(0))
    if job.board < 0 or job.job_id < 1:
        raise SettingsError(
            f"--merge takes numbers of jobs, such as 3, or 0x5:3 for a board's, not {text!r}."
        )
    return job


@dataclass
class Merges:
    """Which jobs are merged, by their numbers; ``folder`` is where that is kept which a merge takes of each.

    With ``output`` the jobs are somebody else's: each has a folder of its own there.
    """

    requester: Requester
    renderer: MergeRenderer
    folder: Path
    orders: Orders
    groups: Sequence[Group] = ()
    output: Path | None = None
    _done: set[Group] = field(default_factory=set)
    _named: dict[BoardJob, BoardJob] = field(default_factory=dict)  # those of the board 0 that were found

    def passes_of(self, job: BoardJob) -> KeptPasses | None:
        """Where a job's noisy passes are kept; None for one that is no part of anything."""
        return self._passes(job) if any(group.has(job) for group in self.groups) else None

    def _passes(self, job: BoardJob) -> KeptPasses:
        return KeptPasses(self.folder / f"{job.board:x}-{job.job_id}")

    def waiting(self) -> list[Group]:
        """Those that were not merged."""
        return [group for group in self.groups if group not in self._done]

    async def jobs_of(self, group: Group) -> list[BoardJob]:
        """Its jobs, with their boards. Raises what the network does."""
        return [await self._found(one) for one in group.jobs]

    async def _found(self, job: BoardJob) -> BoardJob:
        if job.board:
            return job
        if job not in self._named:
            self._named[job] = BoardJob(await self.requester.board_of(job.job_id), job.job_id)
        return self._named[job]

    async def merge(self, group: Group, jobs: Sequence[BoardJob]) -> Merged:
        """What was merged; nothing where that was done before.

        Raises RenderChainError and OSError where nothing could be merged; that can be tried again.
        """
        if len(set(jobs)) < len(jobs):
            raise LocalError("One of these jobs is named twice, with its board and without: name it once.")
        output, names = await self._place(jobs[0])
        if (noted := _noted(output, jobs)) is not None:
            self._done.add(group)
            if not noted:  # it ended before it could
                self._drop(jobs)
            return Merged()
        kept = {job: await self._kept(job) for job in jobs}
        for job in [job for job, one in kept.items() if not one.noisy()]:
            log.warning("%s brought nothing that can be merged; its samples are missing.", job)
        there = {job: one for job, one in kept.items() if one.noisy()}
        parts = [Part(str(job), one.package, one.manifest, one.noisy()) for job, one in there.items()]
        with Scratch() as scratch:
            merged = await merge(self.renderer, parts, output, Path(scratch), names)
        _tell(group, merged)
        _note(output, jobs, merged)
        self._done.add(group)
        if not merged.why_not:
            self._drop(jobs)
        return merged

    def _drop(self, jobs: Sequence[BoardJob]) -> None:
        for job in jobs:
            self._passes(job).drop()

    async def _kept(self, job: BoardJob) -> KeptPasses:
        """What there is of a job, and of what was ordered again of it.

        It is fetched now where somebody else followed it, or it could not be kept.
        """
        passes = self._passes(job)
        if passes.lacks(job):
            output = job_folder(self.output, job) if self.output else None
            await self.requester.watch(job.job_id, output, board=job.board, passes=passes)
        for again in [order.again for order in self.orders.of(job) if order.again]:
            if passes.lacks(again):
                await self.requester.watch(again.job_id, board=again.board, passes=passes)
        if passes.fault:
            raise LocalError(f"Not all that a merge takes of {job} could be kept: {passes.fault}; make room.")
        return passes

    async def _place(self, first: BoardJob) -> tuple[Path, str]:
        """Where the merged frames of a job go, and what they are called."""
        if self.output:
            return job_folder(self.output, first) / FOLDER, USUAL
        known = await self.requester.overview(wanted=lambda one: one.board_job == first)
        entry = known[0].entry if known else None
        if entry is None or not entry.output:
            raise LocalError(f"{first} was not submitted from here: nobody said where its frames go.")
        return Path(entry.output) / FOLDER, entry.names


def _tell(group: Group, merged: Merged) -> None:
    log.info("%s: %d frames were merged.", group, len(merged.frames))
    for frame, why in merged.why_not.items():
        log.warning("%s: frame %d was not merged: %s", group, frame, why)
    for frame, samples in merged.missing.items():
        log.warning("%s: frame %d lacks the samples %s (counted from 0).", group, frame, samples)


def _note(output: Path, jobs: Sequence[BoardJob], merged: Merged) -> None:
    body = {
        "jobs": _jobs_of(jobs),
        "frames": format_frames(tuple(merged.frames)),
        "not_merged": {str(frame): why for frame, why in merged.why_not.items()},
        "missing_samples": {str(frame): samples for frame, samples in merged.missing.items()},
    }
    write_whole(output / NOTE, (json.dumps(body, indent=1) + "\n").encode())


def _jobs_of(jobs: Sequence[BoardJob]) -> list[list[str | int]]:
    return [[hex(job.board), job.job_id] for job in jobs]


def _noted(output: Path, jobs: Sequence[BoardJob]) -> dict[str, str] | None:
    """Of which frames it is noted that they were not merged, and why; None where these jobs were not."""
    try:
        body = json.loads((output / NOTE).read_text())
        not_merged: dict[str, str] = body["not_merged"]
        return not_merged if body["jobs"] == _jobs_of(jobs) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
