"""Render processes and probes of this machine's Blender."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..adapters.blender_process.limits import Limits
from ..adapters.blender_process.merge_session import BlenderMergeRenderer
from ..adapters.blender_process.probe_session import BlenderProbeRenderer
from ..adapters.blender_process.process import BlenderRenderer
from ..adapters.blender_process.proof_session import BlenderProofRenderer
from ..app.exchange.probe import Probe
from ..app.exchange.proof import Proof
from ..core.lanes import device_of_lane
from ..core.scene_code import FREESTYLE, OSL
from ..ports.reporter import Reporter
from ..settings import Settings

# For jobs of GPUs too, which never make the same bits twice: what makes a scene depend on its past, or
# amplifies a last bit, shows on the CPU as well.
PROBE_DEVICE = "CPU"


def make_renderer(
    settings: Settings,
    blender: str,
    *,
    allow_unsandboxed: bool,
    lane: int = 1,
    modules: tuple[Path, ...] = (),
) -> BlenderRenderer:
    """Render processes of a Blender for a lane, within the provider's limits; ``modules`` as in the class."""
    allowed = ((FREESTYLE, settings.allow_freestyle_scripts), (OSL, settings.allow_osl))
    return BlenderRenderer(
        blender=blender,
        device=device_of_lane(settings.device, lane, settings.lanes),
        log_folder=settings.folder / "logs",
        allow_unsandboxed=allow_unsandboxed,
        environment=dict(settings.render_environment),
        limits=limits_of(settings),
        allowed=tuple(kind for kind, is_allowed in allowed if is_allowed),
        modules=modules,
    )


def make_merge_renderer(settings: Settings, blender: str) -> BlenderMergeRenderer:
    """What makes one image of several parts, of a scene that its artist gave."""
    renderer = make_renderer(settings, blender, allow_unsandboxed=settings.allow_unsandboxed)
    return BlenderMergeRenderer(renderer)


def limits_of(settings: Settings) -> Limits:
    """What a render process may take: as the provider says, else what suits the machine."""
    chosen: dict[str, int] = {
        "memory": settings.memory_bytes,
        "output": settings.output_bytes,
        "frame_seconds": settings.frame_seconds,
        "logs": settings.logs_bytes,
    }
    limits = Limits(**{name: value for name, value in chosen.items() if value})
    if settings.memory_bytes:
        return limits
    return replace(limits, memory=limits.memory // settings.lanes)


def make_scene_probe(reporter: Reporter, blender: str, folder: Path, *, allow_unsandboxed: bool) -> Probe:
    """The artist's probe."""
    renderer = _scene_renderer(blender, folder, allow_unsandboxed=allow_unsandboxed)
    return Probe(BlenderProbeRenderer(renderer), reporter, folder / "probes")


def make_scene_proof(reporter: Reporter, blender: str, folder: Path, *, allow_unsandboxed: bool) -> Proof:
    """The artist's proof of a package."""
    renderer = _scene_renderer(blender, folder, allow_unsandboxed=allow_unsandboxed)
    return Proof(BlenderProofRenderer(renderer), reporter, folder / "proofs")


def _scene_renderer(blender: str, folder: Path, *, allow_unsandboxed: bool) -> BlenderRenderer:
    logs = folder / "logs"
    return BlenderRenderer(
        blender=blender,
        device=PROBE_DEVICE,
        log_folder=logs,
        allow_unsandboxed=allow_unsandboxed,
        keeps_logs=False,  # the folder goes with the probe or proof
    )
