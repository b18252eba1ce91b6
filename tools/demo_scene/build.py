"""Build the demo scene: a main file, a linked library, textures and a sky, all of them files.

python -m tools.demo_scene.build SCENES_FOLDER OUTPUT_FOLDER
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from tools.demo_scene.materials import Painter
from tools.demo_scene.sources import SourceIncomplete, Sources, copy_hdri
from tools.demo_scene.town import build_town
from tools.demo_scene.vehicle import FRAMES, build_vehicle

SKY = "sunrise.exr"
SIZE = (640, 360)
SAMPLES = 16
LICENCE = """\
The demo scene is put together from these parts:

library/, textures/ and the houses, trees and crates in demo.blend come from the scenes of the MORSE
simulator (Debian package morse-simulator-data), with new materials for Cycles. They are under the
BSD-3-Clause licence of that package; its copyright file is below.

hdri/ is one of the sky images that come with Blender: by Greg Zaal, Poly Haven (polyhaven.com), CC0.

----------------------------------------------------------------------------------------------------

"""


def build(package: Path, output: Path) -> Path:
    """Write the demo scene into a folder and return its main file."""
    output = output.resolve()
    sources, painter = Sources(package.resolve(), output / "textures"), Painter(output / "textures")
    licence = sources.licence()
    library, main = output / "library/hummer.blend", output / "demo.blend"
    library.parent.mkdir(parents=True, exist_ok=True)
    (output / "LICENSE.txt").write_text(LICENCE + licence, encoding="utf-8")
    sky = copy_hdri(SKY, output / "hdri")
    fresh()
    sources.unpack_textures()
    save(library, lambda: build_vehicle(sources, painter))
    save(main, lambda: build_main(sources, painter, library, sky))
    return main


def build_main(sources: Sources, painter: Painter, library: Path, sky: Path) -> None:
    """Fill the open file with the town and what a render of it needs."""
    build_town(sources, painter, library, sky)
    settings(bpy.context.scene)


def save(path: Path, fill: Callable[[], None]) -> None:
    """Fill a new file and save it, with paths that start from where it lies."""
    fresh()
    data: Any = bpy.data
    preferences: Any = bpy.context.preferences
    preferences.filepaths.save_version = 0
    bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)
    fill()
    data.orphans_purge(do_local_ids=True, do_linked_ids=True, do_recursive=True)
    bpy.ops.file.make_paths_relative()
    bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False, compress=True)


def fresh() -> None:
    """Open a file that holds nothing."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)


def settings(scene: Any) -> None:
    """How the scene is rendered."""
    render, cycles = scene.render, scene.cycles
    render.engine, cycles.device = "CYCLES", "CPU"
    render.resolution_x, render.resolution_y = SIZE
    render.resolution_percentage, render.fps = 100, 24
    scene.frame_start, scene.frame_end = FRAMES
    scene.frame_set(FRAMES[0])
    cycles.samples, cycles.seed, cycles.use_animated_seed = SAMPLES, 7, False
    cycles.use_adaptive_sampling, cycles.adaptive_threshold = True, 0.05
    cycles.adaptive_min_samples = 4
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.max_bounces, cycles.transparent_max_bounces = 4, 6
    # Blurred by its motion, the town comes out too differently on some processors (docs/verification.md).
    render.use_motion_blur = False
    render.image_settings.file_format = "PNG"
    render.image_settings.color_mode, render.image_settings.color_depth = "RGB", "8"
    render.filepath = "//frames/"
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium High Contrast"


def main() -> int:
    """Build from the command line."""
    parser = argparse.ArgumentParser(description="Build the demo scene.")
    parser.add_argument("scenes", type=Path, help="the folder morse-simulator-data is unpacked in")
    parser.add_argument("output", type=Path, help="the folder to write the scene into")
    arguments = parser.parse_args()
    try:
        written = build(arguments.scenes, arguments.output)
    except SourceIncomplete as error:
        print(error, file=sys.stderr)
        return 1
    print(written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
