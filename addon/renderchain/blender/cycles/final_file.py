"""A frame's final image as a file: rendered and written by one call, as Blender does it for the artist.

Blender has two ways to write a rendering. ``Image.save_render`` writes a picture: it takes the red channel
for a black and white one and burns no metadata in. A render call that writes goes the way of an animation,
and so the pixels are those that the artist's own Blender would have written.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from ...core.manifest import RGBA_CHANNELS
from .tile_render import changed

MULTILAYER = "OPEN_EXR_MULTILAYER"
CODESTREAM = "J2C"  # Blender's JPEG2000 without the container, which has an ending of its own
# What a stamp says of the rendering itself, by the names of Blender's switches.
OF_THE_MACHINE = ("date", "render_time", "memory", "hostname", "filename")


def format_of(settings: Any) -> str:
    """What image settings write, as manifests name it; not all of it is one image a file."""
    if settings.file_format == "JPEG2000" and settings.jpeg2k_codec == "J2K":
        return CODESTREAM
    return str(settings.file_format)


def set_format(scene: Any, file_format: str) -> None:
    """Write single images of this format and nothing beside them, whatever the scene wrote."""
    settings = scene.render.image_settings
    wanted = "JPEG2000" if file_format == CODESTREAM else file_format
    if hasattr(settings, "media_type"):  # Blender 5
        media = "MULTI_LAYER_IMAGE" if file_format == MULTILAYER else "IMAGE"
        if settings.media_type != media:
            settings.media_type = media
    if settings.file_format != wanted:
        settings.file_format = wanted
    if file_format == CODESTREAM:
        settings.jpeg2k_codec = "J2K"
    settings.use_preview = False


def render_final(scene: Any, path: Path) -> None:
    """Render the current frame and write it as the artist's own output settings say."""
    literal = str(path).replace("{", "{{").replace("}", "}}")  # else Blender takes braces for variables
    with changed(scene.render, filepath=literal):
        bpy.ops.render.render(animation=False, write_still=True, scene=scene.name)


def stamped_of_machine(scene: Any) -> list[str]:
    """What of the metadata burned into the image is of the worker's rendering, as Blender's switches say."""
    render = scene.render
    return [name for name in OF_THE_MACHINE if render.use_stamp and getattr(render, f"use_stamp_{name}")]


def final_channels(scene: Any) -> int:
    """How many channels a file of all passes has, the compositor's image among them."""
    if scene.render.engine != "CYCLES":
        return RGBA_CHANNELS
    return RGBA_CHANNELS + sum(len(channels) for _, channels in passes_of(scene))


def passes_of(scene: Any) -> Iterator[tuple[str, str]]:
    """The passes that Cycles makes in the layers that are rendered: names and letters of their channels."""
    list_passes = importlib.import_module("cycles.engine").list_render_passes
    for layer in scene.view_layers:
        if layer.use:
            yield from ((name, channels) for name, channels, _ in list_passes(scene, layer))
