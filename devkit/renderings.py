"""Real renderings of one small scene, honest, on another machine and cheated, made once and used often.

A frame is rendered in the sandbox by the renderer that workers have. What is kept is served again by
``KeptRenderer``: a job may have many frames, which are then those three in turn.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from renderchain.adapters.blender_process.probe_session import OTHER_KERNEL
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.adapters.blender_process.sandbox import Jailed
from renderchain.adapters.images.exr import read_noisy
from renderchain.app.exchange.package import file_entry
from renderchain.core.manifest import Manifest
from renderchain.core.messages import Loaded, Rendered, TilesRendered
from renderchain.core.pixel_prints import prints_of
from renderchain.core.prints import RECORD_BYTES, TilePrint, split_records
from renderchain.ports.renderer import OnProgress, Renderer, RenderSession

from devkit.cheats.renderer import SCENE_CHEATS, CheatingRenderer
from devkit.network.services import REPO

FRAMES = (1, 2, 3)
DONE = "done by print 2"  # renderings that were kept with the first print are made again
SCENE = REPO / "tests" / "scenes" / "box.py"
HONEST, OTHER_MACHINE, EMULATED = "honest", "honest, other kernel", "honest, emulated Haswell"
EMULATOR = ("qemu-x86_64", "-cpu", "Haswell")  # with other approximations of roots; 50 times slower
LOADED = Loaded("4.5.15 LTS", "CPU", "CPU", 0)


def kept_frame(frame: int) -> int:
    """The kept frame that stands for a job's frame; neighbours differ."""
    return FRAMES[frame % len(FRAMES)]


class EmulatedRenderer(BlenderRenderer):
    """The sandboxed render process on another processor, as qemu emulates it."""

    def _jailed(self, package: Path, output: Path) -> Jailed:
        jailed = super()._jailed(package, output)
        start = jailed.command.index("--") + 1  # what comes before is the sandbox
        return replace(jailed, command=[*jailed.command[:start], *EMULATOR, *jailed.command[start:]])


@dataclass
class _Session:
    source: Path
    output: Path
    loaded: Loaded = LOADED

    async def render(self, frame: int, on_progress: OnProgress, then: int | None = None) -> Rendered:
        final, noisy, leaves = (self._copy(frame, ending) for ending in ("png", "noisy.exr", "leaves"))
        return Rendered(frame, final, noisy, leaves, 1, 1)

    def _copy(self, frame: int, ending: str) -> str:
        name = f"{frame:04d}.{ending}"
        shutil.copyfile(self.source / f"{kept_frame(frame):04d}.{ending}", self.output / name)
        return name

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        raw = (self.source / f"{kept_frame(frame):04d}.leaves").read_bytes()
        name = f"{frame:04d}.tiles"
        records = (raw[tile * RECORD_BYTES : (tile + 1) * RECORD_BYTES] for tile in tiles)
        (self.output / name).write_bytes(b"".join(records))
        return TilesRendered(frame, name, 1)


@dataclass(frozen=True)
class KeptRenderer:
    """Serves renderings that lie in a folder."""

    source: Path

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        """As if it rendered."""
        yield _Session(self.source, output)

    def prints(self, frame: int) -> tuple[TilePrint, ...]:
        """All prints of a job's frame."""
        return split_records((self.source / f"{kept_frame(frame):04d}.leaves").read_bytes())


@dataclass
class Renderings:
    """Everything that was rendered below a folder; ``seconds`` of rendering alone, by kind."""

    folder: Path
    manifest: Manifest = field(init=False)
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.package.mkdir(parents=True, exist_ok=True)
        blend = self.package / "main.blend"
        if not blend.exists():
            subprocess.run([sys.executable, str(SCENE), str(blend)], check=True, capture_output=True)
        self.manifest = Manifest(
            blender_version=(4, 5),
            main_blend=blend.name,
            scene="Scene",
            view_layers=("ViewLayer",),
            engine="CYCLES",
            width=200,
            height=120,
            fps="24",
            frames=FRAMES,
            samples=8,
            adaptive=False,
            file_format="PNG",
            view_transform="AgX",
            files=(file_entry(self.package, blend),),
        )

    @property
    def package(self) -> Path:
        """The scene's folder, without a manifest."""
        return self.folder / "package"

    @property
    def tiles(self) -> int:
        """Leaves of a frame."""
        return self.manifest.leaves_per_frame

    def with_frames(self, count: int) -> Manifest:
        """The manifest of a job of so many frames."""
        return replace(self.manifest, frames=tuple(range(1, count + 1)))

    def renderer(self, kind: str = HONEST) -> BlenderRenderer:
        """The sandboxed renderer of a machine."""
        made = EmulatedRenderer if kind == EMULATED else BlenderRenderer
        environment = OTHER_KERNEL if kind == OTHER_MACHINE else {}
        return made(blender="", device="CPU", log_folder=self.folder / "logs", environment=environment)

    def _print(self, output: Path, done: Rendered) -> None:
        """A clever cheat makes the prints that the job asks for, whatever its own scene says."""
        pixels = read_noisy(output / done.noisy)
        records = prints_of(pixels, self.manifest.regions)
        (output / done.leaves).write_bytes(b"".join(one.to_bytes() for one in records))

    async def of(self, kind: str) -> KeptRenderer:
        """HONEST, OTHER_MACHINE, EMULATED or one of SCENE_CHEATS, rendered now if it was not yet."""
        output = self.folder / kind.replace(" ", "-").replace(",", "")
        if not (output / DONE).exists():
            renderer: Renderer = self.renderer(kind)
            if kind in SCENE_CHEATS:
                renderer = CheatingRenderer(renderer, kind)
            shutil.rmtree(output, ignore_errors=True)
            output.mkdir()
            async with renderer.open(self.package, self.manifest, output) as session:
                started_s = time.monotonic()
                for frame in FRAMES:
                    self._print(output, await session.render(frame, lambda _: None))
            self.seconds[kind] = time.monotonic() - started_s
            (output / DONE).touch()
        return KeptRenderer(output)
