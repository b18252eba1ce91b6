"""Which tasks of a job are open, and who holds the others: as the board has it, by its events."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from ..ids import LeaseId, WorkerId


class OpenTasks:
    """Ranges of open tasks. The board gives a lease's tasks out of one of its ranges, so none are joined."""

    def __init__(self, tasks: int) -> None:
        self._ranges: list[tuple[int, int]] = [(0, tasks)] if tasks else []  # first and end, rising
        self.count = tasks

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """First and end of each range."""
        return iter(self._ranges)

    def range_at(self, task: int) -> tuple[int, int] | None:
        """First and end of the range that a task is in."""
        at = self._place_of(task)
        return None if at is None else self._ranges[at]

    def take(self, first: int, count: int) -> None:
        """Somebody has them; raises ValueError unless they are open in one range."""
        at, end = self._place_of(first), first + count
        if at is None or count < 1 or end > self._ranges[at][1]:
            raise ValueError(f"Tasks {first} to {end - 1} are not open in one range.")
        start, stop = self._ranges[at]
        self._ranges[at : at + 1] = [one for one in ((start, first), (end, stop)) if one[0] < one[1]]
        self.count -= count

    def _place_of(self, task: int) -> int | None:
        at = bisect_right(self._ranges, (task, 2**63)) - 1
        return at if at >= 0 and task < self._ranges[at][1] else None

    def put_back(self, first: int, count: int) -> None:
        """Nobody has them any more; raises ValueError if some are open."""
        at = bisect_right(self._ranges, (first, 2**63))
        before = self._ranges[at - 1][1] if at else 0
        after = self._ranges[at][0] if at < len(self._ranges) else first + count
        if count < 1 or before > first or after < first + count:
            raise ValueError(f"Tasks {first} to {first + count - 1} are open already.")
        self._ranges.insert(at, (first, first + count))
        self.count += count


@dataclass
class Held:
    """A lease that a worker is to submit; times in seconds since 1970, ``ends_s`` as it is expected."""

    lease_id: LeaseId
    worker_id: WorkerId
    slot: int
    first: int
    count: int
    since_s: float
    begins_s: float
    ends_s: float
    spare_of: LeaseId = LeaseId(0)
    is_spared: bool = False  # a spare of it was given
    done: int = 0  # tasks that the worker says are done
