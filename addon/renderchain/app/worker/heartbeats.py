"""What a worker tells schedulers every few seconds: that it lives, what it holds, and how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from ...core.errors import RenderChainError
from ...core.ids import LeaseId, WorkerId
from ...core.lease_id import MAX_SLOTS
from ...core.notices.scheduling import HeartbeatFailed
from ...core.scheduling.heartbeat import MOST_PACKAGES, Heartbeat, SignedHeartbeat
from ...ports.reporter import Reporter

BEAT_S = 10.0  # a scheduler takes a worker for silent after three of them


@dataclass(frozen=True)
class Standing:
    """Whether a worker takes leases now, and how many frames are rendered of each that it holds."""

    takes: bool
    done: Mapping[LeaseId, int]


@dataclass(frozen=True)
class Machine:
    """What leases may have of it, and which packages are on its disk."""

    memory_mib: int
    packages: Callable[[], Sequence[str]]


class Heartbeats:
    """To the schedulers that the provider chose, each by its account and web address.

    ``sign`` signs for one account alone, ``send`` sends to an address; ``now`` gives seconds since 1970.
    """

    def __init__(
        self,
        schedulers: Sequence[tuple[int, str]],
        worker_id: Callable[[], Awaitable[WorkerId]],
        machine: Machine,
        sign: Callable[[Heartbeat, int], SignedHeartbeat],
        send: Callable[[str, bytes], Awaitable[None]],
        reporter: Reporter,
        now: Callable[[], float],
    ) -> None:
        self._schedulers = schedulers
        self._worker_id = worker_id
        self._machine = machine
        self._sign, self._send = sign, send
        self._reporter = reporter
        self._now = now
        self._said: dict[str, str] = {}  # what went wrong last with each address
        self._sent_ms = 0

    async def run(self, standing: Callable[[], Standing]) -> None:
        """Tell all of them until it is cancelled; who does not answer holds up nobody else."""
        while True:
            heartbeat = await self._make(standing())
            beats = [self._beat(heartbeat, *one) for one in self._schedulers]
            await asyncio.gather(*beats, asyncio.sleep(BEAT_S))

    async def _make(self, standing: Standing) -> Heartbeat:
        self._sent_ms = max(int(self._now() * 1000), self._sent_ms + 1)
        return Heartbeat(
            await self._worker_id(),
            self._sent_ms,
            self._machine.memory_mib,
            standing.takes,
            tuple(self._machine.packages()[:MOST_PACKAGES]),
            tuple(standing.done.items())[:MAX_SLOTS],
        )

    async def _beat(self, heartbeat: Heartbeat, scheduler: int, address: str) -> None:
        try:
            async with asyncio.timeout(BEAT_S):
                await self._send(address, self._sign(heartbeat, scheduler).to_bytes())
        except (RenderChainError, TimeoutError) as error:
            reason = str(error) or f"{address} did not answer within {BEAT_S:.0f} s."
            if self._said.get(address) != reason:
                self._said[address] = reason
                self._reporter.tell(HeartbeatFailed(reason))
        else:
            self._said.pop(address, None)
