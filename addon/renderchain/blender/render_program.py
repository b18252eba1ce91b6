"""The program of a render process: opens a scene once and renders its frames one by one.

It runs in the sandbox, with the stranger's scene; it has no keys, no network and no salts.
"""

from __future__ import annotations

import re
import time
import traceback
from pathlib import Path
from typing import BinaryIO

import bpy

from ..core.errors import RenderChainError, RenderFailed
from ..core.messages import Failed, Load, Loaded, Message, Progress, Render, Rendered, read_command, to_line
from ..core.prints import crop, print_of
from ..core.tiles import tiles_of
from . import devices
from .passes import enable_noisy, save_final, save_noisy, set_format

PROGRESS_EVERY_S = 0.5
_SAMPLE = re.compile(r"Sample (\d+)/(\d+)")


def serve(commands: BinaryIO, messages: BinaryIO) -> None:
    """Answer commands until their stream ends."""
    program = RenderProgram(messages)
    for line in commands:
        command = read_command(line)
        try:
            if isinstance(command, Load):
                program.load(command)
            else:
                program.render(command)
        except (RenderChainError, RuntimeError, OSError, KeyError) as error:
            traceback.print_exc()
            program.send(Failed(f"{type(error).__name__}: {error}"[:1000]))


class RenderProgram:
    """Holds the open scene."""

    def __init__(self, messages: BinaryIO) -> None:
        self._messages = messages
        self._load: Load | None = None
        self._frame = 0
        self._said_s = 0.0
        bpy.app.handlers.render_stats.append(self._on_stats)

    def send(self, message: Message) -> None:
        """Write one line."""
        self._messages.write(to_line(message))

    def load(self, command: Load) -> None:
        """Open the scene with scripts off and prepare it for many frames."""
        started_s = time.monotonic()
        bpy.ops.wm.open_mainfile(filepath=command.blend, load_ui=False, use_scripts=False)
        bpy.app.handlers.render_stats.append(self._on_stats)  # opening a file drops handlers
        scene = self._scene(command.scene)
        device, name = devices.choose(scene, command.device)
        scene.render.use_persistent_data = True
        set_format(scene, command.file_format)
        enable_noisy(scene)
        self._load = command
        self.send(Loaded(bpy.app.version_string, device, name, _ms(started_s)))

    def render(self, command: Render) -> None:
        """Render a frame and write image, noisy pass and leaves."""
        load = self._load
        if load is None:
            raise RenderFailed("A frame was asked for before a scene.")
        scene = self._scene(load.scene)
        self._frame = command.frame
        started_s = time.monotonic()
        scene.frame_set(command.frame)
        bpy.ops.render.render(animation=False, write_still=False, scene=scene.name)
        rendered_s = time.monotonic()
        output, number = Path(load.output), f"{command.frame:04d}"
        final, noisy, leaves = f"{number}.{load.extension}", f"{number}.noisy.exr", f"{number}.leaves"
        save_final(scene, output / final)
        pixels = save_noisy(scene, output / noisy)
        height, width = pixels.shape[:2]
        records = (print_of(crop(pixels, tile)).to_bytes() for tile in tiles_of(width, height))
        (output / leaves).write_bytes(b"".join(records))
        times = (round((rendered_s - started_s) * 1000), _ms(rendered_s))
        self.send(Rendered(command.frame, final, noisy, leaves, *times))

    def _scene(self, name: str) -> bpy.types.Scene:
        if name not in bpy.data.scenes:
            raise RenderFailed(f"The file has no scene {name!r}.")
        return bpy.data.scenes[name]

    def _on_stats(self, stats: str, *_: object) -> None:
        found = _SAMPLE.search(stats) if isinstance(stats, str) else None
        if found and time.monotonic() - self._said_s > PROGRESS_EVERY_S:
            self._said_s = time.monotonic()
            self.send(Progress(self._frame, int(found[1]), int(found[2])))


def _ms(since_s: float) -> int:
    return round((time.monotonic() - since_s) * 1000)
