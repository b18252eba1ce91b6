"""What this machine renders with, where its Blender is at hand, and how a worker is started on it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from ...composition.blenders import LocalBlender, find_blenders, kept_tiles
from ...core.errors import RenderChainError
from ...core.finding import Finding, fault, fine
from ...core.job import family_name, family_of
from ...ports.reporter import Reporter
from ...settings import Settings


def own_families(settings: Settings) -> list[int]:
    """Those of the Blender that runs here, asked on its main thread; raises RenderFailed."""
    import bpy

    from ..cycles import devices

    group, _ = devices.find(settings.device)
    devices.require_comparable(group)
    return [family_of((bpy.app.version[0], bpy.app.version[1]), "CYCLES", group)]


async def look_at_blenders(settings: Settings, reporter: Reporter) -> tuple[list[int], list[Finding]]:
    """The families that this machine renders, and what was seen of its Blenders; nothing of it is kept."""
    kept, scratch = kept_tiles(settings, is_looking=True), Path(tempfile.mkdtemp(prefix="renderchain-"))
    bpy = sys.modules.get("bpy")
    try:
        found = await find_blenders(
            replace(settings, folder=scratch), reporter, bpy.app.binary_path if bpy else "", kept
        )
    except RenderChainError as error:
        return [], [fault("blender", str(error))]
    if not found.left_out:  # else their logs are wanted
        shutil.rmtree(scratch, ignore_errors=True)
    seen = [fine("blender", _described(one)) for one in found.all]
    return sorted(found.families), [*seen, *(fault("blender", one.sentence) for one in found.left_out)]


def _described(one: LocalBlender) -> str:
    maker, program = one.maker, one.program or "the bpy module"
    return (
        f"{maker.build} ({program}) on {maker.device} ({maker.device_name}), family "
        f"{family_name(maker.family)}; it starts in the sandbox, and its known tile is right"
    )


def worker_command(config: Path) -> list[str]:
    """How a worker with those settings is started: in the Blender that runs, else in this Python."""
    options = ["--config", str(config)]
    bpy = sys.modules.get("bpy")
    if bpy is not None and bpy.app.binary_path:
        return [bpy.app.binary_path, "-b", "--command", "renderchain_worker", *options]
    return [sys.executable, "-m", "renderchain", "worker", *options]
