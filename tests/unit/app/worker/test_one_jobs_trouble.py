"""What goes wrong with one job or one lease keeps a worker from no other."""

from __future__ import annotations

import asyncio
import errno
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from renderchain.core.board_events import LeaseClaimed, LeaseEnded, TasksGivenBack
from renderchain.core.errors import (
    ChainError,
    DiskFull,
    JournalError,
    PackageTooMuch,
    RenderFailed,
    StoreAway,
)
from renderchain.core.gate import CACHE_BYTES, NO_LIMITS, GateLimits, check_before_fetch
from renderchain.core.ids import JobId
from renderchain.core.job import JobInfo
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices.leases import JobSkipped, LeaseFailed
from renderchain.ports.journal import LeaseEntry

from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)
ALWAYS: list[Callable[[], Exception]] = [
    lambda: OSError(errno.ENAMETOOLONG, "File name too long"),
    lambda: RecursionError("maximum recursion depth exceeded"),
    lambda: KeyError("field"),
    lambda: ValueError("embedded null byte"),
    lambda: MemoryError(),
    lambda: ChainError("Nonsense."),
    lambda: JournalError("It can't be written."),
    lambda: DiskFull("No room."),
    lambda: RenderFailed("Blender crashed."),
]


@pytest.mark.parametrize("make", ALWAYS, ids=lambda make: type(make()).__name__)
def test_a_job_that_always_fails_before_its_claim_is_no_end_of_claims(
    world: World, artist: Artist, machine: Machine, make: Callable[[], Exception]
) -> None:
    """The oldest job is looked at first: one that raised each time kept the worker from all others."""
    fetch = world.store.fetch_folder

    async def life() -> JobId:
        await artist.submit([5], SHORT)
        (bad,) = [one for one in world.store.folders]

        async def fails(cid: str, *rest: Any, **named: Any) -> None:
            if cid == bad:
                raise make()
            await fetch(cid, *rest, **named)

        world.store.fetch_folder = fails  # type: ignore[method-assign]
        wanted = await artist.submit(1, SHORT)
        async with machine.working():
            async with asyncio.timeout(8000):
                await artist.watching(wanted)
        return wanted

    wanted = world.live(life())
    assert wanted in [event.job_id for event in world.network.told(LeaseClaimed)]
    assert machine.reporter.heard(JobSkipped)


def test_a_package_for_which_the_disk_has_no_room_is_not_fetched(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was fetched until the disk was full, which costs evidence and votes, and then again for ever."""
    disk = shutil.disk_usage(machine.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk._replace(free=0))

    async def life() -> None:
        await artist.submit(1, SHORT)
        async with machine.working():
            await asyncio.sleep(600)

    world.live(life())
    assert not list((machine.folder / "packages").iterdir())
    assert {one.reason[:10] for one in machine.reporter.heard(JobSkipped)} == {"A package "}


def test_a_package_that_never_fits_into_the_cache_is_too_much(world: World, artist: Artist) -> None:
    async def life() -> JobInfo:
        return await artist.chain.job(await artist.submit(1, SHORT))

    job = world.live(life())
    check_before_fetch(replace(job, package_bytes=CACHE_BYTES))
    for limits in (NO_LIMITS, GateLimits(package_bytes=2**60)):
        with pytest.raises(PackageTooMuch, match="package_bytes"):
            check_before_fetch(replace(job, package_bytes=CACHE_BYTES + 1), limits)


def test_a_package_that_trickles_in_for_ever_keeps_a_worker_from_no_other_job(
    world: World, artist: Artist, machine: Machine
) -> None:
    fetch, tries = world.store.fetch_folder, list[float]()

    async def life() -> None:
        await artist.submit([5], SHORT)
        (slow,) = world.store.folders

        async def trickles(cid: str, *rest: Any, **named: Any) -> None:
            if cid == slow:
                tries.append(asyncio.get_running_loop().time())
                await asyncio.sleep(10**9)
            await fetch(cid, *rest, **named)

        world.store.fetch_folder = trickles  # type: ignore[method-assign]
        async with machine.working():
            for _ in range(3):
                wanted = await artist.submit(1, SHORT)
                async with asyncio.timeout(8000):
                    await artist.watching(wanted)

    world.live(life())
    assert tries and all(
        later - one >= 900 for one, later in pairwise(tries)
    )  # as long as a try took, at least
    assert "was not here within" in machine.reporter.heard(JobSkipped)[0].reason


async def forever(*_: object, **__: object) -> None:
    await asyncio.sleep(10**9)


@pytest.mark.parametrize("what", ["package", "self-test"])
def test_a_lease_of_which_anything_hangs_is_given_back_before_it_is_lost(
    world: World, artist: Artist, machine: Machine, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only rendering had a limit: the rest of a lease could hang until it expired, which costs more."""
    save, fetch, lost = machine.journal.save_lease, world.store.fetch_folder, list[LeaseEntry]()

    def lose_package(entry: LeaseEntry) -> None:
        save(entry)
        lost.append(entry)
        shutil.rmtree(machine.folder / "packages", ignore_errors=True)

    async def fetch_folder(*what: Any, **limits: Any) -> None:
        await (forever() if lost else fetch(*what, **limits))

    if what == "self-test":
        monkeypatch.setattr("devkit.fakes.renderer._Session.render_tiles", forever)
    else:
        monkeypatch.setattr(machine.journal, "save_lease", lose_package)
        monkeypatch.setattr(world.store, "fetch_folder", fetch_folder)

    async def life() -> None:
        await artist.submit(1, SHORT)
        async with machine.working():
            await asyncio.sleep(1000)

    world.live(life())
    first, *_ = world.network.told(TasksGivenBack)
    assert (first.reason, first.count) == ("can't render", 1)
    assert {one.state for one in world.network.told(LeaseEnded)} == {LeaseState.GIVEN_BACK}
    assert "all the time there was" in machine.reporter.heard(LeaseFailed)[0].reason


def test_an_ipfs_node_that_stays_away_does_not_cost_the_lease_nor_the_job_its_name(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload was waited for without end, until the lease had expired."""

    async def add_folder(*_: object, **__: object) -> str:
        raise StoreAway("The IPFS node can't be reached.")

    async def life() -> None:
        await artist.submit(1, SHORT)
        monkeypatch.setattr(world.store, "add_folder", add_folder)
        async with machine.working():
            await asyncio.sleep(1000)

    world.live(life())
    assert world.network.told(TasksGivenBack)[0].reason == "no access to files"
    assert {one.state for one in world.network.told(LeaseEnded)} == {LeaseState.GIVEN_BACK}
    assert not [one for one in machine.journal.leases(machine.chain.board) if one.state == "failed"]
