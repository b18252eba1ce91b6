"""One worker on two boards: their leases share its lanes, and equal numbers are not confused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from renderchain.app.upkeep.boards import run_on_boards
from renderchain.core.board_events import LeaseAccepted, LeaseClaimed, LeaseEnded, ResultSubmitted
from renderchain.core.contract_errors import UnknownWorker
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.process import Stopped

from devkit.fakes.people import OFFER, Artist, Machine, Shared
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

    @asynccontextmanager
    async def working(self) -> AsyncIterator[asyncio.Task[None]]:
        """The worker, as one process; it is stopped at the end."""
        first, second = self.machines
        await second.join()
        blocks = asyncio.create_task(self.other.make_blocks())
        shared = Shared(first.lanes(), first.readiness(first.chain), asyncio.Lock())
        stop = asyncio.Event()
        works = [one.worker(shared=shared) for one in self.machines]
        task = asyncio.create_task(run_on_boards(works, stop, first.reporter))
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


def test_what_is_wrong_with_one_board_at_the_start_ends_all(world: World, two: Two) -> None:
    async def life() -> None:
        first, second = two.machines
        shared = Shared(first.lanes(), first.readiness(first.chain), asyncio.Lock())
        works = [one.worker(shared=shared) for one in (first, second)]  # the second never joined
        with pytest.raises(UnknownWorker, match="Working as"):
            await run_on_boards(works, asyncio.Event(), first.reporter)
        assert not first.reporter.heard(Stopped)

    world.live(life())
