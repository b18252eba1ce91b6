"""What the ports say of jobs, leases, workers and audits, value by value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.events import LeaseDrawn
from renderchain.core.audit.phases import DRAW_STEPS
from renderchain.core.audit.state import (
    FIRST_DRAWN,
    NO_AUDIT,
    AuditKind,
    AuditPhase,
    DrawOutcome,
    Verdict,
    Verifier,
    Vote,
    answer_of,
)
from renderchain.core.board_events import LeaseClaimed, ResultSubmitted
from renderchain.core.contract_errors import UnknownWorker
from renderchain.core.errors import ChainError
from renderchain.core.ids import LeaseId, WorkerId
from renderchain.core.job import JobInfo, LeaseInfo, LeaseResult, Record, WorkerInfo
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import LeaseState
from renderchain.core.money import FRI_PER_STRK
from renderchain.ports.audit_chain import ShownVote

from devkit.audited_lease import PHASE_S, AuditBench, AuditedLease
from devkit.made_up_job import FAMILY, FEE_FRI, PAYOUT, RULES, TERMS
from devkit.made_up_pixels import RESULTS_KEY, Rendering, contents_of, prints_of
from devkit.parties import Network, Networks
from tests.board.opener import Opener

SAME, MACHINE, OTHER, *_ = Rendering
NOBODY = WorkerId(9)
RESULT = LeaseResult(123, 4, 5, 6)
LOCK_FRI = 2 * TERMS.reward_fri * 3 // 10 + 3 * FEE_FRI


def test_a_job_in_work(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        job_id = await net.artist.create_job(TERMS)
        job = await net.outsider.job(job_id)
        terms: dict[str, Any] = TERMS.as_dict()
        del terms["expires_in_s"]
        nothing: dict[str, Any] = {"accepted": 0, "refunded": 0, "held": 0, "stopped": False}
        known = JobInfo(job_id, net.artist.address, **terms, expires_at_s=job.expires_at_s, **nothing)
        assert job == known
        await net.worker.claim_lease(job_id, 3)
        held = replace(known, held=2)  # without verifiers nothing is reserved
        assert await net.outsider.job(job_id) == held
        await net.artist.cancel(job_id)
        assert await net.outsider.job(job_id) == replace(held, refunded=1, stopped=True)

    networks.run(story)


def test_a_lease_until_its_slot_has_another(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net = bench.net
        job_id = await net.artist.create_job(TERMS)
        audited = await bench.claim(job_id, 3)
        lease_id = audited.lease_id
        assert lease_id == join_lease_id(net.worker_id, 3, 1)
        lease = await net.artist.lease(lease_id)
        claimed_at = await net.artist.block_number()
        place: dict[str, Any] = {"first": 0, "count": 2, "attempt": 0, "audit_exp": 0}
        state: dict[str, Any] = {"state": LeaseState.CLAIMED, "draw_outcome": DrawOutcome.NOT_DRAWN}
        since = {"since_s": lease.since_s, "since_block": claimed_at}
        assert lease == LeaseInfo(lease_id, job_id, **place, **state, **since)
        await net.worker.submit(lease_id, 2, audited.pixels.result)
        submitted = await net.artist.lease(lease_id)
        since = {"since_s": submitted.since_s, "since_block": claimed_at + 1}
        assert submitted == replace(lease, state=LeaseState.SUBMITTED, **since)
        await audited.draw()
        await audited.vote(SAME, SAME, SAME)
        assert await net.artist.lease(lease_id) == replace(submitted, draw_outcome=DrawOutcome.IN_AUDIT)
        await audited.advance_late()
        cleared = await net.artist.lease(lease_id)
        cleared_at = await net.artist.block_number()  # from which its window runs anew
        since = {"since_s": cleared.since_s, "since_block": cleared_at}
        assert cleared.since_s >= submitted.since_s + PHASE_S
        assert cleared == replace(submitted, draw_outcome=DrawOutcome.CLEARED, **since)
        await net.artist.accept(job_id, [lease_id])
        paid = replace(cleared, state=LeaseState.ACCEPTED)
        assert await net.artist.lease(lease_id) == paid
        later_id = await net.worker.claim_lease(job_id, 3)
        later = await net.artist.lease(later_id)
        assert (later.first, later.count) == (2, 1)
        gone = replace(later, lease_id=lease_id, job_id=0, state=LeaseState.NONE)
        assert await net.artist.lease(lease_id) == gone
        assert (await net.artist.lease(join_lease_id(NOBODY, 0, 1))).state is LeaseState.NONE

    networks.run(story)


def test_a_worker_and_what_it_holds(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        owner, _ = await net.person(1)
        roles = {"owner": owner.address, "operator": net.worker.address, "payout": PAYOUT}
        stake = {"stake_fri": 5 * FRI_PER_STRK, "locked_fri": 0, "unstaking_fri": 0}
        known = WorkerInfo(net.worker_id, **roles, **stake)
        assert await net.artist.worker(net.worker_id) == known
        assert await net.artist.record(net.worker_id, FAMILY) == Record()
        assert (await net.worker.worker_id(), await net.artist.worker_id()) == (net.worker_id, 0)
        job_id = await net.artist.create_job(TERMS)
        last, first = [await net.worker.claim_lease(job_id, slot) for slot in (7, 2)]
        assert await net.worker.open_leases() == [first, last]
        lock_fri = LOCK_FRI + TERMS.reward_fri * 3 // 10 + 3 * FEE_FRI
        assert await net.artist.worker(net.worker_id) == replace(known, locked_fri=lock_fri)
        await net.worker.give_back(first, "away")
        assert await net.worker.open_leases() == [last]
        await net.owner.request_unstake(net.worker_id, FRI_PER_STRK)
        leaving = replace(known, locked_fri=LOCK_FRI, unstaking_fri=FRI_PER_STRK)
        assert await net.artist.worker(net.worker_id) == leaving
        assert leaving.free_fri == 4 * FRI_PER_STRK - LOCK_FRI
        with pytest.raises(UnknownWorker, match="Reading worker 9 "):
            await net.artist.worker(9)

    networks.run(story)


def test_money_and_places(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        assert {one.board for one in (net.artist, net.worker)} == {net.artist.board}
        assert net.artist.chain_id == net.outsider.chain_id
        before_fri = await net.artist.tokens_fri(net.registry)
        assert before_fri == 5 * FRI_PER_STRK
        job_id = await net.artist.create_job(TERMS)
        assert await net.artist.tokens_fri(net.artist.board) == TERMS.escrow_fri
        start = await net.artist.block_number()
        await net.worker.claim_lease(job_id, 0)
        assert await net.artist.block_number() == start + 1
        net.pass_time(RULES.lease_timeout_s)
        assert await net.outsider.expire(job_id, await net.worker.open_leases()) == []
        await net.artist.cancel(job_id)
        assert await net.artist.tokens_fri(net.artist.board) == 0
        assert await net.artist.balance_fri(net.artist.address) == 0
        assert await net.artist.burned_fri() == 2 * TERMS.reward_fri * 5 // 100  # a lease that expired

    networks.run(story)


async def check_no_audit(net: Network, audited: AuditedLease) -> None:
    """A lease that has none, and one that never was."""
    chain, lease_id = net.artist, audited.lease_id
    assert await chain.audit(lease_id) == NO_AUDIT
    assert await chain.seed(lease_id, 0) == 0
    assert await chain.verifiers(lease_id) == []
    assert await chain.opened(lease_id, 0, 0) is None
    assert (await chain.submitted(lease_id, 0), await chain.revealed_key(lease_id, 0)) == (None, None)
    assert await chain.shown(lease_id, 0, 0) == []
    assert len(await chain.drawn_leaves(lease_id)) == 1, "of a seed that is no draw's yet"
    assert not [one for one in await chain.told_of_draws(0) if isinstance(one, LeaseDrawn)]
    assert await chain.phase_s() == PHASE_S
    for name, question in (
        ("drawn_leaves", chain.drawn_leaves),
        ("bond_to_appeal_fri", chain.appeal_bond_fri),
    ):
        with pytest.raises(ChainError, match=f"Reading {name} failed"):
            await question(join_lease_id(NOBODY, 0, 1))


async def check_draw(net: Network, lease_id: LeaseId) -> None:
    """The network's only lease is drawn, and a newcomer's."""
    claimed, submitted, drawn = await net.artist.told_of_draws(0)
    assert isinstance(claimed, LeaseClaimed) and isinstance(submitted, ResultSubmitted)
    assert isinstance(drawn, LeaseDrawn) and claimed.lease_id == submitted.lease_id == lease_id
    assert (drawn.lease_id, drawn.audit_exp, drawn.draw_outcome) == (lease_id, 0, DrawOutcome.IN_AUDIT)
    assert not await net.artist.passes_draw(await net.artist.lease(lease_id))


def test_an_audit_in_each_phase(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net, audited = bench.net, await bench.lease()
        chain, lease_id = net.artist, audited.lease_id
        await check_no_audit(net, audited)
        known = replace(NO_AUDIT, kind=AuditKind.PIXELS)

        async def check(phase: AuditPhase, **changed: Any) -> None:
            """It began with the newest block, and differs from what it was before in just this."""
            nonlocal known
            audit, block = await chain.audit(lease_id), await chain.block_number()
            since = {"since_s": audit.since_s, "since_block": block, "draw_block": block}
            known = replace(known, phase=phase, **since, **changed)
            assert audit == known

        await audited.submit()
        assert await chain.submitted(lease_id, 0) == audited.pixels.result
        assert await chain.submitted(lease_id, await chain.block_number()) is None
        await check_draw(net, lease_id)
        await check(AuditPhase.COMMIT, ends=(3, 0, 0))
        verifiers = await audited.verifiers()
        assert len(verifiers) == 3 and {one.worker_id for one in verifiers} <= set(bench.verifiers)
        assert verifiers == [Verifier(seat, one.worker_id, Vote.DRAWN) for seat, one in enumerate(verifiers)]
        seed, (leaf,) = await chain.seed(lease_id, 0), await chain.drawn_leaves(lease_id)
        assert seed and leaf.leaf < 8 and leaf.position == FIRST_DRAWN
        leaves = await audited.leaves()
        votes = [answer_of(hash_many, contents_of(leaves, how)) for how in (SAME, MACHINE, OTHER)]
        await audited.seal(votes)
        await check(AuditPhase.OPEN, sealed=3)
        await audited.open()
        await check(AuditPhase.REVEAL)
        await audited.reveal_one(1, MACHINE)
        machine = ShownVote(1, tuple(contents_of(leaves, MACHINE)), tuple(prints_of(leaves, MACHINE)))
        assert await chain.shown(lease_id, 0, 0) == [machine]
        assert (await audited.verifiers())[1] == replace(verifiers[1], vote=Vote.COUNTED)
        await audited.reveal_one(2, OTHER)
        other = replace(verifiers[2], vote=Vote.COUNTED, differs=1 << FIRST_DRAWN)
        assert (await audited.verifiers())[2] == other
        assert [len(await chain.shown(lease_id, round_, 0)) for round_ in (0, 1)] == [2, 0]
        await audited.advance_late()
        await check(AuditPhase.SHOW, revealed=2, prints=True)
        await audited.advance_late()
        await check(AuditPhase.APPEAL, verdict=Verdict.ACCEPTED)
        assert [one.vote for one in await audited.verifiers()] == [Vote.SILENT, Vote.COUNTED, Vote.COUNTED]
        await chain.appeal(lease_id, [7])
        fresh = {"sealed": 0, "revealed": 0, "prints": False, "named": 1}
        bond = {"bonded": 2, "against": Verdict.ACCEPTED << 2}
        await check(AuditPhase.DRAW, round=1, first=3, ends=(3, 3, 0), **fresh, **bond)
        assert (len(await chain.verifiers(lease_id)), await audited.verifiers()) == (3, [])
        assert [one.position for one in await chain.drawn_leaves(lease_id)] == [
            0,
            FIRST_DRAWN,
            FIRST_DRAWN + 1,
        ]
        await audited.draw()
        await check(AuditPhase.COMMIT, ends=(3, 10, 0))

    networks.run(story)


def test_an_audit_whose_slot_has_another_lease(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        chain, audited = bench.net.artist, await bench.lease()
        await audited.submit()
        await audited.vote(SAME, SAME, SAME)
        await audited.advance_late()
        over = await chain.audit(audited.lease_id)
        assert (over.phase, over.verdict) == (AuditPhase.OVER, Verdict.ACCEPTED)
        await chain.accept(audited.job_id, [audited.lease_id])
        later = await bench.lease()
        assert (later.lease_id, later.job_id) == (audited.lease_id + 1, audited.job_id + 2**24)
        assert await chain.audit(audited.lease_id) == over
        assert await chain.audit(later.lease_id) == NO_AUDIT
        with pytest.raises(ChainError, match="Reading drawn_leaves failed"):
            await chain.drawn_leaves(audited.lease_id)
        await later.submit()
        assert (await chain.audit(later.lease_id)).phase is AuditPhase.COMMIT
        assert await chain.audit(audited.lease_id) == NO_AUDIT

    networks.run(story)


def test_a_revealed_key_and_a_challenge_that_nobody_judges(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        chain, audited = bench.net.artist, await bench.lease()
        await audited.clear()
        await audited.let_audit(False)
        await chain.challenge_delivery(audited.lease_id)
        audit = await chain.audit(audited.lease_id)
        assert (audit.kind, audit.phase) == (AuditKind.DELIVERY, AuditPhase.KEY)
        assert (audit.bonded, audit.against) == (1, Verdict.ACCEPTED), "as it was cleared before"
        await bench.net.worker.reveal_key(audited.lease_id, audited.pixels.result, RESULTS_KEY)
        told_at = await chain.block_number()
        assert await chain.revealed_key(audited.lease_id, told_at) == RESULTS_KEY
        bench.net.pass_time(1, 1)
        assert await chain.revealed_key(audited.lease_id, told_at + 1) is None
        await audited.draw()
        assert (await chain.audit(audited.lease_id)).phase is AuditPhase.DRAW
        bench.net.pass_time(DRAW_STEPS * PHASE_S)
        await audited.advance()  # nobody is willing: the bond goes back
        closed = await chain.audit(audited.lease_id)
        assert (closed.phase, closed.verdict) == (AuditPhase.OVER, Verdict.NONE)
        assert (await chain.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED
        assert await chain.balance_fri(chain.address) == LOCK_FRI

    networks.run(story)
