"""The program of a render process: stays for a whole lease and renders its frames one by one.

It runs in the sandbox, with somebody else's scene; it has no keys, no network and no salts.
"""

from __future__ import annotations

import re
import tempfile
import threading
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
from ..core.tiles import leaf_regions
from .cycles import devices, final_image
from .cycles.canonical_path import CanonicalPath
from .cycles.passes import enable_noisy, noisy_layers, noisy_pixels, save_final, set_format, write_noisy
from .cycles.tile_render import frame_size, margin_of, prepare_frames, render_tile

PROGRESS_EVERY_S = 0.5
_SAMPLE = re.compile(r"Sample (\d+)/(\d+)")


def serve(commands: BinaryIO, messages: BinaryIO) -> None:
    """Answer commands until their stream ends."""
    program = RenderProgram(messages)
    for line in commands:
        command = read_command(line)
        try:
            if isinstance(command, Render):
                program.render(command)
                continue
            program.finish()
            if isinstance(command, Load):
                program.load(command)
            elif isinstance(command, MakeAgain):
                program.make_again(command)
            else:
                program.render_tiles(command)
        except (RenderChainError, RuntimeError, OSError, KeyError) as error:
            program.finish()
            program.fail(error)
    program.finish()


class RenderProgram:
    """Holds the open scene."""

    def __init__(self, messages: BinaryIO) -> None:
        self._messages = messages
        self._load: Load | None = None
        self._path: CanonicalPath | None = None
        self._frame = 0
        self._said_s = 0.0
        self._writing: threading.Thread | None = None
        self._sending = threading.Lock()

    def send(self, message: Message) -> None:
        """Write one line."""
        with self._sending:
            self._messages.write(to_line(message))

    def fail(self, error: Exception) -> None:
        """Say that a command failed; to be called where the error was caught."""
        traceback.print_exc()
        self.send(Failed(f"{type(error).__name__}: {error}"[:1000]))

    def finish(self) -> None:
        """Wait until the last frame is written and told of."""
        if self._writing:
            self._writing.join()
        self._writing = None

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
        """Render a frame and write its image; noisy pass and leaves are written beside the next one."""
        started_s = time.monotonic()
        load, scene = self._at(command.frame)
        bpy.ops.render.render(animation=False, write_still=False, scene=scene.name)
        rendered_s = time.monotonic()
        output, number = Path(load.output), f"{command.frame:04d}"
        final, noisy, leaves = f"{number}.{load.extension}", f"{number}.noisy.exr", f"{number}.leaves"
        save_final(scene, output / final)
        pixels = noisy_pixels(scene, output)

        def write() -> None:
            try:
                write_noisy(output / noisy, pixels)
                height, width = pixels.shape[:2]
                regions = leaf_regions(width, height, load.leaf)
                records = (print_of(crop(pixels, region)).to_bytes() for region in regions)
                (output / leaves).write_bytes(b"".join(records))
                times = (round((rendered_s - started_s) * 1000), _ms(rendered_s))
                self.send(Rendered(command.frame, final, noisy, leaves, *times))
            except Exception as error:  # noqa: BLE001 - whatever it was, the agent waits for an answer
                self.fail(error)

        self.finish()  # no more than one frame waits in memory
        self._writing = threading.Thread(target=write)
        self._writing.start()

    def render_tiles(self, command: RenderTiles) -> None:
        """Render some leaves of a frame, each alone, and write their prints in the order asked."""
        started_s = time.monotonic()
        load, _ = self._loaded()
        records: list[bytes] = []
        for index in command.tiles:
            if not (command.shared and records):
                load, scene = self._at(command.frame)
            records.append(print_of(self._tile(load, scene, index)).to_bytes())
        name = f"{command.frame:04d}.tiles"
        (Path(load.output) / name).write_bytes(b"".join(records))
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

    def _tile(self, load: Load, scene: bpy.types.Scene, index: int) -> Pixels:
        """A tile of the frame that the scene is at."""
        regions = leaf_regions(*frame_size(scene), load.leaf)
        if not 0 <= index < len(regions):
            raise RenderFailed(f"Frame {self._frame} has {len(regions)} tiles; another was asked for.")
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
