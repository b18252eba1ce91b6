"""How long something takes, in words."""

from __future__ import annotations

from math import ceil

DAY_S, HOUR_S, MINUTE_S = 86_400, 3_600, 60


def duration_of(seconds: float) -> str:
    """Rounded up in its largest fitting unit, of which there are two or more."""
    for unit, length_s in (("days", DAY_S), ("hours", HOUR_S), ("minutes", MINUTE_S)):
        if seconds >= 2 * length_s:
            return f"{ceil(seconds / length_s)} {unit}"
    return f"{ceil(seconds)} seconds"
