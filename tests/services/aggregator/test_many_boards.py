"""An owner whose jobs are on two boards, each of which numbers jobs by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters.sealing import ViewUnwrapper, view_key_of
from renderchain.core.ids import BoardJob, JobId

from devkit.fakes.people import FUNDS_FRI, Artist, Machine
from devkit.fakes.world import World
from services.aggregator.gallery import FLAGS, FOLDER
from services.aggregator.keeper import Keeper
from services.aggregator.orders import Orders
from services.aggregator.service import Service

from .test_keeper import SHORT, Owner

OTHER_BOARD = 0xB0A2E


class Two:
    """The owner, and a worker on each of two boards; new jobs go to that which is ``chosen``, 0 or 1."""

    def __init__(self, world: World, machine: Machine, artist: Artist) -> None:
        self.owner, self.artist = Owner(artist), artist
        self.other = world.with_board(OTHER_BOARD)
        self.other.network.fund(artist.address, FUNDS_FRI)
        self.machines = [machine, Machine(self.other, machine.address)]
        artist.other_boards = [self.other]

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Both boards make blocks, and on both is worked."""
        await self.machines[1].join()
        blocks = asyncio.create_task(self.other.make_blocks())
        async with AsyncExitStack() as stack:
            for one in self.machines:
                await stack.enter_async_context(one.working())
            yield
        blocks.cancel()

    async def submit(self, place: int, frames: int) -> BoardJob:
        """A job on that board, with a folder of its own."""
        self.artist.chosen_board = place
        self.artist.output = self.folder(place)
        return BoardJob(self.board(place), await self.artist.submit(frames, SHORT))

    def board(self, place: int) -> int:
        """One of the two."""
        return self.machines[place].chain.board

    def folder(self, place: int) -> Path:
        """Where the frames of that board's jobs go."""
        return self.artist.folder / f"frames-{place}"

    def frames(self, place: int) -> list[str]:
        """The images there."""
        return sorted(path.name for path in self.folder(place).glob("*.png"))


@pytest.fixture
def two(world: World, machine: Machine, artist: Artist) -> Two:
    return Two(world, machine, artist)


def test_a_job_is_kept_whose_number_another_boards_had_that_is_over(world: World, two: Two) -> None:
    """It was taken for the one that is over, and never kept, without a word."""

    async def life() -> list[BoardJob]:
        async with two.working():
            jobs = [await two.submit(0, 2)]
            await two.owner.aggregator().run(once=True)
            jobs.append(await two.submit(1, 3))
            await two.owner.aggregator().run(once=True)
        return jobs

    jobs = world.live(life())
    assert jobs[0].job_id == jobs[1].job_id
    assert all(map(two.owner.orders.is_over, jobs))
    assert (len(two.frames(0)), len(two.frames(1))) == (2, 3)
    assert (two.owner.tally.jobs, two.owner.tally.failures) == (2, 0)


def test_jobs_of_one_number_are_kept_at_once_and_each_has_its_own_orders(world: World, two: Two) -> None:
    """Each look was refused, as there were two: neither was kept as long as both were there."""
    two.owner.eyes.black = {2}

    async def life() -> list[BoardJob]:
        jobs = [await two.submit(0, 4), await two.submit(1, 4)]
        async with two.working():
            await two.owner.aggregator().run(once=True)
            orders = two.owner.orders.all
            await two.owner.aggregator().run(once=True)
        assert two.owner.orders.all == orders
        return jobs

    jobs = world.live(life())
    assert jobs[0].job_id == jobs[1].job_id
    orders = two.owner.orders
    assert {one.job for one in orders.all} == {*jobs} and all(map(orders.is_over, jobs))
    again = {one.again for one in orders.all if one.again}
    assert len(again) == 2 and {one.board for one in again} == {OTHER_BOARD}, "where new jobs go"
    for place, job in enumerate(jobs):
        assert len(two.frames(place)) == 4
        assert (two.folder(place) / f"receipt-{job.job_id}.json").is_file()
        assert (two.folder(place) / FOLDER / FLAGS).is_file()
    assert (two.owner.tally.jobs, two.owner.tally.ordered, two.owner.tally.failures) == (2, 2, 0)
    assert not two.owner.tally.running


