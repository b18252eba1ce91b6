"""Which heartbeats a scheduler believes: of now, newer than the last, and signed by the operator.

What anybody may send costs little: numbers that no worker has are no question, and a worker that is known
stays so, whatever others send in its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...core.contract_errors import ContractError
from ...core.ids import WorkerId
from ...core.scheduling.heartbeat import AGE_S, HeartbeatRefused, SignedHeartbeat, parse_heartbeat
from ...ports.scheduler_chain import SchedulerChain
from .scheduler import Scheduler

LOOKS_A_SECOND = 20  # at workers of which nothing is known yet
LOOKS_AGAIN_A_SECOND = 5  # at those whose key does not fit
KEY_S = 60.0  # so long the registry's word on a worker is not asked for again
COUNT_S = 10.0  # ... on how many there are
SWEEP_S = 60.0
IsSigned = Callable[[SignedHeartbeat, int, int], bool]  # with operator and key


@dataclass(frozen=True)
class _Known:
    """What the registry said of a worker; ``fault``: why nothing of it is believed."""

    looked_s: float
    operator: int = 0
    key: int = 0
    fault: str = ""


class _Rate:
    """So many a second."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: list[float] = []

    def take(self, now_s: float) -> bool:
        """One more, unless they are too many."""
        self._taken = [one for one in self._taken if one > now_s - 1]
        if len(self._taken) >= self._most:
            return False
        self._taken.append(now_s)
        return True


class Intake:
    """Of one scheduler. ``now`` gives seconds since 1970."""

    def __init__(
        self, chain: SchedulerChain, scheduler: Scheduler, is_signed: IsSigned, now: Callable[[], float]
    ) -> None:
        self._chain, self._scheduler, self._is_signed, self._now = chain, scheduler, is_signed, now
        self._known: dict[WorkerId, _Known] = {}  # at most as many as are registered
        self._sent_ms: dict[WorkerId, int] = {}  # of the newest that was believed
        self._looks, self._looks_again = _Rate(LOOKS_A_SECOND), _Rate(LOOKS_AGAIN_A_SECOND)
        self._registered, self._counted_s, self._swept_s = 0, -COUNT_S, now()
        self.counts = {"taken": 0, "refused": 0}

    async def hear(self, raw: bytes) -> None:
        """Believe it, or raise HeartbeatRefused; raises ChainError where the chain can't be asked."""
        try:
            await self._hear(parse_heartbeat(raw))
        except HeartbeatRefused:
            self.counts["refused"] += 1
            raise
        self.counts["taken"] += 1

    async def _hear(self, signed: SignedHeartbeat) -> None:
        heartbeat = signed.heartbeat
        worker_id = heartbeat.worker_id
        self._sweep()
        self._expect_new(signed)
        known = await self._look(worker_id)
        if not self._fits(signed, known):
            known = await self._look_again(worker_id, known)
            if not self._fits(signed, known):
                raise HeartbeatRefused(
                    known.fault
                    or f"The heartbeat is not signed for this scheduler by worker {worker_id}: compare the "
                    "address in the worker's settings. Only accounts with a Stark key can sign."
                )
        self._expect_new(signed)  # the same one may have come while the registry was asked
        self._sent_ms[worker_id] = heartbeat.sent_ms
        await self._scheduler.heard(heartbeat)

    def _expect_new(self, signed: SignedHeartbeat) -> None:
        """Raises HeartbeatRefused where it is of another time, or no later than what was believed."""
        worker_id, sent_ms = signed.heartbeat.worker_id, signed.heartbeat.sent_ms
        off_s = sent_ms / 1000 - self._now()
        if abs(off_s) > AGE_S:
            raise HeartbeatRefused(
                f"The heartbeat of worker {worker_id} is from {abs(off_s):.0f} s "
                f"{'ahead' if off_s > 0 else 'ago'}; at most {AGE_S:.0f} are taken. Set the machine's clock."
            )
        if sent_ms <= self._sent_ms.get(worker_id, -1):
            raise HeartbeatRefused(
                f"Worker {worker_id} sent this heartbeat before, or a later one. If two processes run as one "
                "worker, end one of them."
            )

    def _fits(self, signed: SignedHeartbeat, known: _Known) -> bool:
        return not known.fault and self._is_signed(signed, known.operator, known.key)

    def _sweep(self) -> None:
        """Forget when heartbeats were sent that are too old to be believed once more."""
        now_s = self._now()
        if now_s - self._swept_s >= SWEEP_S:
            self._swept_s = now_s
            oldest_ms = (now_s - AGE_S - 1) * 1000
            self._sent_ms = {one: sent for one, sent in self._sent_ms.items() if sent > oldest_ms}

    async def _look(self, worker_id: WorkerId) -> _Known:
        """What the registry says of it, which is asked once."""
        if known := self._known.get(worker_id):
            return known
        await self._expect_registered(worker_id)
        if not self._looks.take(self._now()):
            raise HeartbeatRefused("Many workers are new here at once; the next heartbeat will be looked at.")
        return await self._ask(worker_id)

    async def _look_again(self, worker_id: WorkerId, known: _Known) -> _Known:
        """It may have another operator by now, or a key; what is known is kept until that is certain."""
        now_s = self._now()
        if now_s - known.looked_s <= KEY_S or not self._looks_again.take(now_s):
            return known
        return await self._ask(worker_id)

    async def _ask(self, worker_id: WorkerId) -> _Known:
        now_s = self._now()
        try:
            worker, key = await self._chain.worker(worker_id), await self._chain.operator_key(worker_id)
        except ContractError as error:
            found = _Known(now_s, fault=f"{error} Nothing is assigned to it.")
        else:
            fault = "" if key else f"The account of worker {worker_id} does not say by which key it signs."
            found = _Known(now_s, worker.operator, key, fault)
        self._known[worker_id] = found
        return found

    async def _expect_registered(self, worker_id: WorkerId) -> None:
        """Raises HeartbeatRefused where there are not so many workers; numbers are given one by one."""
        if worker_id > self._registered and self._now() - self._counted_s >= COUNT_S:
            self._counted_s = self._now()
            self._registered = await self._chain.worker_count()
        if not 0 < worker_id <= self._registered:
            raise HeartbeatRefused(
                f"There is no worker {worker_id}: {self._registered} are registered, as far as was looked in "
                f"the last {COUNT_S:.0f} s. Compare the network and the directory in the worker's settings."
            )
