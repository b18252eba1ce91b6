"""A worker takes only what leaves it something after gas, and says so of the rest."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from renderchain.app.worker.job_waits import FIRST_LOOK_S
from renderchain.app.worker.stake_notice import StakeNotice, Stand
from renderchain.core.audit.gas import lease_gas, prover_gas
from renderchain.core.board_events import LeaseClaimed
from renderchain.core.ids import JobId
from renderchain.core.money import about_strk
from renderchain.core.notices.leases import JobSkipped, LeaseOffered, LeaseWaits

from devkit.fakes.package import FAMILY
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.wire import Wire
from devkit.fakes.world import Named, World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)


def claimed(world: World) -> list[JobId]:
    """Jobs of which leases were claimed, in order."""
    return [event.job_id for event in world.network.told(LeaseClaimed)]


def test_a_job_that_costs_more_gas_than_it_pays_is_left_alone_with_the_reason(
    world: World, artist: Artist, machine: Machine
) -> None:
    """Pay of 1.5e-17 STRK was accepted, whatever gas cost."""
    worthless = replace(SHORT, reward_fri=15, audit_fee_fri=1)

    async def life() -> JobId:
        await artist.submit(1, worthless)
        wanted = await artist.submit(1, SHORT)
        async with machine.working():
            await artist.watching(wanted)
        return wanted

    wanted = world.live(life())
    assert claimed(world) == [wanted]
    (skipped,) = machine.reporter.heard(JobSkipped)
    gas_fri = (lease_gas() + prover_gas(prints=False)) * world.network.gas_price_fri
    assert skipped.job_id == 1 and f"takes about {about_strk(gas_fri)} STRK of gas" in skipped.reason
    offered = {one.job_id: one.profit_fri for one in machine.reporter.heard(LeaseOffered)}
    assert offered[JobId(1)] < 0 < offered[wanted] < SHORT.reward_fri


def test_a_job_is_taken_once_gas_is_cheap_enough(world: World, artist: Artist, machine: Machine) -> None:
    machine.rules = replace(machine.rules, least_profit_fri=SHORT.reward_fri // 2)
    world.network.gas_price_fri = 10**10

    async def life() -> None:
        dear = replace(SHORT, audit_fee_fri=10**15)  # as gas is too dear for an offer that leaves it open
        job = await artist.submit(1, dear)
        async with machine.working():
            await asyncio.sleep(600)
            assert claimed(world) == []
            world.network.gas_price_fri = 10**8
            await artist.submit(1, replace(SHORT, device_group="CUDA"))  # whose event wakes the worker
            await artist.watching(job)

    world.live(life())
    assert claimed(world) == [1]
    assert len(machine.reporter.heard(JobSkipped)) == 1


def test_jobs_that_are_not_worth_it_are_looked_at_ever_more_seldom(
    world: World, artist: Artist, machine: Machine
) -> None:
    """A thousand of them would keep a worker from the one that it wants, at each event anew."""
    worthless, wire = replace(SHORT, reward_fri=15, audit_fee_fri=1), Wire()

    async def life() -> list[int]:
        for _ in range(20):
            await artist.submit(1, worthless)
        process = asyncio.create_task(machine.worker(wire).run(stop := asyncio.Event()))
        asked = list[int]()
        for hour in range(3):
            for _ in range(10):
                await artist.submit(1, replace(SHORT, device_group="CUDA"))  # whose events wake the worker
                await asyncio.sleep(360)
            asked.append(wire.calls.count("record") - sum(asked[:hour]))
        wanted = await artist.submit(1, SHORT)
        await artist.watching(wanted)
        stop.set()
        await process
        return asked

    asked = world.live(life())
    assert asked[0] <= 20 * 10 and asked[1] <= 20 * 7 and asked[2] <= 20 * 7
    assert len(claimed(world)) == 1


@pytest.mark.parametrize("restarts", [False, True])
def test_a_job_that_pays_too_little_is_taken_once_its_reward_was_raised(
    world: World, artist: Artist, machine: Machine, restarts: bool
) -> None:
    machine.rules = replace(machine.rules, least_reward_fri=2 * SHORT.reward_fri)

    async def life() -> JobId:
        job = await artist.submit(2, SHORT)
        if restarts:  # the worker hears of both when it begins
            await artist.chain.top_up(job, 2 * SHORT.reward_fri, 0)
        async with machine.working():
            await asyncio.sleep(600)
            if not restarts:
                assert claimed(world) == []
                await artist.chain.top_up(job, 2 * SHORT.reward_fri - 1, 0)
                await asyncio.sleep(600)
                assert claimed(world) == []
                await artist.chain.top_up(job, 2 * SHORT.reward_fri, 0)
            await artist.watching(job)
        return job

    job = world.live(life())
    assert set(claimed(world)) == {job}


def test_a_job_that_was_not_worth_it_is_looked_at_as_soon_as_it_pays_more(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.rules = replace(machine.rules, least_profit_fri=2 * SHORT.reward_fri)

    async def life() -> float:
        job = await artist.submit(1, SHORT)
        async with machine.working():
            await asyncio.sleep(5000)
            assert claimed(world) == []
            await artist.chain.top_up(job, 4 * SHORT.reward_fri, 0)
            raised_s = world.now()
            while not claimed(world):
                await asyncio.sleep(1)
            return world.now() - raised_s

    assert world.live(life()) < FIRST_LOOK_S


def test_a_worker_claims_at_most_so_many_frames_and_locks_no_more(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.rules = replace(machine.rules, most_frames=1)

    async def life() -> None:
        wanted = await artist.submit(2, replace(SHORT, longest_lease=2, spare_audits=3))
        async with machine.working():
            await artist.watching(wanted)

    world.live(life())
    assert [event.count for event in world.network.told(LeaseClaimed)] == [1, 1]
    assert {one.frame_count for one in machine.reporter.heard(LeaseOffered)} == {1}


def test_a_job_waits_with_a_word_while_its_familys_cap_has_no_room(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = {"fri": SHORT.reward_fri}
    monkeypatch.setattr(
        Named, "most_pay_fri", lambda model, family: room["fri"] if family == FAMILY else 2**96
    )

    async def life() -> None:
        job = await artist.submit(1, SHORT)
        room["fri"] -= 1
        async with machine.working():
            await asyncio.sleep(600)
            assert claimed(world) == []
            await artist.submit(1, replace(SHORT, device_group="CUDA"))  # whose event wakes the worker
            room["fri"] += 1
            await artist.submit(1, replace(SHORT, device_group="CUDA"))
            await artist.watching(job)

    world.live(life())
    assert claimed(world) == [1]
    assert len(machine.reporter.heard(LeaseWaits)) == 1


def test_a_lease_that_locks_more_than_the_provider_allows_is_left_with_a_word(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        job = await machine.chain.job(await artist.submit(1, SHORT))
        assert await StakeNotice(machine.chain, machine.reporter).tell(job) is Stand.WANTED
        (offered,) = machine.reporter.heard(LeaseOffered)
        for limit_fri in (offered.lock_fri, offered.lock_fri - 1):
            stakes = StakeNotice(machine.chain, machine.reporter, largest_lock_fri=limit_fri)
            stand = Stand.WANTED if limit_fri == offered.lock_fri else Stand.NOT_WANTED
            assert await stakes.tell(job) is stand
            await stakes.tell(job)  # it is said once

    world.live(life())
    (skipped,) = machine.reporter.heard(JobSkipped)
    assert "largest_lock_fri" in skipped.reason
