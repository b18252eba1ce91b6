"""A requester pays a lease before its audit is over: nothing that follows moves that pay."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest
from renderchain.core.audit.errors import StillInAudit
from renderchain.core.audit.phases import DRAW_STEPS
from renderchain.core.audit.state import AuditPhase, Verdict
from renderchain.core.board_events import JobClosed, LeaseAccepted, LeaseEnded, LeasePaid
from renderchain.core.contract_errors import LeaseIsPaid
from renderchain.core.lifecycle import JobState, LeaseState

from devkit.audited_lease import AUDIT_TERMS, PHASE_S, AuditBench, AuditedLease
from devkit.made_up_job import FAMILY, FEE_FRI, PAYOUT
from devkit.made_up_pixels import Rendering
from devkit.parties import Networks
from tests.board.opener import Opener

SAME, OTHER = Rendering.SAME, Rendering.OTHER
PAY_FRI = AUDIT_TERMS.tasks * AUDIT_TERMS.reward_fri
LOCK_FRI = PAY_FRI * 3 // 10 + 3 * FEE_FRI


async def paid_lease(bench: AuditBench[Any]) -> AuditedLease:
    """In its audit, of three votes, and paid."""
    audited = await bench.lease()
    await audited.submit()
    before_fri = await bench.net.artist.tokens_fri(PAYOUT)
    assert await bench.net.artist.accept(audited.job_id, [audited.lease_id]) == []
    assert await bench.net.artist.tokens_fri(PAYOUT) - before_fri == PAY_FRI
    lease = await bench.net.worker.lease(audited.lease_id)
    assert (lease.state, lease.paid) == (LeaseState.SUBMITTED, True)
    assert (await bench.net.worker.worker(bench.net.worker_id)).locked_fri == LOCK_FRI
    job = await bench.net.artist.job(audited.job_id)
    assert (job.accepted, job.held, job.pending) == (2, 0, 1)
    return audited


async def the_end(bench: AuditBench[Any], audited: AuditedLease) -> list[str]:
    """What was told of the lease's pay and end, once nothing of it is open any more."""
    assert await bench.net.worker.open_leases() == []
    assert (await bench.net.worker.worker(bench.net.worker_id)).locked_fri == 0
    job = await bench.net.artist.job(audited.job_id)
    assert (job.state, job.pending) == (JobState.COMPLETED, 0)
    told = []
    async with aclosing(bench.net.outsider.events(0)) as events:
        async for event in events:
            if isinstance(event, LeasePaid | LeaseAccepted | LeaseEnded):
                told.append(type(event).__name__)
            elif isinstance(event, JobClosed):
                break
    return told


def test_the_lock_of_a_paid_lease_stays_until_verifiers_accept_it(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        audited = await paid_lease(bench)
        await audited.vote(SAME, SAME, SAME)
        await audited.advance_late()
        assert (await bench.net.worker.lease(audited.lease_id)).state is LeaseState.ACCEPTED
        assert await the_end(bench, audited) == ["LeasePaid", "LeaseAccepted"]
        record = await bench.net.worker.record(bench.net.worker_id, FAMILY)
        assert (record.audited, record.fees_fri) == (1, 3 * FEE_FRI)
        owed_fri = await bench.net.artist.balance_fri(bench.net.artist.address)
        assert owed_fri == AUDIT_TERMS.audit_pool_fri - 3 * FEE_FRI, "the pool, once all is over"

    networks.run(story)


def test_a_wrong_verdict_on_a_paid_lease_takes_the_lock_and_reopens_nothing(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        stake_fri = (await bench.net.worker.worker(bench.net.worker_id)).stake_fri
        audited = await paid_lease(bench)
        await audited.vote(OTHER, OTHER, OTHER)
        assert (await audited.audit()).verdict is Verdict.REJECTED
        await audited.advance_late()
        assert (await bench.net.worker.lease(audited.lease_id)).state is LeaseState.REJECTED
        assert await the_end(bench, audited) == ["LeasePaid", "LeaseEnded"]
        worker = await bench.net.worker.worker(bench.net.worker_id)
        assert worker.stake_fri == stake_fri - LOCK_FRI
        assert (await bench.net.worker.record(bench.net.worker_id, FAMILY)).losses == 1
        owed_fri = await bench.net.artist.balance_fri(bench.net.artist.address)
        assert owed_fri == AUDIT_TERMS.audit_pool_fri - 3 * FEE_FRI, "nothing of the pay"

    networks.run(story)


def test_a_paid_lease_that_nobody_could_judge_ends_without_more(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        burned_fri = await bench.net.artist.burned_fri()
        audited = await bench.lease()
        await audited.let_audit(False)
        await audited.submit()
        assert await bench.net.artist.accept(audited.job_id, [audited.lease_id]) == []
        bench.net.pass_time(DRAW_STEPS * PHASE_S)
        await audited.advance()
        assert await the_end(bench, audited) == ["LeasePaid", "LeaseEnded"]
        assert await bench.net.artist.burned_fri() == burned_fri
        assert await bench.net.artist.balance_fri(PAYOUT) == 0

    networks.run(story)


def test_a_lease_is_paid_once_and_then_its_requester_doubts_it_no_more(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        audited = await paid_lease(bench)
        artist, outsider = bench.net.artist, bench.net.outsider
        with pytest.raises(LeaseIsPaid, match="its worker has the pay"):
            await artist.accept(audited.job_id, [audited.lease_id])
        with pytest.raises(LeaseIsPaid):
            await outsider.accept_late(audited.job_id, [audited.lease_id])
        with pytest.raises(LeaseIsPaid):
            await artist.challenge_delivery(audited.lease_id)
        with pytest.raises(LeaseIsPaid):
            await artist.challenge_pixels(audited.lease_id, [0])

    networks.run(story)


def test_a_requester_pays_also_before_anybody_drew(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        audited = await bench.lease()
        await bench.net.worker.submit(audited.lease_id, 2, audited.pixels.result)
        bench.net.pass_draw_block()
        assert await bench.net.artist.accept(audited.job_id, [audited.lease_id]) == []
        assert await bench.net.outsider.draw(audited.job_id, [audited.lease_id]) == []
        assert (await audited.audit()).phase is AuditPhase.COMMIT
        await audited.vote(SAME, SAME, SAME)
        await audited.advance_late()
        assert await the_end(bench, audited) == ["LeasePaid", "LeaseAccepted"]

    networks.run(story)


@pytest.mark.parametrize("right", [True, False])
def test_a_doubt_that_its_requester_gave_up_by_paying_goes_on(networks: Opener, right: bool) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        audited = await bench.lease()
        await audited.clear()
        await bench.net.artist.challenge_delivery(audited.lease_id)
        with pytest.raises(StillInAudit, match="Wait for the verdict"):
            bench.net.pass_time(AUDIT_TERMS.window_s)
            await bench.net.outsider.accept_late(audited.job_id, [audited.lease_id])
        assert await bench.net.artist.accept(audited.job_id, [audited.lease_id]) == []
        if right:
            await audited.advance_late(2)  # nobody shows the key
            assert await the_end(bench, audited) == ["LeasePaid", "LeaseEnded"]
        else:
            await audited.let_audit(False)
            key = audited.results_key
            await bench.net.worker.reveal_key(audited.lease_id, audited.pixels.result, key)
            bench.net.pass_time(DRAW_STEPS * PHASE_S)
            await audited.advance()
            assert await the_end(bench, audited) == ["LeasePaid", "LeaseAccepted"]

    networks.run(story)
