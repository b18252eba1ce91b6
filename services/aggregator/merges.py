"""Jobs that are parts of one picture: their samples are merged once all of them are over."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
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
from renderchain.ports.merging import MergeRenderer

FOLDER = "merged"
NOTE = "merge.json"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Group:
    """Jobs that are parts of one picture; the first says where it goes and how it is composited."""

    jobs: tuple[JobId, ...]

    def __str__(self) -> str:
        return "jobs " + ", ".join(map(str, self.jobs))


def groups_of(told: Sequence[Sequence[int]]) -> tuple[Group, ...]:
    """Raises SettingsError where a group is none, or a job is in two."""
    groups = tuple(Group(tuple(map(JobId, one))) for one in told)
    numbers = [number for group in groups for number in group.jobs]
    if any(len(group.jobs) < 2 for group in groups) or len(set(numbers)) != len(numbers):
        raise SettingsError("--merge takes two jobs or more; name each of them once, in one --merge.")
    return groups


@dataclass
class Merges:
    """Which jobs are merged, by their numbers; ``folder`` is where that is kept which a merge takes of each.

    With ``output`` the jobs are somebody else's: each has a folder of its own there.
    """

    requester: Requester
    renderer: MergeRenderer
    folder: Path
    groups: Sequence[Group] = ()
    output: Path | None = None
    _done: set[Group] = field(default_factory=set)

    def passes_of(self, job: BoardJob) -> KeptPasses | None:
        """Where a job's noisy passes are kept; None for one that is no part of anything."""
        if not any(job.job_id in group.jobs for group in self.groups):
            return None
        return self._passes(job)

    def _passes(self, job: BoardJob) -> KeptPasses:
        return KeptPasses(self.folder / f"{job.board:x}-{job.job_id}")

    async def due(self, is_over: Callable[[BoardJob], bool]) -> list[tuple[Group, list[BoardJob]]]:
        """Those whose jobs are all over, and that were not merged. Raises what the network does."""
        found = []
        for group in self.groups:
            if group in self._done:
                continue
            jobs = [BoardJob(await self.requester.board_of(number), number) for number in group.jobs]
            if all(map(is_over, jobs)):
                found.append((group, jobs))
        return found

    async def merge(self, group: Group, jobs: Sequence[BoardJob]) -> dict[int, Path]:
        """The merged frames, by their numbers; nothing where that was done before.

        Raises RenderChainError and OSError where nothing could be merged; that can be tried again.
        """
        output, names = await self._place(jobs[0])
        if _was_merged(output, jobs):
            self._done.add(group)
            return {}
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
            for one in kept.values():
                one.drop()
        return merged.frames

    async def _kept(self, job: BoardJob) -> KeptPasses:
        """What there is of a job; it is fetched now where somebody else followed it."""
        passes = self._passes(job)
        if not passes.noisy():
            output = self.output / str(job.job_id) if self.output else None
            await self.requester.watch(job.job_id, output, board=job.board, passes=passes)
        return passes

    async def _place(self, first: BoardJob) -> tuple[Path, str]:
        """Where the merged frames of a job go, and what they are called."""
        if self.output:
            return self.output / str(first.job_id) / FOLDER, USUAL
        known = await self.requester.overview()
        entry = next((one.entry for one in known if one.entry.board_job == first), None)
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
    output.mkdir(parents=True, exist_ok=True)
    (output / NOTE).write_text(json.dumps(body, indent=1) + "\n")


def _jobs_of(jobs: Sequence[BoardJob]) -> list[list[str | int]]:
    return [[hex(job.board), job.job_id] for job in jobs]


def _was_merged(output: Path, jobs: Sequence[BoardJob]) -> bool:
    try:
        body = json.loads((output / NOTE).read_text())
        return bool(body["jobs"] == _jobs_of(jobs))
    except (OSError, ValueError, KeyError, TypeError):
        return False
