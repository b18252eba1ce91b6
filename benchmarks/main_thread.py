"""How long Blender's main thread stands still while an open scene is looked at and copied, in milliseconds.

python -m benchmarks.main_thread [--blocks 20000]

With a window, Background's timer gives the steps a moment at a time, and Blender goes on between. Without one
no timer ticks, so that moments are given here one after the other, and each is measured. What is built has so
many data-blocks of one kind. "but the copy" leaves out the longest turn, in which Blender saves the file.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy as blender
from renderchain.blender.packing.packer import BlendPacker
from renderchain.blender.steps import STEPS_S

bpy: Any = blender  # its stubs know no kinds of constraints
NODES_PER_MATERIAL = 100


def add_images(scene: Any, count: int) -> None:
    """Pictures that a cube's materials show."""
    cube = bpy.data.objects["Cube"]
    for first in range(0, count, NODES_PER_MATERIAL):
        material = bpy.data.materials.new(f"material {first}")
        material.use_nodes = True
        cube.data.materials.append(material)
        for number in range(first, min(first + NODES_PER_MATERIAL, count)):
            image = bpy.data.images.new(f"image {number}", 1, 1)
            image.source, image.filepath = "FILE", f"//textures/{number:05}.png"
            material.node_tree.nodes.new("ShaderNodeTexImage").image = image


def add_objects(scene: Any, count: int) -> None:
    """Cubes, of which each has a constraint."""
    mesh = bpy.data.objects["Cube"].data
    for number in range(count):
        one = bpy.data.objects.new(f"object {number}", mesh)
        scene.collection.objects.link(one)
        one.constraints.new("COPY_LOCATION").target = bpy.data.objects["Cube"]


def add_drivers(scene: Any, count: int) -> None:
    """Cubes, of which each has a driver."""
    mesh = bpy.data.objects["Cube"].data
    for number in range(count):
        one = bpy.data.objects.new(f"object {number}", mesh)
        scene.collection.objects.link(one)
        one.driver_add("location", 0).driver.expression = "frame / 100"


KINDS: dict[str, Callable[[Any, int], None]] = {
    "images": add_images,
    "objects": add_objects,
    "drivers": add_drivers,
}


def turns_ms(scene: Any, folder: Path) -> list[float]:
    """How long each of the main thread's turns takes."""
    steps, found = BlendPacker(scene).prepared(folder, (1, 2)), list[float]()
    while True:
        started_s = time.perf_counter()
        try:
            while time.perf_counter() - started_s < STEPS_S:
                next(steps)
        except StopIteration:
            return found
        finally:
            found.append(1000 * (time.perf_counter() - started_s))


def copied_ms(folder: Path) -> float:
    """What Blender takes to save the file."""
    started_s = time.perf_counter()
    bpy.ops.wm.save_as_mainfile(
        filepath=str(folder / "copy.blend"), copy=True, relative_remap=True, compress=False
    )
    return 1000 * (time.perf_counter() - started_s)


def main() -> None:
    """Measure each kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--blocks", type=int, default=20_000)
    count = parser.parse_args().blocks
    print(f"load {os.getloadavg()[0]:.1f}, Blender {bpy.app.version_string}, milliseconds")
    titles = ("together", "turns", "longest", "but the copy", "Blender saves")
    print(f"{count:<12}", *(f"{one:>13}" for one in titles))
    for kind, add in KINDS.items():
        bpy.ops.wm.read_factory_settings()
        scene = bpy.context.scene
        scene.render.engine = "CYCLES"
        add(scene, count)
        with tempfile.TemporaryDirectory(prefix="renderchain-main-") as name:
            bpy.ops.wm.save_as_mainfile(filepath=f"{name}/scene.blend")
            found, copied = turns_ms(scene, Path(name) / "package"), copied_ms(Path(name))
        *_, before, longest = sorted(found)
        values = (sum(found), len(found), longest, before, copied)
        print(f"{kind:12}", *(f"{one:13.0f}" for one in values), flush=True)


if __name__ == "__main__":
    main()
