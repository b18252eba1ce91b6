"""Parts of a still, rendered by sandboxed processes from packages of their own, and merged by others."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from renderchain.adapters.blender_process.merge_session import BlenderMergeRenderer
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.app.requester.merge import Merged, Part, merge
from renderchain.core.errors import LocalError

from devkit.fakes.package import manifest_of

WIDTH, HEIGHT, SAMPLES = 96, 64, 24
SAVE = """
import bpy, sys
bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
scene = bpy.context.scene
scene.render.engine = "CYCLES"
scene.render.resolution_x, scene.render.resolution_y = 96, 64
scene.cycles.samples, scene.cycles.use_adaptive_sampling = 24, False
if sys.argv[2]:
    from renderchain.blender.cycles.samples import take_part
    take_part(scene, sys.argv[2])
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[1])
"""
MANIFEST = replace(manifest_of((1,)), main_blend="a.blend", width=WIDTH, height=HEIGHT, samples=SAMPLES)


class Studio:
    """Renders the default scene, or a part of its samples, and merges what came."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.renderer = BlenderRenderer(blender="", device="CPU", log_folder=folder / "logs")

    async def rendered(self, part: str) -> tuple[Path, Part]:
        """The final image of a part, or of all samples for "", and what a merge takes of it."""
        place = self.folder / (part.replace("/", "-of-") or "whole")
        package, output = place / "package", place / "output"
        for one in (package, output):
            one.mkdir(parents=True)
        command = [sys.executable, "-c", SAVE, str(package / "a.blend"), part]
        await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
        async with self.renderer.open(package, MANIFEST, output) as session:
            frame = await session.render(1, lambda at: None)
        return output / frame.final, Part(part, package, MANIFEST, {1: output / frame.noisy})

    async def merged(self, name: str, *parts: Part) -> Merged:
        """Below a folder of that name."""
        place = self.folder / name
        return await merge(BlenderMergeRenderer(self.renderer), parts, place / "out", place / "work")


def test_parts_of_unequal_size_are_the_still_that_one_worker_would_have_made(tmp_path: Path) -> None:
    studio = Studio(tmp_path)

    async def run() -> tuple[Path, Merged]:
        whole, _ = await studio.rendered("")
        parts = [(await studio.rendered(part))[1] for part in ("1/3", "2/3", "3/3")]
        return whole, await studio.merged("merged", *reversed(parts))

    whole, merged = asyncio.run(run())
    assert not merged.why_not and not merged.missing
    ours, theirs = (np.asarray(Image.open(path), int) for path in (merged.frames[1], whole))
    assert ours.shape == theirs.shape == (HEIGHT, WIDTH, 4) and theirs.std() > 10
    assert np.abs(ours - theirs).max() <= 1


def test_what_is_damaged_or_no_part_makes_no_picture_and_says_why(tmp_path: Path) -> None:
    studio = Studio(tmp_path)

    async def run() -> None:
        _, one = await studio.rendered("1/2")
        lacking = await studio.merged("alone", one)
        assert lacking.missing == {1: "12-23"} and lacking.frames[1].is_file()
        twice = await studio.merged("twice", one, replace(one, name="again"))
        assert "1/2 and again both have sample 0" in twice.why_not[1] and not twice.frames
        damaged = tmp_path / "damaged.exr"
        damaged.write_bytes(one.noisy[1].read_bytes()[:300])
        broken = await studio.merged("damaged", replace(one, noisy={1: damaged}))
        assert broken.why_not and not broken.frames
        other = replace(one, name="other", manifest=replace(MANIFEST, width=32))
        with pytest.raises(LocalError, match="1/2 and other are not parts of one picture: their width"):
            await studio.merged("other", one, other)

    asyncio.run(run())
