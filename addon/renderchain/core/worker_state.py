"""What a worker is doing and has done since it started, folded out of what it tells.

The terminal's view and the metrics are drawn from it. Everything here stays small, however long it runs.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from functools import singledispatchmethod

from .ids import BoardLease, JobId
from .notices import LeaseNotice, Notice, audits, leases
from .notices.conditions import HeadSeen
from .notices.devices import FamilyOutOfService
from .notices.lines import kind_of
from .notices.process import (
    Stopped,
    TransactionConfirmed,
    TransactionReverted,
    WaitingForWork,
    Withdrawn,
)
from .notices.storage import StoreMeasured
from .notices.watching import WatchStarted

LAST = 10  # notices
MOST = 256  # leases or seats that are remembered; the oldest go
DAY_S = 86_400
NOT_SHOWN = ("fee_estimated", "frame_rendered")  # too many to be among the last notices


@dataclass(frozen=True)
class HeldLease:
    """A lease and how far it is; ``step`` is a word or two."""

    job_id: JobId
    step: str
    frame_count: int = 0
    done_count: int = 0
    since_s: float = 0.0  # of this step


@dataclass(frozen=True)
class Progress:
    """How far the present work is, since when."""

    what: str
    done: int
    total: int
    began_s: float
    time_s: float

    @property
    def left_s(self) -> float | None:
        """Seconds until all is done, if it goes on as it went; None while nobody can say."""
        if not 0 < self.done < self.total or self.time_s <= self.began_s:
            return None
        return (self.time_s - self.began_s) / self.done * (self.total - self.done)


@dataclass(frozen=True)
class Rendering:
    """A lease that is being rendered: in which lane, and how many of its frames are done."""

    lane: int
    frames: Progress


@dataclass
class Money:
    """What came and went, in fri."""

    earned_fri: int = 0
    today_fri: int = 0  # of it, since midnight (UTC)
    day: int = 0
    paid_out_fri: int = 0
    fees_fri: int = 0
    lost_fri: int = 0  # stake

    def earn(self, amount_fri: int, time_s: float) -> None:
        """Add some pay."""
        self.today_fri = self.earned_on(time_s) + amount_fri
        self.day = int(time_s // DAY_S)
        self.earned_fri += amount_fri

    def earned_on(self, time_s: float) -> int:
        """What was earned on the day (UTC) of that time."""
        return self.today_fri if self.day == int(time_s // DAY_S) else 0


@dataclass
class WorkerState:
    """``note`` and ``advance`` change it; times are in seconds since 1970."""

    began_s: float
    machines: dict[str, WaitingForWork] = field(default_factory=dict)  # by Blender, once it has started
    out_of_service: dict[str, str] = field(default_factory=dict)  # families, and why
    is_started: bool = False
    is_ended: bool = False
    frame_count: int = 0
    render_s: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    duties: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    transactions: Counter[str] = field(default_factory=Counter)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    money: Money = field(default_factory=Money)
    stake: leases.StakeSeen | None = None
    stored_bytes: int | None = None  # of the IPFS node's repository, as it was told last
    block: int = 0  # the newest that one of our transactions is in
    waits: dict[str, float] = field(default_factory=dict)  # for what, since when
    head: HeadSeen | None = None  # of the node that is used
    held: dict[BoardLease, HeldLease] = field(default_factory=dict)
    seats: dict[BoardLease, HeldLease] = field(default_factory=dict)
    last_vote: tuple[BoardLease, int] | None = None
    rendering: dict[BoardLease, Rendering] = field(default_factory=dict)
    lanes_s: dict[int, float] = field(default_factory=dict)  # what each spent on frames
    progress: Progress | None = None
    last: deque[tuple[float, Notice]] = field(default_factory=lambda: deque(maxlen=LAST))

    def note(self, notice: Notice, time_s: float) -> None:
        """Hear a notice, of any kind."""
        kind = kind_of(type(notice))
        self.kinds[kind, notice.level.value] += 1
        if kind not in NOT_SHOWN and not notice.is_quiet:
            self.last.append((time_s, notice))
        condition = getattr(notice, "condition", None)
        if isinstance(condition, str) and kind == "waiting_for":
            self.waits.setdefault(condition, time_s)
        elif isinstance(condition, str) and kind == "wait_ended":
            self.waits.pop(condition, None)
        self._fold(notice, time_s)
        for kept in (
            self.held,
            self.seats,
            self.waits,
            self.rendering,
            self.machines,
            self.out_of_service,
        ):
            while len(kept) > MOST:
                del kept[next(iter(kept))]  # type: ignore[arg-type]

    def advance(self, what: str, done: int, total: int, time_s: float) -> None:
        """Hear how far the present work is."""
        before = self.progress
        same = before is not None and before.what == what and done >= before.done
        began_s = before.began_s if before is not None and same else time_s
        self.progress = Progress(what, done, total, began_s, time_s)

    @property
    def is_ready(self) -> bool:
        """Whether it works or would, if there were work."""
        return self.is_started and not self.waits and not self.is_ended and not self.is_out_of_order

    @property
    def is_out_of_order(self) -> bool:
        """Whether a worker has no family left that it may render."""
        return bool(self.machines) and len(self.out_of_service) >= len(self.machines)

    @singledispatchmethod
    def _fold(self, notice: Notice, time_s: float) -> None:
        """What kinds without a function of their own change: nothing."""

    @_fold.register
    def _(self, notice: WaitingForWork, time_s: float) -> None:
        self.machines[notice.blender_version], self.is_started = notice, True
        self.lanes_s = dict.fromkeys(range(1, 1 + notice.lane_count), 0.0) | self.lanes_s

    @_fold.register
    def _(self, notice: FamilyOutOfService, time_s: float) -> None:
        self.out_of_service[notice.family] = notice.reason

    @_fold.register
    def _(self, notice: StoreMeasured, time_s: float) -> None:
        self.stored_bytes = notice.stored_bytes

    @_fold.register
    def _(self, notice: WatchStarted, time_s: float) -> None:
        self.is_started = True

    @_fold.register
    def _(self, notice: Stopped, time_s: float) -> None:
        self.is_ended = True

    @_fold.register
    def _(self, notice: TransactionConfirmed, time_s: float) -> None:
        self._transaction("confirmed", notice.block, notice.fee_fri)

    @_fold.register
    def _(self, notice: TransactionReverted, time_s: float) -> None:
        self._transaction("reverted", notice.block, notice.fee_fri)

    def _transaction(self, result: str, block: int, fee_fri: int) -> None:
        self.transactions[result] += 1
        self.block = max(self.block, block)
        self.money.fees_fri += fee_fri

    @_fold.register
    def _(self, notice: HeadSeen, time_s: float) -> None:
        self.head = notice

    @_fold.register
    def _(self, notice: Withdrawn, time_s: float) -> None:
        self.money.paid_out_fri += notice.amount_fri

    @_fold.register
    def _(self, notice: leases.StakeSeen, time_s: float) -> None:
        self.stake = notice

    @_fold.register
    def _(self, notice: leases.LeaseClaimed, time_s: float) -> None:
        self.outcomes["claimed"] += 1
        self.held[_lease(notice)] = HeldLease(notice.job_id, "claimed", notice.frame_count, 0, time_s)

    @_fold.register
    def _(self, notice: leases.LeaseResumed, time_s: float) -> None:
        self._step(notice, "resumed", time_s)

    @_fold.register
    def _(self, notice: leases.RenderStarted, time_s: float) -> None:
        self._step(notice, "rendering", time_s, frame_count=notice.frame_count, done_count=0)
        for lease, one in list(self.rendering.items()):
            if one.lane == notice.lane:  # it is uploaded by now
                del self.rendering[lease]
        frames = Progress("frames", 0, notice.frame_count, time_s, time_s)
        self.rendering[_lease(notice)] = Rendering(notice.lane, frames)

    @_fold.register
    def _(self, notice: leases.FrameRendered, time_s: float) -> None:
        self.frame_count += 1
        self.render_s += notice.render_s
        if held := self.held.get(_lease(notice)):
            self.held[_lease(notice)] = replace(held, done_count=held.done_count + 1)
        if one := self.rendering.get(_lease(notice)):
            frames = replace(one.frames, done=one.frames.done + 1, time_s=time_s)
            self.rendering[_lease(notice)] = replace(one, frames=frames)
            self.lanes_s[one.lane] = self.lanes_s.get(one.lane, 0.0) + notice.render_s

    @_fold.register
    def _(self, notice: leases.SelfTestPassed | leases.SelfTestSpared, time_s: float) -> None:
        self._step(notice, "uploading", time_s)
        self._rendered(_lease(notice))

    @_fold.register
    def _(self, notice: leases.LeaseSubmitted, time_s: float) -> None:
        self.outcomes["submitted"] += 1
        self._step(notice, "submitted", time_s, frame_count=notice.frame_count)
        self._rendered(_lease(notice))

    @_fold.register
    def _(self, notice: leases.LeasePaid, time_s: float) -> None:
        self.outcomes["paid"] += 1
        self.money.earn(notice.paid_fri, time_s)
        self._step(notice, "paid", time_s)

    @_fold.register
    def _(self, notice: leases.LeaseAccepted, time_s: float) -> None:
        self.money.earn(notice.paid_fri, time_s)
        self._end(notice, "accepted")

    @_fold.register
    def _(self, notice: leases.LeaseNotAccepted, time_s: float) -> None:
        self._end(notice, notice.state.name.lower())

    @_fold.register
    def _(self, notice: leases.LeaseFailed, time_s: float) -> None:
        self.outcomes["failed"] += 1

    @_fold.register
    def _(self, notice: leases.LeaseGivenBack, time_s: float) -> None:
        self._end(notice, "given_back")

    @_fold.register
    def _(self, notice: leases.LeaseLost, time_s: float) -> None:
        self._end(notice, "lost")

    @_fold.register
    def _(self, notice: audits.DrawnForAudit, time_s: float) -> None:
        if _lease(notice) in self.held:
            self._step(notice, f"in audit, round {notice.round}", time_s)

    @_fold.register
    def _(self, notice: audits.VerdictGiven, time_s: float) -> None:
        self.verdicts[notice.verdict.name.lower()] += 1
        if _lease(notice) in self.held:
            self._step(notice, f"verdict: {notice.verdict.name.lower()}", time_s)

    @_fold.register
    def _(self, notice: audits.StakeLost, time_s: float) -> None:
        self.money.lost_fri += notice.lost_fri

    @_fold.register
    def _(self, notice: audits.VoteLost, time_s: float) -> None:
        self.duties["missed"] += 1
        self.seats.pop(_lease(notice), None)

    @_fold.register
    def _(self, notice: audits.LeavesOpened, time_s: float) -> None:
        self.duties["leaves_opened"] += 1

    @_fold.register
    def _(self, notice: audits.ResultsRevealed, time_s: float) -> None:
        self.duties["key_revealed"] += 1

    @_fold.register
    def _(self, notice: audits.PrintsCompared, time_s: float) -> None:
        self.duties["prints_compared"] += 1

    @_fold.register
    def _(self, notice: audits.Verifying, time_s: float) -> None:
        self.seats[_lease(notice)] = HeldLease(notice.job_id, f"round {notice.round}", since_s=time_s)

    @_fold.register
    def _(self, notice: audits.VoteRevealed, time_s: float) -> None:
        self._voted(_lease(notice), notice.round)

    @_fold.register
    def _(self, notice: audits.LeavesDiffer, time_s: float) -> None:
        self._voted(_lease(notice), notice.round)

    def _voted(self, lease: BoardLease, round_: int) -> None:
        """Count it once: who holds several seats tells of each."""
        self.seats.pop(lease, None)
        if self.last_vote != (lease, round_):
            self.duties["voted"] += 1
        self.last_vote = (lease, round_)

    @_fold.register
    def _(self, notice: audits.VoteDeclined, time_s: float) -> None:
        self.duties["declined"] += 1
        self.seats.pop(_lease(notice), None)

    def _step(self, notice: LeaseNotice, step: str, time_s: float, **changes: int) -> None:
        held = self.held.get(_lease(notice)) or HeldLease(notice.job_id, step)
        self.held[_lease(notice)] = replace(held, step=step, since_s=time_s, **changes)  # type: ignore[arg-type]

    def _end(self, notice: LeaseNotice, outcome: str) -> None:
        self.outcomes[outcome] += 1
        self.held.pop(_lease(notice), None)
        self._rendered(_lease(notice))

    def _rendered(self, lease: BoardLease) -> None:
        if self.rendering.pop(lease, None) and not self.rendering:
            self.progress = None


def _lease(notice: LeaseNotice) -> BoardLease:
    return BoardLease(notice.board, notice.lease_id)
