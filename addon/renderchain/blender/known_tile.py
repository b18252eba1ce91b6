"""Rendering the known tile: a small scene of ours, whose pixels a sound machine makes again and again.

It comes with the program, so that any render process can make it, beside whatever scene it has open.
"""

from __future__ import annotations

import time
from pathlib import Path

import bpy

from ..core.errors import RenderFailed
from ..core.messages import KnownRendered
from ..core.pixel_prints import print_of
from .cycles import devices
from .cycles.canonical_path import CanonicalPath
from .cycles.tile_render import prepare_frames, render_whole

SCENE_FILE = Path(__file__).with_suffix(".blend")
SCENE, FRAME = "Scene", 1


def render_known(wanted: str) -> KnownRendered:
    """Render it on that device by the canonical path; it replaces the open file. Raises RenderFailed."""
    started_s = time.monotonic()
    device, name = devices.find(wanted)

    def prepare(scene: bpy.types.Scene) -> None:
        devices.use(scene, device)
        prepare_frames(scene)

    scene = CanonicalPath(str(SCENE_FILE), SCENE, prepare).at(FRAME)
    record = print_of(render_whole(scene)).to_bytes()
    render_ms = round((time.monotonic() - started_s) * 1000)
    build = f"{bpy.app.version_string} {bpy.app.build_hash.decode(errors='replace')}"
    said = (bpy.app.version_string, build, device, name, _unfit(device))
    return KnownRendered(*said, record, render_ms, devices.count_of(device))


def _unfit(device: str) -> str:
    try:
        devices.require_comparable(device)
    except RenderFailed as error:
        return str(error)
    return ""
