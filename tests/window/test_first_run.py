"""From the extension's zip to the first frame in Blender: a new artist, a new machine, mouse and keyboard."""

from __future__ import annotations

import json
import os
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from devkit.network.local import Network, running_network
from devkit.network.services import (
    REPO,
    SwarmKubo,
    run_ipfs,
    start,
    start_swarm_kubo,
    stop,
    tool_root,
)
from devkit.window.driver import Window
from devkit.window.screen import Screen, running_screen
from tests.application import Application
from tests.window.first_run import FirstRun, steps_of

SIZE = (1280, 960)
WORKERS = 6  # four verifiers are drawn for each batch, and one renders
BUILD = REPO / "build" / "window"
SEEN = Path("/mnt")  # where the artist's folder is for their Blender: pictures show its name


@pytest.fixture
def wide(tmp_path: Path) -> Iterator[Screen]:
    """A screen that has room for the preferences beside Blender."""
    with running_screen(*SIZE, tmp_path / "screen.log") as running:
        yield running


@pytest.fixture
def worker_kubo(tmp_path: Path) -> Iterator[SwarmKubo]:
    """The IPFS node of the worker."""
    folder = tmp_path / "worker-kubo"
    folder.mkdir()
    started = start_swarm_kubo(folder)
    yield started
    stop(started.pid)


@pytest.fixture
def network(application: Application, worker_kubo: SwarmKubo, tmp_path: Path) -> Iterator[Network]:
    """A network with a worker that renders with Blender 5.2, and others that could look at what it does."""
    with running_network(tmp_path / "net", workers=WORKERS) as running:
        script = str(REPO / "worker_headless" / "worker.py")
        arguments = ["--config", str(running.settings_file("worker-1")), "--log", "json"]
        command = [application.blender, "-b", "--python", script, "--", *arguments]
        more = {"BLENDER_USER_RESOURCES": str(application.resources), "RENDERCHAIN_IPFS_API": worker_kubo.api}
        worker = start(command, running.folder / "worker.log", more)
        yield running
        stop(worker)


@pytest.fixture
def home(extension: Path, tmp_path: Path) -> Path:
    """A new user's folder: the zip that was downloaded, and Kubo."""
    folder = tmp_path / "home"
    (folder / "bin").mkdir(parents=True)
    shutil.copy(tool_root("kubo") / "bin" / "ipfs", folder / "bin")
    (folder / "project").mkdir()
    shutil.copy(extension, folder / "project" / "renderchain.zip")
    return folder


@pytest.fixture
def scene(application: Application, home: Path) -> Path:
    """The artist's scene."""
    script = str(REPO / "tests" / "scenes" / "linked.py")
    options = ["-b", "--factory-startup", "--python-exit-code", "1", "--python", script, "--", str(home)]
    done = application.run(*options, BLENDER_USER_RESOURCES=str(home / "made"))
    assert done.returncode == 0, done.stdout + done.stderr
    return home / "project" / "main.blend"


@pytest.fixture
def fresh(wide: Screen, home: Path, scene: Path) -> Iterator[Window]:
    """Blender as a new user has it, with the scene open."""
    unset = {"RENDERCHAIN_CONFIG": ""}
    places = {
        "HOME": str(SEEN),
        "XDG_CONFIG_HOME": str(SEEN / ".config"),
        "XDG_DATA_HOME": str(SEEN / ".local" / "share"),
        "PATH": f"{SEEN / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    command = ["bwrap", "--dev-bind", "/", "/", "--bind", str(home), str(SEEN), "--"]
    command += [str(tool_root("blender") / "blender")]
    file = SEEN / scene.relative_to(home)
    started = Window(wide, command, {**unset, **places}, home / "blender.log", str(file))
    try:
        yield started
    finally:
        started.end()


def connect(worker: SwarmKubo, home: Path) -> None:
    """Have the worker's node find the artist's, as the public network of IPFS would."""
    repository = home / ".local" / "share" / "renderchain" / "ipfs-local"
    _, _, host, _, port = (repository / "api").read_text().strip().split("/")
    config = json.loads((repository / "config").read_text())
    (entry,) = config["API"]["Authorizations"].values()
    headers = {"Authorization": f"Bearer {entry['AuthSecret'].removeprefix('bearer:')}"}
    asked = urllib.request.Request(f"http://{host}:{port}/api/v0/id", b"", headers, method="POST")
    with urllib.request.urlopen(asked) as answer:
        (address, *_) = json.load(answer)["Addresses"]
    run_ipfs(worker.folder, "swarm", "connect", address)


def test_from_the_zip_to_the_first_frame_by_hand(
    fresh: Window, network: Network, worker_kubo: SwarmKubo, home: Path
) -> None:
    run = FirstRun(fresh, network, BUILD / "first-run")
    for name, do in steps_of(run, "renderchain.zip"):
        with run.step(name):
            do()
        run.save(BUILD / "first_run.json")
        if do == run.choose_ipfs:
            connect(worker_kubo, home)
    assert (home / "project" / "renderchain" / "0001.png").is_file()
    assert fresh.complaints() == []
