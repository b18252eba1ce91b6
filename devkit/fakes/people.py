"""An artist and workers' machines on a network in memory, with the real use cases put together.

What a machine has on its disk stays; its process comes and goes.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from renderchain.adapters.journal_sqlite import SqliteJournal
from renderchain.adapters.poseidon import hash_many
from renderchain.adapters.sealing import AccountUnwrapper, ChaChaSealer
from renderchain.app.audit.duties import AuditDuties
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.audit.prover import ProverDuties
from renderchain.app.audit.rerender import Rerender
from renderchain.app.audit.verifier import VerifierDuties
from renderchain.app.requester.create_job import Offer
from renderchain.app.requester.final_check import FinalCheck
from renderchain.app.requester.requester import Requester, RequesterParts
from renderchain.app.worker.loop import Worker, WorkerRules
from renderchain.app.worker.render_lease import RenderLease
from renderchain.core.sealed import SECRET_BITS

from devkit.board.network import MemoryChain, MemoryNetwork

from .content_store import MemoryStore
from .package import FAMILY, pack
from .renderer import FakeFinals, FakeRenderer, Look, read_noisy
from .reporter import RecordingReporter
from .wire import Wire

BLOCK_S = 10
OFFER = Offer(reward_fri=10**17, longest_lease=2, lease_timeout_s=3000, window_s=2000)


class World:
    """A network, a store, and a folder for everybody's disks."""

    def __init__(self, network: MemoryNetwork, folder: Path) -> None:
        self.network = network
        self.store = MemoryStore()
        self.folder = folder

    def now(self) -> float:
        """Seconds since 1970, as all machines' clocks say."""
        return self.network.now_s

    async def make_blocks(self) -> None:
        """The chain goes on by itself, until it is cancelled."""
        while True:
            await asyncio.sleep(BLOCK_S)
            self.network.pass_time(BLOCK_S, 1)


class Machine:
    """A worker's machine and its operator's account, ``seed`` for its secrets."""

    def __init__(self, world: World, address: int, look: Look | None = None) -> None:
        self.world = world
        self.address = address
        self.folder = world.folder / f"machine-{address:#x}"
        self.journal = SqliteJournal(self.folder / "journal.sqlite")
        self.renderer = FakeRenderer(look)
        self.auditor = FakeRenderer(look)
        self.reporter = RecordingReporter()
        self.rules = WorkerRules(frozenset({FAMILY}), 0, 0)
        self.appeals = True
        self.hash_many = hash_many
        self._chance = random.Random(address)

    @property
    def chain(self) -> MemoryChain:
        """The network, past any wire."""
        return self.world.network.chain(self.address)

    def secret(self) -> int:
        """248 random bits."""
        return self._chance.getrandbits(SECRET_BITS)

    def worker(self, wire: Wire | None = None) -> Worker:
        """A new process on this machine."""
        wire = wire or Wire()
        chain: Any = wire.through(self.chain)
        store = wire.through(self.world.store)
        proof_store = ProofStore(self.folder / "evidence")
        sealer = ChaChaSealer()
        lease = RenderLease(
            chain,
            store,
            self.renderer,
            self.reporter,
            self.folder,
            hash_many=self.hash_many,
            sealer=sealer,
            proof_store=proof_store,
        )
        duties = self._duties(chain, store, proof_store)
        clock = {"new_secret": self.secret, "now": self.world.now}
        return Worker(chain, lease, duties, self.journal, self.reporter, self.rules, **clock)

    def _duties(self, chain: Any, store: MemoryStore, proof_store: ProofStore) -> AuditDuties:
        rerender = Rerender(
            store,
            self.auditor,
            self.reporter,
            self.folder,
            hash_many=self.hash_many,
            sealer=ChaChaSealer(),
            read_noisy=read_noisy,
        )
        prover = ProverDuties(
            chain, self.journal, proof_store, self.reporter, self.hash_many, appeals=self.appeals
        )
        verifier = VerifierDuties(
            chain, rerender, proof_store, self.reporter, self.hash_many, self.secret, self.rules.from_block
        )
        return AuditDuties(chain, prover, verifier, self.reporter, self.world.now)


class Artist:
    """A requester's machine and account."""

    def __init__(self, world: World, address: int) -> None:
        self.world = world
        self.address = address
        self.folder = world.folder / f"artist-{address:#x}"
        self.output = self.folder / "frames"
        self.journal = SqliteJournal(self.folder / "journal.sqlite")
        self.reporter = RecordingReporter()
        self.finals = FakeFinals()
        self.final_checks = 0
        self.hash_many = hash_many

    @property
    def chain(self) -> MemoryChain:
        """The network, past any wire."""
        return self.world.network.chain(self.address)

    def requester(self, wire: Wire | None = None) -> Requester:
        """A new process on this machine."""
        wire = wire or Wire()

        @asynccontextmanager
        async def open_chain() -> AsyncIterator[Any]:
            yield wire.through(self.chain)

        parts = RequesterParts(
            open_chain=open_chain,
            store=wire.through(self.world.store),
            journal=self.journal,
            unwrapper=lambda chain: AccountUnwrapper(self.address, chain.chain_id),
            sealer=ChaChaSealer(),
            final_check=FinalCheck(self.finals, self.reporter, self.final_checks, random.Random(1)),
            hash_many=self.hash_many,
            read_noisy=read_noisy,
            from_block=0,
        )
        return Requester(parts, self.reporter)

    async def submit(self, frames: int, offer: Offer = OFFER) -> int:
        """Submit a job of so many frames; returns its id."""
        package = self.folder / "package"
        manifest = pack(package, range(1, frames + 1))
        return await self.requester().submit(package, manifest, offer, name="job", output=self.output)
