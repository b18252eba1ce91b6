"""The seats of a family once more: entries of units, so that a draw over a past epoch finds them."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, field

from renderchain.core.ids import NO_WORKER, WorkerId

LEAST_UNITS = 4  # that a family has while its age counts
REST_EPOCHS = 2  # that an entry lies idle before it is used again


@dataclass
class Entry:
    """Some units of a worker; it counts in epochs from ``from_epoch`` to before ``until_epoch``."""

    worker: WorkerId
    units: int
    before: int  # units of all entries before it
    first_epoch: int
    from_epoch: int
    until_epoch: int = 0  # not given up


MOST_UNITS = 2**24 - 1


@dataclass
class Purse:
    """A worker's seat stake; how many units it covers is known now and before that last changed."""

    stake_fri: int = 0  # without what is on its way out
    unstaking_fri: int = 0
    since_s: int = 0
    since_block: int = 0
    seats: int = 0  # in all families
    units: int = 0
    from_epoch: int = 0
    old_units: int = 0
    old_from_epoch: int = 0

    def fill(self, stake_fri: int, unit_fri: int, epoch: int) -> None:
        """The units that it covers then count from the next epoch."""
        self.stake_fri = stake_fri
        units = min(stake_fri // unit_fri, MOST_UNITS)
        if units != self.units and self.from_epoch != epoch + 1:
            self.old_units, self.old_from_epoch = self.units, self.from_epoch
            self.from_epoch = epoch + 1
        self.units = units

    def covered_in(self, epoch: int) -> int:
        """Units that it covered then; none where that is not known any more."""
        if self.from_epoch <= epoch:
            return self.units
        return self.old_units if self.old_from_epoch <= epoch else 0

    @property
    def uncovered(self) -> int:
        """Seats that it no longer covers."""
        return max(self.seats - self.units, 0)


@dataclass
class Holding:
    """A worker's units, and the epoch from which on they may change again."""

    units: int = 0
    next_epoch: int = 0


@dataclass
class FamilySeats:
    """A worker's units are a sum of powers of two, each of them an entry."""

    entries: list[Entry] = field(default_factory=list)
    holdings: dict[WorkerId, Holding] = field(default_factory=dict)
    places: dict[tuple[WorkerId, int], int] = field(default_factory=dict)  # of a worker's entry of a size
    left: dict[int, deque[int]] = field(default_factory=dict)  # by size: entries that were given up
    totals: list[tuple[int, int]] = field(default_factory=list)  # epochs, and the units since each change
    since_epoch: int = 0  # from which on it has had at least so many units; 0 while it has not

    def held_by(self, worker: WorkerId) -> Holding:
        """None, if it never had any."""
        return self.holdings.get(worker, Holding())

    def change(self, worker: WorkerId, units: int, epoch: int) -> None:
        """From the next epoch on the worker has so many."""
        had = self.held_by(worker).units
        for bit in range(max(had, units).bit_length()):
            size = 1 << bit
            if not had & size and units & size:
                self._take(worker, size, epoch)
            elif had & size and not units & size:
                self._give_up(worker, size, epoch)
        self.holdings[worker] = Holding(units, epoch + 1)
        self.totals.append((epoch, self.units + units - had))
        if self.units < LEAST_UNITS:
            self.since_epoch = 0
        else:
            self.since_epoch = self.since_epoch or epoch + 1

    def _give_up(self, worker: WorkerId, size: int, epoch: int) -> None:
        index = self.places[worker, size]
        self.entries[index].until_epoch = epoch + 1
        self.left.setdefault(size, deque()).append(index)

    def _take(self, worker: WorkerId, size: int, epoch: int) -> None:
        idle = self.left.get(size)
        if idle and epoch >= self.entries[idle[0]].until_epoch + REST_EPOCHS:
            index = idle.popleft()
            entry = self.entries[index]
            entry.worker, entry.from_epoch, entry.until_epoch = worker, epoch + 1, 0
        else:
            index = len(self.entries)
            before = self.entries[-1].before + self.entries[-1].units if self.entries else 0
            self.entries.append(Entry(worker, size, before, epoch + 1, epoch + 1))
        self.places[worker, size] = index

    @property
    def units(self) -> int:
        """Of all holders."""
        return self.totals[-1][1] if self.totals else 0

    def mature_units(self, epoch: int, age: int) -> int:
        """The fewest that there were since the window before the present one began."""
        window = max(age, 1)
        since = (epoch // window - 1) * window
        before = [units for when, units in self.totals if when < since]
        later = [units for when, units in self.totals if when >= since]
        return min([*before[-1:], *later]) if before else 0

    def units_until(self, epoch: int) -> int:
        """Units in all entries made before the epoch, also in those given up since."""
        count = bisect_right(self.entries, epoch, key=lambda entry: entry.first_epoch)
        return self.entries[count - 1].before + self.entries[count - 1].units if count else 0

    def holder_at(self, epoch: int, mature: int, unit: int) -> tuple[WorkerId, int]:
        """Whose unit it is in the epoch, nobody's if it was given up before, or taken after the mature epoch;
        and which of its entry.
        """
        entry = self.entries[bisect_right(self.entries, unit, key=lambda one: one.before) - 1]
        is_over = entry.until_epoch and entry.until_epoch <= epoch
        return (NO_WORKER, 0) if is_over or entry.from_epoch > mature else (entry.worker, unit - entry.before)
