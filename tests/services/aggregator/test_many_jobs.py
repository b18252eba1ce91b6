"""An owner with more jobs than are asked for at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from renderchain.core.ids import JobId

from devkit.fakes.people import Artist, Machine
from devkit.fakes.world import World

from .test_keeper import SHORT, Owner, kept


@pytest.fixture
def owner(artist: Artist, monkeypatch: pytest.MonkeyPatch) -> Owner:
    monkeypatch.setattr("renderchain.app.requester.overview.MOST_JOBS", 2)
    return Owner(artist)


def test_all_jobs_of_an_account_are_kept_a_page_after_the_other(
    owner: Owner, world: World, machine: Machine
) -> None:
    """Those beyond the newest were never looked at."""

    async def life() -> list[JobId]:
        jobs = [await owner.artist.submit(1, SHORT) for _ in range(5)]
        async with machine.working():
            await owner.aggregator().run(once=True)
        return jobs

    jobs = world.live(life())
    assert len(set(jobs)) == 5 and all(owner.orders.is_over(owner.named(one)) for one in jobs)
    assert (owner.tally.jobs, owner.tally.failures) == (5, 0)


def test_an_order_is_found_again_behind_many_newer_jobs(owner: Owner, world: World, machine: Machine) -> None:
    """It was taken for one that had never been made, and its frames were paid for twice."""
    owner.eyes.black = {2}
    kept(owner, world, machine)
    orders = owner.orders
    (order,) = orders.all
    orders._write([replace(order, again=None)], frozenset())

    async def life() -> None:
        for _ in range(3):
            await owner.artist.submit(1, SHORT)
        async with machine.working():
            await owner.aggregator().run(once=True)

    world.live(life())
    assert owner.orders.all == [order] and owner.tally.ordered == 1
