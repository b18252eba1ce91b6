"""Where a scene changes between two frames: what a probe should look at."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import bpy

from ...core.probe_messages import MAX_CHANGES

SWITCHES = ("hide_", "show_", "use_", "visible", "mute", "enabled")
MOST_CURVES = 20_000  # a walk over more would take the probe's time; what is left out only weighs less


def changes_of(scene: bpy.types.Scene, first: int, last: int) -> tuple[int, ...]:
    """Frames at which something begins, ends or switches, the weightiest first, at most MAX_CHANGES."""
    found: dict[int, None] = {}
    for source in (_simulations(scene), _switches(), _markers(scene), _keys()):
        frames = sorted({math.ceil(frame) for frame in source if first <= frame <= last})
        for frame in _middle_out(frames):
            found.setdefault(frame)
    return tuple(found)[:MAX_CHANGES]


def _middle_out(frames: list[int]) -> list[int]:
    """The last and the first weigh most, then what halves the rest: the probe takes only a few."""
    ends = [*frames[-1:], *frames[:1]]
    inner = frames[1:-1]
    order: list[int] = []
    parts = [inner]
    while parts:
        part = parts.pop(0)
        if part:
            middle = len(part) // 2
            order.append(part[middle])
            parts += [part[:middle], part[middle + 1 :]]
    return ends + order


def _simulations(scene: bpy.types.Scene) -> Iterator[float]:
    """The frame after each cache's end, baked or not: from there on nothing is on record."""
    for cache in _caches(scene):
        yield cache.frame_start
        yield cache.frame_end + 1
        for frame in _last_cached(cache.info):
            yield frame + 1


def _last_cached(info: str) -> Iterator[int]:
    """Blender says how much is cached only in words, such as "3 frames in memory (0 B).\""""
    count = info.split(" ", 1)[0]
    if count.isdigit():
        yield int(count)


def _caches(scene: bpy.types.Scene) -> Iterator[Any]:
    if scene.rigidbody_world and scene.rigidbody_world.point_cache:
        yield scene.rigidbody_world.point_cache
    for owner in bpy.data.objects:
        yield from (system.point_cache for system in owner.particle_systems)
        for modifier in owner.modifiers:
            cache = getattr(modifier, "point_cache", None)
            if cache:
                yield cache
            for surface in getattr(getattr(modifier, "canvas_settings", None), "canvas_surfaces", ()):
                yield surface.point_cache


def _curves() -> Iterator[Any]:
    count = 0
    for action in bpy.data.actions:
        for layer in action.layers:
            for strip in layer.strips:
                for bag in strip.channelbags:
                    for curve in bag.fcurves:
                        count += 1
                        if count > MOST_CURVES:
                            return
                        yield curve


def _is_switch(curve: Any) -> bool:
    name = curve.data_path.rpartition(".")[2]
    return name.startswith(SWITCHES) or (
        bool(curve.keyframe_points) and curve.keyframe_points[0].interpolation == "CONSTANT"
    )


def _switches() -> Iterator[float]:
    return (point.co[0] for curve in _curves() if _is_switch(curve) for point in curve.keyframe_points)


def _keys() -> Iterator[float]:
    return (point.co[0] for curve in _curves() for point in curve.keyframe_points)


def _markers(scene: bpy.types.Scene) -> Iterator[float]:
    return (marker.frame for marker in scene.timeline_markers)
