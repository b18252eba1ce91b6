"""What a worker that starts is told: of the past what may still matter, and from then on everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from renderchain.core.board_events import BoardEvent, CaughtUp

from devkit.audited_lease import AuditBench
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


def test_of_the_past_jobs_of_the_families_and_late_votes_are_told_then_everything(networks: Opener) -> None:
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
