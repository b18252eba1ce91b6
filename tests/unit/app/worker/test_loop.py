"""The worker's loop on a network in memory: what it takes, what it gives back, and events in any order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.core.board_events import LeaseClaimed, LeaseEnded
from renderchain.core.contract_errors import UnknownWorker
from renderchain.core.errors import ContentError, RenderFailed, StoreError
from renderchain.core.ids import JobId
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.notices.leases import (
    LeaseAccepted,
    LeaseFailed,
    LeaseSubmitted,
)

from devkit.fakes.people import FUNDS_FRI, OFFER, STAKE_FRI, Artist, Machine
from devkit.fakes.wire import Wire
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)


def claims(world: World) -> list[LeaseClaimed]:
    """All claims that the board told of, in order."""
    return world.network.told(LeaseClaimed)


def ends(world: World) -> list[LeaseState]:
    """How leases ended that were not accepted."""
    return [event.state for event in world.network.told(LeaseEnded)]


async def settle(world: World, *machines: Machine) -> None:
    """Wait until none of them holds a lease."""
    while any([await machine.chain.open_leases() for machine in machines]):
        await asyncio.sleep(10)


def test_the_oldest_job_is_done_first(world: World, artist: Artist, machine: Machine) -> None:
    async def life() -> list[JobId]:
        jobs = [await artist.submit(2, SHORT) for _ in range(3)]
        async with machine.working():
            for job in jobs:
                await artist.watching(job)
        return jobs

    jobs = world.live(life())
    assert [one.job_id for one in claims(world)] == [jobs[0], jobs[0], jobs[1], jobs[1], jobs[2], jobs[2]]


@pytest.mark.parametrize("kind", ["pay", "family"])
def test_what_a_worker_does_not_take_is_left_alone(
    world: World, artist: Artist, machine: Machine, kind: str
) -> None:
    if kind == "pay":
        machine.rules = replace(machine.rules, least_reward_fri=SHORT.reward_fri + 1)
    other = SHORT if kind == "pay" else replace(SHORT, device_group="CUDA")

    async def life() -> None:
        await artist.submit(1, other)
        wanted = await artist.submit(1, replace(SHORT, reward_fri=SHORT.reward_fri + 1))
        async with machine.working():
            await artist.watching(wanted)
            await asyncio.sleep(600)

    world.live(life())
    assert [one.job_id for one in claims(world)] == [2]


FAULTS: list[tuple[str, str, Exception]] = [
    ("renderer", "open", RenderFailed("crashed")),
    ("renderer", "render", RenderFailed("hung")),
    ("renderer", "render", ContentError("nonsense")),
    ("renderer", "render", ContentError("too large")),
    ("store", "add_folder", StoreError("full")),
]


def fail(world: World, machine: Machine, place: str, method: str, error: Exception, times: int) -> None:
    source = machine.renderer if place == "renderer" else world.store
    source.fail(method, *[error] * times)


@pytest.mark.parametrize(("place", "method", "error"), FAULTS)
def test_a_lease_that_fails_is_given_back_and_tried_again(
    world: World, artist: Artist, machine: Machine, place: str, method: str, error: Exception
) -> None:
    async def life() -> None:
        fail(world, machine, place, method, error, 1)
        job = await artist.submit(1, SHORT)
        async with machine.working():
            report = await artist.watching(job)
        assert report.state is JobState.COMPLETED

    if (place, method) == ("store", "add_folder"):  # the first to use it is the artist
        error = StoreError("full")
        world.store.fail("add_folder", None)
    world.live(life())
    assert [one.attempt for one in claims(world)] == [0, 1] and ends(world) == [LeaseState.GIVEN_BACK]
    assert [one.reason for one in machine.reporter.heard(LeaseFailed)] == [str(error)]


def test_a_job_that_fails_twice_here_is_left_to_others(
    world: World, artist: Artist, machine: Machine
) -> None:
    other = Machine(world, 0xF002)
    machine.renderer.fail("render", *[RenderFailed("crashed")] * 9)

    async def life() -> None:
        await other.join()
        job = await artist.submit(1, SHORT)
        async with machine.working():
            await asyncio.sleep(600)
            assert [one.operator for one in claims(world)] == [machine.address] * 2
            async with other.working():
                report = await artist.watching(job)
        assert report.state is JobState.COMPLETED

    world.live(life())
    assert [one.operator for one in claims(world)] == [machine.address] * 2 + [other.address]


def ranges(world: World) -> list[tuple[int, int, int]]:
    """Who took which tasks: the operator, the first task, how many."""
    return [(one.operator, one.first, one.count) for one in claims(world)]


def test_frames_before_one_that_fails_are_submitted_and_the_rest_is_tried_again(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.renderer.fail("render", None, RenderFailed("crashed"))

    async def life() -> None:
        job = await artist.submit(2, replace(SHORT, longest_lease=2))
        async with machine.working():
            report = await artist.watching(job)
        assert report.state is JobState.COMPLETED and sorted(report.frames) == [1, 2]

    world.live(life())
    assert ranges(world) == [(machine.address, 0, 2), (machine.address, 1, 1)] and ends(world) == []
    assert [one.reason for one in machine.reporter.heard(LeaseFailed)] == ["crashed"]
    assert [one.frame_count for one in machine.reporter.heard(LeaseSubmitted)] == [1, 1]


def test_a_worker_that_stops_submits_the_frames_that_it_has(
    world: World, artist: Artist, machine: Machine
) -> None:
    other = Machine(world, 0xF002)

    async def life() -> None:
        await other.join()
        job = await artist.submit(2, replace(SHORT, longest_lease=2))
        async with machine.working():
            while not machine.renderer.rendered:
                await asyncio.sleep(1)
        async with other.working():
            report = await artist.watching(job)
        assert report.state is JobState.COMPLETED
        assert report.rendered_by == {1: machine.address, 2: other.address}

    world.live(life())
    assert ranges(world) == [(machine.address, 0, 2), (other.address, 1, 1)] and ends(world) == []


def test_no_worker_and_the_job_comes_back(world: World, artist: Artist, machine: Machine) -> None:
    other = Machine(world, 0xF002)
    for one in (machine, other):
        one.renderer.fail("render", *[RenderFailed("crashed")] * 9)

    async def life() -> None:
        await other.join()
        job = await artist.submit(1, SHORT)
        async with machine.working(), other.working():
            await asyncio.sleep(600)
            await artist.chain.cancel(job)
            report = await artist.watching(job)
        assert (report.state, report.paid_fri) == (JobState.CANCELED, 0)

    world.live(life())
    assert len(claims(world)) == 4 and ends(world) == [LeaseState.GIVEN_BACK] * 4
    assert world.network.model.tokens[artist.address] == FUNDS_FRI


def test_what_the_requester_lets_lie_is_accepted_late(world: World, artist: Artist, machine: Machine) -> None:
    async def life() -> float:
        await artist.submit(2, SHORT)
        async with machine.working():
            while not await machine.chain.open_leases():
                await asyncio.sleep(1)
            await settle(world, machine)
        return asyncio.get_running_loop().time()

    assert SHORT.window_s < world.live(life()) < 3 * SHORT.window_s
    pay_fri = 2 * SHORT.reward_fri
    assert world.network.model.tokens[machine.owner] == FUNDS_FRI - STAKE_FRI + pay_fri
    assert [one.paid_fri for one in machine.reporter.heard(LeaseAccepted)] == [SHORT.reward_fri] * 2


def test_what_was_earned_is_withdrawn_to_the_payout(world: World, machine: Machine) -> None:
    async def life() -> None:
        async with machine.working():
            await asyncio.sleep(10)

    world.network.model.unpaid[machine.owner] = 10**18
    world.network.model.tokens[world.network.model.addresses.board] = 10**18
    world.live(life())
    assert world.network.model.unpaid.get(machine.owner, 0) == 0
    assert world.network.model.tokens[machine.owner] == FUNDS_FRI - STAKE_FRI + 10**18


def test_an_account_without_a_worker_is_told_so(world: World, artist: Artist) -> None:
    other = Machine(world, 0xF009)

    async def life() -> None:
        async with other.working():
            await asyncio.sleep(10)

    with pytest.raises(UnknownWorker):
        world.live(life())


def test_leases_are_rendered_while_others_wait_for_their_pay(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> int:
        await artist.submit(20, replace(SHORT, window_s=3000))  # more than a worker has slots
        most = 0
        async with machine.working():
            while len(claims(world)) < 20:
                most = max(most, len(await machine.chain.open_leases()))
                await asyncio.sleep(5)
            await settle(world, machine)
        return most

    assert world.live(life()) == 16
    assert world.network.model.tokens[machine.owner] == FUNDS_FRI - STAKE_FRI + 20 * SHORT.reward_fri


def test_a_job_that_asks_for_too_much_stake_is_not_in_the_way(
    world: World, artist: Artist, machine: Machine
) -> None:
    rich = replace(SHORT, reward_fri=4 * STAKE_FRI, spare_audits=0)
    world.network.fund(artist.address, 100 * FUNDS_FRI)

    async def life() -> None:
        await artist.submit(1, rich)
        small = await artist.submit(1, SHORT)
        async with machine.working():
            report = await artist.watching(small)
        assert report.state is JobState.COMPLETED

    world.live(life())
    assert [one.job_id for one in claims(world)] == [2]
    assert machine.reporter.telling("Job 1", "too little")


async def complete(
    world: World,
    artist: Artist,
    job: JobId,
    wires: list[tuple[Machine, Wire]],
    beside: asyncio.Task[None] | None = None,
) -> None:
    """Several workers with wires of their own do a job; all money must be where it belongs."""
    stop = asyncio.Event()
    processes = [asyncio.create_task(machine.worker(wire).run(stop)) for machine, wire in wires]
    report = await artist.watching(job)
    if beside:
        await beside
    await settle(world, *(machine for machine, _ in wires))
    await asyncio.sleep(30)
    stop.set()
    await asyncio.gather(*processes)
    assert report.state is JobState.COMPLETED and not report.refused
    for machine, _ in wires:
        assert await machine.chain.open_leases() == []
        worker = await machine.chain.worker(machine.worker_id)
        assert (worker.stake_fri, worker.locked_fri) == (STAKE_FRI, 0)
    paid = sum([await machine.chain.tokens_fri(machine.owner) for machine, _ in wires])
    assert paid == len(wires) * (FUNDS_FRI - STAKE_FRI) + report.paid_fri


def late(seed: int) -> Callable[[int], float]:
    chance = random.Random(seed)
    delays = [chance.choice((0.0, 0.0, 1.0, 45.0, 400.0)) for _ in range(200)]
    return lambda number: delays[number % len(delays)]


@pytest.mark.parametrize("seed", range(6))
def test_two_workers_whose_events_come_late_and_again(disk: Path, seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    world = World(disk, seed=seed)
    artist = Artist(world, 0xA271)
    wires = []
    for address in (0xF001, 0xF002):
        wire = Wire(late(seed + address))
        wire.retell_after = {chance.randrange(25) for _ in range(3)}
        wires.append((Machine(world, address), wire))

    async def life() -> None:
        for machine, _ in wires:
            await machine.join()
        await complete(world, artist, await artist.submit(6, SHORT), wires)

    world.live(life())
    assert {one.operator for one in claims(world)} <= {machine.address for machine, _ in wires}


@pytest.mark.parametrize("number", range(15))
def test_all_events_may_be_told_again_after_each(
    world: World, artist: Artist, machine: Machine, number: int
) -> None:
    wire = Wire()
    wire.retell_after = {number}

    async def life() -> None:
        await complete(world, artist, await artist.submit(3, SHORT), [(machine, wire)])

    world.live(life())
    assert not wire.retell_after, "there were fewer events"
    assert len(claims(world)) == 3


@pytest.mark.parametrize("depth", [1, 6])
def test_blocks_may_be_dropped_at_any_time(disk: Path, depth: int) -> None:
    # Claims, submissions, draws, pay: each is among what is dropped once, alone and with others.
    for first in range(1, 25):
        world = World(disk / str(first))
        artist, machine = Artist(world, 0xA271), Machine(world, 0xF001)
        machine.renderer.frame_s = 15

        async def reorganise(first: int, world: World) -> None:
            while world.network.block < first + depth - 1:
                await asyncio.sleep(1)
            world.network.reorganise(first)

        async def life(first: int, world: World, artist: Artist, machine: Machine) -> None:
            await machine.join()
            job = await artist.submit(2, SHORT)
            beside = asyncio.create_task(reorganise(world.network.block + first, world))
            await complete(world, artist, job, [(machine, Wire())], beside)

        world.live(life(first, world, artist, machine))
