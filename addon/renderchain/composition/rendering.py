"""Render processes and probes of this machine's Blender."""

from __future__ import annotations

from pathlib import Path

from ..adapters.blender_process.probe_session import BlenderProbeRenderer
from ..adapters.blender_process.process import BlenderRenderer
from ..app.exchange.probe import Probe
from ..ports.reporter import Reporter
from ..settings import Settings

# For jobs of GPUs too, which never make the same bits twice: what makes a scene depend on its past, or
# amplifies a last bit, shows on the CPU as well.
PROBE_DEVICE = "CPU"


def make_renderer(settings: Settings, blender: str, *, allow_unsandboxed: bool) -> BlenderRenderer:
    return BlenderRenderer(
        blender=blender,
        device=settings.device,
        log_folder=settings.folder / "logs",
        allow_unsandboxed=allow_unsandboxed,
        environment=dict(settings.render_environment),
    )


def make_scene_probe(reporter: Reporter, blender: str, folder: Path, *, allow_unsandboxed: bool) -> Probe:
    """The artist's probe."""
    logs = folder / "logs"
    renderer = BlenderRenderer(
        blender=blender, device=PROBE_DEVICE, log_folder=logs, allow_unsandboxed=allow_unsandboxed
    )
    return Probe(BlenderProbeRenderer(renderer), reporter, folder / "probes")
