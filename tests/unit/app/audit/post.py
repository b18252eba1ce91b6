"""A worker on duty in audits, on a scripted chain."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from renderchain.adapters.poseidon import hash_many
from renderchain.app.audit.duties import AuditDuties
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.audit.prover import ProverDuties
from renderchain.app.audit.showing import Showing, ShowLimits
from renderchain.app.audit.verifier import VerifierDuties
from renderchain.core.audit.events import VotesDrawn
from renderchain.core.audit.state import (
    NO_AUDIT,
    AuditKind,
    AuditPhase,
    DrawnLeaf,
    DrawOutcome,
    Verifier,
    Vote,
)
from renderchain.core.ids import LeaseId, WorkerId
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices.audits import AuditHindered

from devkit.fakes.clock import run
from tests.unit.app.bench import JOB, LEASE, UseCaseBench

STARTED_S, SEED, SEAT, ME, STEP_S = 5000.0, 4711, 0, WorkerId(9), 600
EIGHT, SEVEN, SIX = WorkerId(8), WorkerId(7), WorkerId(6)
OTHER = join_lease_id(WorkerId(2), 0, 1)


class Post:
    """A worker on duty; ``own`` is its lease ``LEASE``, others' leases have other workers."""

    def __init__(self, folder: Path) -> None:
        self.bench = UseCaseBench(folder)
        self.bench.submit()
        self.chain = self.bench.chain
        self.chain.sent.clear()
        self.chain.own_id = ME
        self.chain.jobs[JOB] = replace(self.chain.jobs[JOB], lease_timeout_s=10**5)
        rerender, self.renderer = self.bench.rerender()
        self.proof_store = ProofStore(folder / "verifier" / "evidence")
        reporter = self.bench.reporter
        showing = Showing(self.chain, reporter, ShowLimits(10**9, 10**18))
        parts = (self.chain, self.bench.proof_store, reporter, hash_many, showing)
        prover = ProverDuties(*parts, appeals=True, render_fresh=rerender.render_fresh)
        looks = (self.chain, rerender, self.proof_store, reporter, hash_many, showing, lambda: 77, self.now)
        verifier = VerifierDuties(*looks, appeals=True)
        self.chain.after["commit"] = self._committed
        self.duties = AuditDuties(self.chain, prover, verifier, self.bench.reporter, self.now)

    def _committed(self) -> None:
        _, (lease_id, *_) = self.chain.sent[-1]
        seats = self.chain.seats[lease_id]
        self.chain.seats[lease_id] = [replace(seat, vote=Vote.SEALED) for seat in seats]

    def now(self) -> float:
        """The machine's clock."""
        return STARTED_S + asyncio.get_running_loop().time()

    def set_audit(self, phase: AuditPhase, lease_id: LeaseId = LEASE, **more: Any) -> None:
        """Put an audit there, which began as the test did."""
        times = {"since_s": int(STARTED_S), "since_block": 60, "draw_block": 10**6}
        begun: dict[str, Any] = {"ends": (3, 0, 0), "sealed": 3, **times}
        begun["kind"] = AuditKind.PIXELS
        audit = replace(NO_AUDIT, phase=phase, **{**begun, **more})
        self.chain.audits[lease_id] = audit
        self.chain.leases[lease_id] = replace(self.chain.leases[lease_id], draw_outcome=DrawOutcome.IN_AUDIT)
        self.chain.drawn_of[lease_id] = [DrawnLeaf(1, 8)]
        self.chain.seeds[lease_id, 0] = SEED

    def add_other(self, lease_id: LeaseId = OTHER, vote: Vote = Vote.DRAWN) -> None:
        """Another worker's lease, for which we have a seat."""
        self.bench.set_lease(lease_id, LeaseState.SUBMITTED)
        self.set_audit(AuditPhase.COMMIT, lease_id)
        self.chain.seats[lease_id] = [Verifier(SEAT, ME, vote)]
        self.duties.note(VotesDrawn(60, JOB, lease_id, 0, AuditKind.PIXELS, SEED, 0, (ME, EIGHT, SEVEN)))

    def pass_when_drawn(self) -> None:
        """Chance will spare all leases."""

        def spare() -> None:
            for lease_id in self.chain.sent[-1][2]:
                self.bench.change_lease(lease_id, DrawOutcome.PASSED, LeaseState.SUBMITTED)

        self.chain.after["draw"] = spare

    def hindered(self) -> list[AuditHindered]:
        """What was told of trouble."""
        return self.bench.reporter.heard(AuditHindered)

    def sent(self) -> list[str]:
        """The names of all writes."""
        return [name for name, *_ in self.chain.sent]

    def serve(self, seconds: float, script: Callable[[], Awaitable[None]] | None = None) -> None:
        """Be on duty for so long, while the script goes on beside."""

        async def serve() -> None:
            await self.duties.begin()
            parts = [asyncio.create_task(part) for part in (self.duties.run(), self.duties.verify())]
            if script:
                await script()
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.gather(*parts), seconds)

        run(serve())
