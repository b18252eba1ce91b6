"""What nobody else may ever end for a job: leases whose workers are gone, and a job whose time is over."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.job_report import JobReport
from renderchain.app.requester.overdue import AGAIN_S, LATE_S, LOOK_S, Overdue
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.board_events import (
    JobClosed,
    LeaseAccepted,
    LeaseClaimed,
    LeaseEnded,
    ResultSubmitted,
    TasksRefunded,
)
from renderchain.core.ids import LeaseId
from renderchain.core.job import LeaseInfo, LeaseResult
from renderchain.core.lifecycle import JobState, LeaseState

from devkit.board.chain import MemoryChain
from devkit.fakes.clock import run
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.renderer import Look
from devkit.fakes.world import World
from tests.unit.app.bench import JOB, LEASE, UseCaseBench

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000, expires_in_s=4000)


def test_what_a_worker_that_is_gone_held_is_rendered_by_another(
    world: World, artist: Artist, machine: Machine
) -> None:
    """Nobody ever ended its lease: the pay and the rest of the audit pool stayed in escrow for good."""

    async def life() -> None:
        job = await artist.submit(1, SHORT)
        gone = await machine.chain.claim_lease(job, 0)
        watching = artist.watching(job)
        await asyncio.sleep(1200)
        assert [one.lease_id for one in world.network.told(LeaseEnded)] == [gone]
        async with machine.working():
            assert (await watching).state is JobState.COMPLETED

    world.live(life())
    assert [one.state for one in world.network.told(LeaseEnded)] == [LeaseState.EXPIRED]


def test_of_a_job_whose_time_is_over_all_that_nobody_earned_comes_back_by_itself(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> JobReport:
        job = await artist.submit(3, SHORT)
        await asyncio.sleep(3500)
        await machine.chain.claim_lease(job, 0)  # held when the job's time is over
        return await artist.watching(job)

    report = world.live(life())
    assert report.state is JobState.CANCELED and report.paid_fri == 0
    assert sum(one.refunded_fri for one in world.network.told(TasksRefunded)) == 3 * SHORT.reward_fri
    assert len(world.network.told(JobClosed)) == 1


def test_a_canceled_job_whose_worker_is_gone_comes_to_its_end(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(2, SHORT)
        gone = await machine.chain.claim_lease(job, 0)
        watching = artist.watching(job)
        await artist.chain.cancel(job)
        report = await watching
        assert report.state is JobState.CANCELED
        assert [one.lease_id for one in world.network.told(LeaseEnded)] == [gone]

    world.live(life())


def test_of_a_lease_that_is_claimed_no_more_the_chain_is_seldom_asked_however_late_its_event(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[LeaseId]()
    lease_of = MemoryChain.lease

    async def lease(chain: MemoryChain, lease_id: LeaseId) -> LeaseInfo:
        asked.append(lease_id)
        return await lease_of(chain, lease_id)

    async def life() -> None:
        job = await artist.chain.job(await artist.submit(2, SHORT))
        back, held = [await machine.chain.claim_lease(job.job_id, slot) for slot in (0, 1)]
        await machine.chain.give_back(back, "enough")
        overdue = Overdue(artist.chain, job, world.now, lambda _: False)
        for event in world.network.told(LeaseClaimed):
            overdue.note(event)  # and no end of the first one
        monkeypatch.setattr(MemoryChain, "lease", lease)
        tending = asyncio.create_task(overdue.tend())
        await asyncio.sleep(AGAIN_S)
        tending.cancel()
        assert sorted(asked) == sorted([back, held])
        assert [one.lease_id for one in world.network.told(LeaseEnded)] == [back], "by its worker"

    world.live(life())


def test_a_lease_whose_end_one_node_made_up_is_ended_when_its_worker_is_gone(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An end that never got into a block, or a node that is behind: it was never asked about again."""
    answers = [LeaseState.GIVEN_BACK, LeaseState.SUBMITTED]
    lease_of = MemoryChain.lease

    async def lease(chain: MemoryChain, lease_id: LeaseId) -> LeaseInfo:
        found = await lease_of(chain, lease_id)
        return replace(found, state=answers.pop(0)) if answers else found

    async def life() -> None:
        job = await artist.chain.job(await artist.submit(1, SHORT))
        gone = await machine.chain.claim_lease(job.job_id, 0)
        monkeypatch.setattr(MemoryChain, "lease", lease)
        overdue = Overdue(artist.chain, job, world.now, lambda _: False)
        for event in world.network.told(LeaseClaimed):
            overdue.note(event)
        tending = asyncio.create_task(overdue.tend())
        assert SHORT.lease_timeout_s is not None
        await asyncio.sleep(SHORT.lease_timeout_s + 5 * LOOK_S)
        tending.cancel()
        assert [one.lease_id for one in world.network.told(LeaseEnded)] == [gone]

    world.live(life())
    assert not answers


def submitted_and_gone(world: World, artist: Artist, machine: Machine, patience_s: float) -> float:
    """A worker leaves when its frame is here; how long the job took then, at most the patience."""

    async def life() -> float:
        clock = asyncio.get_running_loop()
        job = await artist.submit(1, SHORT)
        watching = artist.watching(job)
        async with machine.working():
            while not artist.frames():
                await asyncio.sleep(10)
        began_s = clock.time()
        await asyncio.wait((watching,), timeout=patience_s)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return clock.time() - began_s

    return world.live(life())


def test_what_a_worker_that_is_gone_submitted_is_paid_after_its_window_so_that_the_job_ends(
    world: World, artist: Artist, machine: Machine
) -> None:
    """Without an own check nothing is paid early, and who would ask for the pay later is away."""
    took_s = submitted_and_gone(world, artist, machine, 10 * LATE_S)
    assert LATE_S < took_s < SHORT.window_s + LATE_S + 2 * AGAIN_S
    assert [one.paid_fri for one in world.network.told(LeaseAccepted)] == [SHORT.reward_fri]
    assert len(world.network.told(JobClosed)) == 1


def test_what_was_found_false_is_left_to_others_to_ask_for(
    world: World, artist: Artist, machine: Machine
) -> None:
    artist.own_checks, artist.own_challenges = 2, 0
    machine.renderer.look = Look(scene=1)
    assert submitted_and_gone(world, artist, machine, 10 * LATE_S) == 10 * LATE_S
    assert world.network.told(LeaseAccepted) == []


@pytest.mark.parametrize("passes", [True, False])
def test_what_chance_spared_and_nobody_drew_is_paid_after_its_window(disk: Path, passes: bool) -> None:
    bench = UseCaseBench(disk)
    bench.change_lease(LEASE, DrawOutcome.NOT_DRAWN, LeaseState.SUBMITTED)
    bench.chain.passing = {LEASE} if passes else set()
    lease, job = bench.chain.leases[LEASE], bench.chain.jobs[JOB]
    end_s = lease.since_s + job.window_s + LATE_S

    async def life() -> None:
        clock = asyncio.get_running_loop()
        overdue = Overdue(bench.chain, job, lambda: end_s - 100 + clock.time(), lambda _: False)
        overdue.note(ResultSubmitted(50, JOB, LEASE, 2, LeaseResult(1, 2, 3, 4)))
        tending = asyncio.create_task(overdue.tend())
        await asyncio.sleep(99)
        assert bench.chain.sent == []
        await asyncio.sleep(AGAIN_S + LOOK_S)
        tending.cancel()

    run(life())
    assert bench.chain.of("accept") == ([(JOB, [LEASE])] if passes else [])
