"""An artist whose jobs are on several boards, each of which counts jobs and leases by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from renderchain.core.errors import LocalError, WrongNetwork
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.lifecycle import JobState, LeaseState

from devkit.fakes.people import FUNDS_FRI, OFFER, Artist, Machine
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)


@pytest.fixture
def other(world: World, artist: Artist) -> World:
    """Another board, on which the artist's jobs may be too."""
    other = world.with_board(0xB0A2E)
    other.network.fund(artist.address, FUNDS_FRI)
    artist.other_boards = [other]
    return other


def test_jobs_of_all_boards_are_listed_and_none_is_taken_for_another(
    world: World, artist: Artist, other: World
) -> None:
    async def life() -> None:
        assert await artist.submit(3, SHORT) == 1
        artist.chosen_board = 1
        assert await artist.submit(2, SHORT) == 1
        requester = artist.requester()
        listed = await requester.overview()
        assert [(one.number, one.entry.board, one.frame_count) for one in listed] == [
            (2, 0xB0A2E, 2),
            (1, artist.chain.board, 3),
        ]
        with pytest.raises(LocalError, match="a job 1 on each of the boards 0xb0a2d and 0xb0a2e"):
            await requester.cancel(JobId(1))
        await artist.submit(1, SHORT)
        await requester.cancel(JobId(2))
        found = {one.number: one.state for one in await artist.requester().overview()}
        assert found == {3: "canceled", 2: "active", 1: "active"}
        await requester.cancel(JobId(1), 0xB0A2E)  # who knows the board is asked for no setting
        found = {one.number: one.state for one in await artist.requester().overview()}
        assert found == {3: "canceled", 2: "canceled", 1: "active"}

    world.live(life())


def test_a_job_of_another_board_is_found_by_a_machine_that_never_heard_of_it(
    world: World, artist: Artist, other: World
) -> None:
    async def life() -> None:
        artist.chosen_board = 1
        await artist.submit(1, SHORT)
        await artist.submit(2, SHORT)
        elsewhere = Artist(world, artist.address)
        elsewhere.folder, elsewhere.other_boards = world.folder / "elsewhere", [other]
        elsewhere.journal = type(artist.journal)(elsewhere.folder / "journal.sqlite")
        await elsewhere.requester().cancel(JobId(2))
        numbers = {one.entry.job_id: one.state for one in await elsewhere.requester().overview()}
        assert numbers == {1: "active", 2: "canceled"}

    world.live(life())


def test_a_job_of_a_board_that_is_left_out_is_not_taken_for_that_of_the_one_that_is_left(
    world: World, artist: Artist, other: World
) -> None:
    """It was the only one, so whatever was asked of a number was done to its job."""

    async def life() -> None:
        await artist.submit(3, SHORT)
        artist.chosen_board = 1
        for frames in (2, 1):
            await artist.submit(frames, SHORT)
        artist.chosen_board, artist.unknown_boards = 0, frozenset({0xB0A2E})
        requester = artist.requester()
        with pytest.raises(LocalError, match="a job 1 on each of the boards 0xb0a2d and 0xb0a2e"):
            await requester.cancel(JobId(1))
        with pytest.raises(WrongNetwork, match="0xb0a2e"):
            await requester.cancel(JobId(2))
        assert not (await artist.chain.job(JobId(1))).stopped
        await requester.cancel(JobId(1), artist.chain.board)
        assert (await artist.chain.job(JobId(1))).stopped

    world.live(life())


def test_frames_of_another_boards_job_come_and_are_ordered_again_where_new_jobs_go(
    world: World, artist: Artist, other: World
) -> None:
    machine = Machine(other, 0xF001)

    async def life() -> None:
        await machine.join()
        blocks = asyncio.create_task(other.make_blocks())
        artist.chosen_board = 1
        job = await artist.submit(2, SHORT)
        artist.chosen_board = 0  # where later ones go
        async with machine.working():
            report = await artist.watching(job)
        assert report.state is JobState.COMPLETED and len(artist.frames()) == 2
        again = await artist.requester().order_again(job, [2])
        assert again == (artist.chain.board, 1) and (await artist.chain.job(again.job_id)).tasks == 1
        blocks.cancel()

    world.live(life())


def test_a_lease_that_is_doubted_is_looked_for_on_all_boards(
    world: World, artist: Artist, other: World
) -> None:
    """Both boards know a lease of that number, and one of them is somebody else's."""

    async def life() -> None:
        jobs = [await Artist(world, 0xA2).submit(1, SHORT)]
        artist.chosen_board = 1
        jobs.append(await artist.submit(1, SHORT))
        async with submitted_on([world, other]) as lease_id:
            quote = await artist.requester().challenge_quote(lease_id, [0])
            assert quote.job_id == jobs[1] and quote.bond_fri

    world.live(life())


def test_a_lease_of_two_jobs_of_ones_own_is_none_of_them(world: World, artist: Artist, other: World) -> None:
    """That of the later board was challenged without a word."""

    async def life() -> None:
        for artist.chosen_board in (0, 1):
            times = 1 + artist.chosen_board
            await artist.submit(1, replace(SHORT, reward_fri=times * SHORT.reward_fri))
        async with submitted_on([world, other]) as lease_id:
            requester, boards = artist.requester(), "on each of the boards 0xb0a2d and 0xb0a2e"
            with pytest.raises(LocalError, match=boards):
                await requester.challenge(lease_id, [0])
            with pytest.raises(LocalError, match="--board, or by the setting board. Nothing was done"):
                await requester.challenge_quote(lease_id, [0])
            quotes = [
                await requester.challenge_quote(lease_id, [0], board)
                for board in (artist.chain.board, 0xB0A2E)
            ]
            assert quotes[0].bond_fri < quotes[1].bond_fri, "what the lease pays is a part of it"

    world.live(life())


@asynccontextmanager
async def submitted_on(worlds: list[World]) -> AsyncIterator[LeaseId]:
    """A worker on all boards, once it has submitted a lease on each; their numbers are the same."""
    blocks = asyncio.create_task(worlds[1].make_blocks())
    machines = [Machine(one, 0xF001) for one in worlds]
    for one in machines:
        await one.join()
    async with machines[0].working(), machines[1].working():
        found = set[LeaseId]()
        for one in machines:
            while not (held := await one.chain.open_leases()) or not await is_submitted(one, held[0]):
                await asyncio.sleep(1)
            found.add(held[0])
        (lease_id,) = found
        yield lease_id
    blocks.cancel()


async def is_submitted(machine: Machine, lease_id: LeaseId) -> bool:
    """Whether the worker has delivered it."""
    return (await machine.chain.lease(lease_id)).state is LeaseState.SUBMITTED
