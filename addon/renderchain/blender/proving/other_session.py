"""The artist's side in another Blender of theirs, so that nobody waits who works in the first one.

It is the same program with the same preferences, add-ons and environment, and it has the same file open,
unsaved changes included: for these a copy stands in the file's place while it runs, which takes bubblewrap.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import bpy

from ...core.errors import RenderFailed, SceneError
from ...core.frames import format_frames
from ...core.manifest import MANIFEST_NAME, Manifest
from ...core.plain_text import plain_lines
from ...core.proof_report import INDEX, ArtistsSide, parse_artists_side
from ...core.scene_finding import SceneFinding
from ...core.scratch import Scratch
from ...core.sketch import Sketch
from ...ports.reporter import Reporter
from ..packing.painted import keep_painted
from ..packing.saving import save
from ..steps import all_at_once

COMMAND, PAINTED = "renderchain_record", "painted"
PREFLIGHT, VERDICT = "renderchain_preflight", '{"verdict"'
SKETCH, SKETCHED = "renderchain_sketch", '{"sketch"'
LONGEST_LOOK_S = 900.0
START_S = 120.0  # to start, and to open the file, besides what it has for recording
MOST_TAIL = 800


@dataclass(frozen=True)
class OtherSession:
    """What has to be started; ``scratch`` holds a copy of the file where it was not saved."""

    command: tuple[str, ...]
    scene: str
    scratch: Scratch = field(repr=False)

    async def preflight(self, frames: tuple[int, ...], *, own_seed: bool) -> tuple[SceneFinding, ...]:
        """All that is wrong with the scene and its files, packed or not. Raises RenderFailed."""
        options = [f"--frames={format_frames(frames)}", f"--scene={self.scene}", "--json"]
        options += ["--own-seed"] if own_seed else []
        with self.scratch:
            said = await _run([*self.command, "--command", PREFLIGHT, *options], LONGEST_LOOK_S)
        answer = json.loads(_line_of(said, VERDICT, "look at the scene"))
        return tuple(SceneFinding.parse(one) for one in answer["findings"])

    async def sketch(self, frame: int, seconds: float) -> Sketch:
        """What a frame takes here, reckoned in at most so many seconds. Raises RenderFailed."""
        order = {"scene": self.scene, "frame": frame}
        with self.scratch:
            said = await _run([*self.command, "--command", SKETCH, json.dumps(order)], seconds)
        return Sketch.parse(_line_of(said, SKETCHED, "try a frame of the scene"))

    async def record(
        self, folder: Path, manifest: Manifest, seconds: float, reporter: Reporter
    ) -> ArtistsSide:
        """As an artist's session records; what takes longer is killed. Raises RenderFailed."""
        with self.scratch:
            (folder / MANIFEST_NAME).write_bytes(manifest.to_bytes())
            painted = os.path.join(self.scratch.name, PAINTED)
            order = {"scene": self.scene, "folder": str(folder), "seconds": seconds, "painted": painted}
            reporter.say("Another Blender records what yours makes of the scene")
            said = await _run([*self.command, "--command", COMMAND, json.dumps(order)], seconds + START_S)
        try:
            return parse_artists_side((folder / INDEX).read_text())
        except OSError:
            tail = plain_lines(said[-MOST_TAIL:])
            raise RenderFailed(
                f"Another Blender could not open the scene to compare the package with it: {tail}"
            ) from None


def _line_of(said: str, beginning: str, what: str) -> str:
    """The answer among all that another Blender said; raises RenderFailed where there is none."""
    for line in reversed(said.splitlines()):
        if line.startswith(beginning):
            return line
    raise RenderFailed(f"Another Blender could not {what}: {plain_lines(said[-MOST_TAIL:])}")


@cache
def can_stand_in() -> bool:
    """Whether a copy can stand in the place of a file that is open and not saved."""
    return bool(shutil.which("bwrap"))


def has_unsaved_changes() -> bool:
    """Whether the file that is open here is another one than on the disk."""
    return bool(bpy.data.filepath and bpy.data.is_dirty)


def other_session(scene: bpy.types.Scene) -> OtherSession:
    """Another Blender with what is open here; raises SceneError where it can't be, or DiskFull."""
    _keep_preferences()
    options = ["--background"] + ([] if bpy.app.autoexec_fail else ["--enable-autoexec"])
    scratch = Scratch()
    try:
        front, file = _file_in_place(scratch.name)
        all_at_once(keep_painted(Path(scratch.name, PAINTED)))
    except BaseException:
        scratch.cleanup()
        raise
    return OtherSession((*front, bpy.app.binary_path, *options, file), scene.name, scratch)


def _file_in_place(scratch: str) -> tuple[list[str], str]:
    """What has the other one find the file as it is open here, and where it finds it."""
    file = bpy.data.filepath
    if file and not bpy.data.is_dirty:
        return [], file
    copy = os.path.join(scratch, os.path.basename(file) or "scene.blend")
    bwrap = shutil.which("bwrap")
    if file and not bwrap:
        raise SceneError(
            "The file has unsaved changes; save it, so that the package can be compared with it."
        )
    save(copy, copy=True, relative_remap=False)
    if not file or not bwrap:
        return [], copy
    return [bwrap, "--dev-bind", "/", "/", "--ro-bind", copy, file, "--die-with-parent", "--"], file


def _keep_preferences() -> None:
    """Save Blender's preferences now, as it would when it ends: by them the other one has the add-on, which
    may have been enabled a moment ago.
    """
    preferences = bpy.context.preferences
    saves_itself = preferences.use_preferences_save and not bpy.app.use_userpref_skip_save_on_exit
    if preferences.is_dirty and saves_itself:
        bpy.ops.wm.save_userpref()


async def _run(command: list[str], seconds: float) -> str:
    """Run a program to its end, for at most so many seconds; what it said."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate()
            return said.decode(errors="replace")
    except TimeoutError:
        return f"it took over {seconds:g} s"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
