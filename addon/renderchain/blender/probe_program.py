"""A render process's part in a probe: it reports facts and digests, the agent compares."""

from __future__ import annotations

import time

from ..core.probe_messages import (
    CausesSurveyed,
    FrameProbed,
    Played,
    PlayTo,
    ProbeCommand,
    ProbeFrame,
    ProbeMessage,
    ProbeTiles,
    Survey,
    SurveyCauses,
    Surveyed,
    TilesProbed,
)
from .cycles.canonical_path import CanonicalPath
from .cycles.causes import causes_in, state_of
from .cycles.changes import changes_of
from .cycles.probe import render_reduced, render_reduced_tiles


def answer(command: ProbeCommand, path: CanonicalPath, *, whole_frames: bool = False) -> ProbeMessage:
    """Do what is asked, on the one path to a frame's pixels or on the artist's playback.

    ``whole_frames``: this process renders leaves out of their whole frame.
    """
    if isinstance(command, Survey):
        return _survey(command, path, whole_frames)
    if isinstance(command, SurveyCauses):
        return _find_causes(command, path)
    if isinstance(command, PlayTo):
        return _play(command, path)
    return _render(command, path)


def _survey(command: Survey, path: CanonicalPath, whole_frames: bool) -> Surveyed:
    scene = path.at(command.first)
    changes = changes_of(scene, command.first, command.last)
    start = min(scene.frame_start, command.first)
    # What one frame takes may be little and what the next one takes much, as where a simulation begins.
    steps = []
    for frame in (command.last, command.first, min(command.first + 1, command.last)):
        started_s = time.monotonic()
        scene.frame_set(frame)
        steps.append(_ms(started_s))
    return Surveyed(start, max(steps), whole_frames, changes)


def _render(command: ProbeFrame | ProbeTiles, path: CanonicalPath) -> FrameProbed | TilesProbed:
    started_s = time.monotonic()
    scene = path.at(command.frame)
    if isinstance(command, ProbeFrame):
        digest, tiles = render_reduced(scene)
        return FrameProbed(command.frame, digest, tiles, _ms(started_s))
    return TilesProbed(command.frame, render_reduced_tiles(scene), _ms(started_s))


def _play(command: PlayTo, path: CanonicalPath) -> Played:
    started_s = time.monotonic()
    deadline = _Deadline(command.most_ms)
    scene, reached = path.played(command.start, command.frame, deadline.is_ahead)
    if reached < command.frame:
        return Played(command.frame, reached, "", _ms(started_s))
    digest, _ = render_reduced(scene)
    return Played(command.frame, reached, digest, _ms(started_s))


def _find_causes(command: SurveyCauses, path: CanonicalPath) -> CausesSurveyed:
    deadline = _Deadline(command.most_ms)
    alone, _ = path.played(command.frame, command.frame, deadline.is_ahead)
    before = state_of(alone, deadline.is_ahead)
    scene, reached = path.played(command.start, command.frame, deadline.is_ahead)
    if reached < command.frame:
        return CausesSurveyed(command.frame, ())
    return CausesSurveyed(command.frame, causes_in(before, state_of(scene, deadline.is_ahead)))


class _Deadline:
    """So many milliseconds from now."""

    def __init__(self, most_ms: int) -> None:
        self._until_s = time.monotonic() + most_ms / 1000

    def is_ahead(self) -> bool:
        """Whether there is time left."""
        return time.monotonic() < self._until_s


def _ms(since_s: float) -> int:
    return round((time.monotonic() - since_s) * 1000)
