"""What our render process costs over plain Blender: sandbox, openings, messages, noisy pass, prints.

    make bench        or        python -m benchmarks.render_process [--frames 4] [--rounds 3]

All render the same frames of the same packages with the bpy module, in turn, each from its start to its end:

- plain: one process opens the file and renders the animation to PNG, as ``blender -b FILE -a`` does
- each alone: the same with a process for each frame
- ours: our render process, started when it is needed, and one that stood ready

Nothing is denoised, because that would only make what ours adds look smaller. The quickest of the rounds
counts, because other programs can only make a run slower; the ratio of processor time hardly depends on them.
Then: what an opening costs, tiles of a frame with and without a common opening, memory over many openings.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.adapters.blender_process.ready import ReadyRenderer
from renderchain.core.manifest import MANIFEST_NAME, Manifest, parse_manifest
from renderchain.ports.renderer import Renderer

from devkit.network.services import REPO, tool_root
from devkit.renderings import Renderings

MORSE = "usr/share/morse/data/environments"
SCENES = {
    "indoor": f"{MORSE}/indoors-1/indoor-1.blend",
    "kitchen": f"{MORSE}/tum_kitchen/tum_kitchen.blend",
    "outdoors": f"{MORSE}/outdoors.blend",
    "town": "",  # the demo's, which is built
}
SAMPLES = (1, 16)
WIDTH, HEIGHT = 320, 180  # small frames, where what ours adds weighs most
READY_S = 8.0  # a process that started so long ago stands ready
OPENINGS = 200
SHARED_TILES = tuple(range(0, 12, 2))
PLAIN = """
import bpy, os, sys
blend, output, first, last = sys.argv[1:]
bpy.ops.wm.open_mainfile(filepath=blend, use_scripts=False)
scene = bpy.context.scene
scene.frame_start, scene.frame_end, scene.render.filepath = int(first), int(last), output + "/"
bpy.ops.render.render(animation=True)
os._exit(0)
"""
NOISY = """
import bpy, os, sys
bpy.ops.wm.open_mainfile(filepath=sys.argv[1], use_scripts=False)
bpy.context.scene.cycles.use_denoising = False
bpy.ops.wm.save_mainfile()
os._exit(0)
"""


@dataclass(frozen=True, order=True)
class Spent:
    """Time by the clock, and of all processors."""

    wall_s: float
    cpu_s: float

    @classmethod
    def since(cls, wall_s: float, cpu_s: float) -> Spent:
        """From then until now."""
        return cls(time.monotonic() - wall_s, children_s() + running_s() - cpu_s)


@dataclass(frozen=True)
class Work:
    """Frames of a package, rendered into folders below ``scratch``."""

    package: Path
    manifest: Manifest
    scratch: Path

    def output(self) -> Path:
        """An empty folder."""
        return Path(tempfile.mkdtemp(dir=self.scratch))

    def plain(self, *runs: tuple[int, int]) -> Spent:
        """What plain Blender takes, with a process for each run from one frame to another."""
        output, blend = self.output(), self.package / self.manifest.main_blend
        started = time.monotonic(), children_s()
        for run in runs:
            command = [sys.executable, "-c", PLAIN, str(blend), str(output), *map(str, run)]
            subprocess.run(command, check=True, capture_output=True)
        return Spent.since(*started)

    async def ours(self, renderer: Renderer) -> Spent:
        """What our render process takes, from its start to its end."""
        started = time.monotonic(), children_s()
        async with renderer.open(self.package, self.manifest, self.output()) as session:
            frames = self.manifest.frames
            for frame, then in zip(frames, [*frames[1:], None], strict=True):
                await session.render(frame, lambda _: None, then)
            spent = Spent.since(*started)
        return replace(spent, wall_s=time.monotonic() - started[0])

    def renderer(self) -> BlenderRenderer:
        """Of this machine's processor."""
        return BlenderRenderer(blender="", device="CPU", log_folder=self.scratch / "logs")

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[ReadyRenderer]:
        """A renderer whose process stands ready."""
        renderer = ReadyRenderer(self.renderer(), self.scratch / "ready")
        async with renderer.running():
            await asyncio.sleep(READY_S)
            yield renderer


def pack(scene: str, samples: int, frames: int, scratch: Path) -> Work:
    """A scene as an artist's package, but not denoised."""
    morse, package = tool_root("scenes"), scratch / f"{scene}-{samples}"
    blend = morse / SCENES[scene] if SCENES[scene] else scratch / "town" / "demo.blend"
    numbers = ",".join(str(1 + number) for number in range(frames))
    script = [sys.executable, str(REPO / "research" / "pixels" / "packed.py"), str(blend), str(morse)]
    size = [str(WIDTH), str(HEIGHT), str(samples), numbers, str(package)]
    subprocess.run([*script, *size], check=True, capture_output=True)
    work = Work(package, parse_manifest((package / MANIFEST_NAME).read_bytes()), scratch)
    packed = package / work.manifest.main_blend
    subprocess.run([sys.executable, "-c", NOISY, str(packed)], check=True, capture_output=True)
    return work


