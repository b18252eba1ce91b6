"""A scheduler and real workers, on the network in memory with a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from renderchain.app.scheduler import scheduler as planning
from renderchain.app.scheduler.books import KINDS, OVER_S
from renderchain.app.scheduler.scheduler import AGAIN_S, Scheduler
from renderchain.core.audit.prices import usual_spares
from renderchain.core.board_events import (
    JobClosed,
    KeyGiven,
    LeaseAccepted,
    LeaseClaimed,
    LeaseEnded,
    SpareGiven,
)
from renderchain.core.contract_errors import ContractError, StakeNotFree, UnknownJob
from renderchain.core.errors import RemoteError
from renderchain.core.lifecycle import JobState
from renderchain.core.node_address import NOBODY
from renderchain.core.notices import Level
from renderchain.core.notices.scheduling import AssignRefused, JobNotScheduled, JobScheduled, LeasesAssigned
from renderchain.core.private_package import WrappedKey
from renderchain.core.scheduling.serving import Serving

from devkit.board.chain import MemoryChain
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World
from tests.unit.app.scheduler.desk import ADDRESS, NO_ANSWER, Desk, silent_of, willing

GRACE_S = 300
SCHEDULED = replace(OFFER, scheduler=ADDRESS, scheduler_grace_s=GRACE_S, longest_lease=4)


def test_a_job_is_assigned_rendered_and_paid(world: World, artist: Artist, machine: Machine) -> None:
    desk = Desk(world)

    async def life() -> None:
        await willing(machine)
        job = await artist.submit(6, SCHEDULED)
        async with machine.working(), desk.working(machine):
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    claimed = world.network.told(LeaseClaimed)
    assert claimed and all(one.assigned for one in claimed)
    assert sum(one.count for one in claimed) == 6
    assert len(artist.frames()) == 6
    assert sum(isinstance(one, LeasesAssigned) for one in desk.reporter.told) >= 1


def test_when_the_scheduler_dies_workers_claim_after_its_grace(
    world: World, artist: Artist, machine: Machine
) -> None:
    desk = Desk(world)

    async def life() -> None:
        await willing(machine)
        job = await artist.submit(12, SCHEDULED)
        async with machine.working():
            async with desk.working(machine):
                while not world.network.told(LeaseClaimed):
                    await asyncio.sleep(1)
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    claimed = world.network.told(LeaseClaimed)
    assert {one.assigned for one in claimed} == {0, 1}


def test_a_new_process_goes_on_with_what_an_earlier_one_assigned(
    world: World, artist: Artist, machine: Machine
) -> None:
    artist.own_checks = 2  # what it looked at it pays at once, so that places are free

    async def life() -> None:
        await willing(machine)
        job = await artist.submit(12, SCHEDULED)
        async with machine.working():
            async with Desk(world).working(machine):
                while not world.network.told(LeaseClaimed):
                    await asyncio.sleep(1)
            async with Desk(world).working(machine):
                assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    claimed = world.network.told(LeaseClaimed)
    assert all(one.assigned for one in claimed)
    assert sum(one.count for one in claimed) == 12, "nothing was given twice"


def test_after_a_reorganisation_it_plans_by_what_the_chain_says_then(
    world: World, artist: Artist, machine: Machine
) -> None:
    desk = Desk(world)

    async def life() -> None:
        await willing(machine)
        job = await artist.submit(8, SCHEDULED)
        head = world.network.block
        async with machine.working(), desk.working(machine):
            while not world.network.told(LeaseClaimed):
                await asyncio.sleep(1)
            world.network.reorganise(head + 1)
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    assert sum(one.count for one in world.network.told(LeaseClaimed)) >= 8


def test_a_worker_that_is_silent_is_given_nothing(world: World, artist: Artist, machine: Machine) -> None:
    desk = Desk(world)

    async def life() -> None:
        await willing(machine)
        await artist.submit(2, SCHEDULED)
        async with desk.working():
            await asyncio.sleep(GRACE_S)
        (waits,) = desk.scheduler.waiting_jobs()
        said = desk.scheduler.why_waits(waits)
        assert said.startswith("2 of 2 tasks are open: 0 of 0 workers")

    world.live(life())
    assert not world.network.told(LeaseClaimed)


def test_a_job_of_somebody_whom_it_does_not_serve_is_told_and_given_to_nobody(
    world: World, artist: Artist, machine: Machine
) -> None:
    desk = Desk(world, Serving(frozenset({artist.address + 1})))

    async def life() -> None:
        await willing(machine)
        async with desk.working(machine):
            await asyncio.sleep(GRACE_S / 2)
            job = await artist.submit(2, SCHEDULED)
            await asyncio.sleep(GRACE_S / 2)
            assert desk.scheduler.waiting_jobs() == [job]
            assert "not scheduled here" in desk.scheduler.why_waits(job)
            why = "its requester is none of those that are served here"
            assert desk.reporter.told.count(JobNotScheduled(job, why)) == 1

    world.live(life())
    assert not world.network.told(LeaseClaimed)


@pytest.mark.parametrize("begins_after", [False, True])
def test_a_job_past_its_end_that_nobody_closes_keeps_no_place(
    world: World, artist: Artist, machine: Machine, begins_after: bool
) -> None:
    """A few who never asked for their refunds shut a scheduler for good, also for one that began anew."""
    desk = Desk(world, Serving(most_jobs=1))
    short = replace(SCHEDULED, expires_in_s=3600)

    async def life() -> None:
        async with AsyncExitStack() as stack:
            if not begins_after:
                await stack.enter_async_context(desk.working(machine))
            await artist.submit(2, short)
            await asyncio.sleep(short.expires_in_s + OVER_S + GRACE_S)
            await willing(machine)
            job = await artist.submit(2, SCHEDULED)
            if begins_after:
                await stack.enter_async_context(desk.working(machine))
            await stack.enter_async_context(machine.working())
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    claimed = world.network.told(LeaseClaimed)
    assert claimed and all(one.assigned for one in claimed)


def test_a_job_for_which_there_was_no_room_is_taken_on_once_there_is(
    world: World, artist: Artist, machine: Machine
) -> None:
    """It stayed refused for good, also when nothing else was there any more."""
    desk = Desk(world, Serving(most_jobs=1))

    artist.own_checks = 2  # what it looked at it pays at once, so that places are free

    async def life() -> None:
        await willing(machine)
        first = await artist.submit(2, SCHEDULED)
        async with machine.working(), desk.working(machine):
            while not world.network.told(LeaseClaimed):
                await asyncio.sleep(1)
            second = await artist.submit(3, SCHEDULED)
            gone = await artist.submit(3, SCHEDULED)
            await asyncio.sleep(30)
            assert set(desk.scheduler.books.refused) == {second, gone}
            await artist.chain.cancel(gone)
            for job in (first, second):
                assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    claimed = world.network.told(LeaseClaimed)
    assert sum(one.count for one in claimed) == 5 and all(one.assigned for one in claimed)
    assert [one.job_id for one in desk.reporter.heard(JobScheduled)] == [2]


@pytest.mark.parametrize("error", [NO_ANSWER, UnknownJob("Reading job 1")])
def test_a_job_of_which_the_node_says_nothing_is_in_no_others_way(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch, error: RemoteError
) -> None:
    """Nothing at all was planned as long as it said nothing."""
    desk = Desk(world)
    silent = silent_of(desk.chain, "job", monkeypatch, error)

    async def life() -> None:
        await willing(machine)
        silent[await artist.submit(2, SCHEDULED)] = 0
        job = await artist.submit(2, SCHEDULED)
        async with desk.working(machine):
            await asyncio.sleep(GRACE_S / 2)
        assert {one.job_id for one in world.network.told(LeaseClaimed)} == {job}

    world.live(life())
    (asked,) = silent.values()
    assert 1 < asked < GRACE_S / AGAIN_S
    assert all(isinstance(one, AssignRefused) for one in desk.reporter.told if one.level is Level.WARNING)


def test_a_job_whose_past_the_node_does_not_say_is_in_no_others_way_and_taken_on_later(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(world, Serving(most_jobs=1))
    silent = silent_of(desk.chain, "told_of", monkeypatch)

    async def life() -> None:
        await willing(machine)
        first, late, later = [await artist.submit(2, SCHEDULED) for _ in range(3)]
        silent[late] = 0
        async with desk.working(machine):
            await asyncio.sleep(AGAIN_S)
            await artist.chain.cancel(first)
            while not desk.reporter.heard(JobScheduled):
                await asyncio.sleep(1)
            assert silent.pop(late) == 1
            await artist.chain.cancel(later)
            await asyncio.sleep(2 * AGAIN_S)
        assert desk.reporter.heard(JobScheduled) == [JobScheduled(later), JobScheduled(late)]

    world.live(life())


@pytest.mark.parametrize("kinds", [(), KINDS])
def test_of_a_job_that_is_taken_on_late_no_more_is_read_than_its_leases(
    world: World, artist: Artist, machine: Machine, kinds: tuple[type, ...]
) -> None:
    """Anyone may have the board tell of as many keys as they like."""

    async def life() -> list[type]:
        job = await artist.submit(1, SCHEDULED)
        await machine.chain.give_keys(job, [(NOBODY, WrappedKey(bytes(32), bytes(32), bytes(16)))] * 100)
        await artist.chain.cancel(job)
        return [type(one) for one in await Desk(world).chain.told_of(job, 0, kinds)]

    told = world.live(life())
    assert JobClosed in told and (KeyGiven in told) is not bool(kinds)


def test_all_leases_of_a_worker_that_is_gone_are_ended_also_of_a_canceled_job(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than the board takes in one call were ended by none, and of a job that was over nobody asked."""
    monkeypatch.setattr(planning, "MOST_IN_BATCH", 1)
    desk = Desk(world)

    async def life() -> None:
        await willing(machine)
        job = await artist.submit(4, replace(SCHEDULED, longest_lease=2))
        async with desk.working(machine):
            while sum(one.count for one in world.network.told(LeaseClaimed)) < 4:
                await asyncio.sleep(1)
            await artist.chain.cancel(job)
            await asyncio.sleep(SCHEDULED.lease_timeout_s or 0)
            await asyncio.sleep(GRACE_S)

    world.live(life())
    claimed = {one.lease_id for one in world.network.told(LeaseClaimed)}
    assert len(claimed) > 1
    assert {one.lease_id for one in world.network.told(LeaseEnded)} == claimed


