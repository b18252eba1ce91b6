"""The bpy 4.5 module as workers use it: tiles alone, and frames and tiles through a sandboxed process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from renderchain.adapters.blender_process.finals import BlenderFinals
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.core.errors import RenderFailed
from renderchain.core.finals import Difference
from renderchain.core.manifest import Manifest
from renderchain.core.messages import Rendered, TilesRendered
from renderchain.core.prints import split_records

from devkit.network.services import REPO

INSIDE = Path(__file__).with_name("inside")
SAVE = """
import bpy, sys
bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
scene = bpy.context.scene
scene.render.engine, scene.cycles.samples = "CYCLES", 32
scene.render.resolution_x, scene.render.resolution_y = 150, 90
scene.render.use_border, scene.render.border_max_x = True, 0.5
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[1])
"""


@pytest.mark.parametrize(
    "file",
    [
        "test_artists_side.py",
        "test_bad_input.py",
        "test_boards.py",
        "test_clean.py",
        "test_confirm.py",
        "test_devices.py",
        "test_final_image.py",
        "test_following.py",
        "test_jobs_panel.py",
        "test_languages.py",
        "test_life_cycle.py",
        "test_messages.py",
        "test_odd_scenes.py",
        "test_output.py",
        "test_packed_caches.py",
        "test_packed_files.py",
        "test_packed_geometry.py",
        "test_packed_kinds.py",
        "test_packed_links.py",
        "test_packed_physics.py",
        "test_packed_pictures.py",
        "test_packed_scenes.py",
        "test_packing.py",
        "test_path_table.py",
        "test_preflight_rows.py",
        "test_probe.py",
        "test_reading.py",
        "test_reading_fine.py",
        "test_repack.py",
        "test_samples.py",
        "test_scene_code.py",
        "test_steps.py",
        "test_setup.py",
        "test_submission.py",
        "test_submit_command.py",
        "test_submit_panel.py",
        "test_tile_render.py",
    ],
)
def test_what_the_render_program_does_is_right_in_the_bpy_module_too(file: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-c", str(INSIDE / "pytest.ini")]
    folders = ["--rootdir", str(INSIDE), "--basetemp", str(tmp_path / "inside")]
    done = subprocess.run(
        [*command, *folders, str(INSIDE / file)],
        cwd=REPO,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # they load for seconds, and none is used
        capture_output=True,
        text=True,
        errors="replace",
        timeout=900,
        check=False,
    )
    assert done.returncode == 0 and " passed" in done.stdout and " failed" not in done.stdout, (
        done.stdout[-5000:] + done.stderr[-2000:]
    )


def scene_in(folder: Path) -> tuple[Path, Path, Manifest]:
    """A package with one frame, an output folder, and the manifest."""
    package, output = folder / "package", folder / "output"
    for one in (package, output):
        one.mkdir()
    subprocess.run([sys.executable, "-c", SAVE, str(package / "a.blend")], check=True, capture_output=True)
    manifest = Manifest(
        blender_version=(4, 5),
        main_blend="a.blend",
        scene="Scene",
        view_layers=("ViewLayer",),
        engine="CYCLES",
        width=150,
        height=90,
        fps="24",
        frames=(1,),
        samples=32,
        adaptive=True,
        file_format="PNG",
        view_transform="AgX",
        files=(),
    )
    return package, output, manifest


def test_a_render_process_renders_tiles_as_it_rendered_the_frame(tmp_path: Path) -> None:
    package, output, manifest = scene_in(tmp_path)

    async def render() -> tuple[Rendered, TilesRendered]:
        renderer = BlenderRenderer(blender="", device="CPU", log_folder=tmp_path / "logs")
        async with renderer.open(package, manifest, output) as session:
            frame = await session.render(1, lambda at: None)
            return frame, await session.render_tiles(1, (4, 0), lambda at: None)

    frame, tiles = asyncio.run(render())
    prints = split_records((output / frame.leaves).read_bytes())
    assert len(prints) == 6
    assert split_records((output / tiles.leaves).read_bytes()) == (prints[4], prints[0])


def test_a_delivered_image_is_decoded_by_a_process_without_the_scene_and_compared_by_one_with_it(
    tmp_path: Path,
) -> None:
    package, output, manifest = scene_in(tmp_path)
    finals = BlenderFinals(BlenderRenderer(blender="", device="CPU", log_folder=tmp_path / "logs"))
    work = tmp_path / "work"
    work.mkdir()

    async def check(noisy: Path, final: Path, name: str) -> Difference:
        names = await finals.unpacked(noisy, final, manifest, work, name)
        async with finals.open(package, manifest, work) as session:
            made = await session.make_again(1, *names)
        return Difference(made.shift_ppm, made.block_ppm)

    async def run() -> None:
        async with finals.renderer.open(package, manifest, output) as session:
            frame = await session.render(1, lambda at: None)
        noisy, final = output / frame.noisy, output / frame.final
        assert (await check(noisy, final, "honest")).is_small
        broken = tmp_path / "broken.png"
        broken.write_bytes(final.read_bytes()[:200])
        for given in ((noisy, broken), (broken, final)):
            with pytest.raises(RenderFailed):
                await finals.unpacked(*given, manifest, work, "broken")

    asyncio.run(run())
