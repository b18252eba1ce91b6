"""What a scheduler's books note of a lease on its way to the board, and of one that was claimed."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.ids import JobId
from ...core.scheduling.plan import Given


@dataclass(frozen=True)
class Asked:
    """A lease that the board was asked for."""

    given: Given
    at_s: float


@dataclass
class Claimed:
    """One that has not ended; ``tells``: it was heard as it happened, so how fast it was can follow."""

    job_id: JobId
    first: int
    count: int
    tells: bool
