"""A release, really built: twice the same, whole, and of use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.unit.docs.pages import REPO
from tools.extension.__main__ import version
from tools.release.__main__ import tracked

PACKAGE = "addon/renderchain/"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two folders with the release for one system, built one after the other."""
    return build(tmp_path_factory.mktemp("first")), build(tmp_path_factory.mktemp("second"))


def build(folder: Path) -> Path:
    options = ["--platform", "linux-x64", "--python", "3.11", "--output", str(folder / "out")]
    command = [sys.executable, "-m", "tools.release", *options]
    umask = os.umask(0o022 if folder.name.startswith("first") else 0o077)
    try:
        done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False)
    finally:
        os.umask(umask)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "out"


def test_two_builds_are_the_same_to_the_byte(built: tuple[Path, Path]) -> None:
    first, second = ({path.name: path.read_bytes() for path in one.iterdir()} for one in built)
    assert set(first) == set(second) and len(first) > 9
    assert [name for name, raw in first.items() if raw != second[name]] == []


def test_it_holds_all_that_it_should_and_its_sums_are_right(built: tuple[Path, Path]) -> None:
    folder, number = built[0], version()
    zipped = f"renderchain-{number}-linux_x64"
    assert {path.name for path in folder.iterdir()} >= {
        f"{zipped}.zip",
        f"{zipped}.cdx.json",
        f"renderchain-{number}-py3-none-any.whl",
        f"renderchain-{number}.tar.gz",
        f"renderchain-contracts-{number}.zip",
        f"renderchain-worker-{number}.cdx.json",
        "index.json",
        "index.html",
        "CHANGES.md",
        "SHA256SUMS",
    }
    sums = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, check=False)
    assert sums.returncode == 0
    assert len((folder / "SHA256SUMS").read_text().splitlines()) == len(list(folder.iterdir())) - 1
    index = json.loads((folder / "index.json").read_text())
    (offered,) = index["data"]
    assert offered["version"] == number and offered["archive_url"].endswith(f"{zipped}.zip")
    assert offered["archive_size"] == (folder / f"{zipped}.zip").stat().st_size
    assert f"version {number}" in (folder / "index.html").read_text()
    assert time.strftime("%Y-%m-%d") not in (folder / "index.html").read_text()


def test_the_zip_has_of_the_package_what_git_tracks(built: tuple[Path, Path]) -> None:
    with ZipFile(built[0] / f"renderchain-{version()}-linux_x64.zip") as archive:
        names = {name for name in archive.namelist() if not name.startswith("wheels/")}
    ours = {name.removeprefix(PACKAGE) for name in tracked() if name.startswith(PACKAGE)}
    assert {name for name in names if not name.endswith("/")} == ours | {"blender_manifest.toml"}


def test_its_list_of_parts_names_every_wheel_that_the_zip_brings(built: tuple[Path, Path]) -> None:
    stem = built[0] / f"renderchain-{version()}-linux_x64"
    with ZipFile(f"{stem}.zip") as archive:
        wheels = {name for name in archive.namelist() if name.endswith(".whl")}
    listed = json.loads(Path(f"{stem}.cdx.json").read_text())["components"]
    assert {one["properties"][0]["value"] for one in listed} == wheels and len(wheels) > 20


def test_the_wheel_has_the_package_and_its_command_works(built: tuple[Path, Path], tmp_path: Path) -> None:
    (wheel,) = built[0].glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "-q", "--target", str(tmp_path)]
    subprocess.run([*pip, str(wheel)], check=True)
    source = REPO / "addon" / "renderchain"
    ours = {path.relative_to(source) for path in source.rglob("*.py")}
    assert ours <= {path.relative_to(tmp_path / "renderchain") for path in tmp_path.rglob("*.py")}
    code = "import renderchain, sys; print(renderchain.__file__)"
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert said.stdout.startswith(str(tmp_path))
    for program in ([sys.executable, "-m", "renderchain"], [str(tmp_path / "bin" / "renderchain")]):
        command = [*program, "network", "--help"]
        helped = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert "announce-board" in helped.stdout


def test_a_folder_that_has_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    command = [sys.executable, "-m", "tools.release", "--output", str(tmp_path)]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "is not empty" in done.stderr
    assert (tmp_path / "mine").read_text() == "precious"
