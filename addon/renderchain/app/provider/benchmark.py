"""How fast this machine renders, on a scene that is the same everywhere, the way leases are rendered."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from ...core.manifest import Manifest
from ...ports.renderer import Renderer

UNIT_SAMPLES = 10**6  # pixels times samples of the reference scene are a reference unit


@dataclass(frozen=True)
class Measured:
    """Seconds: until the scene was open, and of each frame after the first, which warms the machine up."""

    device: str
    start_s: float
    frames_s: tuple[float, ...]
    samples: int  # of a frame

    @property
    def unit_s(self) -> float:
        """Seconds a reference unit takes, by the frame in the middle."""
        return statistics.median(self.frames_s) * UNIT_SAMPLES / self.samples

    @property
    def sentence(self) -> str:
        """For a person."""
        frames = ", ".join(f"{one:.2f}" for one in self.frames_s)
        return (
            f"{self.unit_s:.3f} s a reference unit, a million samples of the reference scene, on "
            f"{self.device} (frames: {frames} s; start and opening: {self.start_s:.2f} s)"
        )


async def measure(renderer: Renderer, package: Path, manifest: Manifest, output: Path) -> Measured:
    """Render all frames of the package into an empty folder; raises RenderFailed or SandboxMissing."""
    began_s, frames_s = time.monotonic(), []
    async with renderer.open(package, manifest, output) as session:
        start_s = time.monotonic() - began_s
        for frame in manifest.frames:
            began_s = time.monotonic()
            await session.render(frame, lambda _: None)
            frames_s.append(time.monotonic() - began_s)
        device = session.loaded.device
    samples = manifest.width * manifest.height * manifest.samples
    return Measured(device, start_s, tuple(frames_s[1:]), samples)