def test_of_anothers_lease_a_worker_says_nothing(world: World, artist: Artist, machine: Machine) -> None:
    """It could have made the artist pay for spares, and moved the times that others are planned by."""
    desk, other = Desk(world), Machine(world, 0x07E8)

    async def life() -> None:
        await other.join()
        for one in (machine, other):
            await willing(one)
        await artist.submit(2, SCHEDULED)
        async with desk.working(machine):
            while not (claimed := world.network.told(LeaseClaimed)):
                await asyncio.sleep(1)
            lease = claimed[0].lease_id
            beat = desk.beat_of(other, done=((lease, 1),))
            await desk.intake.hear(desk.signed(other, beat))
            held = [job.held[lease].done for _, job in desk.scheduler.books.jobs() if lease in job.held]
            assert held == [0]

    world.live(life())


def usual(tasks: int) -> int:
    return usual_spares(tasks)


def none(tasks: int) -> int:
    """As jobs have it that were made by others."""
    return 0


@pytest.mark.parametrize("spares", [usual, none])
def test_what_a_dead_worker_holds_is_given_to_another_as_a_spare_or_once_it_expired(
    world: World,
    artist: Artist,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    spares: Callable[[int], int],
) -> None:
    monkeypatch.setattr("renderchain.app.requester.quote.usual_spares", spares)
    desk, dead = Desk(world), Machine(world, 0xDEAD1)

    async def life() -> None:
        await dead.join()
        await willing(dead)
        job = await artist.submit(1, SCHEDULED)
        async with desk.working(dead):
            while not world.network.told(LeaseClaimed):
                await asyncio.sleep(1)
        await willing(machine)
        async with machine.working(), Desk(world).working(machine):
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    is_spared = spares is usual
    assert len(world.network.told(SpareGiven)) == int(is_spared)
    assert world.network.told(LeaseEnded)[0].reopened is not is_spared
    assert sum(one.paid_fri for one in world.network.told(LeaseAccepted)) == SCHEDULED.reward_fri


def test_a_refused_assignment_is_told_and_tried_again(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, assign, tries = Desk(world), MemoryChain.assign, [0]

    async def refusing(chain: MemoryChain, *what: object) -> list[ContractError]:
        tries[0] += 1
        if tries[0] == 1:
            raise StakeNotFree("Assigning leases of job 1")
        return await assign(chain, *what)  # type: ignore[arg-type]

    monkeypatch.setattr(MemoryChain, "assign", refusing)

    async def life() -> None:
        await willing(machine)
        job = await artist.submit(2, SCHEDULED)
        async with machine.working(), desk.working(machine):
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    assert any(isinstance(one, AssignRefused) for one in desk.reporter.told)
    assert tries[0] >= 2


def test_jobs_of_others_are_left_alone(world: World, artist: Artist, machine: Machine) -> None:
    desk = Desk(world)

    async def life() -> None:
        await willing(machine)
        await artist.submit(2, replace(SCHEDULED, scheduler=ADDRESS + 1))
        await artist.submit(2, OFFER)
        async with desk.working(machine):
            await asyncio.sleep(100)
        assert isinstance(desk.scheduler, Scheduler)
        assert list(desk.scheduler.books.jobs()) == []

    world.live(life())
    assert not world.network.told(LeaseClaimed)
