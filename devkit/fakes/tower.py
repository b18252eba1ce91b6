"""A watchtower on a machine of its own, on the network in memory, with one worker's evidence folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from renderchain.adapters.sealing import AccountSceneKey, ChaChaSealer
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.audit.prover import ProverDuties
from renderchain.app.audit.showing import Showing, ShowLimits
from renderchain.app.exchange.key_giver import KeyGiver
from renderchain.app.exchange.watchtower_key import KeysOfWorker
from renderchain.app.upkeep.conditions import NODE, Conditions
from renderchain.app.watchtower.content_watch import ContentWatch
from renderchain.app.watchtower.lease_watch import LeaseWatch
from renderchain.app.watchtower.watchtower import WatchRules, Watchtower

from devkit.board.chain import MemoryChain

from .hashing import remembered
from .people import FUNDS_FRI, Machine
from .reporter import RecordingReporter
from .wire import Wire

PATIENCE_S = 20.0


class Tower:
    """Stands by for a machine's worker; ``sent`` counts what it wrote to the chain."""

    def __init__(self, machine: Machine, address: int = 0xD001, patience_s: float = PATIENCE_S) -> None:
        self.machine = machine
        self.world = machine.world
        self.address = address
        self.evidence = machine.folder / "evidence"
        self.patience_s = patience_s
        self.clock_off_s = 0.0
        self.known = frozenset({address})
        self.reporter = RecordingReporter()
        self.wire = Wire()
        self.world.network.fund(address, FUNDS_FRI)

    @property
    def chain(self) -> MemoryChain:
        """The network, past any wire."""
        return self.world.network.chain(self.address)

    def now(self) -> float:
        """What this machine's clock says."""
        return self.world.now() + self.clock_off_s

    @property
    def sent(self) -> list[str]:
        """The writes that it tried, in order."""
        writes = ("open_leaves", "reveal_key", "draw", "advance", "accept_late")
        return [name for name in self.wire.calls if name in writes]

    @property
    def scene_key(self) -> AccountSceneKey:
        """What keys of private packages are wrapped for."""
        return AccountSceneKey(self.address, self.chain.chain_id)

    def watchtower(self, wire: Wire | None = None) -> Watchtower:
        """A new process."""
        self.wire = wire or Wire()
        self.conditions = Conditions(self.reporter, self.now)
        chain: Any = self.conditions.patient(self.wire.through(self.chain), NODE)
        store: Any = self.wire.through(self.world.store)
        proof_store = ProofStore(self.evidence, is_own=False)
        showing = Showing(chain, self.reporter, ShowLimits(0, 0))
        prover = ProverDuties(chain, proof_store, self.reporter, remembered, showing, appeals=False)
        content = ContentWatch(
            chain, store, prover, proof_store, self.reporter, self.now, self.patience_s, _first
        )
        keys = KeysOfWorker(chain, self.scene_key, KeyGiver(chain, ChaChaSealer(), self.reporter, 0))
        leases = LeaseWatch(chain, prover, self.reporter, self.now, self.patience_s, keys)
        rules = WatchRules((self.machine.worker_id,), self.known)
        return Watchtower(chain, leases, content, self.reporter, rules)

    @asynccontextmanager
    async def watching(self, wire: Wire | None = None) -> AsyncIterator[None]:
        """Stand by; what went wrong is raised at the end."""
        stop = asyncio.Event()
        task = asyncio.create_task(self.watchtower(wire).run(stop))
        try:
            yield
        finally:
            stop.set()
            self.conditions.leave()
            await task


def _first(files: list[Path]) -> Path:
    return min(files)
