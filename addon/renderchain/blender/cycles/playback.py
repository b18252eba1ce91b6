"""A scene at a frame as rendering up to it, frame by frame, makes it: what the artist would get at home."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy


def play(scene: bpy.types.Scene, start: int, frame: int, may_go_on: Callable[[], bool]) -> int:
    """Set each frame from ``start`` to ``frame``; the frame that was reached, where ``may_go_on`` says no.

    A rendering also steps what only rendering shows, so that is shown to playback too.
    """
    _show_what_is_rendered(scene)
    for reached in range(start, frame + 1):
        scene.frame_set(reached)
        if not may_go_on():
            return reached
    return frame


def _show_what_is_rendered(scene: bpy.types.Scene) -> None:
    for layer in scene.view_layers:
        _show_collections(layer.layer_collection)
        for owner in layer.objects:
            if not owner.hide_render:
                owner.hide_set(False, view_layer=layer)
    for owner in scene.objects:
        if owner.library is None and not owner.hide_render:
            owner.hide_viewport = False
            for modifier in owner.modifiers:
                if modifier.show_render:
                    modifier.show_viewport = True


def _show_collections(shown: Any) -> None:
    if shown.collection.library is None and not shown.collection.hide_render:
        shown.hide_viewport = shown.collection.hide_viewport = False
    for child in shown.children:
        _show_collections(child)
