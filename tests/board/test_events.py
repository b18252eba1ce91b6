"""What a board tells, value by value, to those who follow it from anywhere."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from renderchain.core.audit.economics import least_lock
from renderchain.core.audit.events import (
    Appealed,
    AuditClosed,
    CommitteeDrawn,
    LeaseChallenged,
    LeaseDrawn,
    LeaseSlashed,
    LeavesOpened,
    VerdictGiven,
    VotesSealed,
)
from renderchain.core.audit.state import AuditKind, DrawOutcome, Verdict, Vote
from renderchain.core.board_events import (
    BoardEvent,
    EntryRefused,
    JobClosed,
    JobCreated,
    JobImproved,
    LeaseAccepted,
    LeaseClaimed,
    LeaseEnded,
    ResultSubmitted,
    TasksGivenBack,
    TasksRefunded,
    Withdrawn,
)
from renderchain.core.job import LeaseResult
from renderchain.core.lifecycle import LeaseState
from renderchain.core.money import FRI_PER_STRK

from devkit.audited_lease import AUDIT_TERMS, AuditBench
from devkit.made_up_job import FAMILY, FEE_FRI, PAYOUT, RULES, TERMS
from devkit.made_up_pixels import contents_of
from devkit.parties import Board, Networks
from tests.board.opener import Opener

RESULT = LeaseResult(123, 4, 5, 6)
REWARD_FRI = TERMS.reward_fri


async def told(chain: Board, count: int, from_block: int = 0) -> list[BoardEvent]:
    """The first events from a block on."""
    async with aclosing(chain.events(from_block)) as stream:
        return [await asyncio.wait_for(anext(stream), 10) for _ in range(count)]


def without_blocks(events: list[BoardEvent]) -> list[BoardEvent]:
    """Two networks do not have the same."""
    return [replace(event, block=0) for event in events]


def test_a_job_is_told_from_its_start_to_its_end(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        artist, worker, job = net.artist, net.worker, await net.artist.create_job(TERMS)
        created_at = await artist.block_number()
        first, second = [await worker.claim_lease(job, slot) for slot in (0, 1)]
        await artist.top_up(job, 2 * REWARD_FRI, 7)
        await worker.submit(first, 1, RESULT)
        net.pass_draw_block()
        await net.outsider.draw(job, [first])
        assert len(await artist.accept(job, [first, second])) == 1
        await worker.give_back(second, "away")
        await artist.cancel(job)
        expires_at_s = (await artist.job(job)).expires_at_s
        left_fri = TERMS.audit_pool_fri + 7
        owed_fri = REWARD_FRI + 4 * REWARD_FRI + left_fri  # a raise not paid, two tasks, the pool
        events = await told(worker, 14, created_at)
        blocks = [event.block - created_at for event in events]
        assert (
            blocks[:5] == [0, 1, 2, 3, 4] and blocks[-4] + 1 == blocks[-1] and blocks[-3:] == [blocks[-1]] * 3
        )
        assert without_blocks(events) == [
            JobCreated(0, job, FAMILY, artist.address, TERMS),
            LeaseClaimed(0, job, first, worker.address, 0, 2, 0, 0, 0),
            LeaseClaimed(0, job, second, worker.address, 2, 1, 0, 0, 0),
            JobImproved(0, job, 2 * REWARD_FRI, left_fri - 2 * 3 * FEE_FRI, expires_at_s),  # two reserves
            ResultSubmitted(0, job, first, 1, RESULT),
            TasksGivenBack(0, job, first, 1, 1, "", 0, True),
            LeaseDrawn(0, job, first, 0, DrawOutcome.UNSEATED),
            EntryRefused(0, job, second, "RC: lease in another state"),
            LeaseAccepted(0, job, first, PAYOUT, REWARD_FRI),
            TasksGivenBack(0, job, second, 2, 1, "away", 0, True),
            LeaseEnded(0, job, second, LeaseState.GIVEN_BACK, True),
            TasksRefunded(0, job, 2, 4 * REWARD_FRI),
            JobClosed(0, job, left_fri),
            Withdrawn(0, artist.address, owed_fri),
        ]

    networks.run(story)


def test_tasks_that_nobody_finishes_open_again_each_time(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        job = await net.artist.create_job(replace(TERMS, tasks=1))
        start = await net.artist.block_number() + 1
        known: list[BoardEvent] = []
        for attempt in range(4):
            lease = await net.worker.claim_lease(job, attempt)
            known.append(LeaseClaimed(0, job, lease, net.worker.address, 0, 1, attempt, 0, 0))
            net.pass_time(TERMS.lease_timeout_s)
            if attempt % 2:
                await net.worker.give_back(lease, "a reason that is longer than a felt")
                said = (0, 1, "a reason that is longer than a ", REWARD_FRI // 50, True)
                known.append(TasksGivenBack(0, job, lease, *said))
                known.append(LeaseEnded(0, job, lease, LeaseState.GIVEN_BACK, True))
            else:
                assert await net.outsider.expire(job, [lease]) == []
                known.append(LeaseEnded(0, job, lease, LeaseState.EXPIRED, True))
        await net.artist.cancel(job)
        known += [TasksRefunded(0, job, 1, REWARD_FRI), JobClosed(0, job, TERMS.audit_pool_fri)]
        assert without_blocks(await told(net.artist, len(known), start)) == known
        stake_fri = 5 * FRI_PER_STRK - 2 * (REWARD_FRI // 20) - 2 * (REWARD_FRI // 50)
        worker = await net.artist.worker(net.worker_id)
        assert (worker.stake_fri, worker.locked_fri) == (stake_fri, 0)

    networks.run(story)


def test_an_audit_is_told_round_by_round(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        chain, audited = bench.net.artist, await bench.lease()
        start = await chain.block_number() + 2  # after the submission
        job, lease = audited.job_id, audited.lease_id
        await audited.submit()
        seats, seed = await audited.verifiers(), await chain.seed(lease, 0)
        leaves = await chain.drawn_leaves(lease)
        await audited.seal([1, 2, 3])
        await audited.open()
        await audited.advance_late()
        await audited.let_audit(False)
        bond_fri = await chain.appeal_bond_fri(lease)
        await chain.appeal(lease)
        await audited.draw()  # nobody comes: the verdict stands
        share_fri = AUDIT_TERMS.reward_fri  # half of the pay of two tasks
        workers = tuple(one.worker_id for one in seats)
        events = without_blocks(await told(chain, 10, start))
        assert events == [
            CommitteeDrawn(0, job, lease, 0, AuditKind.PIXELS, seed, workers),
            LeaseDrawn(0, job, lease, 0, DrawOutcome.IN_AUDIT),
            VotesSealed(0, job, lease, 0),
            LeavesOpened(0, job, lease, 0, tuple(contents_of(leaves))),
            VerdictGiven(0, job, lease, 0, Verdict.UNDECIDED, 0, 0),
            Appealed(0, job, lease, 1, bond_fri),
            LeaseEnded(0, job, lease, LeaseState.REJECTED, False),
            TasksRefunded(0, job, 2, 2 * AUDIT_TERMS.reward_fri - share_fri),
            AuditClosed(0, job, lease, AuditKind.PIXELS, Verdict.UNDECIDED),
            JobClosed(0, job, AUDIT_TERMS.audit_pool_fri),
        ]

    networks.run(story)


def test_a_worker_who_does_not_open_its_leaves(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        chain, audited = bench.net.artist, await bench.lease()
        job, lease = audited.job_id, audited.lease_id
        await audited.submit()
        start = await chain.block_number() + 1
        await audited.seal([1, 2, 3])
        await audited.advance_late()
        lock_fri = AUDIT_TERMS.reward_fri * 2 * 3 // 10 + 3 * FEE_FRI
        known = [
            VotesSealed(0, job, lease, 0),
            LeaseSlashed(0, job, lease, lock_fri, lock_fri),
            LeaseEnded(0, job, lease, LeaseState.REJECTED, True),
            AuditClosed(0, job, lease, AuditKind.PIXELS, Verdict.REJECTED),
        ]
        assert without_blocks(await told(chain, len(known), start)) == known
        assert await chain.burned_fri() == lock_fri - lock_fri // 10 // 3 * 3

    networks.run(story)


def test_verifiers_who_stay_away(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        chain, audited = bench.net.artist, await bench.lease()
        await audited.submit()
        start = await chain.block_number() + 1
        for _ in range(3):  # twice other votes are drawn
            await audited.advance_late()
        *_, closed = without_blocks(await told(chain, 3, start))
        place = (audited.job_id, audited.lease_id)
        assert closed == AuditClosed(0, *place, AuditKind.PIXELS, Verdict.NONE)
        assert {one.vote for one in await audited.verifiers()} == {Vote.ABSENT}
        assert (await chain.lease(audited.lease_id)).draw_outcome is DrawOutcome.UNSEATED
        assert await chain.burned_fri() == 9 * 20 * FEE_FRI
        assert (await chain.job(audited.job_id)).audit_pool_fri == AUDIT_TERMS.audit_pool_fri

    networks.run(story)


def test_doubts_are_told(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        chain, doubted = bench.net.artist, await bench.lease()
        await doubted.let_audit(False)
        await doubted.submit()
        await doubted.let_audit(True)
        start = await chain.block_number() + 1
        await chain.challenge_pixels(doubted.lease_id, [6, 1])
        fee_fri = AUDIT_TERMS.audit_fee_fri + 3 * AUDIT_TERMS.audit_tile_fri
        bond_fri = least_lock(2 * AUDIT_TERMS.reward_fri, 3 * fee_fri)
        known = [LeaseChallenged(0, doubted.job_id, doubted.lease_id, AuditKind.PIXELS, (6, 1), bond_fri)]
        assert without_blocks(await told(chain, len(known), start)) == known

    networks.run(story)


def test_a_follower_hears_what_comes_later(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        async with aclosing(net.outsider.events(0)) as stream:
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0.1)
            assert not waiting.done()
            job = await net.artist.create_job(TERMS)
            created = await asyncio.wait_for(waiting, 10)
            assert isinstance(created, JobCreated) and created.job_id == job
        assert (created.family, created.terms) == (FAMILY, TERMS)

    networks.run(story)
