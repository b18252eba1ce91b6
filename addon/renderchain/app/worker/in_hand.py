"""The leases that a worker has in its lanes, and what it knows of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ...core.ids import LeaseId
from ...ports.journal import LeaseEntry
from .lane import Lane, Turn

FIRST_REST_S = 5.0
LONGEST_REST_S = 600.0


class InHand:
    """Of one board; the lanes may have others' leases too. ``changed`` is called when there may be something
    to do about them.
    """

    def __init__(self, board: int, lanes: Sequence[Lane], changed: Callable[[], None]) -> None:
        self.board = board
        self.lanes = lanes
        self.is_sure = False  # what the chain says is read at the start, and when something went wrong
        self._changed = changed
        self._rest_s = FIRST_REST_S
        self._rests_until_s = 0.0  # by the loop's clock

    @property
    def lease_ids(self) -> list[LeaseId]:
        """All of them."""
        return [turn.entry.lease_id for turn in self._turns]

    @property
    def done(self) -> dict[LeaseId, int]:
        """How many frames of each are rendered by this process."""
        return {turn.entry.lease_id: turn.frames_done for turn in self._turns}

    @property
    def _turns(self) -> list[Turn]:
        return [turn for lane in self.lanes for turn in lane.turns if turn.entry.board == self.board]

    @property
    def works_elsewhere(self) -> bool:
        """Whether every lane has a lease of another board."""
        return all(any(turn.entry.board != self.board for turn in lane.turns) for lane in self.lanes)

    def doubt(self) -> None:
        """What became of one of them only the chain knows."""
        self.is_sure = False
        self._changed()

    def rest(self) -> None:
        """The machine lacks something: no lease is claimed for a while, each time for twice as long."""
        if not self.rests_for_s:
            self._rests_until_s = _now_s() + self._rest_s
            self._rest_s = min(2 * self._rest_s, LONGEST_REST_S)

    @property
    def rests_for_s(self) -> float:
        """How long no lease is claimed."""
        return max(self._rests_until_s - _now_s(), 0.0)

    def went_well(self) -> None:
        """The next rest is a first one."""
        self._rest_s = FIRST_REST_S

    def resume(self, entry: LeaseEntry, state: str = "") -> None:
        """Have a lease done that was claimed before, in the lane that has the fewest. ``state`` is what the
        journal is to say while it is worked on; "": what it says now.
        """
        min(self.lanes, key=lambda one: len(one.turns)).give(entry).resumed_state = state

    def wanting(self) -> Lane | None:
        """The lane that wants one more lease now, as far as one does; one that stands still comes first."""
        now = [lane for lane in self.lanes if lane.wants_in_s == 0]
        return min(now, key=lambda one: one.left_s or 0.0, default=None)

    @property
    def wanted_in_s(self) -> list[float]:
        """When lanes will want one more, as it looks; 0: now."""
        return [wants_in_s for lane in self.lanes if (wants_in_s := lane.wants_in_s) is not None]

    def take_back(self) -> list[Turn]:
        """Those that nobody has begun with; no lane has them any more."""
        return [turn for lane in self.lanes for turn in lane.take_back(self.board)]


def _now_s() -> float:
    return asyncio.get_running_loop().time()
