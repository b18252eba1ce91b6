"""A packed scene becomes a job: noted before it is paid, and paid only if the account can."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from renderchain.app.requester.create_job import intent_of_job
from renderchain.app.requester.quote import quote_of
from renderchain.core.audit.economics import audit_pool
from renderchain.core.errors import ChainError, InsufficientFunds, StoreError
from renderchain.core.manifest import MANIFEST_NAME, parse_manifest

from devkit.fakes.package import FAMILY, TILES
from devkit.fakes.people import FUNDS_FRI, OFFER, Artist
from devkit.fakes.world import World


def test_the_terms_are_those_of_the_offer_and_the_package(world: World, artist: Artist) -> None:
    job_id = world.live(artist.submit(5))
    job = world.live(artist.chain.job(job_id))
    assert (job.tasks, job.tiles, job.family) == (5, TILES, FAMILY)
    assert (job.reward_fri, job.longest_lease, job.window_s) == (OFFER.reward_fri, 2, OFFER.window_s)
    files = world.store.folders[job.package_cid]
    assert job.package_files == len(files) == 2
    assert job.package_bytes == sum(map(len, files.values()))
    assert len(parse_manifest(files[MANIFEST_NAME]).frames) == 5
    price_fri = world.network.gas_price_fri
    cost, spared = (
        quote_of(one, 5, TILES, 1, price_fri).cost for one in (OFFER, replace(OFFER, spare_audits=0))
    )
    spent_fri = FUNDS_FRI - world.network.model.tokens[artist.address]
    assert spent_fri == 5 * OFFER.reward_fri + cost.pool_fri
    least = audit_pool(5, 2, TILES, OFFER.audit_tiles, job.audit_fee_fri, job.audit_tile_fri)
    assert least == spared.pool_fri == cost.pool_fri * 3 // 5


def test_what_the_account_can_not_pay_is_not_noted(world: World, artist: Artist) -> None:
    with pytest.raises(InsufficientFunds, match="Nothing was paid"):
        world.live(artist.submit(1, replace(OFFER, reward_fri=FUNDS_FRI)))
    assert artist.journal.jobs() == [] and world.network.model.tokens[artist.address] == FUNDS_FRI


def test_a_store_that_is_away_costs_nothing(world: World, artist: Artist) -> None:
    world.store.fail("add_folder", StoreError("away"))
    with pytest.raises(StoreError):
        world.live(artist.submit(1))
    assert artist.journal.jobs() == [] and world.network.model.tokens[artist.address] == FUNDS_FRI


def test_a_job_is_noted_before_it_is_paid(
    world: World, artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*arguments: object) -> int:
        raise ChainError("the answer got lost")

    async def unsure(*arguments: object) -> bool:
        return True

    with monkeypatch.context() as patch:
        patch.setattr("devkit.board.chain.MemoryChain.create_job", lost)
        patch.setattr("devkit.board.chain.MemoryChain.is_pending", unsure)
        with pytest.raises(ChainError):
            world.live(artist.submit(1))
    (entry,) = artist.journal.jobs()
    assert (entry.job_id, entry.state, entry.output) == (0, "sending", str(artist.output))
    assert intent_of_job(entry.entry_id) == f"job {entry.entry_id}"
    job_id = world.live(artist.submit(1))
    newest, _ = artist.journal.jobs()
    assert (newest.job_id, newest.state) == (job_id, "active")


def test_who_stops_before_it_pays_pays_nothing_and_leaves_nothing_pinned(
    world: World, artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = asyncio.Event()

    async def waiting(*arguments: object) -> bool:
        asking.set()
        await asyncio.Event().wait()
        return True

    monkeypatch.setattr("devkit.board.chain.MemoryChain.has_verifiers", waiting)

    async def stopped() -> None:
        work = asyncio.create_task(artist.submit(1))
        await asking.wait()
        assert world.store.pinned
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    world.live(stopped())
    assert artist.journal.jobs() == [] and world.network.model.tokens[artist.address] == FUNDS_FRI
    assert not world.store.pinned
