"""Leases that a worker has without having claimed them: a scheduler gave them, or a claim came late."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.board_events import LeaseClaimed, LeaseEnded
from renderchain.core.errors import NodeAway
from renderchain.core.ids import LeaseId
from renderchain.core.lifecycle import JobState
from renderchain.core.worker_control import Control

from devkit.board.chain import MemoryChain
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=2)


def test_a_lease_that_is_assigned_to_a_running_worker_is_rendered(
    world: World, artist: Artist, machine: Machine
) -> None:
    """Nobody looked at the chain again, so it expired, and burned a part of the stake."""
    machine.control = Control(paused=True)  # it claims nothing itself

    async def life() -> None:
        job = await artist.submit(2, SHORT)
        async with machine.working():
            await asyncio.sleep(100)
            await machine.chain.claim_lease(job, 5)  # as where a scheduler assigns
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    assert not world.network.told(LeaseEnded) and machine.renderer.rendered == [1, 2]


def test_a_claim_that_happens_after_the_worker_gave_it_up_is_found(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction may be in a block minutes after everybody stopped to wait for it."""
    claim, tries = MemoryChain.claim_lease, list[asyncio.Task[LeaseId]]()

    async def late(chain: MemoryChain, *what: Any) -> LeaseId:
        if tries:
            return await claim(chain, *what)

        async def happen() -> LeaseId:
            await asyncio.sleep(300)
            return await claim(chain, *what)

        tries.append(asyncio.create_task(happen()))
        machine.control = Control(paused=True)
        raise NodeAway("The node is away.")

    monkeypatch.setattr(MemoryChain, "claim_lease", late)

    async def life() -> None:
        job = await artist.submit(2, SHORT)
        async with machine.working():
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    assert len(world.network.told(LeaseClaimed)) == 1 and not world.network.told(LeaseEnded)


def test_what_a_worker_claims_itself_is_not_looked_up_again(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, looking = [0], MemoryChain.open_leases

    async def counted(chain: MemoryChain) -> list[LeaseId]:
        looks[0] += 1
        return await looking(chain)

    monkeypatch.setattr(MemoryChain, "open_leases", counted)

    async def life() -> None:
        job = await artist.submit(8, SHORT)
        async with machine.working():
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    assert len(world.network.told(LeaseClaimed)) == 4 and looks[0] == 1
