"""Packs a scene as an artist would, denoised and at a size, in a process of its own.

    python research/pixels/packed.py SCENE.blend MORSE WIDTH HEIGHT SAMPLES FRAMES FOLDER

MORSE is the folder of MORSE's scenes, FRAMES are such as 1,4,9; the package is written to FOLDER.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import bpy

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "addon")]
from renderchain.blender.packing.packer import BlendPacker  # noqa: E402 (the paths come first)

from research.pixels import hard_scenes, scenes  # noqa: E402


def main() -> None:
    """Load, set, pack."""
    name, morse, width, height, samples, frames, folder = sys.argv[1:]
    path = Path(name)
    if not path.exists():
        hard_scenes.build(path, Path(morse))
    scenes.load(path)
    _drop_lost_images()
    scene: Any = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = int(width), int(height)
    scene.render.resolution_percentage = 100
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode, settings.color_depth = "PNG", "RGBA", "8"
    scene.cycles.samples, scene.cycles.use_adaptive_sampling = int(samples), False
    scene.cycles.use_denoising, scene.cycles.denoiser = True, "OPENIMAGEDENOISE"
    numbers = tuple(int(one) for one in frames.split(","))
    BlendPacker(scene).prepare(Path(folder), numbers).finish()


def _drop_lost_images() -> None:
    """MORSE's scenes refer to files that were never published; an artist has to remove them too."""
    images: Any = bpy.data.images
    for image in list(images):
        lost = image.source == "FILE" and not image.packed_file
        if lost and not Path(bpy.path.abspath(image.filepath, library=image.library)).exists():
            images.remove(image)


if __name__ == "__main__":
    main()
