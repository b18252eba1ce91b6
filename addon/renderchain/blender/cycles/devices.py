"""Choosing what Cycles renders on."""

from __future__ import annotations

import _cycles  # type: ignore[import-not-found]  # Cycles' own module; the stubs leave it out
import bpy

from ...core.errors import RenderFailed
from ...core.job import DEVICE_GROUPS
from ...core.lanes import backend_of, those_of

BACKENDS = tuple(group for group in DEVICE_GROUPS if group != "CPU")  # in the order that AUTO tries


def choose(scene: bpy.types.Scene, wanted: str) -> tuple[str, str]:
    """Set the scene to render on a device as ``find`` finds it; returns its kind and its name."""
    kind, name = find(wanted)
    use(scene, kind)
    return kind, name


def use(scene: bpy.types.Scene, kind: str) -> None:
    """Set the scene to render on a device that was found."""
    scene.cycles.device = "CPU" if kind == "CPU" else "GPU"


def find(wanted: str) -> tuple[str, str]:
    """Set Cycles to a device; returns its kind and its name.

    ``wanted`` is AUTO, CPU or a backend, or one device of a backend (core/lanes.py). Raises RenderFailed if
    it is not to be had.
    """
    preferences, kind = bpy.context.preferences.addons["cycles"].preferences, backend_of(wanted)
    backends = {"AUTO": BACKENDS, "CPU": ()}.get(kind, (kind,))
    for backend in backends:
        try:
            preferences.compute_device_type = backend
        except TypeError:
            continue  # this Blender was built without it
        preferences.refresh_devices()
        found = those_of(wanted, [one for one in preferences.devices if one.type == backend])
        if found:
            used = [device.id for device in found]
            for device in preferences.devices:
                device.use = device.type == backend and device.id in used
            return backend, ", ".join(device.name for device in found)
    if kind not in ("AUTO", "CPU"):
        raise RenderFailed(f"Cycles finds no {kind} device here; choose AUTO or CPU, or check the driver.")
    names = [name for name, kind, *_ in _cycles.available_devices("CPU") if kind == "CPU"]
    return "CPU", names[0] if names else "CPU"


def count_of(kind: str) -> int:
    """How many devices of a kind there are that was found; the CPU is one."""
    if kind == "CPU":
        return 1
    preferences = bpy.context.preferences.addons["cycles"].preferences
    return sum(device.type == kind for device in preferences.devices)


def has_denoiser() -> bool:
    """Whether this Blender was built with OpenImageDenoise."""
    return bool(_cycles.with_openimagedenoise)


def require_comparable(kind: str) -> None:
    """Whether others of the device group will see the same pixels as this machine does.

    Cycles has another kernel for processors without AVX2, whose pixels are further from the others' than is
    proved to pass (docs/decisions/0012). Raises RenderFailed where a worker would use it.
    """
    if kind != "CPU":
        return
    lines = _cycles.system_info().splitlines()
    capabilities = [line for line in lines if line.startswith("CPU device capabilities:")]
    if not any("AVX2" in line for line in capabilities):
        raise RenderFailed(
            "This processor has no AVX2, so others could take its honest work for a cheat's; nothing was "
            "claimed. Render on a GPU (--device) or on an x86 processor of 2013 or later."
        )
