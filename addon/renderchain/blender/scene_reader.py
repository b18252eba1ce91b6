"""Copying out of the open scene what a manifest needs; nothing here keeps a bpy reference."""

from __future__ import annotations

from dataclasses import dataclass

import bpy

from ..core.manifest import FORMATS, MAIN_BLEND, NO_LOOK, Manifest
from .cycles.final_file import final_channels, format_of
from .cycles.samples import sampling_of

FALLBACK_FORMAT = "PNG"


@dataclass(frozen=True)
class SceneFacts:
    """What the network needs to know of a scene; sizes in pixels."""

    name: str
    blender_version: tuple[int, int]
    engine: str
    width: int
    height: int
    fps: str
    samples: int
    adaptive: bool
    file_format: str
    final_channels: int
    display: str
    view_transform: str
    look: str
    exposure: str
    gamma: str
    view_layers: tuple[str, ...]
    frame_current: int
    frame_range: tuple[int, ...]


def read_scene(scene: bpy.types.Scene) -> SceneFacts:
    """The facts of a scene; a format that the network can't carry becomes PNG."""
    render, view = scene.render, scene.view_settings
    file_format = format_of(render.image_settings)
    return SceneFacts(
        name=scene.name,
        blender_version=(bpy.app.version[0], bpy.app.version[1]),
        engine=render.engine,
        width=render.resolution_x * render.resolution_percentage // 100,
        height=render.resolution_y * render.resolution_percentage // 100,
        fps=f"{render.fps}/{render.fps_base:g}",
        samples=max(1, sampling_of(scene).count) if render.engine == "CYCLES" else 1,
        adaptive=scene.cycles.use_adaptive_sampling if render.engine == "CYCLES" else False,
        file_format=file_format if file_format in FORMATS else FALLBACK_FORMAT,
        final_channels=final_channels(scene),
        display=scene.display_settings.display_device,
        view_transform=view.view_transform,
        look=view.look or NO_LOOK,
        exposure=f"{view.exposure:.9g}",  # nine digits tell any two numbers of Blender's apart
        gamma=f"{view.gamma:.9g}",
        view_layers=tuple(layer.name for layer in scene.view_layers if layer.use),
        frame_current=scene.frame_current,
        frame_range=tuple(range(scene.frame_start, scene.frame_end + 1, scene.frame_step)),
    )


def manifest_of(facts: SceneFacts, frames: tuple[int, ...]) -> Manifest:
    """What of a package's manifest is said before there are files."""
    return Manifest(
        blender_version=facts.blender_version,
        main_blend=MAIN_BLEND,
        scene=facts.name,
        view_layers=facts.view_layers,
        engine=facts.engine,
        width=facts.width,
        height=facts.height,
        fps=facts.fps,
        frames=frames,
        samples=facts.samples,
        adaptive=facts.adaptive,
        file_format=facts.file_format,
        final_channels=facts.final_channels,
        display=facts.display,
        view_transform=facts.view_transform,
        look=facts.look,
        exposure=facts.exposure,
        gamma=facts.gamma,
        files=(),
    )
