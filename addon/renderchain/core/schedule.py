"""At what times of the week something may be done: "22:00-06:00 mon-fri, 00:00-24:00 sat sun"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from .errors import SettingsError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
_HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


@dataclass(frozen=True)
class Span:
    """Minutes of a day from ``first`` until ``end``, which may be of the next day; the days it begins on."""

    first: int
    end: int
    days: frozenset[int]  # 0 is Monday

    def holds(self, day: int, minute: int) -> bool:
        """Whether it is on then, begun on that day or on the one before."""
        if day in self.days and self.first <= minute < self.end:
            return True
        return (day - 1) % 7 in self.days and self.first <= minute + DAY_MINUTES < self.end


@dataclass(frozen=True)
class Schedule:
    """Some spans of the week in local time; without any, always."""

    spans: tuple[Span, ...] = ()

    def allows(self, at: datetime) -> bool:
        """Whether it is on at that local time."""
        minute = 60 * at.hour + at.minute
        return not self.spans or any(one.holds(at.weekday(), minute) for one in self.spans)


def parse_schedule(text: str) -> Schedule:
    """Read it; raises SettingsError with what it should look like."""
    try:
        return Schedule(tuple(_span(one.split()) for one in text.split(",") if text.strip()))
    except ValueError:
        raise SettingsError(
            f"The schedule {text!r:.80} can't be read. Write hours and days, such as "
            '"22:00-06:00 mon-fri, 00:00-24:00 sat sun"; without days it is for all of them.'
        ) from None


def _span(words: list[str]) -> Span:
    hours = _HOURS.fullmatch(words[0]) if words else None
    if hours is None:
        raise ValueError
    first, end = (_minute(*map(int, hours.groups()[at : at + 2])) for at in (0, 2))
    days = frozenset(day for word in words[1:] for day in _days(word.lower())) or frozenset(range(7))
    return Span(first, end if end > first else end + DAY_MINUTES, days)


def _minute(hour: int, minute: int) -> int:
    if minute > 59 or 60 * hour + minute > DAY_MINUTES:
        raise ValueError
    return 60 * hour + minute


def _days(word: str) -> list[int]:
    first, _, last = word.partition("-")
    begin, end = DAYS.index(first), DAYS.index(last or first)
    return [(begin + count) % 7 for count in range((end - begin) % 7 + 1)]
