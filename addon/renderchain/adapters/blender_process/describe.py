"""What keeps render processes in their place on this machine, in sentences for who asks."""

from __future__ import annotations

import platform
import shutil

from .groups import describe_groups
from .limits import Limits, size
from .sandbox import graphics_devices
from .seccomp import filter_program


def describe_devices(device: str) -> str:
    """What of the graphics devices a scene reaches that is rendered on such a device."""
    if device == "CPU":
        return "Graphics devices: none is in the sandbox."
    found = ", ".join(map(str, graphics_devices())) or "none is here"
    return f"Graphics devices: {found}. Their drivers answer whatever a scene asks of them."


def describe_limits(limits: Limits) -> list[str]:
    """What is in force, a sentence each; it tries whether a control group may be made."""
    if shutil.which("bwrap") is None:
        return ["There is no sandbox: bubblewrap is missing. Install it."]
    holder = describe_groups(limits)
    by = f"held by {holder}" if holder else "looked at twice a second, as no control group may be made here"
    return [
        f"Memory: {size(limits.memory)} and {limits.threads} threads for all processes together, {by}.",
        f"Processes: {limits.processes}, looked at twice a second.",
        f"Output: {size(limits.output)} in {limits.output_files} files, looked at twice a second; "
        f"one file {size(limits.file)}, held by the kernel.",
        f"/tmp and /dev/shm: {size(limits.tmpfs)} of memory each, held by the kernel.",
        f"Log: {size(limits.log)} are kept, of all together {size(limits.logs)}.",
        f"Open files: {limits.open_files} a process, held by the kernel.",
        "System calls: filtered, no new processes."
        if filter_program(on_cpu=True)
        else f"System calls: there is no filter for this processor ({platform.machine()}).",
        f"Time: {limits.seconds:g} s with one scene, {limits.frame_seconds:g} s for a frame.",
    ]
