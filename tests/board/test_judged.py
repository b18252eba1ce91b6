"""Leases whose claims name verifiers, and leases that nobody judges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.audit.errors import (
    LeaseIsUnjudged,
    LeaseMustBeJudged,
    NothingToDraw,
    VerifiersMissing,
)
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.job import LeaseResult
from renderchain.core.lifecycle import JobState, LeaseState

from devkit.audited_lease import AuditBench
from devkit.made_up_job import FEE_FRI, PAYOUT, RULES, TERMS
from devkit.parties import Networks
from tests.board.opener import Opener

RESULT = LeaseResult(123, 4, 5, 6)
JUDGED = replace(TERMS, takes_unjudged=False)


def test_a_claim_names_verifiers_where_there_are_enough(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net = bench.net
        assert not await net.artist.has_verifiers(TERMS), "one of the four may be the worker's own"
        job_id = await net.artist.create_job(TERMS)
        lease = await net.worker.lease(await net.worker.claim_lease(job_id, 0))
        assert lease.draw_outcome is DrawOutcome.NOT_DRAWN
        assert (await net.artist.job(job_id)).audit_pool_fri == TERMS.audit_pool_fri - 3 * FEE_FRI

    networks.run(story)


def test_a_job_that_wants_judged_leases_waits_for_verifiers(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, range(3, 8))
        net = bench.net
        assert await net.artist.has_verifiers(JUDGED)
        assert not await net.artist.has_verifiers(replace(JUDGED, package_bytes=10**7))
        job_id = await net.artist.create_job(JUDGED)
        await bench.let_audit(False)
        assert not await net.artist.has_verifiers(JUDGED)
        with pytest.raises(LeaseMustBeJudged, match="Name four willing verifiers"):
            await net.worker.claim_lease(job_id, 0)
        await bench.let_audit(True)
        first, second, *_ = bench.owners.items()
        for number, owner in (first, second):
            await owner.set_seats(number, JUDGED.family, 0)
        with pytest.raises(VerifiersMissing, match="Name four willing ones"):
            await net.worker.claim_lease(job_id, 0)
        assert (await net.artist.job(job_id)).held == 0

    networks.run(story)


def test_a_lease_that_nobody_judges_is_not_drawn_nor_challenged_and_is_paid(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        job_id = await net.artist.create_job(replace(TERMS, tasks=2))
        lease_id = await net.worker.claim_lease(job_id, 0)
        assert (await net.worker.lease(lease_id)).draw_outcome is DrawOutcome.UNJUDGED
        assert (await net.artist.job(job_id)).audit_pool_fri == TERMS.audit_pool_fri
        await net.worker.submit(lease_id, 2, RESULT)
        net.pass_draw_block()
        with pytest.raises(NothingToDraw):
            await net.outsider.draw(job_id, [lease_id])
        with pytest.raises(LeaseIsUnjudged, match="can't be challenged"):
            await net.artist.challenge_pixels(lease_id, [0])
        with pytest.raises(LeaseIsUnjudged, match="can't be challenged"):
            await net.artist.challenge_delivery(lease_id)
        paid_before = await net.artist.tokens_fri(PAYOUT)
        net.pass_time(TERMS.window_s)
        assert await net.outsider.accept_late(job_id, [lease_id]) == []
        assert (await net.worker.lease(lease_id)).state is LeaseState.ACCEPTED
        assert (await net.artist.job(job_id)).state is JobState.COMPLETED
        assert await net.artist.tokens_fri(PAYOUT) - paid_before == 2 * TERMS.reward_fri
        assert await net.artist.balance_fri(net.artist.address) == TERMS.audit_pool_fri
        assert (await net.worker.worker(net.worker_id)).locked_fri == 0

    networks.run(story)


def test_whatever_becomes_of_a_lease_that_nobody_judges_the_pool_is_left_alone(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        job_id = await net.artist.create_job(TERMS)
        part, late = [await net.worker.claim_lease(job_id, slot) for slot in (0, 1)]
        await net.worker.submit(part, 1, RESULT)
        back = await net.worker.claim_lease(job_id, 2)
        await net.worker.give_back(back, "heat")
        net.pass_time(TERMS.lease_timeout_s)
        assert await net.outsider.expire(job_id, [late]) == []
        assert (await net.artist.job(job_id)).audit_pool_fri == TERMS.audit_pool_fri
        assert (await net.worker.lease(part)).draw_outcome is DrawOutcome.UNJUDGED

    networks.run(story)
