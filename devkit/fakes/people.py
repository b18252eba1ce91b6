"""An artist and workers' machines on a network in memory, with the real use cases put together.

What a machine has on its disk stays; its process comes and goes.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.adapters.locks import hold
from renderchain.adapters.sealing import AccountSceneKey, AccountUnwrapper, ChaChaSealer
from renderchain.app.audit.duties import AuditDuties
from renderchain.app.audit.key_duty import KeyDuty
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.audit.prover import ProverDuties
from renderchain.app.audit.rerender import Rerender
from renderchain.app.audit.showing import Showing, ShowLimits
from renderchain.app.audit.verifier import VerifierDuties
from renderchain.app.exchange.asked_keys import AskedKeys
from renderchain.app.exchange.key_giver import KeyGiver
from renderchain.app.exchange.pins import Pins
from renderchain.app.exchange.private_package import PrivateOpening
from renderchain.app.exchange.probe import Probe
from renderchain.app.exchange.probe_cache import ProbeCache
from renderchain.app.exchange.told_addresses import Beside, ToldAddresses
from renderchain.app.exchange.watchtower_key import KeysForWatchtower
from renderchain.app.requester.final_check import FinalCheck
from renderchain.app.requester.job_report import JobReport
from renderchain.app.requester.offer import Offer
from renderchain.app.requester.own_check import OwnCheck
from renderchain.app.requester.own_keys import OwnKeys
from renderchain.app.requester.requester import Requester
from renderchain.app.requester.requester_parts import RequesterParts
from renderchain.app.upkeep.boards import run_on_boards
from renderchain.app.upkeep.conditions import NODE, STORE, Conditions
from renderchain.app.upkeep.store_upkeep import StoreUpkeep
from renderchain.app.worker.claims import Claims, WorkerRules
from renderchain.app.worker.job_probe import Fetch, JobProbe
from renderchain.app.worker.known_tile import KnownTile, WatchingRenderer
from renderchain.app.worker.lane import Lane
from renderchain.app.worker.loop import Worker
from renderchain.app.worker.pace import Pace
from renderchain.app.worker.readiness import Hours, Readiness
from renderchain.app.worker.render_lease import RenderLease
from renderchain.app.worker.self_test import SelfTest
from renderchain.core.frame_names import USUAL
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import StandingOffer
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.node_address import NONE
from renderchain.core.notices.audits import AuditHindered
from renderchain.core.private_package import package_key_of
from renderchain.core.sealed import SECRET_BITS
from renderchain.core.worker_control import Control
from renderchain.ports.renderer import Renderer

from devkit.board.chain import MemoryChain, no_others
from devkit.board.receipts import signer_of

from .boards import ManyBoards
from .hashing import remembered
from .known import KnowingRenderer
from .package import FAMILY, pack
from .prober import FakeProbeRenderer
from .renderer import FakeFinals, FakeRenderer, Look, images_in, read_noisy
from .reporter import RecordingReporter
from .wire import Wire
from .world import World

OFFER = Offer(reward_fri=10**17, audit_floor_exp=0, longest_lease=2, lease_timeout_s=3000, window_s=2000)
FUNDS_FRI, STAKE_FRI = 100 * FRI_PER_STRK, 50 * FRI_PER_STRK
SEAT_UNITS = 2
WILLING = StandingOffer(0, 10**6, 0, 2**39, audit_fee_fri=1, audits_until_epoch=2**31)
OWNERS = 2**16  # an operator's owner has an address that is so much higher


@dataclass(frozen=True)
class Shared:
    """What a process's work on several boards has in common."""

    lanes: list[Lane]
    readiness: Readiness
    claiming: asyncio.Lock


