"""Pictures of a proof: the frame as the scene's own settings write it, with few samples and small."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ...core.errors import RenderFailed
from ...core.pixel_prints import Pixels
from ...core.proof import PICTURE_SAMPLES, PICTURE_SIDE
from ...core.proof_pictures import apart
from ..cycles.passes import read_passes
from ..cycles.samples import at_most
from ..cycles.tile_render import changed

EXR = ".exr"


@contextlib.contextmanager
def as_picture(scene: Any) -> Iterator[None]:
    """The same on both sides; files of File Output nodes are nobody's business meanwhile."""
    render, cycles = scene.render, scene.cycles
    largest = 100 * PICTURE_SIDE // max(render.resolution_x, render.resolution_y)
    percentage = max(1, min(render.resolution_percentage, largest))
    with contextlib.ExitStack() as stack:
        # A burned-in stamp has the time of rendering and the file's name.
        stack.enter_context(changed(render, resolution_percentage=percentage, use_stamp=False))
        stack.enter_context(changed(cycles, use_denoising=False, device="CPU"))
        stack.enter_context(at_most(scene, PICTURE_SAMPLES))
        for node in _file_outputs():
            stack.enter_context(changed(node, mute=True))
        yield


def _file_outputs() -> Iterator[Any]:
    trees = [*bpy.data.node_groups, *(getattr(scene, "node_tree", None) for scene in bpy.data.scenes)]
    for tree in trees:
        for node in tree.nodes if tree else ():
            if node.bl_idname == "CompositorNodeOutputFile" and not node.mute:
                yield node


def pictures_apart(artist: Path, package: Path, again: Path | None = None) -> str:
    """How two pictures' files differ, "" where they do not; ``again`` is the package's with other noise."""
    if artist.read_bytes() == package.read_bytes():
        return ""
    files = [artist, package] + ([again] if again else [])
    return apart(*(_load(path) for path in files), is_linear=artist.suffix == EXR)


def _load(path: Path) -> Pixels:
    if path.suffix == EXR:
        _, channels = read_passes(path)
        planes = [np.asarray(channels[name], np.float32) for name in sorted(channels)]
        return np.stack([plane.reshape(plane.shape[0], -1) for plane in planes], axis=-1)
    image = bpy.data.images.load(str(path), check_existing=False)
    try:
        image.colorspace_settings.is_data = True  # whatever the configuration calls that
        width, height = image.size
        if not width or not height:
            raise RenderFailed(f"The picture {path.name} can't be read.")
        pixels = np.empty(width * height * image.channels, np.float32)
        image.pixels.foreach_get(pixels)
        return pixels.reshape(height, width, -1)
    finally:
        bpy.data.images.remove(image)
