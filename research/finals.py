"""How far honest final images lie from the same made again out of their noisy passes, and how far false ones.

    make bench-finals        or        python -m research.finals

A worker's sandboxed process renders denoised frames of the five scenes, once with each of Cycles' kernels for
CPUs; the artist's makes them again and compares, as in a job. Writes docs/data/finals.json and the figures in
docs/verification.md. Takes a quarter of an hour on two cores; packages are kept in build/finals.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image
from renderchain.adapters.blender_process.finals import BlenderFinals
from renderchain.adapters.blender_process.probe_session import OTHER_KERNEL
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.core.finals import MOST_BLOCK_PPM, MOST_SHIFT_PPM, PPM, Difference, as_shown, difference_of
from renderchain.core.manifest import MANIFEST_NAME, parse_manifest
from renderchain.core.pixel_prints import Pixels

from devkit.network.services import REPO, tool_root
from research.pixels.machines import CACHE as PIXELS
from research.pixels.shots import HERE, SCENES, SSE42, TOWN, scene_path
from research.pixels.tables import BPY, fill, machine, table

CACHE = REPO / "build" / "finals"
PAGE, DATA = REPO / "docs" / "verification.md", REPO / "docs" / "data" / "finals.json"
MARKS = ("<!-- final images -->", "<!-- end of final images -->")
PACK = Path(__file__).parent / "pixels" / "packed.py"
SHOTS = ((320, 192, 4), (320, 192, 16), (320, 192, 64), (640, 360, 16))  # width, height, samples
FRAMES = (2, 9)
MACHINES = {HERE: {}, SSE42: OTHER_KERNEL}  # the worker's; the artist's is always this one
LOGO_PX = 16


@dataclass(frozen=True)
class Found:
    """A frame: how far the honest final image is from the one made again, and how far false ones are."""

    scene: str
    size: str
    samples: int
    machine: str
    frame: int
    honest: Difference
    false: dict[str, Difference]


def package_of(scene: str, width: int, height: int, samples: int) -> Path:
    """The packed scene, made now if it was not yet."""
    folder = CACHE / f"{scene}_{width}x{height}_{samples}"
    if not (folder / MANIFEST_NAME).exists():
        shutil.rmtree(folder, ignore_errors=True)
        morse = tool_root("scenes")
        sizes = map(str, (width, height, samples))
        frames = ",".join(map(str, FRAMES))
        command = [sys.executable, str(PACK), scene_path(scene, morse, PIXELS), str(morse), *sizes, frames]
        done = subprocess.run([*command, str(folder)], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{scene} could not be packed\n{done.stderr[-2000:]}")
    return folder


async def look(scene: str, width: int, height: int, samples: int, worker: str) -> list[Found]:
    """A worker renders the frames, the artist makes them again."""
    package = package_of(scene, width, height, samples)
    manifest = parse_manifest((package / MANIFEST_NAME).read_bytes())
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        output, work = Path(scratch) / "output", Path(scratch) / "work"
        output.mkdir()
        work.mkdir()
        theirs = BlenderRenderer("", "CPU", Path(scratch), environment=MACHINES[worker])
        async with theirs.open(package, manifest, output) as session:
            rendered = [await session.render(frame, lambda _: None) for frame in FRAMES]
        mine = BlenderFinals(BlenderRenderer("", "CPU", Path(scratch)))
        async with mine.open(package, manifest, work) as session:
            for one in rendered:
                given = (output / one.noisy, output / one.final)
                names = await mine.unpacked(*given, manifest, work, str(one.frame))
                shutil.copyfile(given[1], work / one.final)
                made = await session.make_again(one.frame, *names)
                if made.why_not:
                    raise SystemExit(f"{scene}, frame {one.frame}: {made.why_not}")
                honest = Difference(made.shift_ppm, made.block_ppm)
                false = false_ones(load(work / made.final), load(work / one.final))
                found.append(Found(scene, f"{width}x{height}", samples, worker, one.frame, honest, false))
    return found


def load(path: Path) -> Pixels:
    """A PNG's values, of shape (height, width, 4)."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA"), np.float32) / 255


def false_ones(mine: Pixels, given: Pixels) -> dict[str, Difference]:
    """What the artist would find, had the worker swapped the final image."""
    height, width = given.shape[:2]
    logo = given.copy()
    logo[height // 2 :, width // 2 :][:LOGO_PX, :LOGO_PX] = 1.0
    darker = given * np.array([0.93, 0.93, 0.93, 1.0], np.float32)
    changes = {"logo of 16x16 px": logo, "mirrored": given[:, ::-1], "7 % darker": darker}
    return {
        name: difference_of(as_shown(mine, "PNG"), as_shown(pixels, "PNG"))
        for name, pixels in changes.items()
    }


def of_255(ppm: float) -> str:
    """As brightness of a byte."""
    return f"{ppm * 255 / PPM:.1f}"


def line_of(name: Sequence[object], found: Sequence[Difference]) -> list[object]:
    """A row: how many, shifts and blocks (median and most), how many are taken for false."""
    shifts, blocks = [one.shift_ppm for one in found], [one.block_ppm for one in found]
    middle = [f"{of_255(statistics.median(these))} / {of_255(max(these))}" for these in (shifts, blocks)]
    return [*name, len(found), *middle, sum(not one.is_small for one in found)]


def tables(found: Sequence[Found]) -> str:
    """Honest frames by scene, size and kernel; false ones by what was done."""
    head = ["frames", "whole frame: median / most", "worst block: median / most", "taken for false"]
    keys = sorted({(one.scene, one.samples, one.size) for one in found})
    lines = [
        line_of(
            (scene, size, samples),
            [one.honest for one in found if (one.scene, one.samples, one.size) == (scene, samples, size)],
        )
        for scene, samples, size in keys
    ]
    for worker in MACHINES:
        name = "this machine" if worker == HERE else "the other kernel"
        these = [one.honest for one in found if one.machine == worker]
        lines.append(line_of((f"all, by a worker with {name}", "", ""), these))
    false = [line_of((name,), [one.false[name] for one in found]) for name in found[0].false]
    honest = table(["honest, denoised", "size", "samples", *head], lines)
    return honest + "\n" + table(["false", *head], false)


async def main() -> None:
    """Measure and write."""
    found: list[Found] = []
    for scene in (*SCENES, TOWN):
        for shot in SHOTS:
            for worker in MACHINES:
                found += await look(scene, *shot, worker)
        print(scene, flush=True)
    limits = f"{of_255(MOST_SHIFT_PPM)} over the frame and {of_255(MOST_BLOCK_PPM)} in a block"
    made = f"{date.today()}, {machine()}, bpy {BPY}, in 255ths; the limits are {limits}."
    text = f"{made}\n\n{tables(found)}"
    print(text)
    fill(PAGE, MARKS, text)
    lines = [json.dumps(asdict(one), separators=(",", ":")) for one in found]
    DATA.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    asyncio.run(main())
