"""Moving scenes about cameras and the shutter."""

from __future__ import annotations

from typing import Any

from . import features
from .base import bpy, objects, put
from .moving import FIRST, LAST, Kind, key, turned


def by_markers(scene: Any) -> None:
    """Markers change the camera twice; one of the cameras moves."""
    first = scene.camera
    bpy.ops.object.camera_add(location=(2.5, -4.5, 3), rotation=(1.1, 0, 0.5))
    second: Any = bpy.context.object
    key(second, "location", {FIRST: 2.5, LAST: -1.0}, 0)
    for frame, camera in ((1, first), (3, second), (5, first)):
        scene.timeline_markers.new(f"cut{frame}", frame=frame).camera = camera


def lens(scene: Any) -> None:
    """Focal length, shift, clipping and focus are keyed."""
    data = scene.camera.data
    put(data.dof, use_dof=True, aperture_fstop=0.3, aperture_blades=6)
    key(data, "lens", {FIRST: 30.0, LAST: 70.0})
    key(data, "shift_x", {FIRST: 0.0, LAST: 0.2})
    key(data, "clip_end", {FIRST: 100.0, LAST: 7.0})
    key(data.dof, "focus_distance", {FIRST: 3.0, LAST: 8.0})


def focus_on_object(scene: Any) -> None:
    """The focus follows the ball, the camera looks at it."""
    put(scene.camera.data.dof, use_dof=True, aperture_fstop=0.2, focus_object=objects()["ball"])
    track = scene.camera.constraints.new("TRACK_TO")
    track.target, track.track_axis, track.up_axis = objects()["ball"], "TRACK_NEGATIVE_Z", "UP_Y"


def projection(scene: Any) -> None:
    """Whether the camera is orthographic is a key."""
    scene.camera.data.ortho_scale = 6
    key(scene.camera.data, "type", {FIRST: "PERSP", 3: "ORTHO", 5: "PERSP"})


def blurred(scene: Any) -> None:
    """Motion blur of camera, objects and shapes, over all frames, with a keyed shutter."""
    features.motion_blur(scene)
    turned(objects()["box2"], 6.0)
    put(scene.render, motion_blur_position="CENTER")
    key(scene.render, "motion_blur_shutter", {FIRST: 0.2, LAST: 1.5})


def rolling(scene: Any) -> None:
    """A rolling shutter; an object's own steps of motion."""
    features.motion_blur(scene)
    put(scene.cycles, rolling_shutter_type="TOP", rolling_shutter_duration=0.2)
    put(objects()["monkey"].cycles, motion_steps=5)


def panorama(scene: Any) -> None:
    """A panorama from a camera that moves."""
    put(scene.camera.data, type="PANO")
    owner = scene.camera.data
    put(owner if hasattr(owner, "panorama_type") else owner.cycles, panorama_type="EQUIRECTANGULAR")
    key(scene.camera, "location", {FIRST: -6.0, LAST: -2.0}, 1)


def shaken(scene: Any) -> None:
    """The camera's parent moves, the camera shakes by a driver."""
    empty: Any = bpy.data.objects.new("dolly", None)
    scene.collection.objects.link(empty)
    scene.camera.parent = empty
    key(empty, "location", {FIRST: -0.5, LAST: 0.5}, 0)
    curve = scene.camera.driver_add("rotation_euler", 1)
    curve.driver.expression = "sin(frame * 7) / 50"


KINDS = (
    Kind("cameras by markers", by_markers),
    Kind("lens, shift, clipping, focus keyed", lens),
    Kind("focus and aim on an object", focus_on_object),
    Kind("camera's projection keyed", projection),
    Kind("motion blur, shutter keyed", blurred),
    Kind("rolling shutter, motion steps", rolling),
    Kind("panorama, camera moves", panorama),
    Kind("camera shaken by a driver", shaken),
)
