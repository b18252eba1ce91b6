"""Getting two images out of one rendering: the artist's own, and the noisy pass for comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ...core.errors import RenderFailed
from ...core.pixel_prints import Pixels, channel_names

NOISY, COMBINED = "Noisy Image", "Combined"


def save_noisy(scene: bpy.types.Scene, path: Path) -> Pixels:
    """Write the noisy pass of all view layers as float32 OpenEXR; returns its pixels."""
    pixels = noisy_pixels(scene, path.parent)
    write_noisy(path, pixels)
    return pixels


def noisy_pixels(scene: bpy.types.Scene, scratch: Path) -> Pixels:
    """The last rendering's noisy pass of all view layers, by way of a file in the folder ``scratch``.

    Top row first, of shape (height, width, 4 for each layer).
    """
    layers = scratch / "layers.exr"
    save_all_passes(scene, layers)
    try:
        _, channels = read_passes(layers)
    finally:
        layers.unlink()
    return np.concatenate([_noisy_of(channels, layer) for layer in noisy_layers(scene)], axis=-1)


def write_noisy(path: Path, pixels: Pixels) -> None:
    """Write a noisy pass as float32 OpenEXR; knows nothing of the scene."""
    import OpenEXR

    names = channel_names(pixels.shape[2] // 4)
    planes = {name: np.ascontiguousarray(pixels[..., at]) for at, name in enumerate(names)}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, planes).write(str(path))


def noisy_layers(scene: Any) -> list[str]:
    """The view layers that are rendered, in the order in which a noisy pass has them."""
    return sorted(layer.name for layer in scene.view_layers if layer.use)


def _render_result() -> bpy.types.Image:
    """By its type: an image of the artist's may have its name."""
    return next(image for image in bpy.data.images if image.type == "RENDER_RESULT")


def _noisy_of(channels: dict[str, Pixels], layer: str) -> Pixels:
    # By the layer's own name: a composited rendering also has a layer "Composite".
    for wanted in (NOISY, COMBINED):
        if f"{layer}.{wanted}.R" in channels:
            planes = [np.asarray(channels[f"{layer}.{wanted}.{part}"], np.float32) for part in "RGBA"]
            return np.stack(planes, axis=-1)
    raise RenderFailed(f"The view layer {layer!r} has no Combined pass; turn it on in the view layer.")


def read_passes(path: Path) -> tuple[dict[str, Any], dict[str, Pixels]]:
    """An EXR's header and channels, of all its parts: Blender 5 writes one for each layer."""
    import OpenEXR

    header: dict[str, Any] = {}
    channels: dict[str, Pixels] = {}
    with OpenEXR.File(str(path), separate_channels=True) as file:
        for part in file.parts:
            header |= part.header
            channels |= {name: channel.pixels for name, channel in part.channels.items()}
    return header, channels


def save_all_passes(scene: Any, path: Path) -> None:
    """Write all passes of all layers of the last rendering as one float32 OpenEXR."""
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
