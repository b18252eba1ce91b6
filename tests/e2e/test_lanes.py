"""A worker with two lanes on a whole network, sandboxed processes side by side."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.jobs import FrameKept, JobEnded
from renderchain.core.notices.leases import (
    FrameRendered,
    LeaseClaimed,
    LeaseFailed,
    LeaseGivenBack,
    LeaseSubmitted,
    RenderStarted,
    SelfTestPassed,
)
from renderchain.core.notices.process import LoggedWarning

from devkit.logs import notices_in, notices_of
from devkit.network.local import Network, running_network
from devkit.network.services import REPO
from devkit.network.workers import WorkerPlan, running_workers

SCENE = REPO / "tests" / "scenes" / "linked.py"
FRAMES, LEASE, TIMEOUT_S = 8, 2, 400
VERIFIER = WorkerPlan(environment={"RENDERCHAIN_LEAST_REWARD_FRI": "1000STRK"})
TWO_LANES = WorkerPlan(environment={"RENDERCHAIN_LANES": "2"})


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    folder, plans = tmp_path / "net", {1: TWO_LANES, 2: VERIFIER}
    with running_network(folder, workers=2) as started, running_workers(started, plans, folder):
        yield started


def python(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stderr


def test_a_worker_with_two_lanes_renders_two_leases_at_a_time(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python(str(SCENE), str(tmp_path))
    scene, config = tmp_path / "project" / "main.blend", network.settings_file("artist")
    monkeypatch.setenv("RENDERCHAIN_CONFIG", str(config))
    frames = ["--frames", f"1-{FRAMES}", "--lease", str(LEASE), "--reward", "0.5"]
    output = ["--wait", "--output", str(tmp_path / "frames"), "--log", "json"]
    told = notices_in(python("-m", "renderchain", "submit", str(scene), *frames, *output))
    assert sorted(one.frame for one in told if isinstance(one, FrameKept)) == list(range(1, 1 + FRAMES))
    assert [one.state for one in told if isinstance(one, JobEnded)] == [JobState.COMPLETED]

    log = network.folder / "worker-1.log"
    heard = notices_of(log)
    assert not [one for one in heard if isinstance(one, LeaseFailed | LeaseGivenBack)]
    # Each lane had a process ready: their logs had one name, so that only the first lane's could be used.
    assert not [one for one in heard if isinstance(one, LoggedWarning) and "can't be used" in one.text]
    assert sorted(one.frame for one in heard if isinstance(one, FrameRendered)) == list(range(1, 1 + FRAMES))
    lanes = {one.lease_id: one.lane for one in heard if isinstance(one, RenderStarted)}
    assert len(lanes) == FRAMES // LEASE and set(lanes.values()) == {1, 2}
    first_done = next(at for at, one in enumerate(heard) if isinstance(one, SelfTestPassed))
    assert {one.lane for one in heard[:first_done] if isinstance(one, RenderStarted)} == {1, 2}
    submitted = next(at for at, one in enumerate(heard) if isinstance(one, LeaseSubmitted))
    assert len([one for one in heard[:submitted] if isinstance(one, LeaseClaimed)]) > 2, (
        "none was claimed ahead"
    )
