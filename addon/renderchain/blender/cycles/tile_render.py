"""Rendering one tile alone, so that its noisy pixels are those of the whole frame, bit by bit.

A tile is rendered as a crop of the frame's border. Adaptive sampling decides for a pixel by looking
at its neighbours, so the crop is wider than the tile by a margin that is cut off before anything is
hashed. docs/determinism.md has the measurements; where no margin helps (core/exactness.py), tiles are cut
out of the whole frame.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from ...core.errors import RenderFailed
from ...core.pixel_prints import Pixels, crop
from ...core.tiles import Tile
from .passes import noisy_pixels

MARGIN = 16  # pixels on each side, where adaptive sampling is on
INSIDE = 0.25  # of a pixel: a border in float32 that Blender and Cycles both cut to the pixel meant
MAX_CYCLES_TILE = 8192


def prepare_frames(scene: bpy.types.Scene, *, own_seed: bool = False) -> None:
    """Have frames rendered whole and repeatably: all layers, no border, no cuts, no limit, no GPU compositor.

    Adaptive sampling is not exact at the seams of Cycles' own tiles, and a crop has them elsewhere.
    Compositing on the GPU, which Blender 5 prefers, needs graphics that a worker may not have; where
    they are missing, Blender crashes. The texture cache filters a texture otherwise once its .tx file is
    there. The seed is animated: with one seed for all frames, a cheat may copy what stands still from the
    frame before, noise and all. ``own_seed`` leaves it as the artist has it.
    """
    for path, value in forced_settings(own_seed).items():
        group, name = path.split(".")
        if hasattr(getattr(scene, group), name):  # some came with Blender 5
            setattr(getattr(scene, group), name, value)


def forced_settings(own_seed: bool) -> dict[str, Any]:
    """The settings that ``prepare_frames`` makes, by their paths in the scene."""
    forced = {
        "render.use_border": False,
        "render.use_single_layer": False,
        "render.use_persistent_data": False,
        "render.compositor_device": "CPU",
        "render.use_texture_cache": False,
        "render.use_auto_generate_texture_cache": False,
        "cycles.tile_size": MAX_CYCLES_TILE,
        "cycles.time_limit": 0.0,
    }
    return forced if own_seed else {**forced, "cycles.use_animated_seed": True}


def margin_of(scene: bpy.types.Scene) -> int:
    """Pixels to render around a tile of this scene."""
    return MARGIN if scene.cycles.use_adaptive_sampling else 0


def frame_size(scene: bpy.types.Scene) -> tuple[int, int]:
    """Width and height in pixels of what the scene renders, its border aside."""
    render = scene.render
    percentage = render.resolution_percentage
    return render.resolution_x * percentage // 100, render.resolution_y * percentage // 100


def render_tile(scene: bpy.types.Scene, tile: Tile, margin: int) -> Pixels:
    """The pixels that the current frame's noisy pass has in a tile; the scene's settings stay as they are.

    Raises RenderFailed.
    """
    width, height = frame_size(scene)
    left, right = max(0, tile.x - margin), min(width, tile.x + tile.width + margin)
    top, bottom = max(0, tile.y - margin), min(height, tile.y + tile.height + margin)
    border = {
        "border_min_x": (left + INSIDE) / width,
        "border_max_x": min(1.0, (right + INSIDE) / width),
        "border_min_y": (height - bottom + INSIDE) / height,
        "border_max_y": min(1.0, (height - top + INSIDE) / height),
    }
    with changed(scene.render, use_border=True, use_crop_to_border=True, **border):
        pixels = render_whole(scene)
    if pixels.shape[:2] != (bottom - top, right - left):
        raise RenderFailed(f"A crop of {right - left}x{bottom - top} came out as {pixels.shape[1::-1]}.")
    return crop(pixels, Tile(tile.x - left, tile.y - top, tile.width, tile.height))


def render_whole(scene: bpy.types.Scene) -> Pixels:
    """The pixels of the current frame's noisy pass; what comes after it would only cost time."""
    with (
        changed(scene.render, use_compositing=False, use_sequencer=False),
        changed(scene.cycles, use_denoising=False),
        tempfile.TemporaryDirectory() as scratch,
    ):
        bpy.ops.render.render(animation=False, write_still=False, scene=scene.name)
        return noisy_pixels(scene, Path(scratch))


@contextlib.contextmanager
def changed(owner: Any, **values: Any) -> Iterator[None]:
    """Settings that are others for a while."""
    before = {name: getattr(owner, name) for name in values}
    try:
        for name, value in values.items():
            setattr(owner, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(owner, name, value)
