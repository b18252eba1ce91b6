"""What others pay: the last jobs of a family that somebody was paid for."""

from __future__ import annotations

from ...core.board_events import JobCreated, LeaseAccepted, LeasePaid
from ...core.market import MARKET_BLOCKS, MOST_JOBS, newest_prices_fri
from .events import EventStream


async def accepted_prices_fri(stream: EventStream, newest: int, family: int) -> list[int]:
    """What a frame pays in the newest jobs of which something was accepted, one a requester.

    Of a requester only the newest one counts, so that nobody makes a price by many small jobs of its own.
    """
    first = max(newest - MARKET_BLOCKS, 0)
    created = await stream.past_with("JobCreated", first, (), (family,))
    jobs = [one for one in created if isinstance(one, JobCreated)][-MOST_JOBS:]
    if not jobs:
        return []
    numbers = [one.job_id for one in jobs]
    paid = [await stream.past_with(name, first, numbers) for name in ("LeasePaid", "LeaseAccepted")]
    accepted = {one.job_id for found in paid for one in found if isinstance(one, LeasePaid | LeaseAccepted)}
    return newest_prices_fri(jobs, accepted)
