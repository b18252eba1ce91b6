"""A lane has no pause between its leases: the next is claimed while one is rendered, and never too early."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Any

import pytest
from renderchain.app.worker import self_test
from renderchain.app.worker.lane import HANDS, Lane
from renderchain.app.worker.pace import LONGEST_LEAD_S, Pace
from renderchain.core.board_events import LeaseClaimed, LeaseEnded, TasksGivenBack
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.notices.leases import LeaseFailed, LeaseGivenBack
from renderchain.core.worker_control import Control

from devkit.fakes.clock import run
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.renderer import FakeRenderer
from devkit.fakes.world import World
from tests.unit.app.bench import UseCaseBench

FRAME_S, UPLOAD_S = 100.0, 60.0
OFFERED = replace(OFFER, longest_lease=2, window_s=300, lease_timeout_s=3000)


@pytest.fixture
def slow_store(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results take a while to be uploaded."""
    add = world.store.add_folder

    async def add_slowly(*what: Any) -> str:
        await asyncio.sleep(UPLOAD_S)
        return await add(*what)

    monkeypatch.setattr(world.store, "add_folder", add_slowly)


@pytest.fixture
def all_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lease is spared its self-test by chance."""
    monkeypatch.setattr(self_test, "LEAST_CHANCE", 1.0)


def pauses(renderer: FakeRenderer) -> list[float]:
    """How long it had nothing to do, each time."""
    spans = sorted(renderer.spans)
    ends = accumulate((end for _, end in spans), max)
    return [max(later[0] - end, 0.0) for end, later in zip(ends, spans[1:], strict=False)]


@pytest.mark.usefixtures("slow_store", "all_tested")
def test_a_lane_goes_on_without_a_pause(world: World, artist: Artist, machine: Machine) -> None:
    """It stood still for as long as upload, submission, claim and opening took."""
    machine.renderer.frame_s = FRAME_S

    async def life() -> int:
        job = await artist.submit(10, OFFERED)
        most = 0
        async with machine.working():
            watching = artist.watching(job)
            while not watching.done():
                leases = [await machine.chain.lease(one) for one in await machine.chain.open_leases()]
                most = max(most, sum(one.state is LeaseState.CLAIMED for one in leases))
                await asyncio.sleep(5)
            assert (await watching).state is JobState.COMPLETED
        return most

    assert world.live(life()) == HANDS  # one in hand, and one ahead or on its way
    assert sum(pauses(machine.renderer)) == 0 and len(machine.renderer.rendered) == 10
    assert not world.network.told(LeaseEnded)


@pytest.mark.usefixtures("slow_store", "all_tested")
def test_leases_of_one_frame_come_without_a_pause_too(world: World, artist: Artist, machine: Machine) -> None:
    machine.renderer.frame_s = FRAME_S

    async def life() -> None:
        job = await artist.submit(6, replace(OFFERED, longest_lease=1))
        async with machine.working():
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    assert sum(pauses(machine.renderer)) == 0 and len(machine.renderer.rendered) == 6


def test_the_next_jobs_package_is_there_before_it_is_needed(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.renderer.frame_s = FRAME_S
    fetch = world.store.fetch_folder

    async def fetch_slowly(*what: Any, **limits: Any) -> None:
        await asyncio.sleep(150)
        await fetch(*what, **limits)

    monkeypatch.setattr(world.store, "fetch_folder", fetch_slowly)

    async def life() -> None:
        jobs = [await artist.submit([number, number + 1], OFFERED) for number in (1, 11, 21)]
        async with machine.working():
            for job in jobs:
                assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    assert sorted(machine.renderer.rendered) == [1, 2, 11, 12, 21, 22]
    assert sum(pauses(machine.renderer)) == 0


@pytest.mark.usefixtures("all_tested")
def test_the_next_lease_is_rendered_beside_a_self_test(
    world: World, artist: Artist, machine: Machine
) -> None:
    """Of a lease of 14 seconds the lane stood still for three."""
    machine.renderer.frame_s = FRAME_S

    async def life() -> float:
        began_s = asyncio.get_running_loop().time()
        job = await artist.submit(8, replace(OFFERED, longest_lease=4))
        async with machine.working():
            assert (await artist.watching(job)).state is JobState.COMPLETED
        return asyncio.get_running_loop().time() - began_s

    world.live(life())
    spans = sorted(machine.renderer.spans)
    assert len(spans) == 8 + 2 + 1, "two leaves of a first lease are looked at, one of the next"
    assert len([1 for one, later in pairwise(spans) if later[0] < one[1]]) == 2, "the first one's two"


@pytest.mark.parametrize(
    ("device", "has_memory", "is_beside"),
    [("CPU", True, True), ("CPU", False, False), ("OPTIX", True, False)],
)
def test_a_self_test_has_the_lane_to_itself_where_there_is_no_memory_for_both(
    bench: UseCaseBench, device: str, has_memory: bool, is_beside: bool
) -> None:
    async def life() -> None:
        lane = Lane(1, bench.renderer, None, opens_ahead=lambda: has_memory)
        with lane.give(bench.entry) as turn:
            await turn.begin("bafy", 1)
            await turn.begin_test("bafy", device)
            assert turn.is_over is is_beside and lane.lock.locked() is not is_beside
        assert not lane.lock.locked()

    run(life(), 10)


@pytest.mark.parametrize("control", [Control(paused=True), Control(draining=True)], ids=str)
def test_nothing_is_claimed_ahead_once_the_worker_shall_stop(
    world: World, artist: Artist, machine: Machine, control: Control
) -> None:
    machine.renderer.frame_s = FRAME_S

    async def life() -> None:
        await artist.submit(8, OFFERED)
        async with machine.working():
            while len(machine.renderer.rendered) < 1:
                await asyncio.sleep(1)
            machine.control = control
            await asyncio.sleep(1000)

    world.live(life())
    assert len(world.network.told(LeaseClaimed)) == 1


def test_with_once_nothing_is_claimed_ahead(world: World, artist: Artist, machine: Machine) -> None:
    machine.once, machine.renderer.frame_s = True, FRAME_S

    async def life() -> None:
        await artist.submit(8, OFFERED)
        await machine.worker().run(asyncio.Event())

    world.live(life())
    assert len(world.network.told(LeaseClaimed)) == 1


def test_a_worker_that_stops_gives_back_what_it_claimed_ahead(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.renderer.frame_s = FRAME_S

    async def life() -> None:
        await artist.submit(8, OFFERED)
        async with machine.working():
            while len(world.network.told(LeaseClaimed)) < 2:
                await asyncio.sleep(1)
        leases = [await machine.chain.lease(one) for one in await machine.chain.open_leases()]
        assert {one.state for one in leases} == {LeaseState.SUBMITTED}

    world.live(life())
    first, second = world.network.told(LeaseClaimed)
    assert [one.lease_id for one in world.network.told(LeaseEnded)] == [second.lease_id]
    assert [one.lease_id for one in machine.reporter.heard(LeaseGivenBack)] == [second.lease_id]
    assert first.lease_id != second.lease_id


class Sticking(FakeRenderer):
    """Takes for ever for the frame of that number."""

    def __init__(self, frame: int) -> None:
        super().__init__(frame_s=FRAME_S)
        self.frame = frame

    async def work(self) -> None:
        if len(self.rendered) == self.frame - 1:
            await asyncio.sleep(2000)
        await super().work()


def test_what_waits_too_long_for_its_turn_is_given_back_while_that_costs_nothing(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.renderer = Sticking(4)

    async def life() -> None:
        await artist.submit(8, OFFERED)
        async with machine.working():
            while not world.network.told(LeaseEnded):
                await asyncio.sleep(1)

    world.live(life())
    given_back = [one for one in world.network.told(TasksGivenBack) if one.reason == "worker is busy"]
    assert len(given_back) == 1
    (claim,) = [one for one in world.network.told(LeaseClaimed) if one.lease_id == given_back[0].lease_id]
    assert claim.count == given_back[0].count
    assert not machine.reporter.heard(LeaseFailed)
    assert not [one for one in machine.journal.leases(machine.chain.board) if one.state == "failed"]


@pytest.mark.parametrize(
    ("frame_s", "tasks", "timeout_s", "is_taken"),
    [
        (10.0, 8, 3600, True),
        (10.0, 8, 480, True),  # begins after a twenty-fourth
        (10.0, 8, 470, False),  # would be given back before its turn, as it looks
        (10.0, 100, 1200, True),
        (10.0, 107, 1200, False),  # late by its frames
    ],
)
def test_nothing_is_claimed_ahead_that_would_be_late(
    bench: UseCaseBench, frame_s: float, tasks: int, timeout_s: int, *, is_taken: bool
) -> None:
    async def ask() -> bool:
        lane = Lane(1, FakeRenderer(), None, Pace())
        (job,) = bench.chain.jobs.values()
        lane.pace.note_frame(job.package_cid, frame_s)
        await lane.give(bench.entry).begin(job.package_cid, 2)
        same = replace(job, longest_lease=tasks, tasks=tasks, held=0)
        return lane.takes(replace(same, lease_timeout_s=timeout_s))

    assert run(ask()) is is_taken


def test_what_is_claimed_ahead_is_reckoned_by_the_frames_that_are_claimed(bench: UseCaseBench) -> None:
    """A lease of a few frames was left to others because the job's longest would have been late."""

    async def ask() -> list[bool]:
        lane = Lane(1, FakeRenderer(), None, Pace())
        (job,) = bench.chain.jobs.values()
        lane.pace.note_frame(job.package_cid, 10.0)
        await lane.give(bench.entry).begin(job.package_cid, 2)
        long = replace(job, longest_lease=200, tasks=200, held=0, lease_timeout_s=1200)
        return [lane.takes(long, most) for most in (0, 200, 100, 1)]

    assert run(ask()) == [False, False, True, True]


def test_nothing_is_claimed_ahead_that_would_begin_after_hours(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.renderer.frame_s = FRAME_S

    async def life() -> None:
        await artist.submit(8, replace(OFFERED, longest_lease=4))
        end_s = world.now() + 350  # within the first lease, some time before its last frame is done
        machine.hours = lambda at_s: "" if at_s < end_s else "It is not the hour."
        async with machine.working():
            await asyncio.sleep(2000)

    world.live(life())
    assert len(world.network.told(LeaseClaimed)) == 1
    assert len(machine.renderer.rendered) == 4, "what it has it finishes"


@pytest.fixture
def bench(disk: Any) -> UseCaseBench:
    """A job and its lease."""
    return UseCaseBench(disk)


def test_the_lead_is_that_of_the_slowest_of_the_last_claims_and_has_bounds() -> None:
    pace = Pace()
    usual_s = pace.lead_s
    for seconds in (50.0, *[5.0] * 4):
        pace.note_lead(seconds)
    assert usual_s > 0 and pace.lead_s == 50
    pace.note_lead(5.0)
    assert pace.lead_s == 5
    pace.note_lead(10**6)
    assert pace.lead_s == LONGEST_LEAD_S
