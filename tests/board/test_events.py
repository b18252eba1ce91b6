"""What a board tells, value by value, to those who follow it from anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from renderchain.core.audit.economics import challenge_bond
from renderchain.core.audit.events import (
    Appealed,
    AuditClosed,
    KeyRevealed,
    LeaseChallenged,
    LeaseDrawn,
    LeaseSlashed,
    LeavesOpened,
    PrintsShown,
    RejectionShown,
    VerdictGiven,
    Voted,
    VotesDrawn,
    VotesSealed,
)
from renderchain.core.audit.phases import COMMIT_STEPS, DRAW_STEPS, SILENCE_STEPS
from renderchain.core.audit.state import FIRST_DRAWN, AuditKind, DrawOutcome, Verdict, Vote
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

from devkit.audited_lease import AUDIT_TERMS, PHASE_S, AuditBench
from devkit.made_up_job import FAMILY, FEE_FRI, PAYOUT, RULES, TERMS
from devkit.made_up_pixels import RESULTS_KEY, Rendering, contents_of, prints_of
from devkit.parties import Board, Networks
from tests.board.opener import Opener

SAME, MACHINE, OTHER, *_ = Rendering
RESULT = LeaseResult(123, 4, 5, 6)
REWARD_FRI = TERMS.reward_fri


async def told(chain: Board, count: int, from_block: int = 0) -> list[BoardEvent]:
    """The first events from a block on."""
    async with aclosing(chain.events(from_block)) as stream:
        return [await asyncio.wait_for(anext(stream), 10) for _ in range(count)]


def without_blocks(events: list[BoardEvent]) -> list[BoardEvent]:
    """Two networks do not have the same."""
    return [replace(event, block=0) for event in events]


def flat(prints: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """One felt after the other."""
    return tuple(felt for one in prints for felt in one)


def test_of_one_job_nothing_is_heard_but_what_it_is_about(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            net = await opened.network(RULES)
            quiet, busy = await net.artist.create_job(TERMS), await net.artist.create_job(TERMS)
            lease_id = await net.worker.claim_lease(busy, 0)
            await net.worker.give_back(lease_id, "away")
            async with aclosing(net.outsider.events(0, quiet)) as stream:
                first = await asyncio.wait_for(anext(stream), 10)
                assert isinstance(first, JobCreated) and first.job_id == quiet
                heard = asyncio.create_task(anext(stream))
                await net.worker.claim_lease(busy, 1)
                await net.worker.claim_lease(quiet, 0)
                claimed = await asyncio.wait_for(heard, 10)
                assert isinstance(claimed, LeaseClaimed) and claimed.job_id == quiet

    asyncio.run(run())


def test_a_job_is_told_from_its_start_to_its_end(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net = bench.net
        artist, worker, job = net.artist, net.worker, await net.artist.create_job(TERMS)
        created_at = await artist.block_number()
        first, second = [await worker.claim_lease(job, slot) for slot in (0, 1)]
        await artist.top_up(job, 2 * REWARD_FRI, 7)
        await bench.let_audit(False)
        await worker.submit(first, 1, RESULT)
        net.pass_draw_block()
        assert len(await net.outsider.draw(job, [second, first])) == 1
        net.pass_time(DRAW_STEPS * PHASE_S)
        assert await net.outsider.advance(job, [first]) == []  # nobody verifies: shared
        await worker.give_back(second, "away")
        await artist.cancel(job)
        expires_at_s = (await artist.job(job)).expires_at_s
        left_fri = TERMS.audit_pool_fri + 7
        owed_fri = REWARD_FRI + 4 * REWARD_FRI + left_fri  # a raise not paid, two tasks, the pool
        events = await told(worker, 16, created_at)
        blocks = [event.block - created_at for event in events]
        assert blocks[:4] == [0, 1, 2, 3]
        assert blocks[-4] + 1 == blocks[-1] and blocks[-3:] == [blocks[-1]] * 3
        assert without_blocks(events) == [
            JobCreated(0, job, FAMILY, artist.address, TERMS),
            LeaseClaimed(0, job, first, worker.address, 0, 2, 0, 0, 0),
            LeaseClaimed(0, job, second, worker.address, 2, 1, 0, 0, 0),
            JobImproved(0, job, 2 * REWARD_FRI, left_fri - 2 * 3 * FEE_FRI, expires_at_s),  # two reserves
            ResultSubmitted(0, job, first, 1, RESULT),
            TasksGivenBack(0, job, first, 1, 1, "", 0, True),
            EntryRefused(0, job, second, "RC: nothing to draw"),
            LeaseDrawn(0, job, first, 0, DrawOutcome.IN_AUDIT),
            LeaseEnded(0, job, first, LeaseState.REJECTED, False),
            TasksRefunded(0, job, 1, REWARD_FRI),
            AuditClosed(0, job, first, AuditKind.PIXELS, Verdict.UNDECIDED),
            TasksGivenBack(0, job, second, 2, 1, "away", REWARD_FRI // 50, True),
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
            known.append(LeaseClaimed(0, job, lease, net.worker.address, 0, 1, attempt, 0, 0, 1))
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


def test_an_accepted_lease_is_told_with_who_was_paid(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        chain, audited = bench.net.artist, await bench.lease()
        await audited.clear()
        start = await chain.block_number() + 1
        assert await chain.accept(audited.job_id, [audited.lease_id]) == []
        pay_fri = 2 * AUDIT_TERMS.reward_fri
        left_fri = AUDIT_TERMS.audit_pool_fri - 3 * FEE_FRI
        known = [
            JobClosed(0, audited.job_id, left_fri),
            LeaseAccepted(0, audited.job_id, audited.lease_id, PAYOUT, pay_fri),
        ]
        assert without_blocks(await told(chain, len(known), start)) == known

    networks.run(story)


def test_an_audit_is_told_round_by_round(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        chain, audited = bench.net.artist, await bench.lease()
        start = await chain.block_number() + 2  # after the submission
        job, lease = audited.job_id, audited.lease_id
        place = (0, job, lease)
        await audited.submit()
        seats, seed = await audited.verifiers(), await chain.seed(lease, 0)
        leaves = await audited.leaves()
        await audited.vote(SAME, OTHER, OTHER)
        bond_fri = await bench.net.worker.appeal_bond_fri(lease)
        await audited.let_audit(False)
        await bench.net.worker.appeal(lease, [5])
        bench.net.pass_time(DRAW_STEPS * PHASE_S)
        await audited.advance()  # nobody comes, so the rejection does not stand
        workers = tuple(one.worker_id for one in seats)
        theirs = (tuple(contents_of(leaves, OTHER)), flat(prints_of(leaves, OTHER)))
        known = [
            VotesDrawn(*place, 0, AuditKind.PIXELS, seed, 0, workers),
            LeaseDrawn(*place, 0, DrawOutcome.IN_AUDIT),
            VotesSealed(*place, 0),
            LeavesOpened(*place, 0, 0, tuple(contents_of(leaves)), flat(prints_of(leaves, SAME))),
            Voted(*place, 0, 0, workers[0], Vote.COUNTED),
            PrintsShown(*place, 0, 1, 1 << FIRST_DRAWN, False, 0, *theirs),
            Voted(*place, 0, 1, workers[1], Vote.COUNTED),
            PrintsShown(*place, 0, 2, 1 << FIRST_DRAWN, False, 0, *theirs),
            Voted(*place, 0, 2, workers[2], Vote.COUNTED),
            RejectionShown(*place, 0, 0, 1),
            VerdictGiven(*place, 0, Verdict.REJECTED, 3, 2),
            Appealed(*place, 1, bond_fri, (5,)),
            LeaseEnded(*place, LeaseState.REJECTED, False),
            TasksRefunded(0, job, 2, 0),
            AuditClosed(*place, AuditKind.PIXELS, Verdict.UNDECIDED),
        ]
        events = without_blocks(await told(chain, len(known), start))
        assert sorted(map(str, events[-3:])) == sorted(map(str, known[-3:]))
        assert events[:-3] == known[:-3]

    networks.run(story)


def test_a_worker_who_does_not_open_its_leaves(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        chain, audited = bench.net.artist, await bench.lease()
        job, lease = audited.job_id, audited.lease_id
        await audited.submit()
        start = await chain.block_number() + 1
        await audited.seal([1, 2, 3])
        await audited.advance_late(SILENCE_STEPS)
        lock_fri = AUDIT_TERMS.reward_fri * 2 * 3 // 10 + 3 * FEE_FRI
        known = [
            VotesSealed(0, job, lease, 0),
            LeaseSlashed(0, job, lease, lock_fri, lock_fri),
            LeaseEnded(0, job, lease, LeaseState.REJECTED, True),
            AuditClosed(0, job, lease, AuditKind.PIXELS, Verdict.REJECTED),
        ]
        assert without_blocks(await told(chain, len(known), start)) == known
        assert await chain.burned_fri() == lock_fri, "nobody was right"

    networks.run(story)


def test_verifiers_who_stay_away_or_say_why(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        chain, audited = bench.net.artist, await bench.lease()
        place = (0, audited.job_id, audited.lease_id)
        await audited.submit()
        start = await chain.block_number() + 1
        first, second, third = await audited.verifiers()
        for seat, word in ((first, Vote.BUSY), (second, Vote.NO_PACKAGE)):
            await bench.verifiers[seat.worker_id].decline(audited.lease_id, seat.seat, word)
        await audited.advance_late(COMMIT_STEPS)
        await audited.draw()
        more = tuple(one.worker_id for one in (await audited.verifiers())[3:])
        seed = await chain.seed(audited.lease_id, 0)
        known = [
            Voted(*place, 0, 0, first.worker_id, Vote.BUSY),
            Voted(*place, 0, 1, second.worker_id, Vote.NO_PACKAGE),
            Voted(*place, 0, 2, third.worker_id, Vote.ABSENT),
            VotesDrawn(*place, 0, AuditKind.PIXELS, seed, 3, more),
        ]
        assert without_blocks(await told(chain, len(known), start)) == known
        assert len(more) == 4

    networks.run(story)


def test_a_struck_vote_is_told(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        chain, audited = bench.net.artist, await bench.lease()
        await audited.submit()
        await audited.reveal_all(MACHINE, SAME, SAME, differs=1 << FIRST_DRAWN)
        start = await chain.block_number() + 1
        (vote,) = await audited.shown([0], MACHINE, 0)
        await chain.strike(audited.lease_id, 0, vote, await audited.opened(0))
        (first, *_) = await audited.verifiers()
        known = Voted(0, audited.job_id, audited.lease_id, 0, 0, first.worker_id, Vote.STRUCK)
        assert without_blocks(await told(chain, 1, start)) == [known]

    networks.run(story)


def test_doubts_are_told(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        chain, doubted = bench.net.artist, await bench.lease()
        await doubted.clear()
        start = await chain.block_number() + 1
        await chain.challenge_delivery(doubted.lease_id)
        result, place = doubted.pixels.result, (0, doubted.job_id, doubted.lease_id)
        await bench.net.outsider.reveal_key(doubted.lease_id, result, RESULTS_KEY)
        await doubted.draw()
        (seen,) = await chain.challenged(start)
        assert (seen.job_id, seen.lease_id, seen.leaves) == (doubted.job_id, doubted.lease_id, ())
        bond_fri = challenge_bond(2 * AUDIT_TERMS.reward_fri, 3 * FEE_FRI)
        workers = tuple(one.worker_id for one in await doubted.verifiers())
        seed = await chain.seed(doubted.lease_id, 0)
        halves = (int.from_bytes(RESULTS_KEY[:16], "big"), int.from_bytes(RESULTS_KEY[16:], "big"))
        known = [
            LeaseChallenged(*place, AuditKind.DELIVERY, (), bond_fri),
            KeyRevealed(*place, *halves),
            VotesDrawn(*place, 0, AuditKind.DELIVERY, seed, 0, workers),
        ]
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
