"""Which heartbeats a scheduler believes: of now, newer than the last, and signed by the operator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...core.contract_errors import ContractError
from ...core.ids import WorkerId
from ...core.scheduling.heartbeat import AGE_S, HeartbeatRefused, SignedHeartbeat, parse_heartbeat
from ...ports.scheduler_chain import SchedulerChain
from .scheduler import Scheduler

LOOKS_A_SECOND = 20  # at workers that nothing was heard of before; whoever sends numbers costs no more
KEY_S = 60.0  # after which a key that does not fit is read anew
IsSigned = Callable[[SignedHeartbeat, int, int], bool]  # with operator and key


@dataclass
class _Known:
    operator: int
    key: int
    looked_s: float
    sent_ms: int = 0


class Intake:
    """Of one scheduler. ``now`` gives seconds since 1970."""

    def __init__(
        self, chain: SchedulerChain, scheduler: Scheduler, is_signed: IsSigned, now: Callable[[], float]
    ) -> None:
        self._chain, self._scheduler, self._is_signed, self._now = chain, scheduler, is_signed, now
        self._known: dict[WorkerId, _Known] = {}
        self._looks: list[float] = []
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
        worker_id, off_s = heartbeat.worker_id, heartbeat.sent_ms / 1000 - self._now()
        if abs(off_s) > AGE_S:
            raise HeartbeatRefused(
                f"The heartbeat of worker {worker_id} is from {abs(off_s):.0f} s "
                f"{'ahead' if off_s > 0 else 'ago'}; at most {AGE_S:.0f} are taken. Set the machine's clock."
            )
        known = await self._look(worker_id)
        if heartbeat.sent_ms <= known.sent_ms:
            raise HeartbeatRefused(
                f"Worker {worker_id} sent this heartbeat before, or a later one. If two processes run as one "
                "worker, end one of them."
            )
        if not self._is_signed(signed, known.operator, known.key):
            if self._now() - known.looked_s > KEY_S:
                del self._known[worker_id]  # it may have another operator by now
            raise HeartbeatRefused(
                f"The heartbeat is not signed for this scheduler by worker {worker_id}: compare the address "
                "in the worker's settings. Only accounts with a Stark key can sign."
            )
        known.sent_ms = heartbeat.sent_ms
        await self._scheduler.heard(heartbeat)

    async def _look(self, worker_id: WorkerId) -> _Known:
        """What the registry says of it."""
        if known := self._known.get(worker_id):
            return known
        now_s = self._now()
        self._looks = [one for one in self._looks if one > now_s - 1]
        if len(self._looks) >= LOOKS_A_SECOND:
            raise HeartbeatRefused("Many workers are new here at once; the next heartbeat will be looked at.")
        self._looks.append(now_s)
        try:
            worker, key = await self._chain.worker(worker_id), await self._chain.operator_key(worker_id)
        except ContractError as error:
            raise HeartbeatRefused(f"{error} Nothing is assigned to it.") from error
        if not key:
            raise HeartbeatRefused(f"The account of worker {worker_id} does not say by which key it signs.")
        known = self._known[worker_id] = _Known(worker.operator, key, now_s)
        return known