def test_an_order_on_another_board_does_not_hide_a_job_of_its_number(world: World, two: Two) -> None:
    """The first board's job was taken for the order that has its number, and left alone after a restart."""
    two.owner.eyes.black = {2}

    async def life() -> BoardJob:
        job = await two.submit(0, 4)
        two.artist.chosen_board = 1
        async with two.working():
            await two.owner.aggregator().run(once=True)
            orders = two.owner.orders
            orders._write([replace(one, again=None) for one in orders.all], frozenset())
            await two.owner.aggregator().run(once=True)
        return job

    job = world.live(life())
    (order,) = two.owner.orders.all
    assert order.again == (OTHER_BOARD, job.job_id) and order.job == job
    assert two.owner.orders.is_over(job) and two.owner.tally.jobs == 2
    assert len(two.artist.journal.jobs()) == 2, "none was made twice"


def looking(two: Two, viewer: Artist, *jobs: JobId) -> Service:
    """The aggregator of somebody who has the owner's view key alone, for these jobs."""
    view_key = view_key_of(two.artist.address, viewer.chain.chain_id)
    viewing = viewer.requester()
    viewing._parts = replace(viewing._parts, unwrapper=lambda chain: ViewUnwrapper(view_key))
    orders = Orders(viewer.folder / "orders.json")
    keeper = Keeper(viewing, orders, two.owner.gallery, 0, two.owner.tally)
    return Service(viewing, keeper, orders, two.owner.tally, jobs, viewer.folder / "seen")


def seen_of(viewer: Artist, job: BoardJob) -> Path:
    """Where the frames of a job go that is looked at."""
    return viewer.folder / "seen" / hex(job.board) / str(job.job_id)


def test_who_looks_at_a_job_of_somebody_else_notes_the_board_where_it_is(world: World, two: Two) -> None:
    """With another board in the settings a job of its number was over already."""
    viewer = Artist(two.other, 0xB0B)

    async def life() -> BoardJob:
        job = await two.submit(1, 2)
        service = looking(two, viewer, job.job_id)
        service.orders.finish(BoardJob(two.board(0), job.job_id))
        async with two.working():
            await asyncio.gather(service.run(once=True), two.artist.watching(job.job_id))
        assert service.orders.is_over(job)
        return job

    job = world.live(life())
    seen = sorted(path.name for path in seen_of(viewer, job).glob("*.png"))
    assert seen == two.frames(1) == ["0001.png", "0002.png"]


def test_jobs_of_one_number_lie_apart_where_both_are_looked_at(world: World, two: Two) -> None:
    """The frames of one came over those of the other."""
    viewers = [Artist(world, 0xB0B), Artist(two.other, 0xB0C)]

    async def life() -> None:
        async with two.working():
            for place, viewer in enumerate(viewers):
                job = await two.submit(place, 2 + place)
                assert job.job_id == 1
                service = looking(two, viewer, job.job_id)
                service.output = world.folder / "seen"
                watching = two.artist.requester().watch(job.job_id, board=job.board)
                await asyncio.gather(service.run(once=True), watching)

    world.live(life())
    found = {path.name: path / "1" for path in (world.folder / "seen").iterdir()}
    assert {name: len([*folder.glob("*.png")]) for name, folder in found.items()} == {
        hex(two.board(0)): 2,
        hex(two.board(1)): 3,
    }


def test_a_number_of_which_there_are_two_keeps_no_other_job_from_being_looked_at(
    world: World, two: Two, caplog: pytest.LogCaptureFixture
) -> None:
    viewer = Artist(world, 0xB0B)
    two.other.network.fund(viewer.address, FUNDS_FRI)
    viewer.other_boards = [two.other]

    async def life() -> BoardJob:
        numbers = []
        for place in (1, 0):
            viewer.chosen_board = place
            numbers.append(await viewer.submit(1, SHORT))
        assert numbers[0] == numbers[1]
        job = await two.submit(0, 2)
        service = looking(two, viewer, numbers[0], job.job_id)
        async with two.working():
            await asyncio.gather(service.run(once=True), two.artist.watching(job.job_id))
        assert service.orders.is_over(job)
        return job

    job = world.live(life())
    assert len([*seen_of(viewer, job).glob("*.png")]) == 2
    assert "is not looked for now: You have a job" in caplog.text
