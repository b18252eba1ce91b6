"""Spans of time by a clock that may be set: what was begun while it was wrong must not last for years."""

from __future__ import annotations

NEVER_S = float("-inf")  # since when something was that has not been yet


def is_over(since_s: float, seconds: float, now_s: float) -> bool:
    """Whether so many seconds went by since then.

    Also where that is still to come: the clock was set back, and how many did nobody knows.
    """
    return not 0 <= now_s - since_s < seconds
