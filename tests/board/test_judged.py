"""Leases whose claims name verifiers, and leases that nobody judges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.audit.errors import (
    LeaseIsJudged,
    LeaseIsUnjudged,
    LeaseMustBeJudged,
    NothingToDraw,
    OnlyRequestersDoubt,
    VerifiersMissing,
)
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.job import LeaseResult, Place
from renderchain.core.lifecycle import JobState, LeaseState, Twin
from renderchain.core.money import FRI_PER_STRK

from devkit.audited_lease import AUDIT_TERMS, OFFER, AuditBench
from devkit.made_up_job import FAMILY, FEE_FRI, PAYOUT, RULES, TERMS
from devkit.made_up_pixels import Rendering
from devkit.parties import Networks
from tests.board.opener import Opener

RESULT = LeaseResult(123, 4, 5, 6)
JUDGED = replace(TERMS, takes_unjudged=False)


async def seat_first_two(bench: AuditBench[Any], units: int) -> None:
    """So many seats for the first two of five verifiers: without any, four can't be named at any price."""
    for number, owner in list(bench.owners.items())[:2]:
        await owner.set_seats(number, FAMILY, units)
    bench.net.pass_time(1, 2 * RULES.epoch_blocks)


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


def test_no_worker_takes_an_unjudged_lease_where_four_hold_seats_and_are_unwilling(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, range(3, 8))
        net = bench.net
        job_id = await net.artist.create_job(TERMS)
        await bench.let_audit(False)
        assert not await net.artist.may_be_unjudged(FAMILY)
        with pytest.raises(VerifiersMissing):
            await net.worker.claim_lease(job_id, 0)
        await seat_first_two(bench, 0)
        lease = await net.worker.lease(await net.worker.claim_lease(job_id, 0))
        assert lease.draw_outcome is DrawOutcome.UNJUDGED, "three could not be named at any price"

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


def test_a_lease_that_was_taken_unjudged_is_doubted_once_its_requester_names_verifiers(
    networks: Opener,
) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, range(3, 8))
        net, terms = bench.net, replace(AUDIT_TERMS, takes_unjudged=True)
        job_id = await net.artist.create_job(terms)
        await seat_first_two(bench, 0)
        lease = await bench.claim(job_id)
        await net.worker.submit(lease.lease_id, 2, lease.pixels.result)
        with pytest.raises(VerifiersMissing):
            await net.artist.name_verifiers(lease.lease_id)
        await seat_first_two(bench, 2)
        with pytest.raises(OnlyRequestersDoubt):
            await net.outsider.name_verifiers(lease.lease_id)
        await net.artist.name_verifiers(lease.lease_id)
        assert (await net.artist.lease(lease.lease_id)).draw_outcome is DrawOutcome.PASSED
        pay_fri = terms.tasks * terms.reward_fri
        assert (await net.artist.family(FAMILY)).open_pay_fri == pay_fri
        with pytest.raises(LeaseIsJudged):
            await net.artist.name_verifiers(lease.lease_id)
        await net.artist.challenge_pixels(lease.lease_id, [0])
        await lease.draw()
        await lease.vote(*[Rendering.OTHER] * 3)
        await lease.advance_late()
        assert (await net.artist.lease(lease.lease_id)).state is LeaseState.REJECTED
        assert (await net.artist.family(FAMILY)).open_pay_fri == 0
        assert (await net.artist.job(job_id)).audit_pool_fri == terms.audit_pool_fri
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


def test_a_spare_that_nobody_judges_reserves_nothing_and_ends_with_its_pay(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, range(3, 5), units=1)  # too few for a family
        net, (number, other) = bench.net, next(iter(bench.verifiers.items()))
        for worker, owner in ((net.worker_id, net.owner), (number, bench.owners[number])):
            await owner.add_stake(worker, FRI_PER_STRK)
            await owner.set_offer(worker, OFFER)
        terms = replace(AUDIT_TERMS, spare_tasks=2, scheduler=net.outsider.address, scheduler_grace_s=100)
        job_id = await net.artist.create_job(terms)
        assert await net.outsider.assign(job_id, [Place(net.worker_id, 0)]) == []
        (held,) = await net.worker.open_leases()
        assert await net.outsider.assign(job_id, [Place(number, 0, spare_of=held)]) == []
        (spare,) = await net.worker.leases_of(number)
        lease = await net.artist.lease(spare)
        assert (lease.draw_outcome, lease.twin) == (DrawOutcome.UNJUDGED, Twin.SPARE)
        assert (await net.artist.job(job_id)).audit_pool_fri == terms.audit_pool_fri
        for chain, one in ((other, spare), (net.worker, held)):
            await chain.submit(one, 2, RESULT)
            assert await net.artist.accept(job_id, [one]) == []
            assert (await net.artist.lease(one)).state is LeaseState.ACCEPTED
        job = await net.artist.job(job_id)
        assert (job.state, job.pending) == (JobState.COMPLETED, 0)
        assert await net.artist.balance_fri(net.artist.address) == terms.audit_pool_fri

    networks.run(story)


def test_fewer_tasks_that_nobody_judges_are_taken_where_the_pool_pays_for_the_rest_only(
    networks: Opener,
) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        pool_fri = 2 * 3 * FEE_FRI  # with which a judged one is refused
        job_id = await net.artist.create_job(replace(TERMS, tasks=4, audit_pool_fri=pool_fri))
        assert (await net.worker.lease(await net.worker.claim_lease(job_id, 0, 1))).count == 1
        assert (await net.artist.job(job_id)).audit_pool_fri == pool_fri

    networks.run(story)