class Machine:
    """A worker's machine and its operator's account; ``join`` makes it a worker."""

    def __init__(self, world: World, address: int, look: Look | None = None) -> None:
        self.world = world
        self.address = address
        self.owner = address + OWNERS
        self.folder = world.folder / f"machine-{address:#x}"
        self.journal = SqliteJournal(self.folder / "journal.sqlite")
        self.renderer = FakeRenderer(look)
        self.verifying_renderer = FakeRenderer(look)
        self.prober = FakeProbeRenderer()
        self.probe_seconds = 60
        self.other_renderers: list[FakeRenderer] = []  # of its second lane, and so on
        self.once = False
        self.reporter = RecordingReporter()
        self.rules = WorkerRules(frozenset({FAMILY}), 0, 0)
        self.appeals = True
        self.show_limits = ShowLimits(gas=400_000_000, fee_fri=FRI_PER_STRK)
        self.worker_id = WorkerId(0)
        self.control, self.reserve_fri = Control(), 0
        self.hours: Hours = lambda at_s: ""
        self.watchtower_key = b""
        self.dials = NONE
        self.known: KnownTile | None = None  # where its renderers are watched
        self._chance = random.Random(address)

    @property
    def chain(self) -> MemoryChain:
        """The network, past any wire."""
        return self.world.network.chain(self.address)

    def random_bits(self) -> int:
        """248 random bits, the same in every run."""
        return self._chance.getrandbits(SECRET_BITS)

    async def join(self) -> None:
        """Stake for this worker; its pay goes to its owner."""
        for account in (self.owner, self.address):
            self.world.network.fund(account, FUNDS_FRI)
        registry = self.world.network.registry(self.owner)
        self.worker_id = await registry.register(self.address, self.owner, [FAMILY], STAKE_FRI)
        await self.world.network.registry(self.address).accept_operator(self.worker_id)

    async def verify_only(self) -> None:
        """Be there for audits, and take no leases; the seats count from the next epoch on."""
        self.rules = replace(self.rules, families=frozenset())
        registry = self.world.network.registry(self.owner)
        await registry.stake_seats(self.worker_id, STAKE_FRI)
        await registry.set_seats(self.worker_id, FAMILY, SEAT_UNITS)
        await registry.set_offer(self.worker_id, WILLING)

    async def run(self, stop: asyncio.Event) -> None:
        """Work, as one process, until it is stopped or drained."""
        await run_on_boards([self.chain], lambda _: self.worker(), no_others, stop, self.reporter)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Work beside; the worker is stopped at the end, and what went wrong is raised then."""
        task = asyncio.create_task(self.run(stop := asyncio.Event()))
        try:
            yield
        finally:
            stop.set()
            self.conditions.leave()
            await task

    def lanes(self) -> list[Lane]:
        """Those of a new process."""
        pace = Pace()
        return [
            Lane(number, one, SelfTest(one, self.reporter, self._chance), pace)
            for number, one in enumerate(map(self._watched, (self.renderer, *self.other_renderers)), 1)
        ]

    def readiness(self, chain: Any) -> Readiness:
        """Of a new process."""
        return Readiness(
            chain,
            self.reporter,
            lambda: self.control,
            (),
            self.world.now,
            hours=self.hours,
            reserve_fri=self.reserve_fri,
            once=self.once,
        )

    def worker(self, wire: Wire | None = None, shared: Shared | None = None) -> Worker:
        """A new process on this machine, or a part of one that has some of it in common with others."""
        wire = wire or Wire()
        self.conditions = Conditions(self.reporter, self.world.now)
        chain: Any = self.conditions.patient(wire.through(self.chain), NODE)
        store: Any = self.conditions.patient(wire.through(self.world.store), STORE)
        proof_store = ProofStore(self.folder / "evidence")
        scene_key = AccountSceneKey(self.address, self.chain.chain_id)
        keys = AskedKeys(chain, scene_key, self.reporter, 0)
        private = PrivateOpening(ChaChaSealer(), keys)
        watchtower = self.watchtower_key
        kept = KeysForWatchtower(chain, keys, ChaChaSealer(), watchtower) if watchtower else None
        pins = Pins(store, self.folder / "pins.json", self.chain.board, proof_store.knows)
        lease = RenderLease(
            chain,
            store,
            self.reporter,
            self.folder,
            hash_many=remembered,
            sealer=ChaChaSealer(),
            proof_store=proof_store,
            pins=pins,
            journal=self.journal,
            images_in=images_in,
            private=private,
            beside=self._told(chain),
            for_watchtower=kept,
        )
        lanes = shared.lanes if shared else self.lanes()
        pace = lanes[0].pace
        duties = self._duties(chain, store, proof_store, pins, private)
        return Worker(
            chain,
            lease,
            lanes,
            Claims(chain, self.job_probe(chain, lease.fetch), self.reporter, self.rules, self._renders, pace),
            duties,
            self.journal,
            self.reporter,
            self.rules,
            shared.readiness if shared else self.readiness(chain),
            new_secret=self.random_bits,
            now=self.world.now,
            claiming=shared.claiming if shared else None,
        )

    def _watched(self, renderer: FakeRenderer) -> Renderer:
        if self.known and isinstance(renderer, KnowingRenderer):
            return WatchingRenderer(renderer, self.known)
        return renderer

    def _renders(self, family: int) -> bool:
        return not (self.known and self.known.broken)

    def job_probe(self, chain: Any, fetch: Fetch) -> JobProbe:
        """What it thinks of jobs' packages, in a new process."""
        return JobProbe(
            chain,
            fetch,
            Probe(self.prober, self.reporter, self.folder / "probes"),
            ProbeCache(self.folder / "probes"),
            self.reporter,
            seconds=self.probe_seconds,
            now=self.world.now,
        )

    def _duties(
        self, chain: Any, store: Any, proof_store: ProofStore, pins: Pins, private: PrivateOpening
    ) -> AuditDuties:
        rerender = Rerender(
            store,
            self._watched(self.verifying_renderer),
            self.reporter,
            self.folder,
            hash_many=remembered,
            sealer=ChaChaSealer(),
            read_noisy=read_noisy,
            keep_pinned=pins.pin,
            private=private,
            beside=self._told(chain),
        )
        showing = Showing(chain, self.reporter, self.show_limits)
        parts = (chain, proof_store, self.reporter, remembered, showing)
        prover = ProverDuties(*parts, appeals=self.appeals, render_fresh=rerender.render_fresh)
        verifier = VerifierDuties(
            chain,
            rerender,
            proof_store,
            self.reporter,
            remembered,
            showing,
            self.random_bits,
            self.world.now,
            from_block=self.rules.from_block,
            appeals=self.appeals,
        )
        giver = KeyGiver(chain, private.sealer, self.reporter, 0)
        key_duty = KeyDuty(chain, store, private.keys, giver, self._hindered)
        return AuditDuties(chain, prover, verifier, self.reporter, self.world.now, key_duty)

    def _told(self, chain: Any) -> Beside:
        told = ToldAddresses(chain, self.world.store, self.reporter, which=self.dials, from_block=0)
        return told.beside

    def _hindered(self, lease_id: LeaseId, reason: str) -> None:
        self.reporter.tell(AuditHindered(lease_id, reason))


