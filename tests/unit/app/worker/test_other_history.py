"""After a reorganisation another job may have a job's number: what the first did is not its matter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from renderchain.core.board_events import JobCreated
from renderchain.core.errors import ContentError, RenderFailed, StoreError
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.leases import JobSkipped, LeaseFailed, PackageRefused

from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=3000)
Fault = Callable[[World, Machine], None]


def jumps(world: World, machine: Machine) -> None:
    machine.prober.scene.jumps = frozenset({1})


def fails(world: World, machine: Machine) -> None:
    machine.renderer.fail("render", *[RenderFailed("crashed")] * 2)


def is_harmed(world: World, machine: Machine) -> None:
    machine.renderer.fail("render", *[ContentError("false")] * 2)


def can_not_be_fetched(world: World, machine: Machine) -> None:
    world.store.fail("fetch_folder", *[StoreError("Nobody has it.")] * 8)  # the next try is an hour ahead


@pytest.mark.parametrize("fault", [jumps, fails, is_harmed, can_not_be_fetched])
def test_a_job_is_not_left_for_what_another_one_of_its_number_was_left_for(
    world: World, artist: Artist, machine: Machine, fault: Fault
) -> None:
    fault(world, machine)

    async def life() -> JobState:
        await artist.submit([1], SHORT)
        (created,) = world.network.told(JobCreated)
        async with machine.working():
            await asyncio.sleep(4000)
            world.network.reorganise(created.block)
            job = await artist.submit([2], SHORT)
            assert job == created.job_id
            watching = artist.watching(job)
            await asyncio.wait([watching], timeout=1500)
            if not watching.done():
                watching.cancel()
                return JobState.ACTIVE
            return (await watching).state

    assert world.live(life()) is JobState.COMPLETED
    told = machine.reporter.told
    assert [one for one in told if isinstance(one, PackageRefused | LeaseFailed | JobSkipped)], "it was well"
