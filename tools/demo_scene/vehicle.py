"""The library of the demo scene: a collection with the vehicle, whose wheels turn."""

from __future__ import annotations

from math import pi
from typing import Any

import bpy

from tools.demo_scene.materials import Look, Painter
from tools.demo_scene.sources import HUMMER, SourceIncomplete, Sources

COLLECTION = "Hummer"
FRAMES = (1, 10)
METRES_A_FRAME = 0.4
WHEEL_RADIUS = 0.52
AXLES = (1.56, -2.2)
TRACK = 0.95
GROUND_CLEARANCE = 0.78  # from the ground to the origin of the body

LOOKS = {
    "HummerMat": Look(image="hummer.jpg", uv="baked2", roughness=0.38, value=1.15),
    "TireMat": Look(image="wheel.png", uv="UVTex", roughness=0.85, value=0.4),
    "InsideWheelMat": Look(image="wheel.png", uv="UVTex", roughness=0.5, value=0.4),
}


def build_vehicle(sources: Sources, painter: Painter) -> None:
    """Fill the open file with the vehicle's collection; it stands on z = 0 and looks along +x."""
    collection = bpy.data.collections.new(COLLECTION)
    collection.use_fake_user = True
    wheels = [f"wheel{number}" for number in (1, 2, 3, 4)]
    body, *round_ones = sources.objects(HUMMER, ["Hummer", *wheels])
    materials = {old: painter.material(f"{old} Cycles", look) for old, look in LOOKS.items()}
    for part in (body, *round_ones):
        dress(part, materials)
        collection.objects.link(part)
    body.location = (0.0, 0.0, GROUND_CLEARANCE)
    places = [(x, side) for x in AXLES for side in (1, -1)]
    for wheel, (x, side) in zip(round_ones, places, strict=True):
        mount(wheel, x, side)


def mount(wheel: bpy.types.Object, x: float, side: int) -> None:
    """Put a wheel on its axle and let it turn as fast as the vehicle drives."""
    wheel.location = (x, side * TRACK, WHEEL_RADIUS)
    facing = pi / 2 if side < 0 else -pi / 2
    wheel.rotation_mode = "XYZ"
    for frame in FRAMES:
        turned = (frame - FRAMES[0]) * METRES_A_FRAME / WHEEL_RADIUS
        wheel.rotation_euler = (turned if side < 0 else -turned, 0.0, facing)
        wheel.keyframe_insert("rotation_euler", frame=frame)
    straighten(wheel)


def straighten(item: bpy.types.Object) -> None:
    """Make the animation even, and go on before the first and after the last key."""
    action: Any = item.animation_data.action if item.animation_data else None
    for curve in action.fcurves if action else []:
        curve.extrapolation = "LINEAR"
        for key in curve.keyframe_points:
            key.interpolation = "LINEAR"


def dress(item: bpy.types.Object, materials: dict[str, bpy.types.Material]) -> None:
    """Replace the old materials of an object by the new ones, slot by slot."""
    fresh = set(materials.values())
    for slot in item.material_slots:
        if slot.material in fresh:  # the mesh is shared with an object that has been dressed
            continue
        old = slot.material.name.partition(".")[0] if slot.material else "nothing"
        if old not in materials:
            raise SourceIncomplete(
                f"{item.name} is of the material {old}, which is not known. Use morse-simulator-data 1.4."
            )
        slot.material = materials[old]
