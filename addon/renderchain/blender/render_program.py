"""The program of a render process: opens a scene once and renders its frames one by one.

It runs in the sandbox, with somebody else's scene; it has no keys, no network and no salts.
"""

from __future__ import annotations

import re
import tempfile
import time
import traceback
from pathlib import Path
from typing import BinaryIO

import bpy

from ..core.errors import RenderChainError, RenderFailed
from ..core.messages import (
    Failed,
    Load,
    Loaded,
    MadeAgain,
    MakeAgain,
    Message,
    Progress,
    Render,
    Rendered,
    RenderTiles,
    TilesRendered,
    read_command,
    to_line,
)
from ..core.prints import crop, print_of
from ..core.tiles import leaf_regions
from .cycles import devices, final_image
from .cycles.passes import enable_noisy, noisy_layers, save_final, save_noisy, set_format
from .cycles.tile_render import frame_size, margin_of, prepare_frames, render_tile

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
            elif isinstance(command, Render):
                program.render(command)
            elif isinstance(command, MakeAgain):
                program.make_again(command)
            else:
                program.render_tiles(command)
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
        if noisy_layers(scene) != sorted(command.view_layers):
            # Everybody else counts the noisy pass's layers by the manifest.
            raise RenderFailed(
                f"The scene renders the view layers {noisy_layers(scene)}, but its package says "
                f"{sorted(command.view_layers)}; leave this job to its requester."
            )
        device, name = devices.choose(scene, command.device)
        scene.render.use_persistent_data = True
        prepare_frames(scene)
        set_format(scene, command.file_format)
        enable_noisy(scene)
        self._load = command
        self.send(Loaded(bpy.app.version_string, device, name, _ms(started_s)))

    def render(self, command: Render) -> None:
        """Render a frame and write image, noisy pass and leaves."""
        started_s = time.monotonic()
        load, scene = self._at(command.frame)
        bpy.ops.render.render(animation=False, write_still=False, scene=scene.name)
        rendered_s = time.monotonic()
        output, number = Path(load.output), f"{command.frame:04d}"
        final, noisy, leaves = f"{number}.{load.extension}", f"{number}.noisy.exr", f"{number}.leaves"
        save_final(scene, output / final)
        pixels = save_noisy(scene, output / noisy)
        height, width = pixels.shape[:2]
        regions = leaf_regions(width, height, load.leaf)
        records = (print_of(crop(pixels, region)).to_bytes() for region in regions)
        (output / leaves).write_bytes(b"".join(records))
        times = (round((rendered_s - started_s) * 1000), _ms(rendered_s))
        self.send(Rendered(command.frame, final, noisy, leaves, *times))

    def render_tiles(self, command: RenderTiles) -> None:
        """Render some leaves of a frame, each alone, and write their prints in the order asked."""
        started_s = time.monotonic()
        load, scene = self._at(command.frame)
        regions = leaf_regions(*frame_size(scene), load.leaf)
        if not all(0 <= index < len(regions) for index in command.tiles):
            raise RenderFailed(f"Frame {command.frame} has {len(regions)} tiles; another was asked for.")
        tiles = (render_tile(scene, regions[index], margin_of(scene)) for index in command.tiles)
        name = f"{command.frame:04d}.tiles"
        (Path(load.output) / name).write_bytes(b"".join(print_of(tile).to_bytes() for tile in tiles))
        self.send(TilesRendered(command.frame, name, _ms(started_s)))

    def make_again(self, command: MakeAgain) -> None:
        """Make a frame's final image out of its noisy pass and compare it with the one that was delivered."""
        load, scene = self._at(command.frame)
        output, name = Path(load.output), f"{command.frame:04d}.again.{load.extension}"
        reason = final_image.why_not(scene)
        if reason:
            self.send(MadeAgain(command.frame, name, 0, 0, reason))
            return
        with tempfile.TemporaryDirectory() as scratch:
            final_image.make_again(scene, output / command.noisy, output / name, Path(scratch))
        found = final_image.compare(output / name, output / command.final, load.file_format)
        self.send(MadeAgain(command.frame, name, found.shift_ppm, found.block_ppm, ""))

    def _at(self, frame: int) -> tuple[Load, bpy.types.Scene]:
        """Go to a frame of the open scene."""
        if self._load is None:
            raise RenderFailed("A frame was asked for before a scene.")
        scene = self._scene(self._load.scene)
        self._frame = frame
        scene.frame_set(frame)
        return self._load, scene

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
