"""One lease of a small job on a scripted chain, and its worker's disk."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.adapters.poseidon import hash_many
from renderchain.adapters.sealing import AccountUnwrapper, ChaChaSealer
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.audit.rerender import MayShare, Rerender, never
from renderchain.app.exchange.package import PinnedPackage, pin_package
from renderchain.app.exchange.pins import Pins
from renderchain.app.worker.lane import Lane, Turn
from renderchain.app.worker.render_lease import RenderLease
from renderchain.app.worker.self_test import SelfTest
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.cid import digest_of, split_digest
from renderchain.core.gate import NO_LIMITS, GateLimits
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import JobInfo, LeaseInfo
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import LeaseState
from renderchain.core.merkle import LeaseIdentity
from renderchain.ports.journal import LeaseEntry

from devkit.fakes.clock import run
from devkit.fakes.content_store import MemoryStore
from devkit.fakes.package import FAMILY, TILES, pack
from devkit.fakes.renderer import FakeRenderer, Look, images_in, read_noisy
from devkit.fakes.reporter import RecordingReporter
from devkit.fakes.scripted_chain import BOARD, CHAIN_ID, ScriptedChain

JOB, SECRET = JobId(7), 2**200 + 12345
LEASE = join_lease_id(WorkerId(1), 0, 1)
FIRST, COUNT, TASKS = 1, 2, 4
SINCE_BLOCK = 50
REQUESTER = AccountUnwrapper(0x5EC2E7, CHAIN_ID)


def job_info(package: PinnedPackage) -> JobInfo:
    """A job of that package, as the chain tells of it."""
    high, low = split_digest(digest_of(package.cid))
    return JobInfo(
        job_id=JOB,
        requester=0xA271,
        family=FAMILY,
        scheduler=0,
        package_hi=high,
        package_lo=low,
        package_bytes=package.size_bytes,
        package_files=package.file_count,
        audit_tiles=16,
        audit_floor_exp=0,
        longest_lease=COUNT,
        tasks=TASKS,
        reward_fri=100,
        audit_pool_fri=1000,
        lease_timeout_s=300,
        window_s=2000,
        expires_at_s=10**6,
        scheduler_grace_s=0,
        tiles=TILES,
        audit_fee_fri=2,
        audit_tile_fri=1,
        accepted=0,
        refunded=0,
        held=COUNT,
        stopped=False,
    )


class UseCaseBench:
    """``folder`` is the worker's disk, ``frames`` are those of the job's four tasks."""

    def __init__(self, folder: Path, frames: Sequence[int] = range(1, TASKS + 1)) -> None:
        self.folder = folder
        self.chain = ScriptedChain()
        self.store = MemoryStore()
        self.reporter = RecordingReporter()
        self.journal = SqliteJournal(folder / "journal.sqlite")
        self.proof_store = ProofStore(folder / "evidence")
        self.renderer = FakeRenderer()
        self.chance = random.Random(1)
        manifest = pack(folder / "scene", frames)
        key = REQUESTER.public_key
        self.package = run(pin_package(self.store, folder / "scene", manifest, key, self.reporter))
        self.chain.jobs[JOB] = job_info(self.package)
        self.set_lease(LEASE)
        self.entry = LeaseEntry(BOARD, LEASE, JOB, SECRET, "claimed")
        self.journal.save_lease(self.entry)

    def set_lease(self, lease_id: LeaseId, state: LeaseState = LeaseState.CLAIMED) -> None:
        """Put a lease of the job on the chain."""
        outcome = DrawOutcome.NOT_DRAWN
        self.chain.leases[lease_id] = LeaseInfo(
            lease_id, JOB, FIRST, COUNT, 0, 0, state, outcome, 1000, SINCE_BLOCK
        )

    def change_lease(self, lease_id: LeaseId, outcome: DrawOutcome, state: LeaseState) -> None:
        """What became of it."""
        lease = self.chain.leases[lease_id]
        self.chain.leases[lease_id] = replace(lease, draw_outcome=outcome, state=state)

    @property
    def identity(self) -> LeaseIdentity:
        """The lease's."""
        return LeaseIdentity.of(CHAIN_ID, BOARD, self.chain.leases[LEASE])

    def self_test(self) -> SelfTest | None:
        """With chance that is the same in every run."""
        return SelfTest(self.renderer, self.reporter, self.chance)

    def turn(self) -> Turn:
        """The lease in a lane of its own."""
        return Lane(1, self.renderer, self.self_test()).give(self.entry)

    def pins(self) -> Pins:
        """A new process's."""
        return Pins(self.store, self.folder / "pins.json", BOARD, self.proof_store.knows)

    def render_lease(self) -> RenderLease:
        """A new process's."""
        return RenderLease(
            self.chain,
            self.store,
            self.reporter,
            self.folder,
            hash_many=hash_many,
            sealer=ChaChaSealer(),
            proof_store=self.proof_store,
            pins=self.pins(),
            journal=self.journal,
            images_in=images_in,
        )

    def submit(self, lease: RenderLease | None = None) -> None:
        """Render the lease and submit it."""
        terms = replace(self.chain.jobs[JOB], job_id=self.entry.job_id)
        run((lease or self.render_lease()).run(self.turn(), self.chain.leases[LEASE], terms))
        self.change_lease(LEASE, DrawOutcome.NOT_DRAWN, LeaseState.SUBMITTED)

    def rerender(
        self,
        look: Look | None = None,
        folder: str = "verifier",
        may_share: MayShare = never,
        limits: GateLimits = NO_LIMITS,
    ) -> tuple[Rerender, FakeRenderer]:
        """What a verifier on another machine works with."""
        renderer = FakeRenderer(look)
        made = Rerender(
            self.store,
            renderer,
            self.reporter,
            self.folder / folder,
            hash_many=hash_many,
            sealer=ChaChaSealer(),
            read_noisy=read_noisy,
            may_share=may_share,
            limits=limits,
        )
        return made, renderer
