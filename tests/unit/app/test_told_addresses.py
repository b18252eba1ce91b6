"""Where an artist's node is, told with a job: who dials it, who does not, and what it may cost."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import pytest
from renderchain.app.exchange.told_addresses import LONGEST_LOOK_S, MOST_DIALLED, MOST_READ
from renderchain.core.board_events import KeyGiven
from renderchain.core.contract_errors import BatchSize
from renderchain.core.errors import ChainError, StoreError
from renderchain.core.lifecycle import JobState
from renderchain.core.node_address import ALL, NOBODY, NONE, PUBLIC, given_address
from renderchain.core.notices.leases import LeaseSubmitted
from renderchain.core.notices.storage import AddressNotTold, AddressTold, PeerTold
from renderchain.core.private_package import WrappedKey

from devkit.board.keys import MemoryPackageKeys
from devkit.fakes.people import Artist, Machine
from devkit.fakes.world import World

NAME = "12D3KooWR38p1DYjHeXqsHfzNqyVyMbqqgnp8FnGyYQWik3TZURj"
REAL = f"/ip4/198.41.0.4/tcp/4001/p2p/{NAME}"
OWN = f"/ip4/10.0.0.7/tcp/4001/p2p/{NAME}"


def known(address: str) -> WrappedKey:
    found = given_address(address)
    assert found is not None
    return found


def found_only_by_dialling(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody find a package before its node is connected to the artist's."""
    fetch = world.store.fetch_folder

    async def fetch_folder(*parts: Any, **limits: Any) -> None:
        while REAL not in world.store.connected:
            await asyncio.sleep(1)
        await fetch(*parts, **limits)

    monkeypatch.setattr(world.store, "fetch_folder", fetch_folder)


def test_a_package_that_nobody_finds_is_fetched_from_where_its_artist_said(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    artist.tells, machine.dials, world.store.swarm = PUBLIC, PUBLIC, [OWN, REAL]

    async def life() -> None:
        found_only_by_dialling(world, monkeypatch)
        async with machine.working():
            job = await artist.submit(2)
            world.store.connected.clear()
            report = await artist.watching(job)
        assert report.state is JobState.COMPLETED
        assert world.store.connected == {REAL}
        assert artist.reporter.heard(AddressTold) == [AddressTold(job, REAL)]
        assert PeerTold(job, REAL) in machine.reporter.heard(PeerTold)

    world.live(life())


def slowly(world: World, monkeypatch: pytest.MonkeyPatch, seconds: int = 60) -> list[str]:
    """Have a package take its time; what is dialled meanwhile."""
    fetch, connect, dialled = world.store.fetch_folder, world.store.connect, list[str]()

    async def fetch_folder(*parts: Any, **limits: Any) -> None:
        await asyncio.sleep(seconds)
        await fetch(*parts, **limits)

    async def dial(address: str) -> None:
        dialled.append(address)
        await connect(address)

    monkeypatch.setattr(world.store, "fetch_folder", fetch_folder)
    monkeypatch.setattr(world.store, "connect", dial)
    return dialled


@pytest.mark.parametrize(("dials", "wanted"), [(NONE, []), (PUBLIC, [REAL]), (ALL, [OWN, REAL])])
def test_a_worker_dials_what_it_may_once_and_an_address_that_is_away_is_nobodys_trouble(
    world: World,
    artist: Artist,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    dials: str,
    wanted: list[str],
) -> None:
    machine.dials = dials

    async def life() -> None:
        dialled = slowly(world, monkeypatch)
        job = await artist.submit(2)
        await artist.chain.give_keys(job, [(NOBODY, known(OWN)), (NOBODY, known(REAL))])
        world.store.fail("connect", StoreError("It is away."))
        async with machine.working():
            while not machine.reporter.heard(LeaseSubmitted):
                await asyncio.sleep(1)
        assert dialled == wanted
        assert [one.peer for one in machine.reporter.heard(PeerTold)] == wanted[1:]

    world.live(life())


def test_whatever_outsiders_tell_few_are_dialled(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.dials = PUBLIC

    async def life() -> None:
        dialled = slowly(world, monkeypatch)
        job = await artist.submit(2)
        many = [f"/ip4/198.41.0.{last}/tcp/4001/p2p/{NAME}" for last in range(90)]
        nonsense = WrappedKey(bytes(32), bytes(32), bytes(16))
        given = [(NOBODY, nonsense), *((NOBODY, known(one)) for one in many)]
        await machine.chain.give_keys(job, given)
        async with machine.working():
            while not machine.reporter.heard(LeaseSubmitted):
                await asyncio.sleep(1)
        assert dialled == many[:MOST_DIALLED]

    world.live(life())


Look = tuple[int, int]


def looks_of(monkeypatch: pytest.MonkeyPatch) -> dict[object, list[Look]]:
    """Of each fetch: from which block on it read what was told, and how much of it came, at each look."""
    given_keys, looks = MemoryPackageKeys.given_keys, defaultdict[object, list[Look]](list)

    async def counted(self: Any, job_id: Any, from_block: int, *about: Any) -> Any:
        found = await given_keys(self, job_id, from_block, *about)
        looks[asyncio.current_task()].append((from_block, len(found)))
        return found

    monkeypatch.setattr(MemoryPackageKeys, "given_keys", counted)
    return looks


@pytest.mark.parametrize("told", [3, 900])
def test_what_was_read_of_addresses_is_not_read_again_and_a_flood_of_them_only_in_part(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch, told: int
) -> None:
    """Those of networks of its own are not dialled, so they never were enough."""
    machine.dials = PUBLIC

    async def life() -> None:
        dialled, looks_of_all = slowly(world, monkeypatch, 900), looks_of(monkeypatch)
        job = await artist.submit(2)
        for _ in range(0, told, 100):
            await machine.chain.give_keys(job, [(NOBODY, known(OWN))] * min(told, 100))
        async with machine.working():
            while not machine.reporter.heard(LeaseSubmitted):
                await asyncio.sleep(1)
        assert looks_of_all and not dialled
        for looks in looks_of_all.values():
            assert looks == sorted(looks, key=lambda look: look[0]) and looks[0] == (0, min(told, MOST_READ))
            assert len(looks) <= (900 / LONGEST_LOOK_S + 5 if told < MOST_READ else 1)
        begin, count = max(looks_of_all.values(), key=len)[-1]
        assert told > MOST_READ or (begin > 0 and count == 0)

    world.live(life())


def test_nothing_is_told_unless_the_artist_chose_it(world: World, artist: Artist) -> None:
    async def life() -> None:
        world.store.swarm = [REAL, OWN]
        await artist.submit(1)
        assert not world.network.told(KeyGiven)
        artist.tells, world.store.swarm = PUBLIC, [OWN]
        job = await artist.submit(1)
        assert not world.network.told(KeyGiven)
        (told,) = artist.reporter.heard(AddressNotTold)
        assert told.job_id == job and "tell_addresses is public" in told.reason

    world.live(life())


@pytest.mark.parametrize("error", [ChainError("The node is away."), BatchSize("It is refused.")])
def test_a_job_is_there_whatever_becomes_of_its_address(
    world: World, artist: Artist, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    artist.tells, world.store.swarm = ALL, [OWN]

    async def give_keys(*_: Any) -> None:
        raise error

    monkeypatch.setattr(MemoryPackageKeys, "give_keys", give_keys)

    async def life() -> None:
        job = await artist.submit(1)
        assert artist.reporter.heard(AddressNotTold) == [AddressNotTold(job, str(error))]
        assert not artist.reporter.heard(AddressTold)

    world.live(life())
