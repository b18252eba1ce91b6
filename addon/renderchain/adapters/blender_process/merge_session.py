"""A render process that makes one image of several parts: the worker's own, asked for that alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ...core.errors import RenderFailed
from ...core.manifest import Manifest
from ...core.merge_messages import FinalMade, MakeFinal, MergeCommand, ReadSampling, SamplingRead
from ...core.merging import Sampling
from ...core.pixel_prints import Pixels
from ...ports.merging import MergeSession
from .beneath import final_made
from .finals import put_pixels, unpack_noisy
from .process import BlenderRenderer
from .session import Session

Answer = TypeVar("Answer", SamplingRead, FinalMade)


@dataclass(frozen=True)
class BlenderMergeRenderer:
    """A MergeRenderer, of one that renders."""

    renderer: BlenderRenderer

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[MergeSession]:
        """A process with the package's scene open; raises RenderFailed or SandboxMissing."""
        async with self.renderer.open(package, manifest, output) as session:
            yield _MergeSession(session, manifest, output)

    async def unpacked_noisy(self, noisy: Path, folder: Path, name: str) -> str:
        """A file's name in the folder, with the noisy pass; raises RenderFailed or SandboxMissing."""
        unpacked = f"{name}.noisy.npy"
        await asyncio.to_thread(unpack_noisy, self.renderer, noisy, folder, unpacked)
        return unpacked


@dataclass(frozen=True)
class _MergeSession:
    session: Session
    manifest: Manifest
    output: Path

    async def read_sampling(self, frame: int) -> Sampling:
        return (await self._ask(ReadSampling(frame), SamplingRead)).sampling

    async def make_final(self, frame: int, noisy: Pixels) -> FinalMade:
        name = f"{frame:04d}.merged.npy"
        await asyncio.to_thread(put_pixels, self.output, name, noisy)
        made = await self._ask(MakeFinal(frame, name), FinalMade)
        with contextlib.suppress(OSError):  # the process may have put something else there
            (self.output / name).unlink()
        if not made.why_not:
            self.session.check([final_made(self.manifest, made)])
        return made

    async def _ask(self, command: MergeCommand, kind: type[Answer]) -> Answer:
        message = await self.session.ask(command)
        if not isinstance(message, kind) or message.frame != command.frame:
            raise RenderFailed(f"The render process answered something else than a merge's {kind.__name__}.")
        return message
