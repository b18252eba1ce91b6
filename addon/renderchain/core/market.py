"""What a frame is usually paid, by what others paid."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from statistics import median_low

from .board_events import JobCreated
from .ids import JobId

MARKET_BLOCKS = 100_000  # back from the newest: three days and more
MOST_JOBS = 200  # of all requesters
FEWEST_JOBS = 3  # that make a market: of fewer one requester alone would decide


def market_price_fri(prices_fri: Sequence[int]) -> int | None:
    """The median; None where too few tell."""
    return median_low(prices_fri) if len(prices_fri) >= FEWEST_JOBS else None


def newest_prices_fri(created: Sequence[JobCreated], accepted: Collection[JobId]) -> list[int]:
    """What a frame pays in the last accepted job of each requester, of those that were told of."""
    newest = {one.requester: one.terms.reward_fri for one in created if one.job_id in accepted}
    return list(newest.values())
