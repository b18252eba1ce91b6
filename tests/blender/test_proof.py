"""The proof in real render processes: what is lost or otherwise in a package is found and named."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from renderchain.composition.rendering import make_scene_proof
from renderchain.core.manifest import MANIFEST_NAME, Manifest, parse_manifest
from renderchain.core.proof_report import INDEX, ProofReport, parse_artists_side

from devkit.fakes.reporter import RecordingReporter
from devkit.network.services import REPO

FRAMES = (1, 2, 3)
END_S = 3.0  # for a process to be killed and its folder deleted


def scene_of(folder: Path, kind: str) -> Path:
    """A project, its package, and what the artist's Blender makes of it."""
    command = [sys.executable, str(REPO / "tests" / "scenes" / "proved.py"), str(folder), kind]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False)
    assert (folder / INDEX).exists(), done.stdout[-3000:] + done.stderr[-3000:]
    return folder / "package"


def proof(folder: Path, seconds: float = 90) -> ProofReport:
    package = folder / "package"
    side = parse_artists_side((folder / INDEX).read_text())
    one = make_scene_proof(RecordingReporter(), "", folder, allow_unsandboxed=False)
    report = asyncio.run(one.run(package, manifest_of(package), folder / "artist", side, seconds))
    assert not [*(folder / "proofs").iterdir()]
    return report


def named(report: ProofReport) -> set[tuple[str, str]]:
    return {(one.kind, one.block) for one in report.errors}


def nothing(package: Path) -> None:
    pass


def without(pattern: str) -> Callable[[Path], None]:
    """Lose all files of a package whose names match."""

    def lose(package: Path) -> None:
        for path in package.rglob(pattern):
            path.unlink()

    return lose


def one_of_a_sequence(package: Path) -> None:
    sorted(package.rglob("*3*.png"))[-1].unlink()


def without_library(package: Path) -> None:
    (library,) = (path for path in package.rglob("*.blend") if path.name != manifest_of(package).main_blend)
    library.unlink()


def another_picture(package: Path) -> None:
    """Nothing is missing, but something else lies there."""
    (picture,) = package.rglob("*.png")
    Image.new("RGB", (8, 8), (0, 0, 255)).save(picture)


def manifest_of(package: Path) -> Manifest:
    return parse_manifest((package / MANIFEST_NAME).read_bytes())


def test_a_whole_package_is_fine_in_every_frame_and_picture(folder: Path) -> None:
    scene_of(folder, "plain")
    report = proof(folder)
    assert report.findings == ()
    assert (report.frames, report.pictures, report.of) == (FRAMES, FRAMES, 3)


@pytest.mark.parametrize(
    "kind", ["texture", "sequence", "layered texture", "library", "nested library", "baked zone"]
)
def test_what_is_packed_passes(folder: Path, kind: str) -> None:
    scene_of(folder, kind)
    assert proof(folder).findings == ()


@pytest.mark.parametrize(
    ("kind", "damage", "wanted"),
    [
        ("texture", without("*.png"), ("data", "Image 'wood.png'")),
        ("texture", another_picture, ("picture", "")),
        ("sequence", one_of_a_sequence, ("data", "Image 'w001.png'")),
        ("packed texture", nothing, ("picture", "")),
        ("mesh cache", without("*.pc2"), ("shape", "Object 'Plane'")),
        ("imported", without("*.stl"), ("shape", "Object 'Plane'")),
        ("baked zone", without("*.blob"), ("shape", "Object 'Plane'")),
        ("library", without_library, ("link", "Object 'Plane [lib.blend]'")),
        ("python driver", nothing, ("driver", "Object 'Plane'")),
        ("handler", nothing, ("place", "Object 'Plane'")),
        ("lamp script", nothing, ("value", "Point Light 'lamp'")),
        ("addon node", nothing, ("node", "Material 'glow'")),
        ("hidden by script", nothing, ("shown", "Object 'Plane'")),
    ],
)
def test_what_is_lost_or_otherwise_is_found_and_named(
    folder: Path, kind: str, damage: Callable[[Path], None], wanted: tuple[str, str]
) -> None:
    damage(scene_of(folder, kind))
    report = proof(folder)
    assert wanted in named(report), report.findings
    assert ("picture", "") in named(report) or kind == "lamp script"


def test_a_picture_that_the_artists_blender_can_not_read_either_is_named_with_what_helps(
    folder: Path,
) -> None:
    scene_of(folder, "broken texture")
    (one,) = proof(folder).errors
    assert (one.kind, one.block) == ("unreadable", "Image 'wood.png'")
    assert "wood.png" in one.sentence and one.fix.startswith("Replace its file")


def test_what_blender_prints_of_a_missing_file_is_heard(folder: Path) -> None:
    without_library(scene_of(folder, "library"))
    lines = {one.sentence for one in proof(folder).errors if one.kind == "log"}
    assert any(
        line.startswith("Blender complains about the package: ") and ".blend" in line for line in lines
    )


def test_a_package_that_cannot_be_opened_is_an_error(folder: Path) -> None:
    package = scene_of(folder, "plain")
    (package / manifest_of(package).main_blend).write_bytes(b"BLENDER, but not really")
    assert ("open", "") in named(proof(folder))


def test_a_proof_ends_in_its_time_and_says_what_is_open(folder: Path) -> None:
    scene_of(folder, "plain")
    started_s = time.monotonic()
    report = proof(folder, seconds=0.2)
    assert time.monotonic() - started_s < 0.2 + END_S
    assert report.errors == () and {one.kind for one in report.findings} == {"time"}
