"""What of a busy board concerns one worker, and by which keys a node can be asked for just that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from .audit.events import VotesDrawn
from .board_events import (
    BoardEvent,
    JobClosed,
    JobCreated,
    JobImproved,
    KeyAsked,
    KeyGiven,
    LeaseAccepted,
    LeaseClaimed,
    LeaseEnded,
    TasksGivenBack,
)
from .ids import JobId, LeaseId, WorkerId
from .lease_id import split_lease_id

# What frees tasks, or room under a family's cap, and who asks for a key or gives one.
OF_JOBS = (JobImproved, TasksGivenBack, LeaseAccepted, LeaseEnded, KeyAsked, KeyGiven)
OF_ALL = (JobClosed, VotesDrawn)  # once a job, once a draw; whom it draws is in no key
ENDS = (LeaseAccepted, LeaseEnded)
MOST_NAMED = 100  # numbers that a key is asked for: nodes refuse long lists


@dataclass(frozen=True)
class Filter:
    """Events of some kinds, of none: of any; for each key what it may be, nothing: anything."""

    kinds: tuple[str, ...]
    keys: tuple[tuple[int, ...], ...] = ()


def _names(kinds: Iterable[type]) -> tuple[str, ...]:
    return tuple(kind.__name__ for kind in kinds)


class Interest:
    """Of a worker: jobs of the families that it renders, its own leases, and those that it votes about.

    Without ``knows_jobs`` it may have heard of jobs elsewhere, and what frees tasks is wanted of any job.
    """

    def __init__(
        self,
        families: Collection[int],
        operator: int,
        worker_id: WorkerId,
        *,
        knows_jobs: bool = True,
    ) -> None:
        self._knows_jobs = knows_jobs
        self._families = frozenset(families)
        self._operator = operator
        self._worker_id = worker_id
        self._jobs = set[JobId]()
        self._leases = set[LeaseId]()

    def filters(self) -> list[Filter]:
        """What to ask for: all that is wanted, and of many jobs more."""
        found = [Filter(_names(OF_ALL)), Filter(_names([LeaseClaimed]), ((), (), (self._operator,)))]
        if self._families:
            found.append(self._created())
        if self._jobs or not self._knows_jobs:
            is_few = self._knows_jobs and len(self._jobs) <= MOST_NAMED
            named = tuple(sorted(self._jobs)) if is_few else ()
            found.append(Filter(_names(OF_JOBS), (named,)))
        return found + [Filter((), ((), some)) for some in _some(self._leases)]

    def past(self) -> list[Filter]:
        """What may still matter of all that there was: the families' jobs, which closed, which pay more."""
        if not self._families:  # who renders for none still verifies; a node would take no family for any
            return []
        return [self._created(), Filter(_names([JobClosed, JobImproved]))]

    def ends(self) -> list[Filter]:
        """What tells that leases are settled."""
        return [Filter(_names(ENDS), ((), some)) for some in _some(self._leases)]

    def wants(self, event: BoardEvent) -> bool:
        """Whether it concerns this worker."""
        if isinstance(event, JobCreated):
            return event.family in self._families
        if isinstance(event, LeaseClaimed) and event.operator == self._operator:
            return True
        if isinstance(event, OF_ALL) or getattr(event, "lease_id", None) in self._leases:
            return True
        return isinstance(event, OF_JOBS) and (event.job_id in self._jobs or not self._knows_jobs)

    def hold(self, lease_id: LeaseId, job_id: JobId) -> None:
        """A lease is this worker's."""
        self._leases.add(lease_id)
        self._jobs.add(job_id)

    def grow(self, events: Iterable[BoardEvent]) -> bool:
        """Take on what was told of for the first time; whether more has to be asked for now."""
        before = (len(self._jobs), len(self._leases))
        for event in events:
            if isinstance(event, JobCreated) and event.family in self._families:
                self._jobs.add(event.job_id)
            elif isinstance(event, VotesDrawn) and self._worker_id in event.verifiers:
                self._leases.add(event.lease_id)
            elif isinstance(event, VotesDrawn | LeaseClaimed) and self._owns(event.lease_id):
                self.hold(event.lease_id, event.job_id)
        return before != (len(self._jobs), len(self._leases))

    def shrink(self, events: Iterable[BoardEvent]) -> None:
        """Leave what is over; of that no later block tells anything."""
        for event in events:
            if isinstance(event, JobClosed):
                self._jobs.discard(event.job_id)
            elif isinstance(event, ENDS):
                self._leases.discard(event.lease_id)

    def forget(self) -> None:
        """All of it will be told again."""
        self._jobs.clear()
        self._leases.clear()

    def _created(self) -> Filter:
        return Filter(_names([JobCreated]), ((), tuple(sorted(self._families))))

    def _owns(self, lease_id: LeaseId) -> bool:
        return split_lease_id(lease_id)[0] == self._worker_id


def _some(numbers: Collection[int]) -> Iterator[tuple[int, ...]]:
    ordered = sorted(numbers)
    return (tuple(ordered[at : at + MOST_NAMED]) for at in range(0, len(ordered), MOST_NAMED))
