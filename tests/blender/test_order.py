"""A frame is the same in order, after a jump and tile by tile: nothing is left of earlier frames."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.app.exchange.package import file_entry
from renderchain.core.errors import RenderFailed
from renderchain.core.manifest import Manifest
from renderchain.core.prints import split_records

from devkit.network.services import REPO

LAST = 4
KINDS = ("switched lights", "image sequence")
REFUSED = {"half-baked fall": "not baked at frame 3", "drivers in a circle": "goes in a circle"}


def package_of(folder: Path, kind: str) -> Manifest:
    folder.mkdir()
    script = REPO / "tests" / "scenes" / "stateful.py"
    subprocess.run([sys.executable, str(script), str(folder), kind], check=True, capture_output=True)
    return Manifest(
        blender_version=(4, 5),
        main_blend="main.blend",
        scene="Scene",
        view_layers=("ViewLayer",),
        engine="CYCLES",
        width=64,
        height=64,
        fps="24",
        frames=tuple(range(1, LAST + 1)),
        samples=4,
        adaptive=False,
        file_format="PNG",
        view_transform="AgX",
        files=tuple(file_entry(folder, path) for path in sorted(folder.iterdir())),
    )


async def digests(package: Path, manifest: Manifest, output: Path, frames: tuple[int, ...]) -> list[bytes]:
    """Of the last of these frames, rendered one after the other in one process."""
    output.mkdir()
    renderer = BlenderRenderer(blender="", device="CPU", log_folder=output)
    async with renderer.open(package, manifest, output) as session:
        for frame in frames:
            done = await session.render(frame, lambda _: None)
    return [one.digest for one in split_records((output / done.leaves).read_bytes())]


async def tile_digests(package: Path, manifest: Manifest, output: Path, frame: int) -> list[bytes]:
    """Of a frame's tiles, rendered alone."""
    output.mkdir()
    renderer = BlenderRenderer(blender="", device="CPU", log_folder=output)
    async with renderer.open(package, manifest, output) as session:
        done = await session.render_tiles(frame, range(len(manifest.regions)), lambda _: None)
    return [one.digest for one in split_records((output / done.leaves).read_bytes())]


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_does_not_depend_on_the_frames_before_it(tmp_path: Path, kind: str) -> None:
    package = tmp_path / "package"
    manifest = package_of(package, kind)
    in_order = asyncio.run(digests(package, manifest, tmp_path / "order", manifest.frames))
    assert in_order == asyncio.run(digests(package, manifest, tmp_path / "jump", (LAST,)))
    assert in_order == asyncio.run(tile_digests(package, manifest, tmp_path / "tiles", LAST))
    first = asyncio.run(digests(package, manifest, tmp_path / "first", (1,)))
    assert in_order != first, "a scene that stands still proves nothing"


@pytest.mark.parametrize("kind", REFUSED)
def test_what_depends_on_the_frames_before_is_refused_before_anything_is_rendered(
    tmp_path: Path, kind: str
) -> None:
    package = tmp_path / "package"
    manifest = package_of(package, kind)
    with pytest.raises(RenderFailed, match=REFUSED[kind]):
        asyncio.run(digests(package, manifest, tmp_path / "jump", (1,)))
