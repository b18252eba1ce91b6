"""Packages are looked at some at once, and none that is slow keeps the others out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from renderchain.app.worker.preparing import AT_ONCE, Preparing
from renderchain.core.board_events import LeaseClaimed
from renderchain.core.ids import JobId
from renderchain.core.lifecycle import JobState

from devkit.fakes.clock import run
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)
SLOW_S, QUICK_S = 1000.0, 1.0
JOBS = [JobId(number) for number in range(1, 3 + AT_ONCE)]


class Watched:
    """Looks at jobs, the slow ones for long; ``begun`` and ``ended`` are in order."""

    def __init__(self, *slow: JobId) -> None:
        self.slow = slow
        self.begun: list[JobId] = []
        self.ended: list[JobId] = []
        self.broken_off: list[JobId] = []

    async def look(self, job_id: JobId) -> None:
        """At one job."""
        self.begun.append(job_id)
        try:
            await asyncio.sleep(SLOW_S if job_id in self.slow else QUICK_S)
        except asyncio.CancelledError:
            self.broken_off.append(job_id)
            raise
        self.ended.append(job_id)


def living(watched: Watched, use: Callable[[Preparing], Awaitable[None]]) -> None:
    async def life() -> None:
        preparing = Preparing(watched.look, lambda: None)
        await use(preparing)
        await preparing.end()
        assert len(preparing) == 0

    run(life())


def test_so_many_are_looked_at_at_once_the_first_that_are_named() -> None:
    watched = Watched()

    async def use(preparing: Preparing) -> None:
        preparing.begin(JOBS)
        preparing.begin(JOBS)
        await asyncio.sleep(QUICK_S / 2)
        assert watched.begun == JOBS[:AT_ONCE] and JOBS[0] in preparing and JOBS[-1] not in preparing
        await asyncio.sleep(QUICK_S)
        preparing.begin(JOBS)
        await asyncio.sleep(0)

    living(watched, use)
    assert watched.begun[AT_ONCE : 2 + AT_ONCE] == JOBS[AT_ONCE:]  # before those that had their try


def test_a_later_try_makes_room_for_a_first_one() -> None:
    slow = JOBS[:AT_ONCE]
    watched = Watched(*slow)

    async def use(preparing: Preparing) -> None:
        preparing.begin(slow)
        await asyncio.sleep(2 * SLOW_S)
        preparing.begin(slow)
        await asyncio.sleep(1)
        preparing.begin(JOBS)
        await asyncio.sleep(2 * QUICK_S)

    living(watched, use)
    assert set(JOBS[AT_ONCE:]) <= set(watched.ended)
    assert len(watched.broken_off) == AT_ONCE  # two at once, the others at the end


def test_first_tries_are_not_broken_off_for_others() -> None:
    watched = Watched(*JOBS)

    async def use(preparing: Preparing) -> None:
        preparing.begin(JOBS)
        await asyncio.sleep(SLOW_S / 2)
        preparing.begin(JOBS)
        assert not watched.broken_off

    living(watched, use)


def test_a_job_that_is_over_is_looked_at_no_more() -> None:
    watched = Watched(*JOBS)

    async def use(preparing: Preparing) -> None:
        preparing.begin(JOBS[:1])
        await asyncio.sleep(1)
        preparing.forget(JOBS[0])
        await asyncio.sleep(1)
        assert watched.broken_off == JOBS[:1] and len(preparing) == 0

    living(watched, use)


@pytest.fixture
def trickling(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """The packages that never come, by their CIDs, and since when; those of all jobs at first."""
    fetch, slow = world.store.fetch_folder, dict[str, float]()

    async def trickles(cid: str, *rest: Any, **named: Any) -> None:
        if cid in slow:
            slow[cid] = asyncio.get_running_loop().time()
            try:
                await asyncio.sleep(10**9)
            finally:
                slow[cid] = -1.0
        await fetch(cid, *rest, **named)

    monkeypatch.setattr(world.store, "fetch_folder", trickles)
    return slow


def test_a_package_that_trickles_in_delays_no_lease_of_another_job(
    world: World, artist: Artist, machine: Machine, trickling: dict[str, float]
) -> None:
    """It kept all leases waiting, for five minutes first, later for up to an hour."""

    async def life() -> float:
        await artist.submit([5], SHORT)
        trickling.update(dict.fromkeys(world.store.folders, 0.0))
        async with machine.working():
            await asyncio.sleep(5)
            began_s = asyncio.get_running_loop().time()
            wanted = await artist.submit(1, SHORT)
            while not world.network.told(LeaseClaimed):
                await asyncio.sleep(1)
            took_s = asyncio.get_running_loop().time() - began_s
            assert (await artist.watching(wanted)).state is JobState.COMPLETED
        return took_s

    assert world.live(life()) < 45  # a few blocks
    assert list(trickling.values()) == [-1.0]  # it was broken off at the end


def test_a_package_of_a_job_that_closes_is_fetched_no_more(
    world: World, artist: Artist, machine: Machine, trickling: dict[str, float]
) -> None:
    async def life() -> None:
        job = await artist.submit([5], SHORT)
        trickling.update(dict.fromkeys(world.store.folders, 0.0))
        async with machine.working():
            while not any(trickling.values()):
                await asyncio.sleep(1)
            await artist.chain.cancel(job)
            await asyncio.sleep(60)
            assert list(trickling.values()) == [-1.0]

    world.live(life())
