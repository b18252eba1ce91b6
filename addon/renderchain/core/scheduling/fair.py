"""Whose turn it is among jobs: those with an urgent deadline, else whoever was given least.

Jobs with deadlines share their turns, and take them in the order of these.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Claim:
    """What a job brings to its turn: its deadline, in seconds since 1970, and how it stands with that."""

    deadline_s: float | None = None
    is_urgent: bool = False
    is_lost: bool = False


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

    def rank(self, key: Key, claim: Claim) -> tuple[bool, float, float]:
        """The lowest is next: of urgent ones the earliest deadline."""
        if claim.deadline_s is None:
            return (True, self._given_fri.get(key, 0), math.inf)
        if claim.is_urgent:
            return (False, claim.deadline_s, 0)
        mean_fri = self._timed_fri / max(len(self._timed), 1)
        return (True, mean_fri, math.inf if claim.is_lost else claim.deadline_s)
