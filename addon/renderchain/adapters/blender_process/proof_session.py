"""A proof's render process: the worker's own, which is asked to compare instead of to deliver."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ...core.errors import RenderFailed
from ...core.manifest import Manifest
from ...core.proof_messages import ProofCommand, ProofLook, ProofLooked, ProofPicture, ProofPictured
from ...ports.renderer import ProofSession
from .process import BlenderRenderer
from .sandbox import is_sandboxed
from .session import Session

Answer = TypeVar("Answer", ProofLooked, ProofPictured)


@dataclass(frozen=True)
class BlenderProofRenderer:
    """Opens render processes for proofs as ``renderer`` opens them for leases."""

    renderer: BlenderRenderer

    @property
    def has_sandbox(self) -> bool:
        """Whether the artist's own files are out of reach."""
        return is_sandboxed()

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[ProofSession]:
        """A process with the package's scene open; raises RenderFailed or SandboxMissing."""
        async with self.renderer.open(package, manifest, output) as session:
            yield _ProofSession(session)


@dataclass(frozen=True)
class _ProofSession:
    session: Session

    async def look(self, frame: int, record: str) -> ProofLooked:
        return await self._ask(ProofLook(frame, record), ProofLooked)

    async def picture(self, frame: int, picture: str) -> ProofPictured:
        return await self._ask(ProofPicture(frame, picture), ProofPictured)

    async def _ask(self, command: ProofCommand, kind: type[Answer]) -> Answer:
        message = await self.session.ask(command)
        if not isinstance(message, kind) or message.frame != command.frame:
            raise RenderFailed(f"The render process answered something else than a proof's {kind.__name__}.")
        return message
