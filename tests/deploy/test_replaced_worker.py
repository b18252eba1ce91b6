"""Workers that are replaced while they render, again and again, as Kubernetes does it in an upgrade: first
what the chart has it run in the container, then SIGTERM, then another process with the same disk.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from renderchain.core.ids import WorkerId
from renderchain.core.lifecycle import JobState
from renderchain.core.money import parse_strk
from renderchain.core.notices import Notice
from renderchain.core.notices.leases import (
    FrameRendered,
    LeaseFailed,
    LeaseLost,
    LeaseNotAccepted,
    RenderStarted,
)

from devkit.logs import notices_of
from devkit.network.local import STAKE_FRI, Network, running_network
from devkit.network.same_again import FRAMES, REWARD, Artist
from devkit.network.services import free_port
from devkit.network.workers import LocalWorkers, WorkerPlan, running_workers
from tests.unit.docs.pages import REPO

pytestmark = pytest.mark.usefixtures("lanes")
WORKERS, ROUNDS = (1, 2), 4
FRAME_S = 600  # that preStop gives a frame
LOOK_S = 0.1


@dataclass
class Done:
    """What is left to look at: how finish_frame and each worker ended, in order."""

    artist: Artist
    notices: list[Notice]
    finished: list[int]
    stakes_fri: list[tuple[int, int]]  # for work, of it locked


class Replaced:
    """Workers under load, of which one after the other is replaced."""

    def __init__(self, network: Network, folder: Path) -> None:
        self.network = network
        self.folder = folder
        self.artist = Artist(network, folder)
        self.finished: list[int] = []
        self._ports = {number: free_port() for number in WORKERS}

    def plan(self, number: int) -> WorkerPlan:
        """With metrics, as in a container."""
        port = str(self._ports[number])
        return WorkerPlan(environment={"RENDERCHAIN_METRICS_PORT": port, "RENDERCHAIN_PROBE_SECONDS": "0"})

    async def run(self, workers: LocalWorkers) -> None:
        """Until each was replaced so often; then the jobs that there are end."""
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.artist.work(enough, at_once=2))
            for _ in range(ROUNDS):
                for number in WORKERS:
                    await self._replace(workers, number)
            enough.set()

    async def _replace(self, workers: LocalWorkers, number: int) -> None:
        seen = self._renderings(workers, number)
        while self._renderings(workers, number) == seen:
            assert workers.is_running(number), workers.log(number).read_text()[-2000:]
            await asyncio.sleep(LOOK_S)
        command = [sys.executable, str(REPO / "deploy" / "finish_frame.py"), str(FRAME_S)]
        environment = os.environ | {"RENDERCHAIN_METRICS_PORT": str(self._ports[number])}
        done = await asyncio.to_thread(subprocess.run, command, env=environment, check=False)
        self.finished.append(done.returncode)
        os.kill(workers.pid(number), signal.SIGTERM)  # it alone: what it started is its own matter
        while workers.is_running(number):
            await asyncio.sleep(LOOK_S)
        workers.start(number, self.plan(number))

    @staticmethod
    def _renderings(workers: LocalWorkers, number: int) -> int:
        return sum(isinstance(one, RenderStarted) for one in notices_of(workers.log(number)))


@pytest.fixture(scope="module")
def done(lanes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    folder = tmp_path_factory.mktemp("replaced")
    with running_network(folder / "net", workers=len(WORKERS)) as network:
        replaced = Replaced(network, folder)
        replaced.artist.first_job()
        plans = {number: replaced.plan(number) for number in WORKERS}
        with running_workers(network, plans, folder) as workers:
            asyncio.run(replaced.run(workers))
        notices = [one for number in WORKERS for one in notices_of(workers.log(number))]
        stakes = [asyncio.run(_stake(network, number)) for number in WORKERS]
        yield Done(replaced.artist, notices, replaced.finished, stakes)


async def _stake(network: Network, number: int) -> tuple[int, int]:
    async with network.chain("artist") as chain:
        worker = await chain.worker(WorkerId(number))
        return worker.stake_fri, worker.locked_fri


def test_each_had_finished_its_frame_before_it_was_told_to_end(done: Done) -> None:
    assert done.finished == [0] * ROUNDS * len(WORKERS)


def test_no_lease_is_lost_and_no_stake(done: Done) -> None:
    ended = LeaseLost | LeaseNotAccepted | LeaseFailed
    assert [one for one in done.notices if isinstance(one, ended)] == []
    assert done.stakes_fri == [(STAKE_FRI, 0)] * len(WORKERS)


def test_every_frame_is_rendered_once_and_paid(done: Done) -> None:
    reports = done.artist.reports
    assert [one.state for one in reports.values()] == [JobState.COMPLETED] * len(reports)
    wanted = Counter((job_id, 1 + frame) for job_id in reports for frame in range(FRAMES))
    assert (
        Counter((one.job_id, one.frame) for one in done.notices if isinstance(one, FrameRendered)) == wanted
    )
    assert sum(one.paid_fri for one in reports.values()) == len(wanted) * parse_strk(REWARD)
