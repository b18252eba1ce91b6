"""The same job with the real Blender application on both sides: installed extension, nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from renderchain.core.notices.process import WaitingForWork

from devkit.logs import notices_of
from devkit.network.local import Network, running_network
from devkit.network.services import REPO, start, stop
from tests.application import Application

FRAMES = 2


@pytest.fixture(scope="module")
def network(application: Application, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A network with one worker: ``blender -b --python worker_headless/worker.py``."""
    folder = tmp_path_factory.mktemp("network") / "net"
    with running_network(folder, workers=1) as started:
        script = str(REPO / "worker_headless" / "worker.py")
        config = str(started.settings_file("worker-1"))
        command = [application.blender, "-b", "--python", script, "--", "--config", config]
        command += ["--log", "json"]
        resources = {"BLENDER_USER_RESOURCES": str(application.resources)}
        worker = start(command, folder / "worker.log", resources)
        yield started
        stop(worker)


@pytest.fixture(scope="module")
def scene(application: Application, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small scene with a linked library, saved by Blender 5.2."""
    folder = tmp_path_factory.mktemp("scene")
    script = str(REPO / "tests" / "scenes" / "linked.py")
    options = ["-b", "--factory-startup", "--python-exit-code", "1", "--python", script, "--", str(folder)]
    # A folder of its own: starting without the extension would delete the extension's wheels.
    done = application.run(*options, BLENDER_USER_RESOURCES=str(folder / "resources"))
    path = folder / "project" / "main.blend"
    assert done.returncode == 0 and path.exists(), done.stdout + done.stderr
    return path


def test_frames_from_the_network_equal_those_of_the_artists_own_blender(
    application: Application, network: Network, scene: Path, tmp_path: Path
) -> None:
    # Of so few frames each has to pay more than usual, or their gas would leave the worker nothing.
    frames = ["--frames", f"1-{FRAMES}", "--reward", "0.5", "--wait", "--output", str(tmp_path / "frames")]
    submit = ["-b", str(scene), "--command", "renderchain_submit", *frames]
    done = application.run(*submit, RENDERCHAIN_CONFIG=str(network.settings_file("artist")))
    log = network.folder / "worker.log"
    assert done.returncode == 0, done.stdout + done.stderr + log.read_text()
    (ready,) = [one for one in notices_of(log) if isinstance(one, WaitingForWork)]
    assert (ready.blender_version, ready.device) == ("5.2", "CPU")

    local = [
        "-b",
        str(scene),
        "--factory-startup",
        "-o",
        f"{tmp_path}/local/####",
        "-s",
        "1",
        "-e",
        str(FRAMES),
        "-a",
    ]
    application.run(*local, BLENDER_USER_RESOURCES=str(tmp_path / "resources"))
    for number in range(1, FRAMES + 1):
        ours, theirs = (
            np.asarray(Image.open(tmp_path / side / f"{number:04d}.png")) for side in ("local", "frames")
        )
        assert np.array_equal(ours, theirs), number
        assert ours.std() > 5, "a black frame proves nothing"


def test_the_panels_buttons_work_in_a_window_while_blender_stays_alive(
    application: Application, network: Network, scene: Path, tmp_path: Path
) -> None:
    script = str(Path(__file__).with_name("window.py"))
    inside = str(application.root / "inside")
    screen = f"Xvfb :87 -screen 0 1280x900x24 -fbdir {tmp_path} & screen=$!; sleep 2; "
    arguments = f"-- {network.settings_file('artist')} {tmp_path}"
    blender = f"DISPLAY=:87 blender --window-geometry 0 0 1280 900 {scene} --python {script} {arguments}; "
    ended = "code=$?; kill $screen; wait $screen; exit $code"
    done = application.call([inside, "sh", "-c", screen + blender + ended], 360)
    said = (tmp_path / "said.txt").read_text() if (tmp_path / "said.txt").exists() else ""
    assert done.returncode == 0, said + done.stdout[-3000:] + done.stderr[-3000:]
    assert (
        "is on the network" in said
        and "2 main: completed, 1 kept" in said
        and "1 main: completed, 2 kept" in said
    )
    assert "Asking for the bond of lease" in said and "was refused by the contract" in said
    with Image.open(tmp_path / "window" / "0001.png") as frame:
        assert frame.size == (200, 120)
    for name in ("panel.png", "dialog.png"):
        assert np.asarray(Image.open(tmp_path / name).convert("L")).std() > 5


def test_no_key_or_password_is_in_any_log_or_result(network: Network, scene: Path) -> None:
    hidden = [f"{account.private_key:x}" for account in network.accounts.values()]
    hidden.append((network.folder / "keystore.password").read_text())
    places = [network.folder, scene.parent]
    kept_by_design = {"devnet.log", "keystore.password"}  # devnet prints its throw-away keys itself
    for path in (path for place in places for path in place.rglob("*") if path.is_file()):
        if path.name in kept_by_design or path.name.endswith(".keystore.json"):
            continue
        content = path.read_bytes().lower()
        assert not [one for one in hidden if one.encode() in content], path


def test_the_worker_was_paid(network: Network) -> None:
    async def in_escrow() -> int:
        async with network.chain("artist") as chain:
            return await chain.tokens_fri(network.contracts.board)

    for _ in range(50):  # it withdraws in its own time
        if asyncio.run(in_escrow()) == 0:
            return
        asyncio.run(asyncio.sleep(0.2))
    raise AssertionError("the board still holds the pay")
