"""A proof's run: what is asked of the process, what follows, and what its time leaves open."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from renderchain.app.exchange.proof import Proof
from renderchain.core.errors import ProcessKilled, RenderFailed
from renderchain.core.manifest import Manifest
from renderchain.core.proof import Seen
from renderchain.core.proof_messages import ProofLooked, ProofPictured
from renderchain.core.proof_report import ArtistsSide, ProofReport
from renderchain.ports.renderer import ProofSession

from devkit.fakes import package as packages
from devkit.fakes.reporter import RecordingReporter

FRAMES = (1, 2, 3)
SIDE = ArtistsSide(FRAMES, (3, 1), ("Warning: 'a.png' not found",))
MOVED = Seen("place", "Object 'a'", "", is_error=True)


@dataclass
class Prover:
    """Answers as it is told to; ``errors`` are raised one after the other when the scene is opened."""

    has_sandbox: bool = True
    seen: dict[int, tuple[Seen, ...]] = field(default_factory=dict)
    apart: dict[int, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    errors: list[Exception] = field(default_factory=list)
    look_s: float = 0.0
    asked: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[ProofSession]:
        self.given = sorted(path.name for path in output.iterdir())
        if self.errors:
            raise self.errors.pop(0)
        yield self

    async def look(self, frame: int, record: str) -> ProofLooked:
        self.asked.append(record)
        await asyncio.sleep(self.look_s)
        return ProofLooked(frame, self.seen.get(frame, ()), self.lines, 1)

    async def picture(self, frame: int, picture: str) -> ProofPictured:
        self.asked.append(picture)
        return ProofPictured(frame, self.apart.get(frame, ""), (), 1)


def run(folder: Path, prover: Prover, seconds: float = 60, side: ArtistsSide = SIDE) -> ProofReport:
    recorded = folder / "artist"
    recorded.mkdir()
    (recorded / "record-0001.json").write_text("{}")
    one = Proof(prover, RecordingReporter(), folder / "proofs")
    report = asyncio.run(one.run(folder, packages.manifest_of(FRAMES), recorded, side, seconds))
    assert not [*(folder / "proofs").iterdir()]
    return report


def test_every_frame_is_looked_at_and_some_are_rendered(folder: Path) -> None:
    prover = Prover()
    report = run(folder, prover)
    assert (report.findings, report.frames, report.pictures, report.of) == ((), FRAMES, (1, 3), 3)
    assert prover.asked[:3] == ["record-0001.json", "record-0002.json", "record-0003.json"]
    assert prover.asked[3:] == ["picture-0003.png", "picture-0001.png"]
    assert prover.given == ["record-0001.json"]


def test_a_difference_is_told_once_at_the_first_frame_that_shows_it(folder: Path) -> None:
    (one,) = run(folder, Prover(seen={2: (MOVED,), 3: (MOVED,)})).errors
    assert (one.kind, one.block) == ("place", "Object 'a'") and "frame 2" in one.sentence


def test_an_error_comes_before_a_warning_and_takes_its_place(folder: Path) -> None:
    lost, known = (
        Seen("data", "Image 'a'", "x", is_error=True),
        Seen("data", "Image 'a'", "x", is_error=False),
    )
    report = run(folder, Prover(seen={1: (known,), 3: (lost,)}, apart={1: "10% of the pixels"}))
    assert [one.kind for one in report.errors] == ["data", "picture"] and len(report.findings) == 2


@pytest.mark.parametrize(
    ("line", "is_error"), [("Warning: '/package/f/1.png' not found", False), ("Warning: b not found", True)]
)
def test_a_complaint_is_an_error_unless_the_artists_blender_has_it_too(
    folder: Path, line: str, is_error: bool
) -> None:
    report = run(folder, Prover(lines=(line,)))
    assert [one.kind for one in report.findings] == ["log"] and bool(report.errors) is is_error


def test_what_there_was_no_time_for_is_a_warning(folder: Path) -> None:
    report = run(folder, Prover(look_s=0.2), seconds=0.3)
    assert report.errors == () and report.frames == (1,)
    assert [one.sentence for one in report.findings if "1 of 3" in one.sentence]


def test_without_a_sandbox_it_is_said_that_the_files_were_in_reach(folder: Path) -> None:
    (one,) = run(folder, Prover(has_sandbox=False)).findings
    assert one.kind == "sandbox"


def test_scripts_that_did_not_run_on_the_artists_side_are_told(folder: Path) -> None:
    side = ArtistsSide(FRAMES, FRAMES, (), "Text 'rig.py'")
    (one,) = run(folder, Prover(), side=side).findings
    assert one.kind == "scripts" and "Text 'rig.py'" in one.sentence


def test_a_package_that_does_not_open_is_an_error(folder: Path) -> None:
    (one, *_) = run(folder, Prover(errors=[RenderFailed("it has no camera")])).errors
    assert one.kind == "open" and "it has no camera" in one.sentence


def test_a_killed_process_is_nobodys_fault_and_the_proof_begins_again(folder: Path) -> None:
    assert run(folder, Prover(errors=[ProcessKilled("killed")])).findings == ()
