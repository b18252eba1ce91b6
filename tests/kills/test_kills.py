"""SIGKILL at random points: no frame is rendered twice, no fri is off, no process is left, no lease lost."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from renderchain.core.ids import WorkerId
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.money import parse_strk
from renderchain.core.notices.leases import (
    FrameRendered,
    LeaseFailed,
    LeaseGivenBack,
    LeaseLost,
    LeaseNotAccepted,
)

from devkit.logs import notices_of
from devkit.network.local import STAKE_FRI, Network, running_network
from devkit.network.same_again import FRAMES, REWARD, Artist
from tools.demo import ledger

from .below import adopting, alive_below, bury
from .machine import Machine

LEAST_S, MOST_S = 0.3, 4.0  # from one to the next
HANG_EVERY = 7  # kills; the node also stands still at times
JOB_S = 240.0  # that the last job may take once nothing is killed any more
SETTLE_S = 60.0


@dataclass
class Done:
    """What is left to look at."""

    machine: Machine
    artist: Artist
    gains: dict[str, int]
    stake_fri: tuple[int, int, int]  # for work, of it locked, for seats
    in_escrow_fri: int
    still_running: list[int]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Done]:
    kills = int(request.config.getoption("--kills"))
    seed = int(request.config.getoption("--kill-seed")) or secrets.randbelow(2**31)
    print(f"\n{kills} kills, seed {seed}: --kills {kills} --kill-seed {seed} chooses the same again")
    folder = tmp_path_factory.mktemp("kills")
    with adopting(), running_network(folder / "net", workers=1) as network:
        machine = Machine(network, random.Random(seed))
        artist = Artist(network, folder)
        artist.first_job()
        try:
            yield asyncio.run(_run(machine, artist, kills))
        finally:
            machine.end()


async def _run(machine: Machine, artist: Artist, kills: int) -> Done:
    network = machine.network
    others = set(alive_below(os.getpid()))  # of tests that ran here before, and this network's own
    before, seats_fri = await ledger.balances(network), (await _stake(network))[2]
    first_block = await _block(network) + 1
    machine.begin()
    began_s, enough = time.monotonic(), asyncio.Event()
    working = asyncio.create_task(artist.work(enough))
    watching = asyncio.create_task(machine.watch_agent())
    try:
        await _kill(machine, kills, working)
        enough.set()
        killed_s = time.monotonic() - began_s
        async with asyncio.timeout(JOB_S):
            await working
            await _settled(network)
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)
    machine.end()
    after = await ledger.balances(network)
    gains = ledger.moved(before, after, await ledger.transactions(network, first_block))
    stake = await _stake(network)
    assert seats_fri == stake[2]
    bury(machine.known())
    services = {machine.devnet, machine.heartbeat, os.getpid()}
    still_running = [pid for pid in alive_below(os.getpid()) if pid not in services | others]
    _print(machine, artist, killed_s)
    escrow = after["board"]
    return Done(machine, artist, gains, stake, escrow, still_running)


async def _kill(machine: Machine, kills: int, working: asyncio.Task[None]) -> None:
    while sum(machine.killed.values()) - machine.killed["node hangs"] < kills:
        await asyncio.sleep(machine.chance.uniform(LEAST_S, MOST_S))
        assert not working.done() or working.result() is None  # what ended the artist is raised here
        await machine.kill_one()
        if machine.chance.randrange(HANG_EVERY) == 0:
            await machine.hang_node()


async def _settled(network: Network) -> None:
    """The worker withdraws in its own time."""
    while not await ledger.is_settled(network):
        await asyncio.sleep(1)


async def _block(network: Network) -> int:
    async with network.chain("artist") as chain:
        return await chain.block_number()


async def _stake(network: Network) -> tuple[int, int, int]:
    async with network.chain("artist") as chain:
        worker = await chain.worker(WorkerId(1))
        return worker.stake_fri, worker.locked_fri, worker.seat_stake_fri


def _print(machine: Machine, artist: Artist, killed_s: float) -> None:
    told = Counter(type(one).__name__ for one in notices_of(machine.log))
    print(f"killed in {killed_s:.0f} s: {dict(machine.killed)}; jobs {len(artist.reports)}")
    print(f"the agent ended {machine.ended_alone} times by itself; it told {dict(told)}")


def test_no_frame_is_rendered_twice(done: Done) -> None:
    rendered = Counter(
        (one.job_id, one.frame) for one in notices_of(done.machine.log) if isinstance(one, FrameRendered)
    )
    assert {place: count for place, count in rendered.items() if count > 1} == {}
    wanted = {(job_id, 1 + frame) for job_id in done.artist.reports for frame in range(FRAMES)}
    assert set(rendered) <= wanted


def test_every_job_is_whole_and_its_frames_are_the_same(done: Done) -> None:
    reports = done.artist.reports.values()
    assert [one.state for one in reports] == [JobState.COMPLETED] * len(reports)
    images = {tuple(pixels(one.frames[frame]) for frame in sorted(one.frames)) for one in reports}
    assert [len(one) for one in images] == [FRAMES], "jobs of one package, and some frames are others"


def pixels(path: Path) -> bytes:
    """Without what the file says of dates and times."""
    return np.asarray(Image.open(path)).tobytes()


def test_every_fri_is_where_it_belongs(done: Done) -> None:
    earned = len(done.artist.reports) * FRAMES * parse_strk(REWARD)
    assert sum(one.paid_fri for one in done.artist.reports.values()) == earned
    assert done.gains["owner-1"] == earned
    assert sum(done.gains.values()) == 0
    assert (done.in_escrow_fri, done.stake_fri[:2]) == (0, (STAKE_FRI, 0))


def test_no_lease_is_lost(done: Done) -> None:
    told = notices_of(done.machine.log)
    assert [one for one in told if isinstance(one, LeaseLost)] == []
    ended = [one for one in told if isinstance(one, LeaseNotAccepted)]
    assert [one for one in ended if one.state is not LeaseState.EXPIRED] == []
    assert [one for one in told if isinstance(one, LeaseFailed | LeaseGivenBack)] == []


def test_nothing_ends_but_what_is_killed(done: Done) -> None:
    assert done.machine.ended_alone == 0


def test_no_process_is_left(done: Done) -> None:
    assert done.machine.left_behind == []
    assert done.still_running == []
