"""A verifier's machine with a seat of one lease, on a scripted chain."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from renderchain.adapters.poseidon import hash_many
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.audit.showing import Showing, ShowLimits
from renderchain.app.audit.verifier import VerifierDuties
from renderchain.core.audit.state import (
    NO_AUDIT,
    AuditKind,
    AuditPhase,
    Content,
    DrawnLeaf,
    Verdict,
    Verifier,
    Vote,
    content_of,
    mark_of,
)
from renderchain.core.ids import WorkerId
from renderchain.core.prints import TilePrint
from renderchain.core.sealed import SECRET_BITS
from renderchain.ports.audit_chain import Opened

from devkit.audited_lease import look_and_seal
from devkit.fakes.clock import run
from devkit.fakes.renderer import Look, frame_of
from tests.unit.app.bench import FIRST, LEASE, UseCaseBench

SEED, ROUND, WORKER, SEAT = 4711, 0, WorkerId(9), 2
SINCE_S = 2000
DRAWN = [1, 2]


class Seat:
    """A verifier's machine; ``duties`` is a new process on it."""

    def __init__(self, folder: Path, look: Look | None = None) -> None:
        self.bench = UseCaseBench(folder)
        self.bench.submit()
        self.chain = self.bench.chain
        self.chain.sent.clear()
        self.draw(DRAWN)
        self.chain.seeds[LEASE, ROUND] = SEED
        self.rerender, self.renderer = self.bench.rerender(look)
        self.proof_store = ProofStore(folder / "verifier" / "evidence")
        self._chance = random.Random(5)
        self.now_s = float(SINCE_S)
        self.vote_now(Vote.DRAWN)

    def draw(self, leaves: Sequence[int]) -> None:
        """What chance draws."""
        self.chain.drawn_of[LEASE] = [DrawnLeaf(leaf, 8 + at) for at, leaf in enumerate(leaves)]

    def vote_now(self, vote: Vote, worker: WorkerId = WORKER, **more: Any) -> None:
        """How far our seat is."""
        others = [Verifier(at, WorkerId(77), Vote.DRAWN) for at in range(SEAT)]
        self.chain.seats[LEASE] = [*others, Verifier(SEAT, worker, vote, **more)]

    def now(self) -> float:
        """The machine's clock: what the test says, and the loop's time since."""
        return self.now_s + asyncio.get_running_loop().time()

    def duties(self) -> VerifierDuties:
        """A new process."""
        return VerifierDuties(
            self.chain,
            self.rerender,
            self.proof_store,
            self.bench.reporter,
            hash_many,
            Showing(self.chain, self.bench.reporter, ShowLimits(10**9, 10**18)),
            lambda: self._chance.getrandbits(SECRET_BITS),
            self.now,
            appeals=True,
        )

    def act(
        self,
        phase: AuditPhase,
        kind: AuditKind = AuditKind.PIXELS,
        verdict: Verdict = Verdict.NONE,
        *,
        for_others: bool = False,
    ) -> None:
        """Do what is due."""
        seats: dict[str, Any] = {
            "ends": (len(self.chain.seats[LEASE]), 0, 0),
            "since_s": SINCE_S,
            "since_block": 60,
        }
        audit = replace(NO_AUDIT, kind=kind, phase=phase, round=ROUND, verdict=verdict, **seats)
        lease, duties = self.chain.leases[LEASE], self.duties()
        if phase is AuditPhase.COMMIT:
            run(look_and_seal(duties, lease, audit, WORKER))
        else:
            run(duties.act(lease, audit, WORKER, for_others=for_others))

    def words(self) -> list[tuple[int, Vote]]:
        """What was said instead of votes, by seat."""
        return [(seat, word) for _, seat, word in self.chain.of("decline")]

    def contents(self, look: Look) -> list[Content]:
        """What a machine has in the drawn leaves."""
        return [content_of(hash_many, one) for one in self.prints(look)]

    def mark(self, nonce: int, vote: int, seed: int = SEED) -> int:
        """The seal of a vote."""
        place = {"seed": seed, "worker_id": WORKER, "nonce": nonce, "vote": vote}
        return mark_of(hash_many, self.chain.board, LEASE, ROUND, **place)

    def marks(self) -> list[int]:
        """The seals that were sent, all from our seat."""
        sent = [mark for marks in self.chain.of("commit") for mark in marks]
        assert all((lease_id, seat) == (LEASE, SEAT) for lease_id, seat, _ in sent)
        return [mark for _, _, mark in sent]

    def prints(self, look: Look) -> list[TilePrint]:
        """The prints of the drawn leaves."""
        manifest = self.bench.package.manifest
        prints = [one for frame in manifest.frames[FIRST:] for one in frame_of(manifest, frame, look)[1]]
        return [prints[leaf] for leaf in DRAWN]

    def open(self, *looks: Look) -> None:
        """The worker has opened its leaves, which are of these."""
        prints = [self.prints(look)[at] for at, look in enumerate(looks)]
        contents = tuple(content_of(hash_many, one) for one in prints)
        self.chain.answers[LEASE, ROUND] = Opened(contents, tuple(one.felts() for one in prints))
        self.vote_now(Vote.SEALED)
