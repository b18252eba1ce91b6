"""What a container's worker is given time for before it is told to end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from renderchain.adapters.metrics_http import Page, serving
from renderchain.adapters.state_keeper import StateKeeper
from renderchain.blender.seen import pages_of
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.notices import leases
from renderchain.core.notices.process import WaitingForWork

from devkit.network.services import free_port
from tests.unit.docs.pages import REPO


@pytest.fixture
def worker() -> StateKeeper:
    """One of two lanes, which renders in both."""
    keeper = StateKeeper(time.time, time.monotonic)
    keeper.tell(WaitingForWork("4.5", "CPU", "Xeon", lane_count=2))
    for lane in (1, 2):
        keeper.tell(leases.RenderStarted(JobId(3), LeaseId(lane), 8, "CPU", "Xeon", lane))
    return keeper


@contextmanager
def finishing(port: int, most_s: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(REPO / "deploy" / "finish_frame.py"), str(most_s)]
    environment = os.environ | {"RENDERCHAIN_METRICS_PORT": str(port)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as program:
        try:
            yield program
        finally:
            program.kill()


def test_it_waits_for_a_frame_of_each_lane_or_its_end(worker: StateKeeper, tmp_path: Path) -> None:
    pages, asked = pages_of(worker, tmp_path), []

    def metrics() -> Page:
        """One lane has its frame after it was looked at once, the other its self-test after twice."""
        page = pages["/metrics"]()
        asked.append(page)
        if len(asked) == 1:
            worker.tell(leases.FrameRendered(JobId(3), LeaseId(1), 7, 2.5))
        elif len(asked) == 3:
            worker.tell(leases.SelfTestPassed(JobId(3), LeaseId(2), 1, 2.0))
        return page

    with serving(0, {"/metrics": metrics}) as port, finishing(port, 300) as program:
        assert program.wait() == 0
    assert len(asked) == 4


def test_where_it_takes_too_long_that_is_said(worker: StateKeeper, tmp_path: Path) -> None:
    with serving(0, pages_of(worker, tmp_path)) as port, finishing(port, 0) as program:
        assert program.stderr
        assert program.stderr.read() == "A frame took longer than 0 s more; it is given back.\n"
        assert program.wait() == 1


def test_what_renders_nothing_or_does_not_answer_is_not_waited_for(tmp_path: Path) -> None:
    keeper = StateKeeper(time.time, time.monotonic)
    with serving(0, pages_of(keeper, tmp_path)) as port, finishing(port, 300) as program:
        assert program.wait() == 0
    with finishing(free_port(), 300) as program:
        assert program.wait() == 0
