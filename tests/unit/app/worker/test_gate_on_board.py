"""A job that contradicts its package costs neither a worker nor a verifier anything but one look at it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.core.audit.events import AuditClosed, VotesDrawn
from renderchain.core.audit.state import Verdict, Vote
from renderchain.core.board_events import JobCreated, LeaseClaimed
from renderchain.core.ids import JobId
from renderchain.core.job import LeaseResult
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.audits import VoteDeclined
from renderchain.core.notices.leases import LeaseGivenBack, PackageRefused

from devkit.fakes.people import Artist, Machine
from devkit.fakes.world import World
from tests.unit.app.audit.network import SHORT, Network

LIES = [{"tiles": 1000}, {"tasks": 3}]


async def lie(world: World, artist: Artist, **changes: Any) -> JobId:
    """Create a job over the package of an honest one that is canceled; its terms contradict it."""
    honest = await artist.submit(2, SHORT)
    (told,) = [one for one in world.network.told(JobCreated) if one.job_id == honest]
    await artist.chain.cancel(honest)
    terms = replace(told.terms, audit_pool_fri=10**19, audit_fee_fri=10**14, audit_tile_fri=1, **changes)
    return await artist.chain.create_job(terms)


@pytest.mark.parametrize("changes", LIES, ids=str)
@pytest.mark.parametrize("seconds", [0, 60])
def test_a_worker_claims_nothing_of_it_and_goes_on(
    world: World, artist: Artist, machine: Machine, changes: dict[str, int], seconds: int
) -> None:
    machine.probe_seconds = seconds

    async def life() -> tuple[JobId, JobId]:
        job = await lie(world, artist, **changes)
        wanted = await artist.submit(1, SHORT)
        async with machine.working():
            assert (await artist.watching(wanted)).state is JobState.COMPLETED
        return job, wanted

    job, wanted = world.live(life())
    assert {one.job_id for one in world.network.told(LeaseClaimed)} == {wanted}
    (refused,) = machine.reporter.heard(PackageRefused)
    assert (
        refused.job_id == job and f"the job {'3 tasks' if 'tasks' in changes else 'says'}" in refused.reason
    )


def test_an_assigned_lease_of_it_is_given_back_before_anything_is_rendered(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.probe_seconds = 0

    async def life() -> None:
        job = await lie(world, artist, tiles=1000)
        await machine.chain.claim_lease(job, 0)  # as where a scheduler assigns
        async with machine.working():
            await asyncio.sleep(600)

    world.live(life())
    assert machine.renderer.rendered == [] and len(machine.reporter.heard(LeaseGivenBack)) == 1


@pytest.mark.parametrize("changes", LIES, ids=str)
def test_three_verifiers_of_it_keep_their_stake(disk: Path, changes: dict[str, int]) -> None:
    """They crashed, and lost 64 of 100 STRK each, when a job said 1,000 tiles over one a frame."""
    network = Network(disk)

    async def life() -> None:
        await network.open()
        job = await lie(network.world, network.artist, **changes)
        lease_id = await network.worker.chain.claim_lease(job, 0)
        lease = await network.worker.chain.lease(lease_id)
        async with network.working(*network.verifiers):
            await network.worker.chain.submit(lease_id, lease.count, LeaseResult(1, 2, 3, 4))
            await asyncio.sleep(300)
            await network.worker.chain.draw(job, [lease_id])
            while not network.told(AuditClosed):
                await asyncio.sleep(10)
        for one in network.verifiers:
            assert (await network.changes(one))[0] == 0

    network.world.live(life())
    assert network.told(VotesDrawn)
    assert [one.verdict for one in network.told(AuditClosed)] == [Verdict.REJECTED]
    declined = [one for machine in network.verifiers for one in machine.reporter.heard(VoteDeclined)]
    assert {one.word for one in declined} == {Vote.NO_PACKAGE}
    assert all(machine.verifying_renderer.opened == 0 for machine in network.verifiers)
