"""Choosing what Cycles renders on."""

from __future__ import annotations

import bpy

from ..core.errors import RenderFailed

BACKENDS = ("OPTIX", "CUDA", "HIP", "ONEAPI", "METAL")  # the order in which AUTO tries them


def choose(scene: bpy.types.Scene, wanted: str) -> tuple[str, str]:
    """Set the scene and Cycles to a device; returns its kind and its name.

    ``wanted`` is AUTO, CPU or a backend. Raises RenderFailed if it is not to be had.
    """
    if wanted == "CPU":
        return _cpu(scene)
    preferences = bpy.context.preferences.addons["cycles"].preferences
    for backend in BACKENDS if wanted == "AUTO" else (wanted,):
        try:
            preferences.compute_device_type = backend
        except TypeError:
            continue  # this Blender was built without it
        preferences.refresh_devices()
        found = [device for device in preferences.devices if device.type == backend]
        if found:
            for device in preferences.devices:
                device.use = device.type == backend
            scene.cycles.device = "GPU"
            return backend, ", ".join(device.name for device in found)
    if wanted != "AUTO":
        raise RenderFailed(f"Cycles finds no {wanted} device here; choose AUTO or CPU, or check the driver.")
    return _cpu(scene)


def _cpu(scene: bpy.types.Scene) -> tuple[str, str]:
    scene.cycles.device = "CPU"
    preferences = bpy.context.preferences.addons["cycles"].preferences
    preferences.refresh_devices()
    names = [device.name for device in preferences.devices if device.type == "CPU"]
    return "CPU", names[0] if names else "CPU"
