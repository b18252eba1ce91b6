"""Proving a package: opening it where the originals are out of reach, comparing it with the artist's side.

core/proof.py has what is compared and what follows. A process that overruns the time is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import tempfile
from operator import itemgetter
from pathlib import Path

from ...core.errors import ContentError, ProcessKilled, RenderFailed
from ...core.manifest import FORMATS, Manifest
from ...core.proof import Seen, found
from ...core.proof_messages import ProofLooked, ProofPictured
from ...core.proof_report import ArtistsSide, ProofReport, picture_name, record_name
from ...core.scene_finding import SceneFinding, Severity
from ...ports.renderer import ProofRenderer, ProofSession
from ...ports.reporter import Reporter
from ..upkeep.keeping import past_kills

LOOKS_PART = 0.6  # of the time, while pictures wait
MOST_FINDINGS = 64
KILLS_BORNE = 2
_NAMES = re.compile(r"\S*[/\\]\S*|[\"'].*?[\"']|\d+")  # of files, and times: they differ between both sides


class Proof:
    """Proves packages; its scratch folders are below ``folder`` and are gone afterwards."""

    def __init__(self, renderer: ProofRenderer, reporter: Reporter, folder: Path) -> None:
        self._renderer = renderer
        self._reporter = reporter
        self._folder = folder

    async def run(
        self, package: Path, manifest: Manifest, recorded: Path, artist: ArtistsSide, seconds: float
    ) -> ProofReport:
        """Compare a package with what the artist's side ``recorded``, for at most so many seconds.

        Raises SandboxMissing.
        """
        self._folder.mkdir(parents=True, exist_ok=True)

        async def once() -> tuple[ProofReport, Exception | None]:
            scratch = Path(tempfile.mkdtemp(prefix="proof-", dir=self._folder))
            one = _PackageProof(self._renderer, self._reporter, package, manifest, artist)
            try:
                await asyncio.to_thread(_give, recorded, scratch)
                return await one.run(scratch, seconds), one.ended_by
            finally:
                await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)

        def tell(_: ProcessKilled) -> None:
            self._reporter.say("A process of the proof was killed; the proof begins again.")

        report, _ = await past_kills(once, KILLS_BORNE, tell, itemgetter(1))
        return report


def _give(recorded: Path, output: Path) -> None:
    """Put the artist's files where the render process sees them; it may write there, so they are copies."""
    for path in recorded.iterdir():
        shutil.copyfile(path, output / path.name)


class _PackageProof:
    """One proof of one package."""

    def __init__(
        self,
        renderer: ProofRenderer,
        reporter: Reporter,
        package: Path,
        manifest: Manifest,
        artist: ArtistsSide,
    ) -> None:
        self.ended_by: Exception | None = None
        self._renderer = renderer
        self._reporter = reporter
        self._package = package
        self._manifest = manifest
        self._artist = artist
        self._known_lines = {_without_names(line) for line in artist.lines}
        self._findings: dict[tuple[str, str], SceneFinding] = {}
        self._looked: list[int] = []
        self._pictured: list[int] = []

    async def run(self, output: Path, seconds: float) -> ProofReport:
        started_s = _now()
        until_s = started_s + seconds
        try:
            with contextlib.suppress(TimeoutError):  # what was not looked at is told below
                async with (
                    asyncio.timeout(seconds),
                    self._renderer.open(self._package, self._manifest, output) as session,
                ):
                    await self._look(session, started_s + seconds * LOOKS_PART)
                    await self._picture(session, until_s)
        except (RenderFailed, ContentError) as error:
            self.ended_by = error
            self._add(found("open", detail=str(error)))
        self._tell_what_is_open()
        spent = (("package", round(1000 * (_now() - started_s))),)
        frames, pictures = tuple(sorted(self._looked)), tuple(sorted(self._pictured))
        findings = tuple(sorted(self._findings.values(), key=lambda one: one.severity is not Severity.ERROR))
        return ProofReport(findings[:MOST_FINDINGS], frames, pictures, len(self._manifest.frames), spent)

    async def _look(self, session: ProofSession, until_s: float) -> None:
        for number, frame in enumerate(self._artist.looked):
            if number and _now() > until_s:
                return
            self._reporter.progress("frames compared", number, len(self._artist.looked))
            answer = await session.look(frame, record_name(frame))
            self._looked.append(frame)
            for one in answer.seen:
                self._note(one, frame)
            self._hear(answer)

    async def _picture(self, session: ProofSession, until_s: float) -> None:
        slowest_s = 0.0
        for number, frame in enumerate(self._artist.pictured):
            started_s = _now()
            if number and started_s + slowest_s > until_s:
                return
            self._reporter.progress("pictures compared", number, len(self._artist.pictured))
            name = picture_name(frame, FORMATS[self._manifest.file_format])
            answer = await session.picture(frame, name)
            slowest_s = max(slowest_s, _now() - started_s)
            self._pictured.append(frame)
            if answer.apart:
                self._note(Seen("picture", "", answer.apart, is_error=True), frame)
            self._hear(answer)

    def _note(self, one: Seen, frame: int) -> None:
        self._add(found(one.kind, block=one.block, frame=frame, detail=one.detail, is_error=one.is_error))

    def _hear(self, answer: ProofLooked | ProofPictured) -> None:
        """What Blender complains of here but not on the artist's side is an error."""
        for line in answer.lines:
            shape = _without_names(line)
            self._add(found("log", detail=line, is_error=shape not in self._known_lines), shape)

    def _add(self, finding: SceneFinding, which: str = "") -> None:
        """Note a finding once, at the first frame that shows it; an error before a warning."""
        key = (finding.kind, which or finding.block)
        known = self._findings.get(key)
        if known is None or (finding.severity is Severity.ERROR and known.severity is not Severity.ERROR):
            self._findings[key] = finding

    def _tell_what_is_open(self) -> None:
        of = len(self._manifest.frames)
        if self._artist.scripts:
            self._add(found("scripts", detail=self._artist.scripts))
        if not self._renderer.has_sandbox:
            self._add(found("sandbox"))
        if len(self._looked) < of:
            self._add(found("time", detail=f"{len(self._looked):,} of {of:,} frames were compared"), "looks")
        if not self._pictured and not any(one.kind == "open" for one in self._findings.values()):
            self._add(found("time", detail="no picture was compared"), "pictures")


def _without_names(line: str) -> str:
    return " ".join(_NAMES.sub("", line).split())


def _now() -> float:
    return asyncio.get_running_loop().time()
