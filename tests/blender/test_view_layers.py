"""Scenes of two view layers: each has leaves of its own, so none can be left out or done cheaply."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from renderchain.adapters.blender_process.probe_session import OTHER_KERNEL
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.adapters.images.exr import read_noisy
from renderchain.core.manifest import Manifest
from renderchain.core.print_limits import LEAST
from renderchain.core.prints import TilePrint, agree, all_agree, split_records

SAVE = """
import bpy, sys
path, cheat = sys.argv[1:]
bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
scene = bpy.context.scene
scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 16, True
scene.render.resolution_x, scene.render.resolution_y = 128, 128
scene.render.film_transparent = True
bpy.ops.mesh.primitive_plane_add(size=30, location=(0, 0, -1))
back = bpy.data.collections.new("Back")
scene.collection.children.link(back)
plane = bpy.context.object
dim = bpy.data.materials.new("dim")  # so that black in its place would change a sum of layers by little
dim.use_nodes = True
dim.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0.003, 0.003, 0.003, 1)
plane.data.materials.append(dim)
plane.users_collection[0].objects.unlink(plane)
back.objects.link(plane)
near, far = scene.view_layers[0], scene.view_layers.new("Far")
near.name = "Near"
near.layer_collection.children["Back"].exclude = True
bpy.data.objects["Light"].data.shadow_soft_size = 3
if cheat == "few samples":
    far.samples = 4
elif cheat == "nothing":
    far.layer_collection.children["Back"].exclude = True
bpy.ops.wm.save_as_mainfile(filepath=path)
"""


def manifest_of(blend: Path) -> Manifest:
    return Manifest(
        blender_version=(4, 5),
        main_blend=blend.name,
        scene="Scene",
        view_layers=("Near", "Far"),
        engine="CYCLES",
        width=128,
        height=128,
        fps="24",
        frames=(1,),
        samples=16,
        adaptive=True,
        file_format="PNG",
        view_transform="AgX",
        files=(),
    )


class Machine:
    """Renders scenes of one folder, each with what is asked."""

    def __init__(self, folder: Path, environment: dict[str, str] | None = None, cheat: str = "") -> None:
        self.output = folder / f"output-{cheat or 'honest'}-{bool(environment)}"
        self.output.mkdir()
        self.package = folder / f"package-{cheat or 'honest'}"
        self.package.mkdir(exist_ok=True)
        self.blend = self.package / "main.blend"
        if not self.blend.exists():
            command = [sys.executable, "-c", SAVE, str(self.blend), cheat]
            subprocess.run(command, check=True, capture_output=True)
        logs = folder / "logs"
        self.renderer = BlenderRenderer(
            blender="", device="CPU", log_folder=logs, environment=environment or {}
        )

    def frame(self) -> tuple[TilePrint, ...]:
        return self.tiles()

    def tiles(self, *tiles: int) -> tuple[TilePrint, ...]:
        """Prints of these tiles, of the whole frame if none is named."""

        async def render() -> str:
            async with self.renderer.open(self.package, manifest_of(self.blend), self.output) as session:
                if tiles:
                    return (await session.render_tiles(1, tiles, lambda _: None)).leaves
                return (await session.render(1, lambda _: None)).leaves

        return split_records((self.output / asyncio.run(render())).read_bytes())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("layers")


@pytest.fixture(scope="module")
def honest(folder: Path) -> Machine:
    return Machine(folder)


@pytest.fixture(scope="module")
def prints(honest: Machine) -> tuple[TilePrint, ...]:
    return honest.frame()


def test_verifiers_agree_with_an_honest_worker_also_from_another_machine(
    folder: Path, honest: Machine, prints: tuple[TilePrint, ...]
) -> None:
    assert read_noisy(honest.output / "0001.noisy.exr").shape == (128, 128, 8) and len(prints) == 2 * 4
    assert honest.tiles(7, 2, 3) == (prints[7], prints[2], prints[3])
    outsider = Machine(folder, OTHER_KERNEL).tiles(*range(8))
    assert all_agree(prints, outsider, LEAST)
    assert any(one.digest != other.digest for one, other in zip(prints, outsider, strict=True))


@pytest.mark.parametrize("cheat", ["few samples", "nothing"])
def test_a_second_layer_rendered_wrong_is_refused_by_its_own_leaves(
    folder: Path, prints: tuple[TilePrint, ...], cheat: str
) -> None:
    false = Machine(folder, cheat=cheat).frame()
    far, near = (list(zip(prints[at::2], false[at::2], strict=True)) for at in (0, 1))  # by their names
    assert all(one.digest == other.digest for one, other in near)
    assert all(one.digest != other.digest for one, other in far)
    assert sum(not agree(*pair, LEAST) for pair in far) >= 3
