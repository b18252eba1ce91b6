"""One agent with two Blenders renders jobs of both families, each with the Blender that packed it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from renderchain.core.notices.devices import BlenderUnfit, KnownTileKept
from renderchain.core.notices.leases import LeaseSubmitted, RenderStarted, SelfTestPassed
from renderchain.core.notices.process import WaitingForWork

from devkit.logs import notices_of
from devkit.network.local import Network, running_network
from devkit.network.services import REPO
from devkit.network.workers import WorkerPlan, running_workers
from tests.application import Application

SCENE = REPO / "tests" / "scenes" / "linked.py"
# Of so few frames each has to pay more than usual, or their gas would leave the worker nothing.
SUBMIT = ("--frames", "1-2", "--reward", "0.5", "--wait", "--output")
TIMEOUT_S = 240


@pytest.fixture(scope="module")
def network(application: Application, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A network with one worker: the bpy module, the application beside it by another name than its own and
    once more, and one that there is not.
    """
    folder, link = tmp_path_factory.mktemp("network") / "net", tmp_path_factory.mktemp("bin") / "blender"
    link.symlink_to(application.outside)
    blenders = os.pathsep.join(["", str(link), application.outside, "/nowhere/blender"])
    environment = {
        "RENDERCHAIN_BLENDERS": blenders,
        "BLENDER_USER_RESOURCES": str(application.resources),  # where our extension is
    }
    plans = {1: WorkerPlan(environment=environment)}
    with running_network(folder, workers=1) as started, running_workers(started, plans, folder):
        yield started


def frames_in(folder: Path) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    return [np.asarray(Image.open(folder / f"{number:04d}.png")) for number in (1, 2)]


def test_one_agent_renders_a_job_of_each_of_its_families(
    application: Application, network: Network, tmp_path: Path
) -> None:
    log = network.folder / "worker-1.log"
    config = str(network.settings_file("artist"))
    older, newer = tmp_path / "older", tmp_path / "newer"
    for folder in (older, newer):
        folder.mkdir()
    made = subprocess.run([sys.executable, str(SCENE), str(older)], capture_output=True, check=False)
    assert made.returncode == 0, made.stderr
    script = ["-b", "--factory-startup", "--python-exit-code", "1", "--python", str(SCENE), "--", str(newer)]
    resources = str(tmp_path / "resources")  # starting without the extension would delete its wheels
    done = application.run(*script, BLENDER_USER_RESOURCES=resources)
    assert done.returncode == 0, done.stdout + done.stderr

    submit = [sys.executable, "-m", "renderchain", "submit", str(older / "project" / "main.blend")]
    with_module = subprocess.run(
        [*submit, *SUBMIT, str(older / "frames")],
        env={**os.environ, "RENDERCHAIN_CONFIG": config},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert with_module.returncode == 0, with_module.stdout + with_module.stderr + log.read_text()
    blend = str(newer / "project" / "main.blend")
    with_application = application.call(
        [application.blender, "-b", blend, "--command", "renderchain_submit", *SUBMIT, str(newer / "frames")],
        TIMEOUT_S,
        RENDERCHAIN_CONFIG=config,
    )
    assert with_application.returncode == 0, (
        with_application.stdout + with_application.stderr + log.read_text()
    )

    told = notices_of(log)
    ready = [one.blender_version for one in told if isinstance(one, WaitingForWork)]
    assert ready == ["4.5", "5.2"]
    twice, missing = [one for one in told if isinstance(one, BlenderUnfit)]
    assert twice.blender == application.outside and "renders 5.2/cycles/cpu already" in twice.reason
    assert missing.blender == "/nowhere/blender" and "can't be started" in missing.reason
    first_tiles = {one.family for one in told if isinstance(one, KnownTileKept)}
    assert first_tiles == {"4.5/cycles/cpu", "5.2/cycles/cpu"}
    jobs = {one.job_id for one in told if isinstance(one, LeaseSubmitted)}
    tested = {one.job_id for one in told if isinstance(one, SelfTestPassed)}
    assert len(jobs) == 2 and tested == jobs
    assert {one.job_id for one in told if isinstance(one, RenderStarted)} == jobs
    for frames in (frames_in(older / "frames"), frames_in(newer / "frames")):
        assert all(one.std() > 5 for one in frames), "a black frame proves nothing"
