"""The program of a render process: stays for a whole lease and renders its frames one by one.

It runs in the sandbox, with somebody else's scene; it has no keys, no network and no salts.
"""

from __future__ import annotations

import re
import tempfile
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import bpy
import numpy as np

from ..core.errors import RenderChainError, RenderFailed
from ..core.exactness import errors_of, needs_whole_frames
from ..core.merge_messages import MergeCommand
from ..core.messages import (
    Failed,
    FinalRead,
    Load,
    Loaded,
    MadeAgain,
    MakeAgain,
    Message,
    Progress,
    ReadFinal,
    Render,
    Rendered,
    RenderKnown,
    RenderTiles,
    TilesRendered,
    read_command,
    to_line,
)
from ..core.pixel_prints import Pixels, crop, layers_of, print_of, prints_of
from ..core.probe_messages import ProbeCommand
from ..core.proof_messages import ProofCommand
from ..core.tiles import tiles_of
from . import merge_program, probe_program
from .cycles import devices, final_image
from .cycles.canonical_path import CanonicalPath
from .cycles.final_file import render_final, set_format
from .cycles.passes import noisy_layers, noisy_pixels, write_noisy
from .cycles.reading.scene import read_exactness
from .cycles.scene_code import check_code, disarm
from .cycles.staging import staged
from .cycles.tile_render import frame_size, margin_of, prepare_frames, render_tile, render_whole
from .known_tile import render_known
from .proving.proof_program import ProofProgram

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
            elif isinstance(command, ReadFinal):
                program.read_final(command)
            elif isinstance(command, RenderKnown):
                program.render_known(command)
            elif isinstance(command, ProbeCommand | ProofCommand | MergeCommand):
                program.do_part(command)
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
        self._root = Path()  # of the package, as it is opened
        self._proof: ProofProgram | None = None
        self._has_whole_frames = False
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

        def check(scene: bpy.types.Scene) -> None:
            check_code(scene, command.allowed)

        def prepare(scene: bpy.types.Scene) -> None:
            bpy.app.handlers.render_stats.append(self._on_stats)  # opening a file drops handlers
            disarm(command.allowed)
            check(scene)
            devices.use(scene, device)
            prepare_frames(scene, own_seed=command.own_seed)
            set_format(scene, command.file_format)

        blend = staged(command.blend)
        self._root = Path(blend).parent
        path = CanonicalPath(blend, command.scene, prepare, check)
        scene = path.open()
        layers = noisy_layers(scene)
        if layers != sorted(command.view_layers):
            # Everybody else counts the noisy pass's layers by the manifest.
            raise RenderFailed(
                f"The scene renders the view layers {layers}, but its package says "
                f"{sorted(command.view_layers)}; leave this job to its requester."
            )
        findings = read_exactness(scene, command.frames, own_seed=command.own_seed)
        if errors := errors_of(findings):
            raise RenderFailed(" ".join(errors))
        self._has_whole_frames = needs_whole_frames(findings)
        self._load, self._path = command, path
        self.send(Loaded(bpy.app.version_string, device, name, _ms(started_s)))

    def render(self, command: Render) -> None:
        """Render a frame and write its image; noisy pass and leaves are written beside the next one."""
        started_s = time.monotonic()
        load, scene = self._at(command.frame)
        output, number = Path(load.output), f"{command.frame:04d}"
        final, noisy, leaves = f"{number}.{load.extension}", f"{number}.noisy.exr", f"{number}.leaves"
        render_final(scene, output / final)
        rendered_s = time.monotonic()
        pixels = noisy_pixels(scene, output)

        def write() -> None:
            try:
                write_noisy(output / noisy, pixels)
                height, width = pixels.shape[:2]
                records = prints_of(pixels, tiles_of(width, height))
                (output / leaves).write_bytes(b"".join(one.to_bytes() for one in records))
                times = (round((rendered_s - started_s) * 1000), _ms(rendered_s))
                self.send(Rendered(command.frame, final, noisy, leaves, *times))
            except Exception as error:  # noqa: BLE001 - whatever it was, the agent waits for an answer
                self.fail(error)

        self.finish()  # no more than one frame waits in memory
        self._writing = threading.Thread(target=write)
        self._writing.start()

    def render_tiles(self, command: RenderTiles) -> None:
        """Render some leaves of a frame again and write their prints in the order asked."""
        started_s = time.monotonic()
        load, _ = self._loaded()
        layers = len(load.view_layers)
        wanted = sorted({leaf // layers for leaf in command.tiles})
        rendered = self._tiles(command.frame, wanted, command.shared)
        places = (divmod(leaf, layers) for leaf in command.tiles)
        prints = (print_of(layers_of(rendered[tile])[layer]) for tile, layer in places)
        name = f"{command.frame:04d}.tiles"
        (Path(load.output) / name).write_bytes(b"".join(one.to_bytes() for one in prints))
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

    def read_final(self, command: ReadFinal) -> None:
        """Have a final image's pixels as numbers, for a process that has the scene."""
        pixels = final_image.pixels_of(Path(command.final), command.file_format)
        np.save(command.pixels, pixels.astype(np.float32))
        self.send(FinalRead(Path(command.pixels).name))

    def render_known(self, command: RenderKnown) -> None:
        """Render the known tile; the scene is opened anew for what comes after it."""
        if self._path:
            self._path.close()
        self.send(render_known(command.device))

    def _tiles(self, frame: int, wanted: Sequence[int], shared: bool) -> dict[int, Pixels]:
        """Tiles of a frame with all their layers, each alone in an opening of its own, or all in one.

        Where that would not give the frame's own pixels, they are cut out of the whole frame.
        """
        _, scene = self._at(frame)
        tiles = tiles_of(*frame_size(scene))
        if wanted[0] < 0 or wanted[-1] >= len(tiles):
            raise RenderFailed(f"Frame {frame} has {len(tiles)} tiles; another was asked for.")
        if self._has_whole_frames:
            whole = render_whole(scene)
            return {index: crop(whole, tiles[index]) for index in wanted}
        found: dict[int, Pixels] = {}
        for index in wanted:
            if found and not shared:
                _, scene = self._at(frame)
            found[index] = render_tile(scene, tiles[index], margin_of(scene))
        return found

    def do_part(self, command: ProbeCommand | ProofCommand | MergeCommand) -> None:
        """Do a part of what somebody else puts together."""
        if isinstance(command, ProbeCommand):
            self.probe(command)
        elif isinstance(command, ProofCommand):
            self.prove(command)
        else:
            self.send(merge_program.answer(command, *self._at(command.frame)))

    def probe(self, command: ProbeCommand) -> None:
        """Do a part of a probe."""
        _, path = self._loaded()
        self.send(probe_program.answer(command, path, whole_frames=self._has_whole_frames))

    def prove(self, command: ProofCommand) -> None:
        """Do a part of a proof."""
        load, path = self._loaded()
        if self._proof is None:
            self._proof = ProofProgram(path, self._root, Path(load.output))
        self.send(self._proof.answer(command))

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
