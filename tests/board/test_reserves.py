"""What a lease's first audit would cost is set aside at its claim, and nothing else takes it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.audit.phases import DRAW_STEPS
from renderchain.core.audit.state import AuditPhase, DrawOutcome
from renderchain.core.contract_errors import AuditPoolTooSmall, SplitNotFunded
from renderchain.core.job import LeaseResult
from renderchain.core.lifecycle import JobState

from devkit.audited_lease import AUDIT_TERMS, PHASE_S, AuditBench
from devkit.made_up_job import FEE_FRI, RULES, TERMS
from devkit.made_up_pixels import Rendering
from devkit.parties import Networks
from tests.board.opener import Opener

RESULT = LeaseResult(123, 4, 5, 6)
AUDIT_FRI = 3 * FEE_FRI
OTHER = Rendering.OTHER


def test_a_lease_is_claimed_only_where_its_first_audit_can_be_paid(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        worker, artist = bench.net.worker, bench.net.artist
        audited = await bench.lease(terms=replace(AUDIT_TERMS, tasks=4, audit_pool_fri=2 * AUDIT_FRI))
        await audited.submit()
        await audited.vote(OTHER, OTHER, OTHER)
        bench.net.pass_time(PHASE_S)
        assert await artist.advance(audited.job_id, [audited.lease_id]) == []
        assert (await artist.job(audited.job_id)).audit_pool_fri == AUDIT_FRI, "the other audit was paid"
        again = await worker.claim_lease(audited.job_id, 0)
        locked_fri = (await worker.worker(bench.net.worker_id)).locked_fri
        with pytest.raises(AuditPoolTooSmall, match="wait until others are settled, or top the job up"):
            await worker.claim_lease(audited.job_id, 1)
        assert (await worker.worker(bench.net.worker_id)).locked_fri == locked_fri
        await worker.give_back(again, "away")
        assert (await artist.job(audited.job_id)).audit_pool_fri == AUDIT_FRI
        await artist.top_up(audited.job_id, AUDIT_TERMS.reward_fri, AUDIT_FRI)
        leases = [await worker.claim_lease(audited.job_id, slot) for slot in (0, 1)]
        assert sorted([(await worker.lease(one)).first for one in leases]) == [0, 2]
        assert (await artist.job(audited.job_id)).audit_pool_fri == 0

    networks.run(story)


def test_the_reserve_goes_back_however_a_lease_ends_without_an_audit(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        job_id = await net.artist.create_job(replace(TERMS, tasks=8, audit_pool_fri=4 * AUDIT_FRI))
        away, late, *_ = [await net.worker.claim_lease(job_id, slot) for slot in range(4)]
        left_fri = [(await net.outsider.job(job_id)).audit_pool_fri]
        await net.worker.give_back(away, "away")
        left_fri.append((await net.outsider.job(job_id)).audit_pool_fri)
        net.pass_time(RULES.lease_timeout_s)
        assert await net.outsider.expire(job_id, [late]) == []
        left_fri.append((await net.outsider.job(job_id)).audit_pool_fri)
        assert left_fri == [turn * AUDIT_FRI for turn in range(3)]

    networks.run(story)


@pytest.mark.parametrize("second_look", [False, True])
def test_what_an_audit_did_not_use_of_the_reserve_goes_back(networks: Opener, second_look: bool) -> None:
    """Nobody is drawn, so nobody is paid."""

    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        reserve_fri = (17 if second_look else 3) * FEE_FRI
        terms = replace(AUDIT_TERMS, second_look=second_look, audit_pool_fri=reserve_fri + 7)
        audited = await bench.lease(terms=terms)
        await audited.let_audit(False)
        await audited.submit()
        assert (await bench.net.artist.job(audited.job_id)).audit_pool_fri == 7
        bench.net.pass_time(DRAW_STEPS * PHASE_S)
        await audited.advance()
        artist = bench.net.artist
        assert (await artist.job(audited.job_id)).state is JobState.CANCELED
        assert await artist.balance_fri(artist.address) == reserve_fri + 7, "the pool, and none of the pay"

    networks.run(story)


def test_a_lease_is_submitted_in_part_only_where_the_rest_can_be_audited(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net = bench.net
        terms = replace(TERMS, tasks=4, audit_pool_fri=3 * AUDIT_FRI - 1)  # one more than its leases need
        job_id = await net.artist.create_job(terms)
        first = await net.worker.claim_lease(job_id, 0)
        with pytest.raises(SplitNotFunded, match="submit all tasks of the lease, or give all of them back"):
            await net.worker.submit(first, 1, RESULT)
        assert (await net.worker.lease(first)).count == 2
        await net.artist.top_up(job_id, TERMS.reward_fri, 1)
        await net.worker.submit(first, 1, RESULT)
        others = [await net.worker.claim_lease(job_id, slot) for slot in (1, 2)]
        counts = [(await net.worker.lease(one)).count for one in (first, *others)]
        assert sorted(counts) == [1, 1, 2]
        assert (await net.outsider.job(job_id)).audit_pool_fri == 0

    networks.run(story)


def test_another_lease_of_the_job_takes_nothing_of_what_is_reserved(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        terms = replace(AUDIT_TERMS, tasks=4, audit_pool_fri=2 * AUDIT_FRI)
        audited = await bench.lease(terms=terms)
        other = await bench.net.worker.claim_lease(audited.job_id, 1)
        await audited.submit()
        await audited.seal([1, 2, 3])
        await audited.open()
        await audited.advance_late()  # nobody shows a vote, so more are drawn
        assert (await bench.net.artist.audit(audited.lease_id)).phase is AuditPhase.DRAW
        await bench.net.worker.submit(other, 2, RESULT)
        bench.net.pass_draw_block()
        assert await bench.net.artist.draw(audited.job_id, [other]) == []
        assert (await bench.net.artist.lease(other)).draw_outcome is DrawOutcome.IN_AUDIT

    networks.run(story)
