"""A job's open tasks while leases are planned on them: all from the cursor on, and ranges that came back."""

from __future__ import annotations

from dataclasses import dataclass

from renderchain.core.audit.state import DrawOutcome
from renderchain.core.lifecycle import Twin

from devkit.model.ledger import need
from devkit.model.records import Job, Lease, Range


@dataclass(frozen=True)
class SpareOf:
    """What is planned for a spare."""

    held: Lease
    tasks: Range


class Ranges:
    """What is taken here is the job's only when its leases are."""

    def __init__(self, job: Job, *, judged: bool) -> None:
        self._job = job
        self._judged = judged
        self.cursor = job.cursor
        self.pool_fri = job.pool_fri
        self.reopened = list(job.reopened)
        self.spares = job.spares

    def take(self, most: int = 0) -> Range:
        """The next one, or so many tasks of it, and out of the pool what the lease reserves."""
        terms = self._job.terms
        need(self.reopened or self.cursor < terms.tasks, "nothing left to claim")
        self.need_pool()
        longest = min(most or terms.longest_lease, terms.longest_lease)
        found = self.reopened[-1] if self.reopened else (self.cursor, terms.tasks - self.cursor, 0, 0)
        first, count, attempt, rejections = found
        taken = (first, min(count, longest), attempt, rejections)
        if self.reopened:
            self._cut(len(self.reopened) - 1, taken)
        else:
            self.cursor += taken[1]
        if taken[1] < min(count, terms.longest_lease):
            left_fri = self.pool_fri - self._reserve_fri(taken[1])
            leases = self._job.open_leases(self.reopened, self.cursor)
            need(left_fri >= self._job.next_reserve_fri * leases, "pool too small to split")
        return self._reserve(taken)

    def take_tasks(self, first: int, count: int) -> Range:
        """Those that a scheduler names; what lies beside them in their range stays open."""
        terms, end = self._job.terms, first + count
        self.need_pool()
        need(count <= terms.longest_lease, "longer than a lease may be")
        need(end <= terms.tasks, "tasks are not open")
        if first >= self.cursor:
            if first > self.cursor:
                self.reopened.append((self.cursor, first - self.cursor, 0, 0))
            self.cursor = end
            return self._reserve((first, count, 0, 0))
        for index in reversed(range(len(self.reopened))):
            start, length, attempt, rejections = self.reopened[index]
            if start <= first < start + length:
                need(end <= start + length, "tasks are not open")
                taken = (first, count, attempt, rejections)
                self._cut(index, taken)
                return self._reserve(taken)
        need(False, "tasks are not open")
        raise AssertionError

    def take_again(self, held: Lease) -> SpareOf:
        """The tasks of a lease once more, out of those that were set aside for it."""
        held_judged = held.draw_outcome is not DrawOutcome.UNJUDGED
        need(self._judged or not held_judged, "job wants judged leases")
        need(self.spares >= held.count, "no spares left")
        need(self.pool_fri >= self._reserve_fri(held.count), "audit pool is too small")
        self.spares -= held.count
        held.twin = Twin.HELD
        return SpareOf(held, self._reserve((held.first, held.count, held.attempt, held.rejections)))

    def put_back(self, one: Range | SpareOf) -> None:
        """Nobody took it."""
        tasks = one.tasks if isinstance(one, SpareOf) else one
        self.pool_fri += self._reserve_fri(tasks[1])
        if isinstance(one, SpareOf):
            self.spares += tasks[1]
            one.held.twin = Twin.NONE
        else:
            self.reopened.append(one)

    def need_pool(self) -> None:
        """Whatever is asked for, the pool must pay for the next range's audit, if there is one, and somebody
        judges what is taken.
        """
        is_open = self.reopened or self.cursor < self._job.terms.tasks
        need(
            not is_open or not self._judged or self.pool_fri >= self._job.next_reserve_fri,
            "audit pool is too small",
        )

    def _reserve(self, taken: Range) -> Range:
        self.pool_fri -= self._reserve_fri(taken[1])
        return taken

    def _reserve_fri(self, count: int) -> int:
        return self._job.reserve_fri(count) if self._judged else 0

    def _cut(self, index: int, taken: Range) -> None:
        """Tasks out of a reopened range: its first part keeps the place, or its last one takes it."""
        start, length, attempt, rejections = self.reopened[index]
        end = taken[0] + taken[1]
        before = (start, taken[0] - start, attempt, rejections)
        after = (end, start + length - end, attempt, rejections)
        if before[1]:
            self.reopened[index] = before
            if after[1]:
                self.reopened.append(after)
        elif after[1]:
            self.reopened[index] = after
        else:
            self.reopened[index] = self.reopened[-1]
            self.reopened.pop()
