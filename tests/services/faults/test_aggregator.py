"""An aggregator that is killed again and again: every frame comes, and nothing is ordered or paid twice."""

from __future__ import annotations

import asyncio
import random

import pytest

from devkit.fakes.people import Machine
from devkit.fakes.wire import PowerCut, Wire
from devkit.fakes.world import World
from services.aggregator.service import Service
from tests.services.aggregator.test_keeper import SHORT, Owner, owner

__all__ = ["owner"]  # pytest finds it here
SEEDS = (1, 2)
FRAMES = 4


class MortalOwner(Owner):
    """Whose aggregator dies at its so many-th call of chain or store, after it was done."""

    def mortal(self, calls: int) -> Service:
        """A new process."""
        wire, left = Wire(), [calls]
        check = wire.check

        def counted(where: str) -> None:
            left[0] -= where != "events"
            if left[0] < 0:
                wire.cut()
            check(where)

        wire.check = counted  # type: ignore[method-assign]
        orders, requester = self.orders, self.artist.requester(wire)
        keeper = self.keeper(orders)
        keeper._requester = requester
        return Service(requester, keeper, orders, self.tally)


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_any_call_again_and_again_it_orders_what_is_wrong_once(
    owner: Owner, world: World, machine: Machine, seed: int
) -> None:
    print("seed", seed)
    chance, mortal = random.Random(seed), MortalOwner(owner.artist)
    mortal.eyes.black = {2}
    deaths = 0

    async def life() -> None:
        nonlocal deaths
        await mortal.artist.submit(FRAMES, SHORT)
        async with machine.working():
            for _ in range(6):
                dying = asyncio.create_task(mortal.mortal(chance.randrange(1, 60)).run(once=True))
                (ended,) = await asyncio.gather(dying, return_exceptions=True)
                assert ended is None or isinstance(ended, PowerCut), ended
                deaths += 1 if ended else 0
            await mortal.aggregator().run(once=True)

    world.live(life())
    assert deaths > 2
    (order,) = mortal.orders.all
    assert order.frames == (2,)
    created = [one for one in mortal.artist.journal.jobs() if one.job_id]
    assert len(created) == len({one.job_id for one in created}) == 2
    assert mortal.artist.frames() == [f"{number:04d}.png" for number in range(1, FRAMES + 1)]
