"""What a provider's machine is like now: room on its disk, its power, whether its owner uses Blender."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

# Where drivers of graphics devices and what comes with them say their version.
DRIVERS = (
    "/sys/module/nvidia/version",
    "/sys/module/amdgpu/version",
    "/sys/module/amdgpu/srcversion",
    "/sys/module/i915/srcversion",
    "/sys/module/xe/srcversion",
    "/opt/rocm/.info/version",
)
MOST_VERSION = 64  # characters
POWER = Path("/sys/class/power_supply")
PROCESSES = Path("/proc")
MEMORY = Path("/proc/meminfo")
BACKGROUND = ("-b", "--background", "-c", "--command")


def lacks_room(folder: Path, least_bytes: int) -> str:
    """Why the disk has no room for more work, or ""."""
    free_bytes = shutil.disk_usage(folder if folder.exists() else folder.anchor).free
    if free_bytes >= least_bytes:
        return ""
    return (
        f"The disk of {folder} has {free_bytes / 2**30:.1f} GiB left, less than least_free_bytes "
        f"({least_bytes / 2**30:.1f} GiB): make room."
    )


def drivers(files: Sequence[str] = DRIVERS) -> str:
    """What is said of this machine's drivers of graphics devices: another text after each change of them."""
    found = []
    for name in files:
        with suppress(OSError):
            found.append(f"{name} {Path(name).read_text(errors='replace').strip()[:MOST_VERSION]}")
    return ", ".join(found)


def has_memory_to_spare(meminfo: Path = MEMORY) -> bool:
    """Whether half of this machine's memory is free, so that another scene may be opened beside one."""
    try:
        words = [line.split() for line in meminfo.read_text().splitlines()]
        kilobytes = {line[0]: int(line[1]) for line in words if len(line) > 1}
        return 2 * kilobytes["MemAvailable:"] >= kilobytes["MemTotal:"]
    except (OSError, KeyError, ValueError):
        return False  # nobody knows, so one scene at a time


def leases_memory_mib(meminfo: Path = MEMORY) -> int:
    """What a render process may have where nobody says: three quarters of all, 0 if that is unknown."""
    try:
        words = [line.split() for line in meminfo.read_text().splitlines()]
        kilobytes = {line[0]: int(line[1]) for line in words if len(line) > 1}
        return 3 * kilobytes["MemTotal:"] // 4 // 1024
    except (OSError, KeyError, ValueError):
        return 0


def on_battery(power: Path = POWER) -> str:
    """Why not to render on this machine's battery, or "", also where it can't be known."""
    try:
        kinds = {one: (one / "type").read_text().strip() for one in power.iterdir()}
        mains = [one for one, kind in kinds.items() if kind in ("Mains", "USB")]
        online = [(one / "online").read_text().strip() for one in mains]
    except OSError:
        return ""
    has_battery = "Battery" in kinds.values()
    return "The machine runs on its battery." if has_battery and online and "1" not in online else ""


def beside_blender(processes: Path = PROCESSES) -> str:
    """Why not to render beside the owner's own Blender, or "": one with a window."""
    for folder in processes.iterdir() if processes.is_dir() else ():
        if not folder.name.isdecimal() or int(folder.name) == os.getpid():
            continue
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it ended, or is somebody else's
        arguments = [one.decode(errors="replace") for one in words]
        is_blender = Path(arguments[0]).name in ("blender", "blender.exe")
        if is_blender and not any(one in BACKGROUND for one in arguments):
            return f"Blender is used on this machine (process {folder.name})."
    return ""
