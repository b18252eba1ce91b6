"""The known tile in a real Blender: always the same, beside a scene too; false on a broken device."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.app.worker.known_tile import KeptTiles, KnownTile, WatchingRenderer
from renderchain.core.errors import DeviceBroken
from renderchain.core.notices.devices import FamilyOutOfService, KnownTileRight
from renderchain.core.prints import split_records

from devkit.broken import BrokenDevice
from devkit.fakes.reporter import RecordingReporter
from devkit.network.services import REPO
from tests.blender.test_order import package_of

MADE_ANEW = """
import sys
from pathlib import Path
import bpy
from renderchain.blender import known_tile
from tools.known_tile import write

as_it_is = known_tile.render_known("CPU")
write(Path(sys.argv[1]))
known_tile.SCENE_FILE = Path(sys.argv[1])
assert known_tile.render_known("CPU").record == as_it_is.record
"""


def renderer_in(folder: Path) -> BlenderRenderer:
    return BlenderRenderer(blender="", device="CPU", log_folder=folder / "logs")


def test_it_comes_out_the_same_beside_a_scene_which_it_leaves_as_it_is(tmp_path: Path) -> None:
    package, output = tmp_path / "package", tmp_path / "out"
    manifest, renderer = package_of(package, "switched lights"), renderer_in(tmp_path)
    output.mkdir()

    async def frames(*, with_known: bool) -> list[list[bytes]]:
        found = []
        async with renderer.open(package, manifest, output) as session:
            if with_known:  # the scene was opened, and nothing rendered yet
                assert (await session.known_tile()).record == alone.record
            for frame in (1, 2):
                done = await session.render(frame, lambda _: None)
                found.append([one.digest for one in split_records((output / done.leaves).read_bytes())])
                if with_known:
                    assert (await session.known_tile()).record == alone.record
        return found

    alone = asyncio.run(renderer.known_tile())
    assert (alone.device, alone.unfit) == ("CPU", "") and alone.build.startswith(alone.blender_version)
    assert asyncio.run(frames(with_known=True)) == asyncio.run(frames(with_known=False))


def test_it_leaves_modules_compiled_which_a_process_with_a_scene_finds_and_cannot_write(
    tmp_path: Path,
) -> None:
    package, compiled, output = (tmp_path / name for name in ("package", "compiled", "out"))
    for folder in (compiled, output):
        folder.mkdir()
    manifest = package_of(package, "switched lights")
    renderer = replace(renderer_in(tmp_path), compiled=compiled)
    asyncio.run(renderer.known_tile())
    left = {path: path.stat().st_mtime_ns for path in compiled.rglob("*.pyc")}
    names = {path.name.split(".")[0] for path in left}
    assert {"render_program", "messages", "known_tile", "multiarray"} <= names

    async def render() -> None:
        async with renderer.open(package, manifest, output) as session:
            await session.render(1, lambda _: None)

    (gone,) = (path for path in left if path.name.startswith("render_program."))
    gone.unlink()  # it is compiled in memory then
    asyncio.run(render())
    now = {path: path.stat().st_mtime_ns for path in compiled.rglob("*.pyc")}
    assert now == {path: time for path, time in left.items() if path != gone}


def test_the_scene_is_the_one_that_its_script_makes(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MADE_ANEW, str(tmp_path / "again.blend")]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("votes", [False, True], ids=["lease", "votes"])
def test_a_device_that_forgets_bits_is_out_of_service_before_its_frames_are_anybodys(
    tmp_path: Path, votes: bool
) -> None:
    package, output = tmp_path / "package", tmp_path / "out"
    manifest, reporter, rendered = package_of(package, "switched lights"), RecordingReporter(), list[int]()
    output.mkdir()
    device = BrokenDevice(renderer_in(tmp_path), lambda: len(rendered) >= 2)
    known = KnownTile(device, KeptTiles(tmp_path / "known_tiles.json"), reporter, every=1, driver="")
    watching = WatchingRenderer(device, known)

    async def work() -> None:
        await known.begin()
        async with watching.open(package, manifest, output) as session:
            for frame in manifest.frames:
                rendered.append(frame)
                await (
                    session.render_tiles(frame, (0,), lambda _: None)
                    if votes
                    else session.render(frame, lambda _: None, frame + 1)
                )

    with pytest.raises(DeviceBroken, match="makes another picture of the known tile"):
        asyncio.run(work())
    assert rendered == [1, 2] and len(reporter.heard(KnownTileRight)) == 1
    assert [one.family for one in reporter.heard(FamilyOutOfService)] == ["4.5/cycles/cpu"]
    with pytest.raises(DeviceBroken):
        asyncio.run(work_again(watching, package, output))
    restarted = KnownTile(device, KeptTiles(tmp_path / "known_tiles.json"), reporter, every=1, driver="")
    with pytest.raises(DeviceBroken, match="than it made"):
        asyncio.run(restarted.begin())


async def work_again(watching: WatchingRenderer, package: Path, output: Path) -> None:
    manifest = package_of(package.with_name("again"), "switched lights")
    async with watching.open(package, manifest, output):
        pass
