"""The artist's side of a proof: records and pictures out of the open session, with the originals in place.

It needs Blender's main thread, and holds it; the session is as it was afterwards.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ...core.errors import SceneError
from ...core.manifest import FORMATS, Manifest
from ...core.probe import frames_by_weight
from ...core.proof import LOOKS_SHARE, MOST_PICTURES, frames_to_prove
from ...core.proof_report import ArtistsSide, picture_name, record_name
from ...ports.reporter import Reporter
from ..cycles.changes import changes_of
from ..cycles.final_file import format_of, render_final, set_format
from ..cycles.tile_render import changed, forced_settings
from ..packing.painted import HeldImages
from .libraries import names_by_place
from .pictures import as_picture
from .reads import Reads
from .record import record_of
from .said import overheard

# What is set of image settings; in this order, for the first decides what the second may be.
SET = ("media_type", "file_format", "jpeg2k_codec", "use_preview")


@dataclass(frozen=True)
class ArtistsSession:
    """A scene of the open session."""

    scene: bpy.types.Scene

    def record(self, folder: Path, manifest: Manifest, seconds: float, reporter: Reporter) -> ArtistsSide:
        """Write into the folder what a package is compared with: of its frames, the weightiest first.

        It takes at most so many seconds, and one frame.
        """
        scene, frames = self.scene, sorted(manifest.frames)
        weighed = frames_by_weight(frames, changes_of(scene, frames[0], frames[-1]))
        at, subframe = scene.frame_current, scene.frame_subframe
        one = _Recording(scene, folder, manifest.file_format, reporter, seconds)
        try:
            with overheard() as lines, forced(scene, own_seed=manifest.own_seed):
                looked = one.look(frames_to_prove(frames, weighed))
                pictured = one.picture([frame for frame in (*weighed, *looked) if frame in looked])
        except RuntimeError as error:  # Blender's own
            reason = " ".join(str(error).split())
            raise SceneError(
                f"This Blender can't render the scene itself ({reason}); mend that first."
            ) from error
        finally:
            scene.frame_set(at, subframe=subframe)
        scripts = bpy.app.autoexec_fail_message or "some" if bpy.app.autoexec_fail else ""
        return ArtistsSide(looked, pictured, tuple(lines), scripts)


class _Recording:
    """Of one job, within its time."""

    def __init__(
        self, scene: bpy.types.Scene, folder: Path, file_format: str, reporter: Reporter, seconds: float
    ) -> None:
        self._scene = scene
        self._folder = folder
        self._format = file_format
        self._reporter = reporter
        self._painted = HeldImages()
        self._until_s = time.monotonic() + seconds
        self._looks_until_s = time.monotonic() + seconds * LOOKS_SHARE

    def look(self, frames: Sequence[int]) -> tuple[int, ...]:
        """Write records; returns the frames that there was time for."""
        done: list[int] = []
        reads, names = Reads(None), names_by_place()
        for frame in frames:
            if done and not self._may_look():
                break
            self._reporter.progress("frames recorded", len(done), len(frames))
            self._scene.frame_set(frame)
            record, is_whole = record_of(self._scene, reads, self._may_look)
            body = {"is_whole": is_whole, "blocks": record, "libraries": names}
            (self._folder / record_name(frame)).write_text(json.dumps(body))
            done.append(frame)
        return tuple(done)

    def _may_look(self) -> bool:
        return time.monotonic() < self._looks_until_s

    def picture(self, frames: Sequence[int]) -> tuple[int, ...]:
        """Render frames as the scene's settings write them; returns those that there was time for."""
        done: list[int] = []
        slowest_s = 0.0
        with as_picture(self._scene), writing(self._scene, self._format):
            for frame in tuple(dict.fromkeys(frames))[:MOST_PICTURES]:
                started_s = time.monotonic()
                if done and started_s + slowest_s > self._until_s:
                    break
                self._reporter.progress("pictures made", len(done), min(len(frames), MOST_PICTURES))
                self._scene.frame_set(frame)
                path = self._folder / picture_name(frame, FORMATS[self._format])
                self._painted.put_back()
                render_final(self._scene, path)
                slowest_s = max(slowest_s, time.monotonic() - started_s)
                done.append(frame)
        self._painted.put_back()
        return tuple(done)


@contextlib.contextmanager
def forced(scene: Any, *, own_seed: bool) -> Iterator[None]:
    """The settings that every render process makes, for a while."""
    with contextlib.ExitStack() as stack:
        for path, value in forced_settings(own_seed).items():
            group, name = path.split(".")
            owner = getattr(scene, group)
            if hasattr(owner, name):
                stack.enter_context(changed(owner, **{name: value}))
        yield


@contextlib.contextmanager
def writing(scene: Any, file_format: str) -> Iterator[None]:
    """Single images of this format, as everybody else writes them; the scene's own settings come back."""
    settings = scene.render.image_settings
    names = [name for name in SET if hasattr(settings, name)]
    before = [(name, getattr(settings, name)) for name in names]
    with changed(scene.render, use_file_extension=False):
        try:
            if format_of(settings) != file_format:
                set_format(scene, file_format)
            yield
        finally:
            for name, value in before:
                if getattr(settings, name) != value:
                    setattr(settings, name, value)
