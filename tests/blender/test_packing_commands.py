"""The commands for pipelines: preflight, pack and render, without a network, for people and programs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from renderchain.core.manifest import MANIFEST_NAME, parse_manifest

from devkit.network.services import REPO
from tests.application import Application

FINE, OPEN, REFUSED = 0, 3, 4


def scene_of(folder: Path, kind: str, script: str = "proved.py") -> Path:
    folder.mkdir()
    command = [sys.executable, str(REPO / "tests" / "scenes" / script), str(folder), kind]
    subprocess.run(command, cwd=REPO, check=True, capture_output=True)
    return folder / ("project/film.blend" if script == "proved.py" else "main.blend")


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "renderchain", *map(str, arguments)]
    return subprocess.run(line, cwd=REPO / "addon", capture_output=True, text=True, timeout=300, check=False)


def told(done: subprocess.CompletedProcess[str]) -> Any:
    """The one object on standard output."""
    (line,) = done.stdout.splitlines()
    return json.loads(line)


def test_a_scene_is_looked_at_packed_proved_and_rendered(tmp_path: Path) -> None:
    blend, package, images = scene_of(tmp_path / "scene", "plain"), tmp_path / "package", tmp_path / "images"
    looked = command("preflight", blend, "--frames", "1-3", "--json")
    assert (looked.returncode, told(looked)["verdict"]) == (FINE, "fine"), looked.stderr[-2000:]
    packed = command("pack", blend, "--frames", "1-3", "--output", package, "--json")
    assert packed.returncode == FINE, packed.stdout + packed.stderr[-2000:]
    body = told(packed)
    assert body["proof"]["frames"] == body["proof"]["pictures"] == [1, 2, 3] and body["findings"] == []
    manifest = parse_manifest((package / MANIFEST_NAME).read_bytes())
    assert body["package"]["files"] == len(manifest.files) and body["package"]["frames"] == [1, 2, 3]
    rendered = command("render", package, "--frames", "1,3", "--output", images, "--json")
    assert rendered.returncode == 0, rendered.stderr[-2000:]
    frames = told(rendered)["frames"]
    assert [one["frame"] for one in frames] == [1, 3]
    assert sorted(path.name for path in images.iterdir()) == ["0001.png", "0003.png"]
    first, last = (Image.open(one["image"]) for one in frames)
    assert first.size == (48, 32) and first.tobytes() != last.tobytes()  # it moves


def test_what_workers_cannot_make_is_refused_by_name_and_can_be_let_pass(tmp_path: Path) -> None:
    blend, package = scene_of(tmp_path / "scene", "python driver"), tmp_path / "package"
    arguments = ("pack", blend, "--frames", "1-2", "--output", package, "--json")
    refused = command(*arguments)
    assert refused.returncode == REFUSED, refused.stderr[-2000:]
    (driver,) = [one for one in told(refused)["findings"] if one["severity"] == "error"]
    assert (
        driver["name"] == "driver:Object 'Plane'" and driver["fix"] and driver["block"] in driver["sentence"]
    )
    assert not package.exists()
    # Its scripts did not run here, so that nobody knows what the picture should be.
    passed = command(*arguments, "--allow", driver["name"])
    assert passed.returncode == OPEN and {one["severity"] for one in told(passed)["findings"]} == {"warning"}
    assert package.exists()
    with_scripts = command(*arguments[:-2], tmp_path / "other", "--json", "--run-scripts")
    kinds = {one["kind"] for one in told(with_scripts)["findings"] if one["severity"] == "error"}
    assert (with_scripts.returncode, kinds) == (REFUSED, {"driver", "place", "picture"})


def test_a_scene_that_preflight_refuses_is_not_packed_and_people_read_why(tmp_path: Path) -> None:
    blend = scene_of(tmp_path / "scene", "unbaked fall", "probed.py")
    for arguments in (("preflight", blend), ("pack", blend, "--output", tmp_path / "package")):
        done = command(*arguments)
        verdict, *lines = done.stdout.splitlines()
        assert (done.returncode, verdict) == (REFUSED, "refused"), done.stderr[-2000:]
        assert any(line.startswith("error: ") and "not baked" in line for line in lines)
    assert not (tmp_path / "package").exists()


def test_whoever_asks_wrongly_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    blend = tmp_path / "no.blend"
    full = command("pack", blend, "--output", tmp_path / "full", "--json")
    assert (full.returncode, full.stdout) == (1, "") and "is not empty" in full.stderr
    assert command("pack", blend, "--output", tmp_path / "new").returncode == 1  # no such file
    assert command("pack", blend).returncode == 2
    none = command("render", tmp_path / "full", "--output", tmp_path / "images")
    assert none.returncode == 1 and MANIFEST_NAME in none.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_a_frame_that_the_package_has_not_is_said(tmp_path: Path) -> None:
    scene_of(tmp_path / "scene", "plain")
    done = command(
        "render", tmp_path / "scene" / "package", "--frames", "1,9", "--output", tmp_path / "images"
    )
    assert done.returncode == 1 and "has the frames 1-3, not 9" in done.stderr


@pytest.mark.parametrize("frames", ["", "a", "5-1"])
def test_frames_that_make_no_sense_are_an_error_of_the_command_line(tmp_path: Path, frames: str) -> None:
    scene_of(tmp_path / "scene", "plain")
    blend, package = tmp_path / "scene" / "project" / "film.blend", tmp_path / "scene" / "package"
    done = command("preflight", blend, f"--frames={frames}")
    assert (done.returncode, done.stdout) == (2, ""), done.stderr[-2000:]
    done = command("render", package, f"--frames={frames}", "--output", tmp_path / "images")
    assert (done.returncode, done.stdout) == (2, ""), done.stderr[-2000:]


def test_a_folder_of_logs_that_was_there_stays(tmp_path: Path) -> None:
    scene_of(tmp_path / "scene", "plain")
    logs = tmp_path / "images" / "logs"
    logs.mkdir(parents=True)
    (logs / "mine.txt").write_text("mine")
    done = command("render", tmp_path / "scene" / "package", "--frames", "1", "--output", tmp_path / "images")
    assert done.returncode == 0, done.stderr[-2000:]
    assert [path.name for path in logs.iterdir()] == ["mine.txt"]


def test_a_package_without_a_proof_is_not_called_fine(tmp_path: Path) -> None:
    blend = scene_of(tmp_path / "scene", "plain")
    done = command("pack", blend, "--output", tmp_path / "new", "--seconds", "0", "--json")
    assert (done.returncode, told(done)["verdict"]) == (OPEN, "open")


def test_a_package_that_was_changed_is_not_rendered(tmp_path: Path) -> None:
    package = scene_of(tmp_path / "scene", "texture").parents[1] / "package"
    next(package.rglob("*.png")).write_bytes(b"another")
    done = command("render", package, "--output", tmp_path / "images")
    assert done.returncode == 1 and "does not match its digest" in done.stderr


@pytest.mark.parametrize(("kind", "code"), [("plain", FINE), ("python driver", REFUSED)])
def test_the_application_has_the_commands_too(
    application: Application, tmp_path: Path, kind: str, code: int
) -> None:
    blend, package = scene_of(tmp_path / "scene", kind), tmp_path / "package"
    # The application's own sandbox, in which it runs here, has room for no other.
    options = ["--json", "--allow-unsandboxed", "--frames", "1-2", "--output", str(package)]
    quiet = ("-q", "--log-file", str(tmp_path / "log"))
    done = application.run(*quiet, "-b", str(blend), "--command", "renderchain_pack", *options)
    assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
    assert told(done)["proof"]["pictures"] == [1, 2], "nothing but the answer is on standard output"
    if code == FINE:
        options = ["--allow-unsandboxed", "--frames", "2", "--output", str(tmp_path / "images")]
        done = application.run("-b", "--command", "renderchain_render", str(package), *options)
        assert done.returncode == 0 and (tmp_path / "images" / "0002.png").exists(), done.stdout + done.stderr


@pytest.mark.parametrize("what", ["plain", "texture"])
def test_a_disk_without_room_is_said_and_has_its_own_exit_code(tmp_path: Path, what: str) -> None:
    """It was one of the scene's errors, as if the artist could mend it there."""
    blend, small = scene_of(tmp_path / "scene", what), tmp_path / "small"
    small.mkdir()
    room = ["--size", str(2**16), "--tmpfs", str(small)]
    pack = [sys.executable, "-m", "renderchain", "pack", str(blend), "--output", str(small / "package")]
    line = ["bwrap", "--dev-bind", "/", "/", *room, "--", *pack, "--json"]
    done = subprocess.run(line, cwd=REPO / "addon", capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 74, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stdout == "" and "There is no room left" in done.stderr.splitlines()[-1]
