"""What a worker is told: of the past what may still matter, and from then on what concerns it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from renderchain.core.board_events import BoardEvent, CaughtUp, JobClosed
from renderchain.core.money import FRI_PER_STRK

from devkit.audited_lease import NONCE, PHASE_S, AuditBench
from devkit.made_up_job import FAMILY, TERMS
from devkit.parties import Networks
from tests.board.opener import Opener

OTHER_FAMILY = FAMILY + 1
LONG_AGO_S, FAR_AHEAD_S = 0.0, 2.0**40


async def names(stream: AsyncGenerator[BoardEvent, None], count: int) -> list[str]:
    return [type(await asyncio.wait_for(anext(stream), 10)).__name__ for _ in range(count)]


async def past(stream: AsyncGenerator[BoardEvent, None]) -> list[str]:
    """The kinds of what is told before all of the past was told."""
    found = []
    while not isinstance(event := await asyncio.wait_for(anext(stream), 10), CaughtUp):
        found.append(type(event).__name__)
    return found


def test_of_the_past_jobs_of_the_families_and_late_votes_are_told_then_what_is_new(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net = bench.net
        worker, start = net.worker, await net.artist.block_number()
        job = await net.artist.create_job(TERMS)
        lease = await worker.claim_lease(job, 0)
        ended = await net.artist.create_job(TERMS)
        await net.artist.cancel(ended)
        async with aclosing(worker.news(start, {FAMILY}, LONG_AGO_S)) as stream:
            assert await past(stream) == ["JobCreated", "JobCreated", "JobClosed"]
            await worker.give_back(lease, "away")
            assert await names(stream, 1) == ["TasksGivenBack"]
        first, second = await worker.open_jobs(start, {FAMILY}), await worker.open_jobs(start, {OTHER_FAMILY})
        assert [one.job_id for one in first] == [job] and second == []
        async with aclosing(worker.news(start, {FAMILY}, LONG_AGO_S, first[0].block + 1)) as stream:
            assert await past(stream) == ["JobCreated", "JobClosed"]
        async with aclosing(worker.news(start, {OTHER_FAMILY}, LONG_AGO_S)) as stream:
            assert await past(stream) == ["JobClosed"]
            await worker.claim_lease(job, 1)
            assert await names(stream, 1) == ["LeaseClaimed"]
        async with aclosing(worker.news(start, set(), LONG_AGO_S)) as stream:
            assert await past(stream) == []

    networks.run(story)


def test_votes_are_told_that_were_drawn_since_a_time(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        start = await bench.net.artist.block_number()
        lease = await bench.lease()
        await lease.submit()
        for since_s, found in ((LONG_AGO_S, ["VotesDrawn"]), (FAR_AHEAD_S, [])):
            async with aclosing(bench.net.worker.news(start, set(), since_s)) as stream:
                assert await past(stream) == found

    networks.run(story)


async def rendering(bench: AuditBench[Any]) -> Any:
    """Another worker, with stake for leases."""
    number = min(bench.verifiers)
    await bench.owners[number].add_stake(number, 5 * FRI_PER_STRK)
    return bench.verifiers[number]


async def until_closed(stream: AsyncGenerator[BoardEvent, None], net: Any) -> list[str]:
    """The kinds of all that is told up to the end of a job that begins now, without that."""
    closing = await net.artist.create_job(TERMS)
    await net.artist.cancel(closing)
    found = []
    while True:
        event = await asyncio.wait_for(anext(stream), 10)
        if getattr(event, "job_id", None) != closing:
            found.append(type(event).__name__)
        elif isinstance(event, JobClosed):
            return found


def test_of_others_leases_is_told_what_frees_their_tasks(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net, other = bench.net, await rendering(bench)
        job = await net.artist.create_job(TERMS)
        async with aclosing(net.worker.news(await net.artist.block_number(), {FAMILY}, LONG_AGO_S)) as stream:
            await past(stream)
            theirs = await other.claim_lease(job, 0, 1)
            assert await until_closed(stream, net) == []
            await other.give_back(theirs, "away")
            assert await until_closed(stream, net) == ["TasksGivenBack", "LeaseEnded"]
            mine = await net.worker.claim_lease(job, 0, 1)
            await net.worker.give_back(mine, "away")
            assert await until_closed(stream, net) == ["LeaseClaimed", "TasksGivenBack", "LeaseEnded"]

    networks.run(story)


def test_jobs_of_other_families_wake_nobody(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net, other = bench.net, await rendering(bench)
        start = await net.artist.block_number()
        async with aclosing(net.worker.news(start, {OTHER_FAMILY}, LONG_AGO_S)) as stream:
            await past(stream)
            job = await net.artist.create_job(TERMS)
            await other.give_back(await other.claim_lease(job, 0), "away")
            await net.artist.cancel(job)
            assert await names(stream, 1) == ["JobClosed"]

    networks.run(story)


def test_who_votes_about_a_lease_is_told_all_of_it_and_others_only_who_was_drawn(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net, start = bench.net, await bench.net.artist.block_number()
        lease = await bench.lease()
        await lease.submit()
        drawn = bench.verifiers[(await lease.verifiers())[0].worker_id]
        for chain, step in ((drawn, ["VotesSealed"]), (net.worker, ["LeavesOpened"]), (net.outsider, [])):
            async with aclosing(chain.news(start, {FAMILY}, LONG_AGO_S)) as stream:
                assert "VotesDrawn" in await past(stream)
                if chain is drawn:
                    await lease.seal([NONCE] * 3)
                elif chain is net.worker:
                    await lease.open()
                else:
                    net.pass_time(PHASE_S)
                    await lease.advance()
                assert (await until_closed(stream, net))[-1:] == step

    networks.run(story)
