"""What this machine renders with, where its Blender is at hand, and how a worker is started on it."""

from __future__ import annotations

import sys
from pathlib import Path

from ...core.errors import RenderChainError
from ...core.finding import Finding, fault, fine
from ...core.job import family_name, family_of
from ...core.lanes import look_at_lanes
from ...settings import Settings


def look_at_blender(settings: Settings) -> tuple[list[int], list[Finding]]:
    """The families that this machine renders, and what was seen of its Blender."""
    try:
        import bpy
    except ImportError:
        text = "there is no bpy module in this Python; run `renderchain_doctor` in Blender, or install bpy."
        return [], [fault("blender", text)]
    from ..cycles import devices

    version = bpy.app.version
    try:
        group, name = devices.find(settings.device)
        devices.require_comparable(group)
    except RenderChainError as error:
        return [], [fine("blender", bpy.app.version_string), fault("device", str(error))]
    family = family_of((version[0], version[1]), "CYCLES", group)
    device = fine("device", f"{group} ({name}), family {family_name(family)}")
    lanes = look_at_lanes(group, devices.count_of(group), settings.lanes)
    return [family], [fine("blender", bpy.app.version_string), device, lanes]


def worker_command(config: Path) -> list[str]:
    """How a worker with those settings is started: in the Blender that runs, else in this Python."""
    options = ["--config", str(config)]
    bpy = sys.modules.get("bpy")
    if bpy is not None and bpy.app.binary_path:
        return [bpy.app.binary_path, "-b", "--command", "renderchain_worker", *options]
    return [sys.executable, "-m", "renderchain", "worker", *options]
