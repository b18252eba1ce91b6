"""Keeping a scene's own code from running: Freestyle's style modules, OSL, engines other than Cycles.

Blender runs style modules, which are Python, although scripts are off; OSL is compiled and run beside Cycles'
own kernels, and may run for ever. So style modules are taken out of every view layer when the file is open,
and what may be keyed is looked at again on each frame. A scene that needs any of them is refused: without,
it would be another picture.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import bpy

from ...core.errors import RenderFailed
from ...core.scene_code import FREESTYLE, OSL


def disarm(allowed: Collection[str]) -> None:
    """Take the style modules out of all scenes, unless they are allowed."""
    if FREESTYLE in allowed:
        return
    for scene in bpy.data.scenes:
        for layer in scene.view_layers:
            modules = layer.freestyle_settings.modules
            for module in list(modules):
                modules.remove(module)


def check_code(scene: bpy.types.Scene, allowed: Collection[str]) -> None:
    """Raise RenderFailed where what is rendered needs code that is not ``allowed``."""
    scenes = list(rendered_with(scene))
    for one in scenes:
        if one.render.engine != "CYCLES":
            raise RenderFailed(
                f"The scene {one.name!r} is rendered by the engine {one.render.engine}; workers render "
                "Cycles alone. Choose Cycles, or leave that scene out of compositor and sequencer."
            )
        if FREESTYLE not in allowed and one.render.use_freestyle:
            _check_layers(one)
        if OSL not in allowed and getattr(one.cycles, "shading_system", False):
            raise RenderFailed(
                f"The scene {one.name!r} has Open Shading Language on, which is code of its own; workers run "
                "none that their providers have not allowed. Turn it off in the render settings."
            )
    if OSL not in allowed:
        _check_cameras()


def rendered_with(scene: Any) -> Iterator[Any]:
    """The scene, and the others that its compositor and its sequencer render, and theirs."""
    found, waiting = {scene}, [scene]  # not by name: a library may have one of the same
    while waiting:
        one = waiting.pop()
        yield one
        for other in (*_composited(one), *_edited(one)):
            if other is not None and other not in found:
                found.add(other)
                waiting.append(other)


def _check_layers(scene: Any) -> None:
    for layer in scene.view_layers:
        if layer.use_freestyle and layer.freestyle_settings.mode == "SCRIPT":
            raise RenderFailed(
                f"Freestyle is in script mode in the view layer {layer.name!r}, which runs Python; workers "
                "run none that their providers have not allowed. Choose its parameter editor."
            )


def _check_cameras() -> None:
    for camera in bpy.data.cameras:
        if camera.type == "CUSTOM":  # Blender 4.5 and later
            raise RenderFailed(
                f"The camera {camera.name!r} is written in Open Shading Language, which is code of its own; "
                "workers run none that their providers have not allowed. Choose another kind of camera."
            )


def _composited(scene: Any) -> Iterator[Any]:
    tree = getattr(scene, "compositing_node_group", None)  # Blender 5
    if tree is None and getattr(scene, "use_nodes", False):
        tree = getattr(scene, "node_tree", None)
    seen, waiting = set(), [tree]
    while waiting:
        tree = waiting.pop()
        if tree is None or tree in seen:
            continue
        seen.add(tree)
        for node in tree.nodes:
            if node.type == "R_LAYERS":
                yield node.scene
            elif node.type == "GROUP":
                waiting.append(node.node_tree)


def _edited(scene: Any) -> Iterator[Any]:
    editor = scene.sequence_editor
    if editor is None or not scene.render.use_sequencer:
        return
    strips = editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all  # before 4.4
    for strip in strips:
        if strip.type == "SCENE":
            yield strip.scene
