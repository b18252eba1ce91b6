"""A scheduler that dies at any call, and two at once: each frame is delivered, and none is paid twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from renderchain.core.board_events import LeaseAccepted, LeaseClaimed, SpareGiven
from renderchain.core.ids import JobId
from renderchain.core.lifecycle import JobState

from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.wire import Wire
from devkit.fakes.world import World
from tests.unit.app.scheduler.desk import ADDRESS, Desk, willing

SEEDS = (1, 2)
FRAMES = 8
GRACE_S = 300
OFFERED = replace(OFFER, scheduler=ADDRESS, scheduler_grace_s=GRACE_S, longest_lease=2)


class MortalDesk(Desk):
    """A process that dies at its so many-th call of the chain, before it or after it was done."""

    def __init__(self, world: World, calls: int, *, is_done: bool) -> None:
        super().__init__(world)
        self.wire = Wire()
        self.scheduler._chain = self.wire.through(self.chain)
        self._left, self._is_done = calls, is_done
        check = self.wire.check

        def counted(where: str) -> None:
            self._left -= where != "events"
            if self._left < 0 or (self._left == 0 and not self._is_done):
                self.wire.cut()
            check(where)

        self.wire.check = counted  # type: ignore[method-assign]

    async def until_death(self, *machines: Machine) -> None:
        """Schedule until then."""
        async with self.working(*machines):
            while not self.wire.is_cut:
                await asyncio.sleep(1)


def check_paid_once(world: World, job: JobId) -> None:
    """Each frame was accepted, and each but what spares were set aside for was paid once."""
    claimed = {one.lease_id: one for one in world.network.told(LeaseClaimed)}
    accepted = [claimed[one.lease_id] for one in world.network.told(LeaseAccepted)]
    paid = Counter(task for one in accepted for task in range(one.first, one.first + one.count))
    spared = sum(claimed[one.lease_id].count for one in world.network.told(SpareGiven))
    assert set(paid) == set(range(FRAMES)) and sum(paid.values()) <= FRAMES + spared
    assert {one.job_id for one in claimed.values()} == {job}


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_any_call_again_and_again_every_frame_comes_and_is_paid_once(
    world: World, artist: Artist, machine: Machine, seed: int
) -> None:
    print("seed", seed)
    chance = random.Random(seed)

    async def life() -> JobId:
        await willing(machine)
        job = await artist.submit(FRAMES, OFFERED)
        watching = artist.watching(job)
        async with machine.working():
            while not watching.done():
                calls, is_done = chance.randrange(2, 40), chance.random() < 0.5
                dying = asyncio.create_task(MortalDesk(world, calls, is_done=is_done).until_death(machine))
                await asyncio.wait((watching, dying), return_when=asyncio.FIRST_COMPLETED)
                dying.cancel()
                await asyncio.gather(dying, return_exceptions=True)
            assert (await watching).state is JobState.COMPLETED
        return job

    check_paid_once(world, world.live(life()))


def test_two_at_once_for_one_account_give_nothing_twice(
    world: World, artist: Artist, machine: Machine
) -> None:
    desks: Sequence[Desk] = (Desk(world), Desk(world))

    async def life() -> JobId:
        await willing(machine)
        job = await artist.submit(FRAMES, OFFERED)
        async with machine.working(), desks[0].working(machine), desks[1].working(machine):
            assert (await artist.watching(job)).state is JobState.COMPLETED
        return job

    check_paid_once(world, world.live(life()))
    claimed = world.network.told(LeaseClaimed)
    assert all(one.assigned for one in claimed) and not world.network.told(SpareGiven)
    assert sum(one.count for one in claimed) == FRAMES
