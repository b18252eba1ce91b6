"""All workers of a family that a scheduler may give leases, in columns: a plan looks at each of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..ids import WorkerId
from ..job import StandingOffer
from ..lease_id import MAX_SLOTS

NEVER = -math.inf
COLUMNS = np.dtype(
    [
        ("speed", float),  # reference seconds a second
        ("hoped", float),  # the same, if it is as fast as it says
        ("spread", float),  # of the speed, as a part of it
        ("free_at_s", float),  # when all that it has is expected to be rendered
        ("heard_s", float),
        ("asks_fri", float),
        ("until_s", float),
        ("stake_fri", float),
        ("leases", np.int64),  # how many of its leases tell of its speed
        ("in_hand", np.int64),  # leases that it is to render
        ("memory_mib", np.int64),
        ("largest_bytes", np.int64),
        ("slots", np.int64),
        ("used", np.int64),  # a bit for each slot that holds a lease of ours
        ("others", np.int64),  # ... that its worker says it holds a lease in
    ]
)


@dataclass(frozen=True)
class Terms:
    """What a worker takes, by the registry and by its own word; ``stake_fri`` is what nothing locks."""

    offer: StandingOffer
    memory_mib: int
    stake_fri: int


class Fleet:
    """A worker keeps its row. Amounts in columns are rounded, to compare many at once; ``terms`` are not."""

    def __init__(self) -> None:
        self.ids: list[WorkerId] = []
        self.terms: list[Terms] = []
        self.rows: dict[WorkerId, int] = {}
        self._all = np.zeros(64, COLUMNS)

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, name: str) -> NDArray[Any]:
        """One of COLUMNS, of all rows; what is written into it stays, until a worker comes."""
        return self._all[name][: len(self.ids)]

    def put(self, worker_id: WorkerId, terms: Terms) -> int:
        """What a worker takes now; its row."""
        row = self.rows.get(worker_id)
        if row is None:
            row = self.rows[worker_id] = len(self.ids)
            if row == len(self._all):
                self._all = np.concatenate([self._all, np.zeros_like(self._all)])
            self.ids.append(worker_id)
            self.terms.append(terms)
            self._all[row]["heard_s"] = NEVER
            self._all[row]["speed"] = self._all[row]["hoped"] = 1.0
        self.terms[row], one, offer = terms, self._all[row], terms.offer
        one["asks_fri"], one["until_s"], one["stake_fri"] = (
            offer.least_reward_fri,
            offer.until_s,
            terms.stake_fri,
        )
        one["memory_mib"], one["slots"] = terms.memory_mib, min(offer.slots, MAX_SLOTS)
        one["largest_bytes"] = min(offer.largest_package_bytes, 2**62)
        return row

    def give(self, row: int, slot: int, ends_s: float) -> None:
        """It has one lease more, in that slot, after which it is free."""
        one = self._all[row]
        one["used"] |= 1 << slot
        one["in_hand"] += 1
        one["free_at_s"] = ends_s

    def rendered(self, row: int, free_at_s: float) -> None:
        """It has one lease less to render; the slot is taken until the lease ends."""
        one = self._all[row]
        one["in_hand"] = max(one["in_hand"] - 1, 0)
        one["free_at_s"] = free_at_s

    def leave_slot(self, row: int, slot: int) -> None:
        """The slot's lease ended."""
        self._all[row]["used"] &= ~(1 << slot)

    def occupy(self, row: int, slots: Iterable[int]) -> None:
        """Where its worker says that it holds leases, of whatever job."""
        self._all[row]["others"] = sum(1 << slot for slot in set(slots) if 0 <= slot < MAX_SLOTS)

    def free_slot(self, row: int) -> int | None:
        """The first of its slots that holds no lease."""
        one = self._all[row]
        used, slots = int(one["used"] | one["others"]), int(one["slots"])
        return next((slot for slot in range(slots) if not used >> slot & 1), None)

    def mask(self, rows: Iterable[int]) -> NDArray[np.bool_]:
        """True in those rows."""
        found = np.zeros(len(self), bool)
        found[list(rows)] = True
        return found
