"""The program of a render process: stays for a whole lease and renders its frames one by one.

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
from ..core.prints import Pixels, crop, print_of
from ..core.probe_messages import ProbeCommand
from ..core.tiles import PER_FRAME, leaf_regions
from . import probe_program
from .cycles import devices, final_image
from .cycles.canonical_path import CanonicalPath
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
            elif isinstance(command, ProbeCommand):
                program.probe(command)
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
        self._path: CanonicalPath | None = None
        self._frame = 0
        self._said_s = 0.0

    def send(self, message: Message) -> None:
        """Write one line."""
        self._messages.write(to_line(message))

    def load(self, command: Load) -> None:
        """Open the scene, check it, and have every later opening prepared alike."""
        started_s = time.monotonic()
        device, name = devices.find(command.device)

        def prepare(scene: bpy.types.Scene) -> None:
            bpy.app.handlers.render_stats.append(self._on_stats)  # opening a file drops handlers
            devices.use(scene, device)
            prepare_frames(scene)
            set_format(scene, command.file_format)
            enable_noisy(scene)

        path = CanonicalPath(command.blend, command.scene, prepare)
        layers = noisy_layers(path.open())
        if layers != sorted(command.view_layers):
            # Everybody else counts the noisy pass's layers by the manifest.
            raise RenderFailed(
                f"The scene renders the view layers {layers}, but its package says "
                f"{sorted(command.view_layers)}; leave this job to its requester."
            )
        self._load, self._path = command, path
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
        load, _ = self._loaded()
        tiles = (self._tile(command.frame, index) for index in command.tiles)
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

    def probe(self, command: ProbeCommand) -> None:
        """Do a part of a probe."""
        load, path = self._loaded()
        self.send(probe_program.answer(command, path, whole_frames=load.leaf == PER_FRAME))

    def _tile(self, frame: int, index: int) -> Pixels:
        """A tile, rendered in an opening of its own."""
        load, scene = self._at(frame)
        regions = leaf_regions(*frame_size(scene), load.leaf)
        if not 0 <= index < len(regions):
            raise RenderFailed(f"Frame {frame} has {len(regions)} tiles; another was asked for.")
        return render_tile(scene, regions[index], margin_of(scene))

    def _at(self, frame: int) -> tuple[Load, bpy.types.Scene]:
        """Open the scene at a frame, for one rendering."""
        load, path = self._loaded()
        self._frame = frame
        return load, path.at(frame)

    def _loaded(self) -> tuple[Load, CanonicalPath]:
        if self._load is None or self._path is None:
            raise RenderFailed("A frame was asked for before a scene.")
        return self._load, self._path

    def _on_stats(self, stats: str, *_: object) -> None:
        found = _SAMPLE.search(stats) if isinstance(stats, str) else None
        if found and time.monotonic() - self._said_s > PROGRESS_EVERY_S:
            self._said_s = time.monotonic()
            self.send(Progress(self._frame, int(found[1]), int(found[2])))


def _ms(since_s: float) -> int:
    return round((time.monotonic() - since_s) * 1000)
