"""What an index tells of a network; it is believed where nothing is lost by that."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ..core.candidates import Candidate
from ..core.ids import JobId
from ..core.job import JobInfo
from ..core.job_progress import JobProgress

Item = TypeVar("Item")


@dataclass(frozen=True)
class Told(Generic[Item]):
    """An answer, and the number of the block of whose state it is."""

    block: int
    item: Item


@dataclass(frozen=True)
class IndexedNetwork:
    """Which network an index follows: the chain's identifier as text, and its Directory's address."""

    chain: str
    directory: int


@dataclass(frozen=True)
class JobPlace:
    """A job, and the block in which it was created."""

    job_id: JobId
    block: int


@dataclass(frozen=True)
class EndedJob:
    """A job of which nothing goes on any more, and what became of its leases."""

    job: JobInfo
    progress: JobProgress


class NetworkIndex(Protocol):
    """All raise IndexAway, also for answers that make no sense; those that do may be untrue."""

    @property
    def shown(self) -> str:
        """Its address as it may be shown."""
        ...

    async def network(self) -> Told[IndexedNetwork]:
        """Which network it follows."""
        ...

    async def workers(self) -> Told[list[Candidate]]:
        """The workers of the network, at most so many as it tells in a few answers."""
        ...

    async def jobs_of(self, board: int, requester: int) -> Told[list[JobPlace]]:
        """The jobs of a board that an account created."""
        ...

    async def open_jobs(self, board: int, families: Collection[int]) -> Told[list[JobPlace]]:
        """The jobs of a board and of these families that have not closed."""
        ...

    async def ended_job(self, board: int, job_id: JobId) -> Told[EndedJob | None]:
        """A job that is over; None where it goes on, or there is none."""
        ...
