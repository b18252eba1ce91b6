"""A lease in which the agent ends each time, without a word, does not end it for ever."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from renderchain.app.worker.resumes import MOST_RESUMES, resumed_state, resumes_of
from renderchain.core.errors import ChainError
from renderchain.core.ids import LeaseId
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.notices.leases import LeaseFailed, LeaseGivenBack, LeaseResumed, RenderStarted

from devkit.board.chain import MemoryChain
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.wire import PowerCut, Wire
from devkit.fakes.world import World

FRAME_S, SOON_S = 60.0, 10.0
LONG = replace(OFFER, longest_lease=4, window_s=300, lease_timeout_s=3000)


async def until_it_ends(machine: Machine, frames: int) -> None:
    """The agent works, and is gone in the middle of a frame, after so many more."""
    machine.renderer.frame_s = FRAME_S
    wire, wanted = Wire(), len(machine.renderer.rendered) + frames
    process = asyncio.create_task(machine.worker(wire).run(asyncio.Event()))
    while len(machine.renderer.rendered) < wanted:
        await asyncio.sleep(1)
    await asyncio.sleep(SOON_S)
    wire.cut()
    process.cancel()
    with suppress(asyncio.CancelledError, PowerCut):
        await process


def test_a_lease_that_ends_the_agent_each_time_is_given_back(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> LeaseState:
        await artist.submit(4, LONG)
        await until_it_ends(machine, 0)  # that claims it
        (lease_id,) = await machine.chain.open_leases()
        for _ in range(MOST_RESUMES):
            await until_it_ends(machine, 0)
        assert machine.reporter.heard(LeaseFailed) == []
        await until_it_ends(machine, 0)
        return (await machine.chain.lease(lease_id)).state

    assert world.live(life()) is not LeaseState.CLAIMED
    assert len(machine.reporter.heard(LeaseResumed)) >= MOST_RESUMES
    (failed,), (given,) = machine.reporter.heard(LeaseFailed), machine.reporter.heard(LeaseGivenBack)
    assert "ended" in failed.reason and given.reason == "worker ended each time"


def test_a_lease_that_gets_on_may_be_resumed_as_often_as_it_takes(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> JobState:
        job = await artist.submit(4, LONG)
        for number in range(2 * MOST_RESUMES):
            await until_it_ends(machine, 1 if number == MOST_RESUMES else 0)
        async with machine.working():
            return (await artist.watching(job)).state

    assert world.live(life()) is JobState.COMPLETED
    assert machine.reporter.heard(LeaseFailed) == [] == machine.reporter.heard(LeaseGivenBack)


def test_a_lease_that_cannot_be_given_back_yet_does_not_end_the_agent_once_more(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second try took it for one that this process had begun, and rendered it."""
    give_back, refusals = MemoryChain.give_back, [ChainError("The node is away."), ChainError("It still is.")]

    async def refusing(chain: MemoryChain, lease_id: LeaseId, reason: str) -> None:
        if refusals:
            raise refusals.pop()
        await give_back(chain, lease_id, reason)

    async def life() -> LeaseState:
        await artist.submit(4, LONG)
        for _ in range(1 + MOST_RESUMES):
            await until_it_ends(machine, 0)
        (lease_id,) = await machine.chain.open_leases()
        monkeypatch.setattr(MemoryChain, "give_back", refusing)
        async with machine.working():
            while refusals or (await machine.chain.lease(lease_id)).state is LeaseState.CLAIMED:
                await asyncio.sleep(1)
        return (await machine.chain.lease(lease_id)).state

    assert world.live(life()) is not LeaseState.CLAIMED
    (failed,) = machine.reporter.heard(LeaseFailed)
    begun = [one for one in machine.reporter.heard(RenderStarted) if one.lease_id == failed.lease_id]
    assert len(begun) == 1 + MOST_RESUMES


def test_leases_that_wait_behind_one_that_ends_the_agent_are_not_blamed(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> dict[LeaseId, LeaseState]:
        job = await artist.submit(12, LONG)
        ids = [await machine.chain.claim_lease(job, slot) for slot in range(3)]
        for _ in range(MOST_RESUMES + 1):
            await until_it_ends(machine, 0)
        return {one: (await machine.chain.lease(one)).state for one in ids}

    states = world.live(life())
    (failed,) = machine.reporter.heard(LeaseFailed)
    (blamed,) = machine.reporter.heard(LeaseGivenBack)
    assert failed.lease_id == blamed.lease_id == machine.reporter.heard(RenderStarted)[0].lease_id
    assert [one for one, state in states.items() if state is not LeaseState.CLAIMED] == [blamed.lease_id]


def test_what_goes_wrong_within_one_process_does_not_count(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.renderer.fail("open", *[ChainError("away")] * 3 * MOST_RESUMES)

    async def life() -> JobState:
        job = await artist.submit(4, LONG)
        async with machine.working():
            return (await artist.watching(job)).state

    assert world.live(life()) is JobState.COMPLETED
    assert len(machine.reporter.heard(LeaseResumed)) > MOST_RESUMES
    assert machine.reporter.heard(LeaseGivenBack) == []


@pytest.mark.parametrize(
    ("state", "frames", "resumes"),
    [
        ("claimed", 0, 1),
        (resumed_state(3, 2), 2, 4),
        (resumed_state(3, 2), 5, 1),
        ("resumed many times with 2 frames", 2, 1),
    ],
)
def test_resumes_are_counted_as_long_as_no_frame_is_done(state: str, frames: int, resumes: int) -> None:
    assert resumes_of(state, frames) == resumes
