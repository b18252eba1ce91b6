"""A job whose pool can't pay for another audit: the artist hears of it, adds to it, and it goes on."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.pool import PoolWatch, top_up
from renderchain.app.upkeep.keeping import keep_at_work
from renderchain.core.audit.events import AuditClosed
from renderchain.core.audit.state import AuditKind, Verdict
from renderchain.core.board_events import BoardEvent, LeaseEnded
from renderchain.core.contract_errors import AuditPoolTooSmall
from renderchain.core.errors import NodeAway
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices.jobs import AuditPoolEmpty, JobImproved

from devkit.audited_lease import AUDIT_TERMS, PHASE_S, AuditBench
from devkit.board.people import MemoryNetworks
from devkit.fakes.clock import run
from devkit.fakes.reporter import RecordingReporter
from devkit.made_up_job import FEE_FRI
from devkit.made_up_pixels import Rendering
from tests.unit.app.bench import JOB, LEASE, UseCaseBench


def hear(bench: UseCaseBench, event: BoardEvent) -> None:
    """Watch a pool for ten minutes from that event on."""

    async def life() -> None:
        watch = PoolWatch(bench.chain, bench.reporter, JOB)
        watching = asyncio.create_task(keep_at_work("Watching the audit pool", watch.run, bench.reporter))
        watch.note(event)
        await asyncio.sleep(600)
        watching.cancel()

    run(life())


@pytest.fixture
def bench(disk: Path) -> UseCaseBench:
    return UseCaseBench(disk)


def test_an_empty_pool_is_told_once_and_again_after_it_was_filled(bench: UseCaseBench) -> None:
    watch, job = PoolWatch(bench.chain, bench.reporter, JOB), bench.chain.jobs[JOB]
    audit_fri = job.next_audit_fri
    assert audit_fri > 0 and job.open_tasks
    for pool_fri in (audit_fri, audit_fri - 1, 0, audit_fri, 0):
        bench.chain.jobs[JOB] = replace(job, audit_pool_fri=pool_fri)
        run(watch.look())
    told = [AuditPoolEmpty(JOB, pool_fri, audit_fri) for pool_fri in (audit_fri - 1, 0)]
    assert bench.reporter.heard(AuditPoolEmpty) == told


def test_the_pool_is_looked_at_after_an_audit_and_where_frames_open_again(bench: UseCaseBench) -> None:
    bench.chain.jobs[JOB] = replace(bench.chain.jobs[JOB], audit_pool_fri=0)
    hear(bench, LeaseEnded(1, JOB, LEASE, LeaseState.REJECTED, reopened=False))
    assert bench.reporter.heard(AuditPoolEmpty) == []
    hear(bench, AuditClosed(1, JOB, LEASE, AuditKind.PIXELS, Verdict.ACCEPTED))
    assert len(bench.reporter.heard(AuditPoolEmpty)) == 1
    hear(bench, LeaseEnded(1, JOB, LEASE, LeaseState.REJECTED, reopened=True))
    assert len(bench.reporter.heard(AuditPoolEmpty)) == 2


def test_a_pool_that_could_not_be_looked_at_is_looked_at_again(bench: UseCaseBench) -> None:
    bench.chain.jobs[JOB] = replace(bench.chain.jobs[JOB], audit_pool_fri=0)
    bench.chain.fail("job", NodeAway("away"))
    hear(bench, LeaseEnded(1, JOB, LEASE, LeaseState.REJECTED, reopened=True))
    assert len(bench.reporter.heard(AuditPoolEmpty)) == 1


@pytest.mark.parametrize(("stopped", "held"), [(True, 0), (False, 4)])
def test_a_pool_that_nobody_needs_is_not_told(bench: UseCaseBench, stopped: bool, held: int) -> None:
    bench.chain.jobs[JOB] = replace(bench.chain.jobs[JOB], audit_pool_fri=0, stopped=stopped, held=held)
    run(PoolWatch(bench.chain, bench.reporter, JOB).look())
    assert bench.reporter.heard(AuditPoolEmpty) == []


def test_topping_up_the_pool_leaves_the_pay_as_it_is(bench: UseCaseBench) -> None:
    job = bench.chain.jobs[JOB]
    run(top_up(bench.chain, bench.reporter, JOB, more_pool_fri=5))
    run(top_up(bench.chain, bench.reporter, JOB, reward_fri=200))
    assert bench.chain.sent == [("top_up", JOB, job.reward_fri, 5), ("top_up", JOB, 200, 0)]
    assert bench.reporter.heard(JobImproved) == [
        JobImproved(JOB, job.reward_fri, job.audit_pool_fri + 5),
        JobImproved(JOB, 200, job.audit_pool_fri),
    ]


def test_on_the_board_a_job_whose_pool_is_spent_is_claimed_again_after_a_top_up() -> None:
    async def story() -> None:
        bench = await AuditBench.open(MemoryNetworks())
        terms = replace(AUDIT_TERMS, audit_pool_fri=3 * FEE_FRI)  # one audit, and it has one lease
        artist, worker, reporter = bench.net.artist, bench.net.worker, RecordingReporter()
        created = await bench.lease(terms=terms)
        job_id, watch = created.job_id, PoolWatch(artist, reporter, created.job_id)
        reserve_fri = terms.audit_pool_fri - (await artist.job(job_id)).audit_pool_fri
        assert reserve_fri == (await artist.job(job_id)).next_audit_fri
        await created.submit()
        await created.vote(Rendering.OTHER, Rendering.OTHER, Rendering.OTHER)
        bench.net.pass_time(PHASE_S)
        assert await artist.advance(job_id, [created.lease_id]) == []
        left_fri = (await artist.job(job_id)).audit_pool_fri
        await watch.look()
        (told,) = reporter.heard(AuditPoolEmpty)
        assert (told.pool_fri, told.audit_fri) == (left_fri, reserve_fri)
        with pytest.raises(AuditPoolTooSmall):
            await worker.claim_lease(job_id, 0)
        await top_up(artist, reporter, job_id, more_pool_fri=told.audit_fri - told.pool_fri)
        (improved,) = reporter.heard(JobImproved)
        job = await artist.job(job_id)
        assert (improved.pool_fri, improved.reward_fri) == (job.audit_pool_fri, job.reward_fri)
        await worker.claim_lease(job_id, 0)
        assert (await artist.job(job_id)).audit_pool_fri == 0

    run(story())
