"""The probe in real render processes: what it lets pass, what it refuses and names, and when it ends."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters.blender_process.probe_session import BlenderProbeRenderer
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.app.exchange.package import file_entry
from renderchain.app.exchange.probe import Probe
from renderchain.core.manifest import Manifest
from renderchain.core.print_limits import LEAST
from renderchain.core.probe_report import ProbeReport, ProbeVerdict, ReasonKind

from devkit.fakes import package as packages
from devkit.fakes.reporter import RecordingReporter
from devkit.network.services import REPO
from tests.application import Application

PROBED, STATEFUL = "probed.py", "stateful.py"
END_S = 3.0  # for the process to be killed and its folder deleted


def scene_of(folder: Path, script: str, kind: str) -> Path:
    folder.mkdir()
    command = [sys.executable, str(REPO / "tests" / "scenes" / script), str(folder), kind]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "main.blend"


def manifest_of(folder: Path, side: int, last: int, samples: int) -> Manifest:
    files = tuple(file_entry(folder, path) for path in sorted(folder.iterdir()))
    manifest = packages.manifest_of(range(1, last + 1), files)
    return replace(manifest, width=side, height=side, samples=samples)


def probe(folder: Path, manifest: Manifest, seconds: float = 90) -> ProbeReport:
    renderer = BlenderRenderer(blender="", device="CPU", log_folder=folder.parent / "logs")
    one = Probe(BlenderProbeRenderer(renderer), RecordingReporter(), folder.parent / "probes")
    return asyncio.run(one.run(folder, manifest, seconds))


def probed(tmp_path: Path, kind: str) -> ProbeReport:
    package = tmp_path / "package"
    if kind in ("half-baked fall", "drivers in a circle", "switched lights"):
        scene_of(package, STATEFUL, kind)
        return probe(package, manifest_of(package, 64, 4, 4))
    scene_of(package, PROBED, kind)
    return probe(package, manifest_of(package, 128, 6, 8))


@pytest.mark.parametrize("kind", ["plain", "switched lights"])
def test_what_does_not_remember_is_fine_and_needs_the_least_limits(tmp_path: Path, kind: str) -> None:
    report = probed(tmp_path, kind)
    assert (report.verdict, report.limits, report.reasons) == (ProbeVerdict.FINE, LEAST, ())
    assert report.share_openings and not [*(tmp_path / "probes").iterdir()]


@pytest.mark.parametrize(
    ("kind", "last"),
    [("accumulating driver", 6), ("unbaked fall", 6), ("half-baked fall", 4), ("drivers in a circle", 4)],
)
def test_what_remembers_is_refused_by_frame_and_name(tmp_path: Path, kind: str, last: int) -> None:
    report = probed(tmp_path, kind)
    (reason,) = report.reasons
    assert (report.verdict, report.limits) == (ProbeVerdict.REFUSED, None)
    # Who reads the scene at its opening may refuse it before the probe has to find out.
    assert reason.kind is ReasonKind.SCENE or (reason.frame, reason.data_block) == (last, "Object 'Cube'")


def test_a_texture_of_an_extreme_scale_is_no_job_for_everybody(tmp_path: Path) -> None:
    report = probed(tmp_path, "extreme scale")
    assert [one.kind for one in report.reasons] == [ReasonKind.CHAOS] and report.limits is None


def test_what_never_ends_is_killed_in_time(tmp_path: Path) -> None:
    package = tmp_path / "package"
    scene_of(package, PROBED, "endless")
    manifest = manifest_of(package, 64, 1, 1)  # by which a tile would take no time
    started_s = time.monotonic()
    report = probe(package, manifest, seconds=20)
    assert time.monotonic() - started_s < 20 + END_S
    assert report.verdict is ProbeVerdict.DOUBTFUL and "part 'kernels'" in report.sentences


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "renderchain", "probe", *arguments]
    return subprocess.run(line, cwd=REPO / "addon", capture_output=True, text=True, timeout=120, check=False)


def test_the_command_writes_one_report_and_nothing_else(tmp_path: Path) -> None:
    blend = scene_of(tmp_path / "scene", PROBED, "plain")
    done = command(str(blend), "--frames", "1-6", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["verdict"] == "fine" and told["frames"][-1] == 6 and told["reasons"] == []
    assert set(told["seconds"]) == {"order", "jump", "history", "kernels", "all"}
    assert told["limits"] == {"tile_percent": 10, "mean_percent": 5}


def test_the_command_tells_what_the_reader_finds_with_its_data_block_and_renders_nothing(
    tmp_path: Path,
) -> None:
    blend = scene_of(tmp_path / "scene", PROBED, "accumulating driver")
    done = command(str(blend), "--frames", "1-6", "--json")
    assert done.returncode == 4, done.stderr
    told = json.loads(done.stdout)
    assert (told["verdict"], told["frames"], told["limits"]) == ("refused", [], None)
    (reason,) = told["reasons"]
    assert reason["kind"] == "scene" and reason["data_block"] and reason["data_block"] in reason["sentence"]


def test_the_command_tells_what_the_scene_lacks_and_who_asks_wrongly(tmp_path: Path) -> None:
    blend = scene_of(tmp_path / "scene", PROBED, "unbaked fall")
    done = command(str(blend), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["reasons"][0]["kind"]) == (4, "scene")
    assert "not baked" in told["reasons"][0]["sentence"]
    assert command(str(tmp_path / "no.blend"), "--json").returncode == 1
    (tmp_path / "text.blend").write_text("no scene")
    unread = command(str(tmp_path / "text.blend"), "--json")
    assert unread.returncode == 1 and "can't be opened as a .blend" in unread.stderr.splitlines()[-1]
    in_no_time = command(str(scene_of(tmp_path / "plain", PROBED, "plain")), "--seconds", "0", "--json")
    assert (in_no_time.returncode, json.loads(in_no_time.stdout)["verdict"]) == (3, "doubtful")
    assert command(str(blend), "--seconds", "soon").returncode == 2
    assert command(str(blend), "--seconds", "0.5").returncode == 2


@pytest.mark.parametrize(("kind", "code"), [("plain", 0), ("extreme scale", 4)])
def test_the_application_has_the_command_too(
    application: Application, tmp_path: Path, kind: str, code: int
) -> None:
    blend = scene_of(tmp_path / "scene", PROBED, kind)
    # The application's own sandbox, in which it runs here, has room for no other.
    options = ["--json", "--allow-unsandboxed", "--frames", "1-6"]
    done = application.run("-b", str(blend), "--command", "renderchain_probe", *options)
    assert done.returncode == code, done.stdout + done.stderr
    (line,) = [one for one in done.stdout.splitlines() if one.startswith("{")]
    told = json.loads(line)
    assert told["verdict"] == {0: "fine", 4: "refused"}[code]
    assert [one["kind"] for one in told["reasons"]] == ([] if code == 0 else ["chaos"])
