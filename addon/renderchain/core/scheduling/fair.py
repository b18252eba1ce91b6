"""Whose turn it is among jobs: the earliest deadline in danger, else whoever was given least.

Jobs with deadlines share their turns, and take them in the order of these.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

DANGER = 0.9  # of the time until its deadline is what a job still takes: it goes first
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Claim:
    """What a job brings to its turn. All times are in seconds since 1970."""

    ends_s: float  # when it is expected to be done beside the others
    deadline_s: float | None
    alone_ends_s: float  # ... before the others


class Fairness(Generic[Key]):
    """A deficit round robin whose quantum is one lease: what each job was given, in fri, while it had open
    tasks. A job that comes later begins where the one stands that was given least.
    """

    def __init__(self) -> None:
        self._given_fri: dict[Key, int] = {}
        self._timed = frozenset[Key]()  # those with deadlines
        self._timed_fri = 0  # what they were given together

    def attend(self, present: Mapping[Key, Claim]) -> None:
        """These have open tasks now, and no others."""
        least = min((fri for key, fri in self._given_fri.items() if key in present), default=0)
        self._given_fri = {key: self._given_fri.get(key, least) for key in present}
        self._timed = frozenset(key for key, claim in present.items() if claim.deadline_s is not None)
        self._timed_fri = sum(self._given_fri[key] for key in self._timed)

    def note(self, key: Key, paid_fri: int) -> None:
        """A job was given a lease that pays so much."""
        self._given_fri[key] = self._given_fri.get(key, 0) + paid_fri
        if key in self._timed:
            self._timed_fri += paid_fri

    def rank(self, key: Key, claim: Claim, now_s: float) -> tuple[bool, float, float]:
        """The lowest is next: of those in danger the earliest deadline, unless it is lost anyway."""
        if claim.deadline_s is None:
            return (True, self._given_fri.get(key, 0), math.inf)
        left_s = claim.deadline_s - now_s
        is_lost = left_s <= 0 or claim.alone_ends_s > now_s + left_s
        if not is_lost and DANGER * left_s < claim.ends_s - now_s:
            return (False, claim.deadline_s, 0)
        mean_fri = self._timed_fri / max(len(self._timed), 1)
        return (True, mean_fri, math.inf if is_lost else claim.deadline_s)
