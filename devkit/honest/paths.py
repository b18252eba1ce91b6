"""The two honest paths through a packed scene, each in a render process of its own.

A worker renders all frames in order in one process. A verifier's process jumps to a frame and renders
its tiles again, as audits do.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from renderchain.adapters.blender_process.probe_session import OTHER_KERNEL
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.core.errors import RenderFailed
from renderchain.core.manifest import MANIFEST_NAME, Manifest, parse_manifest
from renderchain.core.print_limits import LEAST, PrintLimits
from renderchain.core.prints import TilePrint, split_records

from devkit.honest.blenders import Blender
from devkit.honest.compare import Comparison, compare
from devkit.network.services import REPO

PACK = Path(__file__).with_name("pack.py")
PACK_TIMEOUT_S = 1800
Prints = dict[int, tuple[TilePrint, ...]]


@dataclass(frozen=True)
class Packed:
    """What became of a .blend: the package, or why it ``is_refused``; the Blender that packed it."""

    package: Path
    said: tuple[str, ...]
    is_refused: bool
    version: str
    python: str

    @property
    def manifest(self) -> Manifest:
        """What is to be rendered."""
        return parse_manifest((self.package / MANIFEST_NAME).read_bytes())


@dataclass(frozen=True)
class Measured:
    """Both paths compared, frame by frame and all together; ``seconds`` of each path."""

    by_frame: dict[int, Comparison]
    together: Comparison
    seconds: dict[str, float]


def pack(blender: Blender, file: Path, scene: str, frames: str, folder: Path) -> Packed:
    """Pack a .blend below a folder, with its files; raises RenderFailed if Blender breaks off."""
    package, answer, log = folder / "package", folder / "answer.json", folder / "pack.log"
    arguments = [str(REPO / "addon"), str(file), scene, frames, str(package), str(answer)]
    with log.open("wb") as lines:
        done = subprocess.run(
            blender.script(PACK, arguments),
            stdout=lines,
            stderr=lines,
            stdin=subprocess.DEVNULL,
            timeout=PACK_TIMEOUT_S,
            check=False,
        )
    if done.returncode or not answer.exists():
        raise RenderFailed(
            f"Blender broke off while it packed {file.name} (exit code {done.returncode}): "
            + log.read_text(errors="replace")[-1000:]
        )
    found = json.loads(answer.read_text())
    return Packed(package, tuple(found["said"]), found["refused"], found["version"], found["python"])


@dataclass(frozen=True)
class Paths:
    """Runs both paths of one package; renderings and logs go below ``folder``.

    Where there is no sandbox, and that is allowed, they run without: a verifier of another kernel does not.
    """

    blender: Blender
    packed: Packed
    folder: Path
    device: str = "CPU"
    allow_unsandboxed: bool = False

    async def in_order(self, frames: Sequence[int], kept: Sequence[int]) -> Prints:
        """A worker's prints of the frames that are kept; raises RenderFailed."""
        output = self._output("worker")
        found: Prints = {}
        renderer = self._renderer({})
        async with renderer.open(self.packed.package, self.packed.manifest, output) as session:
            for frame in frames:
                done = await session.render(frame, _ignore)
                if frame in kept:
                    found[frame] = split_records((output / done.leaves).read_bytes())
        return found

    async def by_jump(self, frames: Sequence[int], is_other_kernel: bool) -> Prints:
        """A verifier's prints of all tiles of these frames, the last frame first; raises RenderFailed."""
        output = self._output("other" if is_other_kernel else "verifier")
        found: Prints = {}
        manifest = self.packed.manifest
        renderer = self._renderer(OTHER_KERNEL if is_other_kernel else {})
        async with renderer.open(self.packed.package, manifest, output) as session:
            for frame in sorted(frames, reverse=True):
                done = await session.render_tiles(frame, range(manifest.leaves_per_frame), _ignore)
                found[frame] = split_records((output / done.leaves).read_bytes())
        return found

    def _renderer(self, environment: dict[str, str]) -> BlenderRenderer:
        python = self.packed.python
        may_lack = self.allow_unsandboxed and not environment
        return self.blender.renderer(self.folder, python, environment, self.device, may_lack)

    def _output(self, name: str) -> Path:
        output = self.folder / name
        output.mkdir()
        return output

    def measure(
        self,
        frames: Sequence[int],
        against: Sequence[int],
        is_other_kernel: bool = False,
        limits: PrintLimits = LEAST,
    ) -> Measured:
        """Both paths, one after the other; raises RenderFailed."""
        started_s = time.monotonic()
        mine = asyncio.run(self.in_order(frames, against))
        turned_s = time.monotonic()
        theirs = asyncio.run(self.by_jump(against, is_other_kernel))
        seconds = {"worker": turned_s - started_s, "verifier": time.monotonic() - turned_s}
        pairs = {frame: list(zip(mine[frame], theirs[frame], strict=True)) for frame in against}
        return Measured(
            {frame: compare(these, limits) for frame, these in pairs.items()},
            compare([pair for these in pairs.values() for pair in these], limits),
            {name: round(taken_s, 2) for name, taken_s in seconds.items()},
        )


_ignore: Callable[[object], None] = lambda _: None  # noqa: E731 - progress is of no interest
