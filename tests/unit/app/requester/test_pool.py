"""A job whose pool can't pay for another audit: the artist hears of it, adds to it, and it goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.pool import PoolWatch, top_up
from renderchain.core.notices.jobs import AuditPoolEmpty, JobImproved

from devkit.fakes.clock import run
from tests.unit.app.bench import JOB, UseCaseBench


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
