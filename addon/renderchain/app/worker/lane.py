"""A lane: where leases are rendered one after the other, on a device of its own where there are several.

While one is rendered, the next is made ready or the one before is uploaded, so that the device has no pause.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType

from ...core.errors import RenderChainError
from ...core.job import JobInfo
from ...ports.journal import LeaseEntry
from ...ports.renderer import Renderer
from .pace import Pace
from .self_test import SelfTest

SPARE = 0.1  # of a lease's timeout is left when the time for rendering is over
DECLARED_PART = 1 / 4  # of its timeout: what a job says that a lease takes
AHEAD_PART = 1 / 24  # of its timeout at most a lease waits for the one before it, as it looks
SOON_S = 0.1  # sooner is now: no timer is set for less
BESIDE = "CPU"  # on which another process may render beside
HANDS = 2  # leases of a lane at once: one that is rendered, and one that is made ready or uploaded


class TurnMissed(RenderChainError):
    """A lease waited for its turn as long as it may."""


class Lane:
    """``number`` counts from 1. Without a ``self_test`` leases are submitted as they are; only a cheat wants
    that. ``opens_ahead`` says whether the machine has memory for the next scene beside the one in hand.
    """

    def __init__(
        self,
        number: int,
        renderer: Renderer,
        self_test: SelfTest | None,
        pace: Pace | None = None,
        opens_ahead: Callable[[], bool] = lambda: True,
    ) -> None:
        self.number = number
        self.renderer = renderer
        self.self_test = self_test
        self.pace = pace or Pace()
        self.opens_ahead = opens_ahead
        self.paced: list[Callable[[], None]] = []  # are called when a frame is done, or room for a lease
        self.lock = asyncio.Lock()  # who has it renders
        self.turns: list[Turn] = []  # of all leases that it has
        self._given: list[Turn] = []  # of these, those that nobody has begun with
        self._more = asyncio.Event()

    @property
    def left_s(self) -> float | None:
        """Until it could render another lease, as it looks; None as long as nobody knows."""
        coming = [one for one in self.turns if not one.is_over]
        if len(coming) > 1:
            return None
        return coming[0].left_s if coming else 0.0

    @property
    def wants_in_s(self) -> float | None:
        """When it wants one more lease (0: now), as it looks; None: not before something has changed."""
        left_s = self.left_s
        if len(self.turns) >= HANDS or left_s is None:
            return None
        in_s = left_s - self.pace.lead_s
        return in_s if in_s > SOON_S else 0.0

    def takes(self, job: JobInfo, most: int = 0) -> bool:
        """Whether a lease of at most so many of its frames (0: of as many as there are) would be done in time
        after the one in hand, by what they took, or by what the job declares.
        """
        left_s = self.left_s or 0.0
        most_s = (1 - SPARE) * job.lease_timeout_s
        tasks = max(min(most or job.longest_lease, job.longest_lease, job.open_tasks), 1)
        declared_s = job.lease_timeout_s * DECLARED_PART / job.longest_lease
        needed_s = tasks * (self.pace.frame_s(job.package_cid) or declared_s)
        return left_s <= AHEAD_PART * job.lease_timeout_s and left_s + needed_s <= most_s

    def give(self, entry: LeaseEntry, began_s: float | None = None) -> Turn:
        """Have it see to a lease, whose claim began then, by the loop's clock (None: long ago)."""
        turn = Turn(self, entry, began_s)
        self.turns.append(turn)
        self._given.append(turn)
        self._more.set()
        return turn

    async def next(self, board: int) -> Turn:
        """The next of its leases of a board; the lane has it until the turn, as a block, ends."""
        while not (given := self._given_of(board)):
            self._more.clear()
            await self._more.wait()
        self._given.remove(given[0])
        return given[0]

    def take_back(self, board: int) -> list[Turn]:
        """Those of its leases of a board that nobody has begun with; it has them no more."""
        taken = self._given_of(board)
        for turn in taken:
            self._given.remove(turn)
            self.leave(turn)
        return taken

    def _given_of(self, board: int) -> list[Turn]:
        return [one for one in self._given if one.entry.board == board]

    def leave(self, turn: Turn) -> None:
        """It has a lease less."""
        if turn in self.turns:
            self.turns.remove(turn)
            self.tell_pace()

    def tell_pace(self) -> None:
        """Whoever gives it leases may want to give it one."""
        for paced in self.paced:
            paced()


class Turn:
    """One lease's way through a lane; it is rendered between ``begin`` and ``end``."""

    def __init__(self, lane: Lane, entry: LeaseEntry, began_s: float | None) -> None:
        self.lane = lane
        self.entry = entry
        self.is_new = began_s is not None
        self.most_wait_s: float | None = None  # for its turn; None: as long as it takes
        self.is_over = False
        self.resumed_state = ""  # the journal's word for it while it is worked on, if that is another
        self.waits: Callable[[bool], None] = lambda _: None  # hears when it begins and ends to wait
        self._claim_began_s = began_s
        self._renders = False
        self._cid = ""
        self._frames_left = 0
        self.frames_done = 0
        self._since_s = 0.0

    def __enter__(self) -> Turn:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        self.lane.leave(self)

    async def begin(self, cid: str, frames: int) -> None:
        """Wait until no other of the lane is rendered, then render so many frames of that package.

        Raises TurnMissed.
        """
        if self._claim_began_s is not None:
            self.lane.pace.note_lead(_now_s() - self._claim_began_s)
            self._claim_began_s = None
        if not self._renders:
            await self._wait()
        self._cid, self._frames_left, self._since_s = cid, frames, _now_s()

    async def _wait(self) -> None:
        self.waits(True)
        try:
            async with asyncio.timeout(self.most_wait_s) as timeout:
                await self.lane.lock.acquire()
        except TimeoutError:
            if not timeout.expired():
                raise
            raise TurnMissed(
                f"Lease {self.entry.lease_id} waited {self.most_wait_s:.0f} s for the one before it; others "
                "have more time for it."
            ) from None
        self._renders = True
        self.waits(False)

    async def begin_test(self, cid: str, device: str) -> None:
        """Render leaves of that package again: beside the next lease, if there is memory for that.

        Most of it is opening the scene, which leaves cores idle. A GPU's memory is not known, so there it has
        the lane to itself.
        """
        if device == BESIDE and self.lane.opens_ahead():
            self.end()
        else:
            await self.begin(cid, 0)

    def note_frame(self) -> None:
        """One more frame is done."""
        now_s = _now_s()
        self.lane.pace.note_frame(self._cid, now_s - self._since_s)
        self._frames_left, self._since_s = self._frames_left - 1, now_s
        self.frames_done += 1
        self.lane.tell_pace()

    def end(self) -> None:
        """There is nothing more to be rendered of it."""
        self.is_over = True
        if self._renders:
            self._renders = False
            self.lane.lock.release()
            self.lane.tell_pace()

    @property
    def left_s(self) -> float | None:
        """Until its last frame is done, as it looks; None as long as nobody knows."""
        frame_s = self.lane.pace.frame_s(self._cid)
        if not self._renders or frame_s is None:
            return None
        others_s = max(self._frames_left - 1, 0) * frame_s
        return max(self._frames_left * frame_s - (_now_s() - self._since_s), others_s)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
