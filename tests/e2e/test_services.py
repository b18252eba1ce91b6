"""Three boards, six workers of two families, three artists; of the services beside them one is killed."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from renderchain.composition.network import open_boards
from renderchain.core.board_events import BoardEvent, LeaseAccepted, LeaseClaimed, LeasePaid
from renderchain.core.ids import JobId
from renderchain.core.job import JobInfo
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.jobs import JobEnded, ReceiptWritten
from renderchain.core.notices.process import WaitingForWork
from renderchain.settings import load_settings

from devkit.logs import notices_in, notices_of
from devkit.network.beside import LocalServices, let_schedule, running_services
from devkit.network.local import Network, SeatHolding, SilentReporter, running_network
from devkit.network.services import REPO
from devkit.network.workers import HONEST, WorkerPlan, running_workers
from tests.application import Application

SCENE = REPO / "tests" / "scenes" / "linked.py"
WORKERS, BOTH = range(1, 7), (5, 6)  # who also renders with Blender 5.2
HOLDINGS = {one: SeatHolding(families=("4.5",)) for one in WORKERS if one not in BOTH}
ATTENDED, AWAY, OTHER = "artist", "artist-2", "artist-3"
SCHEDULER = "scheduler-1"
OPTIONS = ["--lease", "1", "--reward", "0.5", "--probe-seconds", "0", "--proof-seconds", "0"]
FRAMES = {ATTENDED: 8, AWAY: 2, OTHER: 2}
TIMEOUT_S = 600  # a busy machine takes its time
LOOK_S = 0.5


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Raises AssertionError when it takes too long."""
    deadline = time.monotonic() + TIMEOUT_S
    while not is_so():
        assert time.monotonic() < deadline, f"it did not happen that {what}"
        time.sleep(LOOK_S)


def environment_of(network: Network, artist: str, board: int) -> dict[str, str]:
    """Of a client; it chooses the board where none is named."""
    named = {"RENDERCHAIN_BOARD": hex(board)} if board else {}
    return {**os.environ, "RENDERCHAIN_CONFIG": str(network.settings_file(artist)), **named}


def submit_options(artist: str, output: Path) -> list[str]:
    return ["--frames", f"1-{FRAMES[artist]}", *OPTIONS, "--output", str(output)]


@contextmanager
def attending(network: Network, artist: str, scene: Path, output: Path, board: int = 0) -> Iterator[Path]:
    """A client that submits its scene and follows the job; what it tells."""
    log = output.with_suffix(".log")
    command = [sys.executable, "-m", "renderchain", "submit", str(scene), *submit_options(artist, output)]
    with log.open("wb") as out:
        client = subprocess.Popen(
            [*command, "--wait", "--log", "json"],
            env=environment_of(network, artist, board),
            stdout=out,
            stderr=out,
        )
    try:
        yield log
        assert client.wait(TIMEOUT_S) == 0, log.read_text()[-3000:]
    finally:
        client.kill()
        client.wait()


