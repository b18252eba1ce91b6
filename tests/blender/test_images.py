"""A worker reads what Blender writes: each format's size, and whether an image is black."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from renderchain.adapters.images.facts import read_images
from renderchain.blender.cycles.passes import write_noisy
from renderchain.core.manifest import FORMATS

from devkit.fakes.package import manifest_of

WIDTH, HEIGHT = 77, 35
ALONE = [name for name in FORMATS if name != "OPEN_EXR_MULTILAYER"]  # only a rendering is written as that
SAVE = """
import bpy, sys
from pathlib import Path
folder, width, height = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
scene = bpy.context.scene
settings = scene.render.image_settings
for light in (0.0, 0.002, 1.0):
    image = bpy.data.images.new("image", width, height, float_buffer=True)
    image.pixels[:] = [0, 0, 0, 1] * (width * height - 1) + [light, light, light, 1]
    for name, ending in (one.split(":") for one in sys.argv[4:]):
        settings.file_format = "JPEG2000" if name == "J2C" else name
        settings.jpeg2k_codec = "J2K" if name == "J2C" else "JP2"
        for mode in ("BW", "RGB", "RGBA"):
            for depth in ("8", "10", "12", "16", "32"):
                name_of = f"{light}.{mode}.{depth}.{name}.{ending}"
                try:  # not every format has every mode and depth
                    settings.color_mode, settings.color_depth = mode, depth
                    image.save_render(str(folder / name_of), scene=scene)
                except (TypeError, RuntimeError):
                    continue
"""


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Black images, and such with one dark or bright pixel, in each format."""
    folder = tmp_path_factory.mktemp("images")
    formats = [f"{name}:{ending}" for name, ending in FORMATS.items() if name in ALONE]
    command = [sys.executable, "-c", SAVE, str(folder), str(WIDTH), str(HEIGHT), *formats]
    done = subprocess.run(command, check=False, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    write_noisy(folder / "noisy", np.full((HEIGHT, WIDTH, 4), 0.5, np.float32))
    return folder


@pytest.mark.parametrize("file_format", ALONE)
def test_each_format_of_blender_is_read(images: Path, file_format: str) -> None:
    manifest = replace(manifest_of([1]), width=WIDTH, height=HEIGHT, file_format=file_format)
    found = sorted(images.glob(f"*.{file_format}.*"))
    assert len(found) >= 3
    for final in found:
        facts = read_images(final, images / "noisy", manifest)
        assert facts.final_size == facts.noisy_size == (WIDTH, HEIGHT) and facts.channel_count == 4
        assert (facts.broken_count, facts.lit_count, facts.pink_count) == (0, WIDTH * HEIGHT, 0)
        told = file_format in ("PNG", "OPEN_EXR") and final.name.startswith("0.0.")
        assert facts.final_is_black is told, final.name
