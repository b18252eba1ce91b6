"""Getting two images out of one rendering: the artist's own, and the noisy pass for comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..core.errors import RenderFailed
from ..core.prints import Pixels

NOISY, COMBINED = "Noisy Image", "Combined"


def enable_noisy(scene: bpy.types.Scene) -> None:
    """Have Cycles keep the pass before denoising; the final image is the same with and without."""
    if scene.cycles.use_denoising:
        for layer in scene.view_layers:
            layer.cycles.denoising_store_passes = True


def set_format(scene: Any, file_format: str) -> None:
    """Write single images of this format, whatever the scene wrote."""
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):  # Blender 5
        settings.media_type = "IMAGE"
    if settings.file_format != file_format:
        settings.file_format = file_format


def save_final(scene: bpy.types.Scene, path: Path) -> None:
    """Write the rendering as the artist's own output settings say."""
    _render_result().save_render(str(path), scene=scene)


def save_noisy(scene: bpy.types.Scene, path: Path) -> Pixels:
    """Write the noisy pass as float32 OpenEXR; returns its pixels, (height, width, 4), top row first."""
    import OpenEXR

    layers = path.with_suffix(".layers.exr")
    _save_all_passes(scene, layers)
    try:
        with OpenEXR.File(str(layers), separate_channels=True) as file:
            channels = {name: channel.pixels for name, channel in file.channels().items()}
    finally:
        layers.unlink()
    pixels = _noisy_of(channels)
    planes = {name: np.ascontiguousarray(pixels[..., at]) for at, name in enumerate("RGBA")}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, planes).write(str(path))
    return pixels


def _render_result() -> bpy.types.Image:
    return bpy.data.images["Render Result"]


def _noisy_of(channels: dict[str, Pixels]) -> Pixels:
    for wanted in (NOISY, COMBINED):
        names = {name.rpartition(".")[0] for name in channels if name.split(".")[-2:-1] == [wanted]}
        if names:
            layer = sorted(names)[0]
            planes = [np.asarray(channels[f"{layer}.{part}"], np.float32) for part in "RGBA"]
            return np.stack(planes, axis=-1)
    raise RenderFailed("The rendering has no Combined pass; turn it on in the view layer.")


def _save_all_passes(scene: Any, path: Path) -> None:
    settings = scene.render.image_settings
    names = ["media_type", "file_format", "color_depth", "color_mode", "exr_codec"]
    before = [(name, getattr(settings, name)) for name in names if hasattr(settings, name)]
    try:
        if hasattr(settings, "media_type"):  # Blender 5
            settings.media_type = "MULTI_LAYER_IMAGE"
        settings.file_format = "OPEN_EXR_MULTILAYER"
        settings.color_depth = "32"
        settings.exr_codec = "NONE"
        _render_result().save_render(str(path), scene=scene)
    finally:
        for name, value in before:
            setattr(settings, name, value)