class Artist:
    """A requester's machine and account, with money."""

    def __init__(self, world: World, address: int) -> None:
        self.world = world
        self.address = address
        self.folder = world.folder / f"artist-{address:#x}"
        self.output = self.folder / "frames"
        self.journal = SqliteJournal(self.folder / "journal.sqlite")
        self.reporter = RecordingReporter()
        self.finals = FakeFinals()
        self.prober = FakeProbeRenderer()
        self.probe_seconds = 60
        self.final_checks = 0
        self.renderer = FakeRenderer()
        self.own_checks = 0
        self.chance = random.Random(address)
        self.own_check_seconds = 100
        self.own_challenges = 3
        self.most_private_workers = 32
        self.scene = b"a scene"
        self.tells = NONE
        self.other_boards: list[World] = []
        self.chosen_board = 0
        self.unknown_boards = frozenset[int]()
        world.network.fund(address, FUNDS_FRI)

    @property
    def chain(self) -> MemoryChain:
        """The network, past any wire."""
        return self.world.network.chain(self.address)

    def requester(self, wire: Wire | None = None) -> Requester:
        """A new process on this machine."""
        wire = wire or Wire()

        @asynccontextmanager
        async def open_boards() -> AsyncIterator[Any]:
            worlds = [self.world, *self.other_boards]
            chains = [wire.through(one.network.chain(self.address)) for one in worlds]
            known = [one for one in chains if one.board not in self.unknown_boards]
            yield ManyBoards(known, self.chosen_board, self.unknown_boards)

        parts = RequesterParts(
            open_boards=open_boards,
            store=wire.through(self.world.store),
            journal=self.journal,
            unwrapper=lambda chain: AccountUnwrapper(self.address, chain.chain_id),
            sealer=ChaChaSealer(),
            final_check=lambda told: FinalCheck(self.finals, told, self.final_checks, random.Random(1)),
            own_check=lambda told: OwnCheck(
                lambda device: self.renderer,
                told,
                self.chance,
                per_lease=self.own_checks,
                most_s=self.own_check_seconds,
            ),
            most_challenges=self.own_challenges,
            package_sealer=ChaChaSealer(),
            package_keys=lambda chain: OwnKeys(partial(package_key_of, self.address, chain.chain_id)),
            most_private_workers=self.most_private_workers,
            probe=Probe(self.prober, self.reporter, self.folder / "probes"),
            hash_many=remembered,
            read_noisy=read_noisy,
            packages=self.folder / "own-packages",
            fetched_parts=self.folder / "fetched-parts",
            receipt_parts=self.folder / "receipt-parts",
            signer=lambda chain: signer_of(chain.address),
            from_block=0,
            upkeep=StoreUpkeep(self.world.store, self.reporter, self.world.now, tells=self.tells),
            turn_of=lambda board, job_id: hold(self.folder / f"{board:x}-{job_id}.lock", f"job {job_id}"),
            now=self.world.now,
        )
        return Requester(parts, self.reporter)

    async def submit(
        self,
        frames: int | Sequence[int],
        offer: Offer = OFFER,
        *,
        private: bool = False,
        names: str = USUAL,
    ) -> JobId:
        """Submit a job of so many frames, or of these; returns its id on the board that it went to."""
        package = self.folder / "package"
        wanted = range(1, frames + 1) if isinstance(frames, int) else frames
        manifest = pack(package, wanted, self.scene)
        job = await self.requester().submit(
            package,
            manifest,
            replace(offer, private=private),
            name="job",
            output=self.output,
            probe_seconds=self.probe_seconds,
            names=names,
        )
        return job.job_id

    def frames(self) -> list[str]:
        """The images that it has."""
        return sorted(path.name for path in self.output.glob("*.png"))

    def watching(self, job_id: JobId) -> asyncio.Task[JobReport]:
        """Watch a job beside."""
        return asyncio.create_task(self.requester().watch(job_id))
