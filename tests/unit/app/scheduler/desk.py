"""A scheduler and machines whose heartbeats it hears, on the network in memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from renderchain.adapters.starknet.heartbeat_signatures import is_signed
from renderchain.app.scheduler.intake import Intake
from renderchain.app.scheduler.scheduler import Scheduler
from renderchain.composition.scheduler import BoardScheduler
from renderchain.core.errors import ChainError, RemoteError
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.job import StandingOffer
from renderchain.core.scheduling.heartbeat import Heartbeat, SignedHeartbeat
from renderchain.core.scheduling.plan import PlanRules
from renderchain.core.scheduling.serving import Serving

from devkit.board.chain import MemoryChain
from devkit.fakes.people import Machine
from devkit.fakes.reporter import RecordingReporter
from devkit.fakes.world import World

ADDRESS = 0x5C4ED
BEAT_S = 10.0
WILLING = StandingOffer(1, 10**9, 8, 2**39)  # a lease holds its slot until its window is over
NO_ANSWER = ChainError("The node does not answer.")


class Desk:
    """One process of a scheduler; another one on the same account is another Desk."""

    def __init__(self, world: World, serving: Serving | None = None) -> None:
        self.world = world
        self.chain = world.network.chain(ADDRESS)
        self.reporter = RecordingReporter()
        rules = PlanRules(lead_s=20.0, load_s=20.0)
        self.scheduler = Scheduler(self.chain, self.reporter, rules, 0, world.now, serving)
        self.intake = Intake(self.chain, self.scheduler, self._is_signed, world.now)

    @property
    def parts(self) -> BoardScheduler:
        """As a service has it."""
        return BoardScheduler(self.scheduler, self.intake)

    def _is_signed(self, signed: SignedHeartbeat, operator: int, key: int) -> bool:
        places = {"chain_id": self.chain.chain_id, "board": self.chain.board, "scheduler": ADDRESS}
        return is_signed(signed, **places, operator=operator, key=key)

    def beat_of(self, machine: Machine, **changes: object) -> Heartbeat:
        """What a machine would say now."""
        said: dict[str, object] = {
            "worker_id": machine.worker_id,
            "sent_ms": int(self.world.now() * 1000),
            "memory_mib": 4096,
            "takes": True,
            "packages": (),
            "done": (),
        }
        return Heartbeat(**said | changes)  # type: ignore[arg-type]

    def signed(self, machine: Machine, heartbeat: Heartbeat) -> bytes:
        """As its operator's account signs it."""
        return machine.chain.sign_heartbeat(heartbeat, ADDRESS).to_bytes()

    async def beat(self, *machines: Machine) -> None:
        """One heartbeat of each, with what it holds."""
        for machine in machines:
            held: list[LeaseId] = await machine.chain.open_leases()
            beat = self.beat_of(machine, done=tuple((one, 0) for one in held))
            await self.intake.hear(self.signed(machine, beat))

    @asynccontextmanager
    async def working(self, *machines: Machine) -> AsyncIterator[None]:
        """Schedule beside, while the machines send heartbeats."""

        async def beats() -> None:
            while True:
                await self.beat(*machines)
                await asyncio.sleep(BEAT_S)

        tasks = [asyncio.create_task(self.scheduler.run()), asyncio.create_task(beats())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def willing(machine: Machine) -> None:
    """It takes what schedulers assign."""
    await machine.world.network.registry(machine.owner).set_offer(machine.worker_id, WILLING)


def silent_of(
    chain: MemoryChain, method: str, monkeypatch: pytest.MonkeyPatch, error: RemoteError = NO_ANSWER
) -> Counter[JobId]:
    """Has a chain's method refuse to say anything of the jobs in this; counts how often."""
    asked, ask = Counter[JobId](), getattr(chain, method)

    async def refusing(job_id: JobId, *more: Any) -> Any:
        if job_id in asked:
            asked[job_id] += 1
            raise error
        return await ask(job_id, *more)

    monkeypatch.setattr(chain, method, refusing)
    return asked
