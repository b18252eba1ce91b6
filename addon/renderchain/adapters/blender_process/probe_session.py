"""A probe's render processes: by the machine's usual kernel, or by Cycles' other one for the CPU."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from ...core.errors import RenderFailed
from ...core.manifest import Manifest
from ...core.messages import Message, TilesRendered
from ...core.probe_messages import (
    CausesSurveyed,
    FrameProbed,
    Played,
    PlayTo,
    ProbeCommand,
    ProbeFrame,
    ProbeTiles,
    Survey,
    SurveyCauses,
    Surveyed,
    TilesProbed,
)
from ...ports.renderer import OnProgress, ProbeSession, RenderSession
from .process import BlenderRenderer

# Cycles then renders as for processors without AVX2, with the SSE 4.2 kernel.
OTHER_KERNEL = {"CYCLES_CPU_NO_AVX2": "1"}
Answer = TypeVar("Answer")


class AnswerSession(RenderSession, Protocol):
    """A render process that also answers what a probe asks."""

    async def ask(self, command: ProbeCommand) -> Message:
        """The answer, which is no failure; raises RenderFailed."""
        ...


@dataclass(frozen=True)
class BlenderProbeRenderer:
    """Opens render processes for probes as ``renderer`` opens them for leases."""

    renderer: BlenderRenderer

    @contextlib.asynccontextmanager
    async def open(
        self, package: Path, manifest: Manifest, output: Path, *, other_kernel: bool = False
    ) -> AsyncIterator[ProbeSession]:
        """A process with the package's scene open; raises RenderFailed or SandboxMissing."""
        renderer = self.renderer
        if other_kernel:
            renderer = replace(renderer, environment=renderer.environment | OTHER_KERNEL)
        async with renderer.open(package, manifest, output) as session:
            yield _ProbeSession(session)


@dataclass(frozen=True)
class _ProbeSession:
    session: AnswerSession

    async def survey(self, first: int, last: int) -> Surveyed:
        return await self._ask(Survey(first, last), Surveyed)

    async def frame(self, frame: int) -> FrameProbed:
        return await self._ask(ProbeFrame(frame), FrameProbed)

    async def shared_tiles(self, frame: int) -> TilesProbed:
        return await self._ask(ProbeTiles(frame), TilesProbed)

    async def play_to(self, frame: int, start: int, most_s: float) -> Played:
        return await self._ask(PlayTo(frame, start, round(1000 * most_s)), Played)

    async def causes(self, frame: int, start: int, most_s: float) -> tuple[str, ...]:
        command = SurveyCauses(frame, start, round(1000 * most_s))
        return (await self._ask(command, CausesSurveyed)).causes

    async def render_tiles(self, frame: int, tiles: Sequence[int], on_progress: OnProgress) -> TilesRendered:
        return await self.session.render_tiles(frame, tiles, on_progress)

    async def _ask(self, command: ProbeCommand, kind: type[Answer]) -> Answer:
        message = await self.session.ask(command)
        if not isinstance(message, kind) or getattr(message, "frame", None) != getattr(
            command, "frame", None
        ):
            raise RenderFailed(f"The render process answered something else than a probe's {kind.__name__}.")
        return message
