"""Whether new leases are taken now: the provider may have paused, the hour be wrong, money or room run out.

Duties in audits and leases in hand go on whatever it says.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from ...core.money import about_strk, format_strk
from ...core.notices.conditions import ClaimsPaused, ClaimsResumed, ReserveRunsOut
from ...core.spans import NEVER_S, is_over
from ...core.worker_control import Control
from ...ports.reporter import Reporter
from ...ports.worker_chain import WorkerChain

DAY_S = 86400.0
SAMPLE_S = 3600.0  # how often the account's money is noted
SAMPLES = 72
FEW_DAYS = 5.0  # so long before its end the reserve is spoken of, once a day
PAUSED = "It is paused; renderchain_resume has it go on."
DRAINING = (
    "It is draining: it ends when what it has is settled. Seats are drawn for votes all the same: give them "
    "up first, or start it again soon."
)
NOT_OPERATOR = (
    "Its account is no worker's operator any more: start it with the account of the new one, or have the "
    "owner set this one again (renderchain_operator)."
)
ASK_S = 10.0  # so long an answer of the chain holds
Check = Callable[[], str]
Hours = Callable[[float], str]  # why nothing should be claimed at that time (seconds since 1970), or ""


class Readiness:
    """``checks`` and ``hours`` say why nothing should be claimed, or ""; ``read_control`` what the provider
    last told.

    Below ``reserve_fri`` in the worker's account nothing is claimed, so that there is gas for what it has to
    do for what it holds. ``once``: it claims one lease and drains. ``now`` gives seconds since 1970.
    """

    def __init__(
        self,
        chain: WorkerChain,
        reporter: Reporter,
        read_control: Callable[[], Control],
        checks: Sequence[Check],
        now: Callable[[], float],
        *,
        hours: Hours = lambda at_s: "",
        reserve_fri: int = 0,
        once: bool = False,
    ) -> None:
        self._chain = chain
        self._reporter = reporter
        self._read_control = read_control
        self._checks = checks
        self._now = now
        self._hours = hours
        self._reserve_fri = reserve_fri
        self._once = once
        self._said = ""
        self._money: deque[tuple[float, int]] = deque(maxlen=SAMPLES)
        self._warned_s = NEVER_S
        self._has_claimed = False
        self._answer = ""
        self._asked_s = NEVER_S
        self.is_draining = False
        self.drains: list[Callable[[], None]] = []  # are called when the one lease was claimed

    async def allows(self) -> bool:
        """Whether to claim now; tells when that changes, and why."""
        reason = self._reason() or await asyncio.to_thread(self._checked) or await self._asked()
        if reason != self._said:
            self._said = reason
            self._reporter.tell(ClaimsPaused(reason) if reason else ClaimsResumed())
        return not reason

    @property
    def was_allowed(self) -> bool:
        """What the answer was when it was asked last."""
        return not self._said

    def may_begin_in(self, seconds: float) -> bool:
        """Whether a lease that is claimed now would begin at an hour at which leases are taken."""
        return not self._hours(self._now() + seconds)

    def claimed(self) -> None:
        """A lease was claimed, of whatever board."""
        self._has_claimed = True
        for drains in self.drains if self._once else ():
            drains()

    def _reason(self) -> str:
        control = self._read_control()
        self.is_draining = control.draining or (self._once and self._has_claimed)
        if self.is_draining:
            return DRAINING
        if control.paused:
            return PAUSED
        return self._hours(self._now())

    def _checked(self) -> str:
        """What this machine says against it; not for the loop's thread: a desktop may take seconds."""
        return next(filter(None, (check() for check in self._checks)), "")

    async def _asked(self) -> str:
        """What the chain says against it; asked now and then: each event wakes who asks."""
        if is_over(self._asked_s, ASK_S, self._now()):
            self._answer = await self._other_operator() or await self._poverty()
            self._asked_s = self._now()
        return self._answer

    async def _other_operator(self) -> str:
        """The owner may have given the worker another operator meanwhile."""
        worker_id = await self._chain.worker_id()
        operator = (await self._chain.worker(worker_id)).operator if worker_id else 0
        return "" if operator == self._chain.address else NOT_OPERATOR

    async def _poverty(self) -> str:
        if not self._reserve_fri:
            return ""
        left_fri, now_s = await self._chain.tokens_fri(self._chain.address), self._now()
        if left_fri < self._reserve_fri:
            return (
                f"The account holds {about_strk(left_fri)} STRK, less than its reserve of "
                f"{format_strk(self._reserve_fri)}: send it some."
            )
        if self._money and now_s < self._money[-1][0]:  # the clock was set back
            self._money.clear()
        if not self._money or now_s - self._money[-1][0] >= SAMPLE_S:
            self._money.append((now_s, left_fri))
        days = self._days_left(left_fri)
        if days < FEW_DAYS and is_over(self._warned_s, DAY_S, now_s):
            self._warned_s = now_s
            self._reporter.tell(ReserveRunsOut(left_fri, self._reserve_fri, round(days * DAY_S)))
        return ""

    def _days_left(self, left_fri: int) -> float:
        """Until the reserve is reached, if it goes on as in the last days; what was sent to it left out."""
        pairs = zip(self._money, list(self._money)[1:], strict=False)
        spent = [max(before[1] - after[1], 0) for before, after in pairs]
        if len(spent) < 6 or not sum(spent):
            return float("inf")
        days = (self._money[-1][0] - self._money[0][0]) / DAY_S
        return (left_fri - self._reserve_fri) / (sum(spent) / days)
