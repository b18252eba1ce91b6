"""Frames that came, played as they were made: in Blender's sequencer, its compositor, or as a video."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import bpy

LINEAR = (".exr", ".hdr")  # which the artist's scene shows by its view; the others have the view in them
AS_IT_IS = {"view_transform": "Standard", "look": "None", "exposure": 0.0, "gamma": 1.0}


@dataclass(frozen=True)
class Played:
    """A frame and its file."""

    frame: int
    path: str


@dataclass(frozen=True)
class Pace:
    """How the artist's scene plays and shows what it renders."""

    fps: int
    fps_base: float
    view: dict[str, Any]

    @classmethod
    def of(cls, scene: bpy.types.Scene) -> Pace:
        """Of a scene that is open."""
        render, settings = scene.render, scene.view_settings
        return cls(render.fps, render.fps_base, {name: getattr(settings, name) for name in AS_IT_IS})


def new_scene(name: str, frames: Sequence[Played], pace: Pace) -> Any:
    """An empty scene that plays these frames as they were made."""
    scene: Any = bpy.data.scenes.new(name)
    scene.render.fps, scene.render.fps_base = pace.fps, pace.fps_base
    image = bpy.data.images.load(frames[0].path, check_existing=True)
    scene.render.resolution_x, scene.render.resolution_y = (max(side, 4) for side in image.size)
    scene.render.resolution_percentage = 100
    scene.frame_start, scene.frame_end = max(frames[0].frame, 0), max(frames[-1].frame, 0)
    is_linear = Path(frames[0].path).suffix.lower() in LINEAR
    for setting, value in (pace.view if is_linear else AS_IT_IS).items():
        with suppress(TypeError):  # a configuration of one's own may have no such view
            setattr(scene.view_settings, setting, value)
    return scene


def runs_of(frames: Sequence[Played]) -> list[list[Played]]:
    """Frames that follow each other without a gap, in the same folder."""
    runs = [[frames[0]]]
    for before, one in pairwise(frames):
        if one.frame == before.frame + 1 and Path(one.path).parent == Path(before.path).parent:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def add_strips(scene: Any, frames: Sequence[Played]) -> None:
    """One strip for each run, where its frames belong; what lacks stays a gap."""
    editor = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    for run in runs_of(frames):
        strip = strips.new_image(Path(run[0].path).stem, run[0].path, channel=1, frame_start=run[0].frame)
        for one in run[1:]:
            strip.elements.append(Path(one.path).name)


def add_image_node(scene: Any, frames: Sequence[Played]) -> None:
    """An image node with the sequence, in the scene's own compositor."""
    image = bpy.data.images.load(frames[0].path)
    image.source = "SEQUENCE"
    if hasattr(scene, "compositing_node_group"):  # since Blender 5
        tree = scene.compositing_node_group = bpy.data.node_groups.new(scene.name, "CompositorNodeTree")
    else:
        scene.use_nodes = True
        tree = scene.node_tree
    node = tree.nodes.new("CompositorNodeImage")
    node.image = image
    node.frame_duration = frames[-1].frame - frames[0].frame + 1
    node.frame_start, node.frame_offset = frames[0].frame, frames[0].frame - 1
