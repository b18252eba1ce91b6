"""What happens to a network in a week, one after the other in minutes: the soak's troubles.

    an agent is stopped in order and started again; another is killed, and its render processes with it
    the chain's node stands still, with all its connections open; the IPFS node is ended and started again
    the index is ended, and another process of it opens its database, as in an upgrade; later it is killed
    the chain goes back some blocks, and what agents sent in these is gone (if its node keeps all states)

Worker 1 is left alone: what it takes shows whether agents grow. The chain goes back only where no artist sent
anything: a job that never was is nothing that its artist's client could have rendered.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from devkit.network.beside import INDEX, LocalServices
from devkit.network.devnet import ask, tell
from devkit.network.local import Network
from devkit.network.services import start_kubo_again, stop
from devkit.network.workers import LocalWorkers, WorkerPlan

AWAY_S = 10.0  # for which what is killed or stands still is away
BACK = 3  # blocks


@dataclass
class Troubles:
    """``done`` counts them by their names; ``kubo`` is the IPFS node's process now."""

    network: Network
    running: LocalWorkers
    services: LocalServices
    plan: WorkerPlan
    workers: int
    goes_back: bool
    done: Counter[str] = field(default_factory=Counter)
    _agent: int = 1

    def __post_init__(self) -> None:
        self.devnet, self.kubo, _ = self.network.pids

    async def go_on(self, every_s: float, enough: asyncio.Event) -> None:
        """One after the other, a pause before each, until it is enough; all are there again then."""
        turns: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("agent stopped", self._stop_agent),
            ("index upgraded", self._upgrade_index),
            ("node stood still", self._hang_node),
            ("agent killed", self._kill_agent),
            ("IPFS node ended", self._end_kubo),
            ("index killed", self._kill_index),
        ]
        if self.goes_back:
            turns[2:2] = turns[5:5] = [("chain went back", self._go_back)]
        for name, trouble in itertools.cycle(turns):
            with suppress(TimeoutError):
                await asyncio.wait_for(enough.wait(), every_s)
                return
            await trouble()
            self.done[name] += 1

    def end(self) -> None:
        """End what was started here."""
        stop(self.kubo)

    def _next_agent(self) -> int:
        self._agent = 2 + (self._agent - 1) % (self.workers - 1)
        return self._agent

    async def _stop_agent(self) -> None:
        number = self._next_agent()
        await asyncio.to_thread(self.running.end, number)
        self.running.start(number, self.plan)

    async def _kill_agent(self) -> None:
        number = self._next_agent()
        self.running.kill(number)
        await asyncio.sleep(AWAY_S)
        self.running.start(number, self.plan)

    async def _hang_node(self) -> None:
        os.kill(self.devnet, signal.SIGSTOP)
        try:
            await asyncio.sleep(AWAY_S)
        finally:
            os.kill(self.devnet, signal.SIGCONT)

    async def _end_kubo(self) -> None:
        port = int(self.network.ipfs_api.rpartition("/")[2])
        await asyncio.to_thread(stop, self.kubo)
        await asyncio.sleep(AWAY_S)
        self.kubo = await asyncio.to_thread(start_kubo_again, self.network.folder, port)

    async def _upgrade_index(self) -> None:
        await asyncio.to_thread(self.services.end, INDEX)
        await asyncio.to_thread(self.services.start_index)

    async def _kill_index(self) -> None:
        self.services.kill(INDEX)
        await asyncio.sleep(AWAY_S)
        await asyncio.to_thread(self.services.start_index)

    async def _go_back(self) -> None:
        while not await asyncio.to_thread(self._went_back):
            await asyncio.sleep(1)

    def _went_back(self) -> bool:
        """Whether the last blocks, of agents and not of the artist, are no more: others are left alone."""
        url, artist = self.network.rpc_url, self.network.accounts["artist"].address
        newest = int(ask(url, "starknet_blockNumber", {})["result"])
        first, senders = newest - BACK + 1, set()
        for number in range(first, newest + 1):
            block = ask(url, "starknet_getBlockWithTxs", {"block_id": {"block_number": number}})["result"]
            senders |= {int(one["sender_address"], 16) for one in block["transactions"]}
        if not senders or artist in senders:
            return False
        tell(url, "abortBlocks", starting_block_id={"block_number": first})
        return True
