"""One worker on two boards: their leases share its lanes, and equal numbers are not confused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from renderchain.app.upkeep.boards import LOOK_S, Work, run_on_boards, work_on_boards
from renderchain.app.worker.loop import Worker
from renderchain.core.board_events import LeaseAccepted, LeaseClaimed, LeaseEnded, ResultSubmitted
from renderchain.core.contract_errors import UnknownWorker
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.conditions import PartFailed
from renderchain.core.notices.process import BoardFollowed, Stopped

from devkit.board.chain import MemoryChain
from devkit.fakes.people import OFFER, Artist, Machine, Shared
from devkit.fakes.reporter import RecordingReporter
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=3000)
SECOND_BOARD = 0xB0A2E


class Two:
    """A machine whose worker is on both boards of a world, and an artist on each."""

    def __init__(self, world: World, machine: Machine, artist: Artist) -> None:
        self.other = world.with_board(SECOND_BOARD)
        self.machines = [machine, Machine(self.other, machine.address)]
        self.machines[1].journal, self.machines[1].reporter = machine.journal, machine.reporter
        self.artists = [artist, Artist(self.other, artist.address)]
        self.listed = list(self.machines)

    def run(self, at_start: list[Machine], shared: Shared, stop: asyncio.Event) -> Coroutine[Any, Any, None]:
        """Work on those boards, and on those that are listed when it is looked again."""
        machines = {one.chain.board: one for one in self.machines}

        def work_on(chain: MemoryChain) -> Worker:
            return machines[chain.board].worker(shared=shared)

        async def active() -> list[MemoryChain]:
            return [one.chain for one in self.listed]

        return run_on_boards([one.chain for one in at_start], work_on, active, stop, at_start[0].reporter)

    @asynccontextmanager
    async def working(self, at_start: list[Machine] | None = None) -> AsyncIterator[asyncio.Task[None]]:
        """The worker, as one process, of which these boards are there at the start; it is stopped at the
        end.
        """
        first, second = self.machines
        await second.join()
        blocks = asyncio.create_task(self.other.make_blocks())
        shared = Shared(first.lanes(), first.readiness(first.chain), asyncio.Lock())
        stop = asyncio.Event()
        task = asyncio.create_task(self.run(self.machines if at_start is None else at_start, shared, stop))
        try:
            yield task
        finally:
            stop.set()
            for one in self.machines:
                one.conditions.leave()
            await task
            blocks.cancel()


@pytest.fixture
def two(world: World, machine: Machine, artist: Artist) -> Two:
    machine.renderer.frame_s = 100
    return Two(world, machine, artist)


def test_leases_of_two_boards_are_rendered_one_after_the_other_in_one_lane(world: World, two: Two) -> None:
    async def life() -> None:
        jobs = [await one.submit(4, SHORT) for one in two.artists]
        assert jobs[0] == jobs[1], "each board counts by itself"
        async with two.working():
            watched = [one.watching(job) for one, job in zip(two.artists, jobs, strict=True)]
            reports = await asyncio.gather(*watched)
        assert [one.state for one in reports] == [JobState.COMPLETED, JobState.COMPLETED]

    world.live(life())
    networks = [one.world.network for one in two.machines]
    submitted = [{one.lease_id for one in net.told(ResultSubmitted)} for net in networks]
    assert submitted[0] & submitted[1], "some leases had the same number"
    assert [len(net.told(LeaseAccepted)) for net in networks] == [4, 4]
    assert not any(net.told(LeaseEnded) for net in networks)
    renderer = two.machines[0].renderer
    assert len(renderer.rendered) == 8 and not two.machines[1].renderer.rendered, "there is one machine"
    at_once = [sum(one[0] <= at < one[1] for one in renderer.spans) for at, _ in renderer.spans]
    assert max(at_once) == 2, "a lease, and the self-test of the one before it"
    assert len(two.machines[0].reporter.heard(Stopped)) == 1


def test_a_worker_for_one_lease_takes_it_on_one_board_and_ends_on_all(world: World, two: Two) -> None:
    for one in two.machines:
        one.once = True

    async def life() -> None:
        for one in two.artists:
            await one.submit(3, SHORT)
        async with two.working() as task:
            await task

    world.live(life())
    claimed = [len(one.world.network.told(LeaseClaimed)) for one in two.machines]
    assert sorted(claimed) == [0, 1]


def test_a_board_that_is_announced_while_it_works_is_worked_on_from_then_on(world: World, two: Two) -> None:
    first, second = two.machines
    two.listed = [first]

    async def life() -> None:
        jobs = [await one.submit(2, SHORT) for one in two.artists]
        async with two.working([first]):
            assert (await two.artists[0].watching(jobs[0])).state is JobState.COMPLETED
            await asyncio.sleep(2 * LOOK_S)
            assert not second.world.network.told(LeaseClaimed) and not first.reporter.heard(BoardFollowed)
            two.listed.append(second)
            assert (await two.artists[1].watching(jobs[1])).state is JobState.COMPLETED

    world.live(life())
    assert first.reporter.heard(BoardFollowed) == [BoardFollowed(SECOND_BOARD)], "it is told, and once"
    assert len(first.reporter.heard(Stopped)) == 1


def test_what_is_wrong_with_a_later_board_is_told_and_tried_again_and_the_first_goes_on(
    world: World, two: Two
) -> None:
    async def life() -> None:
        first, second = two.machines
        stop, shared = asyncio.Event(), Shared(first.lanes(), first.readiness(first.chain), asyncio.Lock())
        task = asyncio.create_task(two.run([first], shared, stop))
        await asyncio.sleep(2 * LOOK_S)  # the second never joined
        told = first.reporter.heard(PartFailed)
        assert [one.part for one in told] == [f"The work on the board {SECOND_BOARD:#x}"]
        blocks = asyncio.create_task(two.other.make_blocks())
        await second.join()
        jobs = [await one.submit(1, SHORT) for one in two.artists]
        watched = [one.watching(job) for one, job in zip(two.artists, jobs, strict=True)]
        reports = await asyncio.gather(*watched)
        assert [one.state for one in reports] == [JobState.COMPLETED, JobState.COMPLETED]
        stop.set()
        await task
        blocks.cancel()

    world.live(life())


def test_what_is_wrong_with_one_board_at_the_start_ends_all(world: World, two: Two) -> None:
    async def life() -> None:
        first, second = two.machines
        shared = Shared(first.lanes(), first.readiness(first.chain), asyncio.Lock())
        with pytest.raises(UnknownWorker, match="Working as"):  # the second never joined
            await two.run([first, second], shared, asyncio.Event())
        assert not first.reporter.heard(Stopped)

    world.live(life())


def test_a_board_on_which_the_work_cannot_begin_yet_keeps_none_behind_it_from_beginning(world: World) -> None:
    first, full, last = (world.with_board(number).network.chain(1) for number in (0xB1, 0xB2, 0xB3))
    reporter, begun, fails = (
        RecordingReporter(),
        list[int](),
        [OSError("The disk is full."), OSError("Still.")],
    )

    def work_on(chain: MemoryChain) -> Work:
        if chain is full and fails:
            raise fails.pop()

        async def work() -> None:
            begun.append(chain.board)
            await asyncio.Event().wait()

        return work

    async def active() -> list[MemoryChain]:
        return [first, full, last]

    async def life() -> None:
        working = asyncio.create_task(work_on_boards([first], work_on, active, reporter))
        await asyncio.sleep(LOOK_S + 1)
        assert begun == [first.board, last.board]
        await asyncio.sleep(LOOK_S)
        assert begun == [first.board, last.board, full.board]
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    world.live(life())
    assert [one.board for one in reporter.heard(BoardFollowed)] == [last.board, full.board]