async def compare(work: Work, rounds: int) -> dict[str, Spent]:
    """The quickest of each way."""
    first, last = work.manifest.frames[0], work.manifest.frames[-1]
    alone = [(frame, frame) for frame in work.manifest.frames]
    took: dict[str, list[Spent]] = {"plain": [], "each alone": [], "ours": [], "ours, ready": []}
    for _ in range(rounds):
        took["plain"].append(work.plain((first, last)))
        took["ours"].append(await work.ours(work.renderer()))
        took["each alone"].append(work.plain(*alone))
        async with work.ready() as renderer:
            took["ours, ready"].append(await work.ours(renderer))
    return {way: min(spent) for way, spent in took.items()}


async def first_word(work: Work, renderer: Renderer) -> float:
    """Seconds until the scene is open."""
    started_s = time.monotonic()
    async with renderer.open(work.package, work.manifest, work.output()):
        return time.monotonic() - started_s


async def tiles(work: Work, shared: bool) -> float:
    """Milliseconds of rendering for each of some tiles of a frame."""
    async with work.renderer().open(work.package, work.manifest, work.output()) as session:
        await session.render_tiles(2, SHARED_TILES[:1], lambda _: None)
        done = await session.render_tiles(1, SHARED_TILES, lambda _: None, shared=shared)
    return done.render_ms / len(SHARED_TILES)


async def memory(work: Work, openings: int) -> tuple[float, list[int]]:
    """MiB of a process that waits, and of one that renders, ten times over so many openings."""
    async with work.ready():
        waiting = resident_mib()
    found = []
    async with work.renderer().open(work.package, work.manifest, work.output()) as session:
        for number in range(openings):
            await session.render_tiles(1 + number % 2, (0,), lambda _: None)
            if (number + 1) % (openings // 10) == 0:
                found.append(round(resident_mib()))
    return waiting, found


def resident_mib() -> float:
    """What the largest process below this one holds in memory."""
    pages = max(int(fields[21]) for fields in below().values())
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def running_s() -> float:
    """Processor time of the processes below this one; when they end, the sandbox hides it."""
    ticks = sum(int(fields[11]) + int(fields[12]) for fields in below().values())
    return ticks / os.sysconf("SC_CLK_TCK")


def below() -> dict[int, list[str]]:
    """The processes below this one, each with what /proc/NUMBER/stat says from its state on."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            found[int(stat.parent.name)] = stat.read_text().rsplit(")", 1)[1].split()
    parents = {number: int(fields[1]) for number, fields in found.items()}
    return {number: found[number] for number in found if os.getpid() in ancestors(number, parents)}


def ancestors(number: int, parents: dict[int, int]) -> Iterator[int]:
    """The processes above one."""
    while number := parents.get(number, 0):
        yield number


def children_s() -> float:
    """Processor time of all processes below this one that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def say(cells: Sequence[object]) -> None:
    """A row of a table in Markdown."""
    print("| " + " | ".join(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |")


async def times(options: argparse.Namespace, scratch: Path) -> None:
    """Print what frames, openings and tiles take."""
    head = ["plain, s", "each alone, s", "ours, s", "ready, s"]
    say(["scene", "samples", *head, "ours / plain", "of processor time", "ready / plain"])
    say(["---"] * 9)
    for scene in options.scenes:
        for samples in SAMPLES:
            work = pack(scene, samples, options.frames, scratch)
            plain, alone, ours, ready = (await compare(work, options.rounds)).values()
            seconds = [one.wall_s for one in (plain, alone, ours, ready)]
            ratios = [ours.wall_s / plain.wall_s, ours.cpu_s / plain.cpu_s, ready.wall_s / plain.wall_s]
            say([scene, samples, *seconds, *ratios])
    print()
    say(["scene", "open, s", "open where one stood ready, s", "a tile, own opening, ms", "shared, ms"])
    say(["---"] * 5)
    for scene in options.scenes:
        work = pack(scene, 1, 2, scratch / "openings")
        fresh_s = min([await first_word(work, work.renderer()) for _ in range(options.rounds)])
        ready_s: list[float] = []
        for _ in range(options.rounds):
            async with work.ready() as renderer:
                ready_s.append(await first_word(work, renderer))
        say([scene, fresh_s, min(ready_s), await tiles(work, shared=False), await tiles(work, shared=True)])


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scenes", nargs="*", choices=SCENES, default=list(SCENES))
    parser.add_argument("--openings", type=int, default=OPENINGS)
    options = parser.parse_args()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}"
    print(f"{date.today()}  {machine}  {options.frames} frames of {WIDTH} x {HEIGHT}, CPU\n")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for name in ("town", "openings/town"):
            (scratch / name).mkdir(parents=True)
        asyncio.run(times(options, scratch))
        box = Renderings(scratch / "box")  # small, so that it can be opened often
        work = Work(box.package, box.manifest, scratch)
        waiting, found = asyncio.run(memory(work, options.openings))
    print(f"\nmemory: {waiting:.0f} MiB waiting; over {options.openings} openings: {found} MiB")
    print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
