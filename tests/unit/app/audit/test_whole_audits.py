"""Whole audits on a network in memory, by real workers' loops on both sides."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from renderchain.core.audit.events import Appealed, AuditClosed, LeaseSlashed, VotesDrawn
from renderchain.core.audit.state import AuditKind, Verdict
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.audits import LeavesDiffer, VoteRevealed

from devkit.fakes.people import Machine
from devkit.fakes.renderer import Look
from tests.unit.app.audit.network import PAY_FRI, SHORT, Network


@pytest.fixture
def network(disk: Path) -> Network:
    return Network(disk)


def verdicts(network: Network) -> list[tuple[AuditKind, Verdict]]:
    return [(one.kind, one.verdict) for one in network.told(AuditClosed)]


ACCEPTED = [(AuditKind.PIXELS, Verdict.ACCEPTED)]


def test_honest_work_is_cleared_and_all_are_paid(network: Network) -> None:
    async def life() -> None:
        await network.open()
        job = await network.artist.submit(2, SHORT)
        async with network.working():
            report = await network.artist.watching(job)
            await asyncio.sleep(100)
        assert report.state is JobState.COMPLETED and report.paid_fri == PAY_FRI
        await network.check_honest()
        assert await network.changes(network.worker) == (0, PAY_FRI)

    network.world.live(life())
    assert verdicts(network) == ACCEPTED
    reporters = [one.reporter for one in network.verifiers]
    assert any(one.heard(VoteRevealed) for one in reporters), "nobody had the same bits"
    assert any(one.heard(LeavesDiffer) for one in reporters), "nobody had other bits"


def cheat(disk: Path, *, appeals: bool, verifiers: int) -> Network:
    """What becomes of a worker that renders another scene, and of its job."""
    network = Network(disk, Look(scene=1), verifiers=verifiers)
    network.worker.appeals = appeals
    honest = Machine(network.world, 0xF002)

    async def life() -> None:
        await network.open()
        await honest.join()
        job = await network.artist.submit(2, SHORT)
        async with network.working():
            while not network.told(LeaseSlashed):
                await asyncio.sleep(10)
        async with network.working(honest, *network.verifiers):
            report = await network.artist.watching(job)
            await asyncio.sleep(100)
        assert report.state is JobState.COMPLETED and report.rendered_by == {1: 0xF002, 2: 0xF002}
        await network.check_honest(network.worker)
        slashed, earned = await network.changes(network.worker)
        (event,) = network.told(LeaseSlashed)
        assert (slashed, earned) == (-event.slashed_fri, 0)
        assert await network.changes(honest) == (0, PAY_FRI)

    network.world.live(life())
    assert verdicts(network) == [(AuditKind.PIXELS, Verdict.REJECTED), (AuditKind.PIXELS, Verdict.ACCEPTED)]
    return network


def test_a_false_picture_is_rejected_and_rendered_again_by_another(disk: Path) -> None:
    network = cheat(disk, appeals=False, verifiers=5)
    assert network.told(Appealed) == []


def test_an_appeal_asks_more_verifiers_and_finds_the_same(disk: Path) -> None:
    network = cheat(disk, appeals=True, verifiers=9)
    assert len(network.told(Appealed)) >= 1
    rounds = {one.round: len(one.verifiers) for one in network.told(VotesDrawn)}
    assert rounds[0] == 3 and rounds[1] > 3


def test_a_false_verifier_is_overruled_and_loses_its_bond(network: Network) -> None:
    liars = network.verifiers[:1]
    for one in liars:
        one.verifying_renderer.look = Look(scene=2)

    async def life() -> None:
        await network.open()
        job = await network.artist.submit(2, SHORT)
        async with network.working():
            report = await network.artist.watching(job)
            await asyncio.sleep(100)
        assert report.paid_fri == PAY_FRI
        await network.check_honest(*liars)
        sat = any(liars[0].worker_id in one.verifiers for one in network.told(VotesDrawn))
        assert sat and (await network.changes(liars[0]))[0] < 0

    network.world.live(life())
    assert verdicts(network) == ACCEPTED


def test_a_verifier_that_is_away_is_replaced(network: Network) -> None:
    async def life() -> None:
        await network.open()
        job = await network.artist.submit(2, SHORT)
        away: list[Machine] = []
        async with network.working(network.worker):
            while not network.told(VotesDrawn):
                await asyncio.sleep(10)
            (drawn,) = network.told(VotesDrawn)
            away += [one for one in network.verifiers if one.worker_id == drawn.verifiers[0]]
            others = [one for one in network.verifiers if one not in away]
            async with network.working(*others):
                report = await network.artist.watching(job)
                await asyncio.sleep(100)
        assert report.paid_fri == PAY_FRI
        await network.check_honest(*away)
        assert (await network.changes(away[0]))[0] < 0

    network.world.live(life())
    assert verdicts(network) == ACCEPTED and len(network.told(VotesDrawn)) > 1


def test_a_worker_that_opens_nothing_loses_and_its_tasks_go_to_another(network: Network) -> None:
    honest = Machine(network.world, 0xF002)

    async def life() -> None:
        await network.open()
        await honest.join()
        job = await network.artist.submit(2, SHORT)
        watching = network.artist.watching(job)
        async with network.working(network.worker):
            while not network.told(VotesDrawn):
                await asyncio.sleep(1)
        async with network.working(honest, *network.verifiers):
            report = await watching
            await asyncio.sleep(100)
        assert report.rendered_by == {1: 0xF002, 2: 0xF002}
        assert (await network.changes(network.worker))[0] < 0
        await network.check_honest(network.worker)

    network.world.live(life())
    assert verdicts(network)[0] == (AuditKind.PIXELS, Verdict.REJECTED)


@pytest.mark.parametrize(("lost", "verdict"), [(False, Verdict.ACCEPTED), (True, Verdict.REJECTED)])
def test_a_delivery_in_doubt_is_looked_for(network: Network, lost: bool, verdict: Verdict) -> None:
    async def life() -> None:
        await network.open()
        await network.artist.submit(2, SHORT)  # nobody watches it
        async with network.working():
            while not network.told(AuditClosed):
                await asyncio.sleep(10)
            (closed,) = network.told(AuditClosed)
            if lost:
                result = await network.worker.chain.submitted(closed.lease_id, 0)
                assert result
                network.world.store.lose(result.results_cid)
            await network.artist.requester().challenge(closed.lease_id, [])
            while len(network.told(AuditClosed)) < 2 or await network.worker.chain.open_leases():
                await asyncio.sleep(10)
            await asyncio.sleep(100)
        await network.check_honest(*([network.worker] if lost else []))
        assert ((await network.changes(network.worker))[0] < 0) == lost

    network.world.live(life())
    assert verdicts(network)[1] == (AuditKind.DELIVERY, verdict)
