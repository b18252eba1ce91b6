"""The requester's part after a submission, on a scripted chain."""

from __future__ import annotations

import asyncio

from renderchain.app.requester.acceptance import Acceptance
from renderchain.core.board_events import ResultSubmitted
from renderchain.core.job import LeaseResult

from tests.unit.app.bench import JOB, LEASE, UseCaseBench

SUBMITTED = ResultSubmitted(50, JOB, LEASE, 2, LeaseResult(1, 2, 3, 4))


def acceptance(bench: UseCaseBench) -> Acceptance:
    """It has heard of a submission."""
    made = Acceptance(bench.chain, bench.reporter, JOB)
    made.submitted(SUBMITTED)
    return made


async def draw_for(one: Acceptance, seconds: float) -> None:
    """Go on for so long."""
    task = asyncio.create_task(one.run())
    await asyncio.sleep(seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
