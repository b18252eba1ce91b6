"""A proof from end to end: the artist's side out of their own Blender, the package's in the sandbox."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from pathlib import Path

from ...composition.rendering import make_scene_proof
from ...core.manifest import Manifest
from ...core.proof import ARTISTS_SHARE
from ...core.proof_report import ArtistsSide, ProofReport
from ...core.scratch import Scratch
from ...ports.reporter import Reporter
from .artist import ArtistsSession
from .other_session import OtherSession


@dataclass(frozen=True)
class Proving:
    """Proves packages of one scene; ``seconds`` are for both sides together.

    ``artist`` is the open session, which only Blender's main thread may use, and which is held meanwhile; or
    another Blender with the same file, for where somebody works in the first one.
    """

    artist: ArtistsSession | OtherSession
    blender: str
    seconds: float
    allow_unsandboxed: bool

    async def run(self, package: Path, manifest: Manifest, reporter: Reporter) -> ProofReport:
        """Compare the package; raises SandboxMissing, and RenderFailed where nothing could be recorded."""
        reporter.say(f"Proving the package: it is compared with your Blender, for at most {self.seconds:g} s")
        started_s = time.monotonic()
        with Scratch() as scratch:
            recorded = Path(scratch) / "artist"
            recorded.mkdir()
            artist = await self._record(recorded, manifest, reporter)
            spent_s = time.monotonic() - started_s
            proof = make_scene_proof(
                reporter, self.blender, Path(scratch), allow_unsandboxed=self.allow_unsandboxed
            )
            left_s = max(self.seconds - spent_s, self.seconds * (1 - ARTISTS_SHARE))
            report = await proof.run(package, manifest, recorded, artist, left_s)
        return replace(report, times_ms=(("artist", round(1000 * spent_s)), *report.times_ms))

    async def _record(self, folder: Path, manifest: Manifest, reporter: Reporter) -> ArtistsSide:
        seconds = self.seconds * ARTISTS_SHARE
        if isinstance(self.artist, OtherSession):
            return await self.artist.record(folder, manifest, seconds, reporter)
        await asyncio.sleep(0)  # whoever cancelled is heard before Blender is held
        return self.artist.record(folder, manifest, seconds, reporter)
