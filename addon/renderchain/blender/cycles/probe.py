"""Reduced renderings of a frame, each as comparable as a full one: half the resolution, few samples."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import bpy

from ...core.pixel_prints import Pixels, canonical_bytes, crop
from ...core.probe import REDUCED_SAMPLES, REDUCED_SIDE, SHARED_TILES, spread
from ...core.tiles import Tile, tiles_of
from .passes import noisy_pixels
from .samples import at_most
from .tile_render import changed, frame_size, margin_of, render_tile


def digest_of(pixels: Pixels) -> str:
    """sha-256 in hexadecimal."""
    return hashlib.sha256(canonical_bytes(pixels)).hexdigest()


@contextlib.contextmanager
def reduced(scene: bpy.types.Scene) -> Iterator[None]:
    """Less to render, for a while; the scene's own settings come back."""
    render, cycles = scene.render, scene.cycles
    largest = 100 * REDUCED_SIDE // max(render.resolution_x, render.resolution_y)
    percentage = max(1, min(render.resolution_percentage // 2, largest))
    with (
        changed(render, resolution_percentage=percentage, use_compositing=False, use_sequencer=False),
        changed(cycles, use_denoising=False),
        at_most(scene, REDUCED_SAMPLES),
    ):
        yield


def render_reduced(scene: bpy.types.Scene) -> tuple[str, tuple[str, ...]]:
    """The current frame's digest, and those of a few of its tiles."""
    with reduced(scene), tempfile.TemporaryDirectory() as scratch:
        bpy.ops.render.render(animation=False, write_still=False, scene=scene.name)
        pixels = noisy_pixels(scene, Path(scratch))
        tiles = _tiles(scene)
    return digest_of(pixels), tuple(digest_of(crop(pixels, tile)) for tile in tiles)


def render_reduced_tiles(scene: bpy.types.Scene) -> tuple[str, ...]:
    """The digests of the same tiles, each rendered alone, the last one first, in the opening at hand."""
    with reduced(scene):
        margin = margin_of(scene)
        digests = [digest_of(render_tile(scene, tile, margin)) for tile in reversed(_tiles(scene))]
    return tuple(reversed(digests))


def _tiles(scene: bpy.types.Scene) -> list[Tile]:
    tiles = tiles_of(*frame_size(scene))
    return [tiles[index] for index in spread(len(tiles), SHARED_TILES)]
