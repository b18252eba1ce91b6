"""The artist's package is pinned as long as one of its jobs needs it, and its store has a limit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from renderchain.app.requester.package_pin import unpin_unneeded
from renderchain.core.errors import InsufficientFunds, StoreError
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.storage import ReachableAt

from devkit.fakes.clock import run
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World

PEER = "/ip4/192.0.2.1/tcp/4001/p2p/artist"


def test_a_package_is_unpinned_when_the_last_job_with_it_is_over(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        first, second = await artist.submit(2), await artist.submit(2)
        cids = {entry.package_cid for entry in artist.journal.jobs()}
        assert len(cids) == 1 and cids <= world.store.pinned
        (cid,) = cids
        await artist.requester().cancel(second)
        async with machine.working():
            assert (await artist.watching(first)).state is JobState.COMPLETED
            await unpin_unneeded(world.store, artist.journal, artist.reporter, cid)
            assert cid in world.store.pinned, "the other one is still open"
            await artist.watching(second)

        by_machine = {cid} & set((machine.folder / "pins.json").read_text().split('"'))
        assert not by_machine, "it was pinned already"
        assert cid not in world.store.pinned

    world.live(life())


def test_a_job_that_can_not_be_paid_leaves_no_pin(world: World, artist: Artist) -> None:
    async def life() -> None:
        with pytest.raises(InsufficientFunds):
            await artist.submit(2, replace(OFFER, reward_fri=10**24))
        assert not world.store.pinned
        assert world.store.folders, "it was stored before"

    world.live(life())


def test_workers_are_told_where_the_package_is(world: World, artist: Artist) -> None:
    async def life() -> None:
        world.store.swarm = [PEER]
        await artist.submit(1)
        (entry,) = artist.journal.jobs()
        assert artist.reporter.heard(ReachableAt) == [ReachableAt(entry.package_cid, PEER)]

    world.live(life())


def test_a_store_that_does_not_unpin_ends_nothing(world: World, artist: Artist) -> None:
    world.store.fail("unpin", StoreError("The node is away."))
    run(unpin_unneeded(world.store, artist.journal, artist.reporter, "bafy"))
    assert artist.reporter.telling("bafy stays pinned", "The node is away.")
