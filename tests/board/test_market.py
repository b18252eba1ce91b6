"""What frames are usually paid is read from what the board told."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from devkit.audited_lease import AuditBench
from devkit.made_up_job import FAMILY, TERMS
from tests.board.opener import Opener


def test_the_newest_job_of_which_something_was_accepted_tells_what_frames_pay(networks: Opener) -> None:
    async def run() -> None:
        async with networks() as opened:
            bench = await AuditBench.open(opened)
            net = bench.net
            assert await net.outsider.accepted_prices_fri(FAMILY) == []
            job_id = await net.artist.create_job(TERMS)
            audit = await bench.claim(job_id, 0)
            await net.worker.submit(audit.lease_id, audit.pixels.count, audit.pixels.result)
            assert await net.outsider.accepted_prices_fri(FAMILY) == [], "nothing is accepted yet"
            net.pass_draw_block()
            await net.outsider.draw(job_id, [audit.lease_id])
            assert await net.artist.accept(job_id, [audit.lease_id]) == []
            # A job of another price of which nothing is accepted tells nothing.
            await net.artist.create_job(replace(TERMS, reward_fri=2 * TERMS.reward_fri))
            assert await net.outsider.accepted_prices_fri(FAMILY) == [TERMS.reward_fri]
            assert await net.outsider.accepted_prices_fri(FAMILY + 1) == []

    asyncio.run(run())