def answer_of(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return str(answer.read().decode())


async def told(network: Network, board: int) -> list[BoardEvent]:
    """All that was told of a board's first job."""
    async with open_boards(load_settings(network.settings_file(OTHER)), SilentReporter()) as boards:
        return await (await boards.of(board)).told_of(JobId(1), 0)


def claims(network: Network, board: int) -> list[LeaseClaimed]:
    """What was claimed and assigned of it."""
    return [one for one in asyncio.run(told(network, board)) if isinstance(one, LeaseClaimed)]


async def jobs(network: Network) -> dict[int, tuple[JobInfo, int]]:
    """By board its first job, and what was paid of it."""
    found = {}
    async with open_boards(load_settings(network.settings_file(OTHER)), SilentReporter()) as boards:
        for board in network.contracts.boards:
            chain = await boards.of(board)
            events = await chain.told_of(JobId(1), 0)
            paid_fri = sum(one.paid_fri for one in events if isinstance(one, LeaseAccepted | LeasePaid))
            found[board] = (await chain.job(JobId(1)), paid_fri)
    return found


def verified(receipt: Path, frames: Path) -> dict[str, str]:
    """What a check without any network finds of a receipt and the frames beside it."""
    command = [sys.executable, "-m", "renderchain", "verify-receipt", str(receipt), "--frames", str(frames)]
    done = subprocess.run(
        [*command, "--json"], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )
    found = json.loads(done.stdout)
    assert found["code"] == 0 and not done.returncode, found
    return {line["what"]: line["health"] for line in found["found"]}


def scenes(application: Application, folder: Path) -> tuple[Path, Path]:
    """One for each family."""
    older, newer = folder / "older", folder / "newer"
    for one in (older, newer):
        one.mkdir()
    subprocess.run([sys.executable, str(SCENE), str(older)], capture_output=True, check=True)
    script = ["-b", "--factory-startup", "--python-exit-code", "1", "--python", str(SCENE), "--", str(newer)]
    done = application.run(*script, BLENDER_USER_RESOURCES=str(folder / "resources"))
    assert done.returncode == 0, done.stdout + done.stderr
    return older / "project" / "main.blend", newer / "project" / "main.blend"


def test_jobs_on_three_boards_end_although_their_scheduler_is_killed(
    application: Application, tmp_path: Path
) -> None:
    older, newer = scenes(application, tmp_path)
    outputs = {artist: tmp_path / "frames" / artist for artist in FRAMES}
    for output in outputs.values():
        output.mkdir(parents=True)
    newest = {
        "RENDERCHAIN_BLENDERS": os.pathsep.join(["", application.outside]),
        "BLENDER_USER_RESOURCES": str(application.resources),
    }
    plans = {one: WorkerPlan(environment=newest) if one in BOTH else HONEST for one in WORKERS}
    folder = tmp_path / "net"
    with (
        running_network(
            folder, len(WORKERS), artists=len(FRAMES), boards=3, schedulers=1, holdings=HOLDINGS
        ) as network,
        running_services(network, folder) as services,
    ):
        index, scheduler = services.start_index(), services.start_scheduler()
        let_schedule(network, 1, scheduler)
        with running_workers(network, plans, folder) as workers:
            logs = [workers.log(one) for one in WORKERS]
            wait_until(
                lambda: all(any(isinstance(one, WaitingForWork) for one in notices_of(log)) for log in logs),
                "all workers wait for work",
            )
            heard = f"renderchain_scheduler_workers {len(WORKERS)}"
            wait_until(lambda: heard in answer_of(f"{scheduler}/metrics"), "the scheduler hears all workers")
            services.start_aggregator(AWAY)
            play(network, services, application, older, newer, outputs)
        shown = json.loads(answer_of(f"{index}/v1/jobs"))["items"]
        boards = json.loads(answer_of(f"{index}/v1/boards"))["items"]
        found = asyncio.run(jobs(network))
    for artist, output in outputs.items():
        names = {f"{frame:04d}.png" for frame in range(1, 1 + FRAMES[artist])}
        assert {path.name for path in output.glob("*.png")} == names
        health = verified(output / "receipt-1.json", output)
        assert {"results", "frames", "files", "seal"} <= {what for what, one in health.items() if one == "ok"}
    assert {int(one["address"], 16) for one in boards} == set(found)
    assert {(int(one["board"], 16), one["job"], one["state"]) for one in shown} == {
        (board, "1", "closed") for board in found
    }
    assert {job.state for job, _ in found.values()} == {JobState.COMPLETED}
    assert sorted(job.tasks for job, _ in found.values()) == sorted(FRAMES.values())
    assert all(paid_fri == job.tasks * job.reward_fri for job, paid_fri in found.values())


def play(
    network: Network,
    services: LocalServices,
    application: Application,
    older: Path,
    newer: Path,
    outputs: dict[str, Path],
) -> None:
    """Three artists have a job on a board each; the scheduler is killed once it has begun on all."""
    boards = network.contracts.boards
    with attending(network, ATTENDED, older, outputs[ATTENDED]) as log:
        wait_until(lambda: any(asyncio.run(told(network, at)) for at in boards), "the first job is created")
        (chosen,) = [at for at in boards if asyncio.run(told(network, at))]
        second, third = [one for one in boards if one != chosen]
        submit = [application.blender, "-b", str(newer), "--command", "renderchain_submit"]
        done = application.call(
            [*submit, *submit_options(AWAY, outputs[AWAY])],
            TIMEOUT_S,
            RENDERCHAIN_CONFIG=str(network.settings_file(AWAY)),
            RENDERCHAIN_BOARD=hex(second),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        with attending(network, OTHER, older, outputs[OTHER], third) as other:
            wait_until(
                lambda: all(any(one.assigned for one in claims(network, at)) for at in boards),
                "the scheduler has assigned leases on all boards",
            )
            services.kill(SCHEDULER)
            before = len(claims(network, chosen))
            receipt = outputs[AWAY] / "receipt-1.json"
            wait_until(receipt.is_file, "the aggregator has written the receipt")
    for one in (log, other):
        heard = notices_in(one.read_text())
        assert [one.state for one in heard if isinstance(one, JobEnded)] == [JobState.COMPLETED]
        assert [one for one in heard if isinstance(one, ReceiptWritten)]
    assert not services.is_running(SCHEDULER)
    later = claims(network, chosen)[before:]
    assert later and not any(one.assigned for one in later), "what the scheduler left was claimed"
