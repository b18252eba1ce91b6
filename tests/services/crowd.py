"""A network with many workers and jobs, made up as contracts would tell of it."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from renderchain.core.audit.events import (
    AuditClosed,
    LeaseDrawn,
    LeavesOpened,
    PrintsShown,
    VerdictGiven,
    Voted,
    VotesDrawn,
    VotesSealed,
)
from renderchain.core.audit.state import AuditKind, Content, DrawOutcome, Verdict, Vote
from renderchain.core.board_events import JobClosed, JobCreated, LeaseAccepted, LeaseClaimed, ResultSubmitted
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import JobTerms, LeaseResult, family_of
from renderchain.core.lease_id import join_lease_id
from renderchain.core.network_events import (
    BoardAnnounced,
    FamiliesChanged,
    OfferChanged,
    RecordChanged,
    SeatsChanged,
    StakeChanged,
    WorkerRegistered,
)
from renderchain.core.pixel_prints import print_of
from renderchain.core.prints import TilePrint
from renderchain.core.tiles import TILE
from renderchain.ports.event_feed import Block, NetworkEvent

from tests.services.played import BOARD, NETWORK, block_of

START_S = 2_000_000_000  # after every clock that this runs on: the chain's time is that of the pages
BLOCK_S = 6
STRK = 10**18
CPU = family_of((4, 5), "CYCLES", "CPU")
OPTIX = family_of((5, 2), "CYCLES", "OPTIX")
ARTISTS = [0xA27157 << 200 | one for one in range(1, 5)]


class Crowd:
    """Tells block after block, the same for the same number."""

    def __init__(self, number: int, workers: int) -> None:
        self.chance = random.Random(number)
        self.blocks: list[Block] = []
        self.jobs = 0
        self.workers = range(1, workers + 1)
        self._generations: dict[int, int] = {}
        self._tell_at(NETWORK.directory, [BoardAnnounced(0, BOARD, START_S)])
        self._tell_at(NETWORK.registry, [one for worker in self.workers for one in self._moved_in(worker)])

    @property
    def now_s(self) -> int:
        """When the newest block was."""
        return self.blocks[-1].time_s

    def tell(self, *events: NetworkEvent) -> Block:
        """The next block of the board."""
        return self._tell_at(BOARD, events)

    def _tell_at(self, address: int, events: Sequence[NetworkEvent], later_s: int = 0) -> Block:
        number = len(self.blocks)
        told = tuple((address, one) for one in events)
        before_s = self.now_s if self.blocks else START_S
        self.blocks.append(block_of(number, before_s + BLOCK_S + later_s, told))
        return self.blocks[-1]

    def wait(self, minutes: int) -> None:
        """Nothing is told; of the blocks meanwhile there is one in ten minutes."""
        for left in range(minutes, 0, -10):
            self._tell_at(BOARD, (), 60 * min(left, 10))

    def _moved_in(self, worker: int) -> list[NetworkEvent]:
        chance, id_ = self.chance, WorkerId(worker)
        family = OPTIX if worker % 3 == 0 else CPU
        least = chance.randrange(1, 30) * STRK // 100
        audited, until_s = chance.randrange(40), START_S + 30 * 86_400
        found: list[NetworkEvent] = [
            WorkerRegistered(0, id_, 0x0B5E << 230 | worker // 2, 0xBA1 << 230 | worker),
            StakeChanged(0, id_, chance.randrange(50, 900) * STRK, chance.randrange(50) * STRK, 0),
            FamiliesChanged(0, id_, (family,), True),
            SeatsChanged(0, id_, family, chance.randrange(5), 1),
            RecordChanged(0, id_, family, audited, audited // 19, audited * STRK // 50),
        ]
        offer = OfferChanged(0, id_, least, 2**31, 1 + worker % 4, until_s, STRK // 50, 32_768, 400)
        return [*found, offer] if worker % 7 else found

    def job(self, tasks: int, family: int = CPU, reward_fri: int = STRK // 10, longest: int = 8) -> JobId:
        """A job of somebody's."""
        self.jobs += 1
        terms = JobTerms(
            *(self.chance.getrandbits(128), self.chance.getrandbits(128)),
            package_bytes=self.chance.randrange(10**6, 4 * 10**8),
            package_files=self.chance.randrange(1, 90),
            tasks=tasks,
            reward_fri=reward_fri,
            audit_pool_fri=5 * STRK,
            family=family,
            longest_lease=longest,
            memory_mib=6_144,
            tiles=510,
        )
        self.tell(JobCreated(0, JobId(self.jobs), family, self.chance.choice(ARTISTS), terms))
        return JobId(self.jobs)

    def claim(self, job: JobId, worker: int, first: int, count: int) -> LeaseId:
        """A lease of these tasks."""
        generation = self._generations[worker] = self._generations.get(worker, 0) + 1
        lease = join_lease_id(WorkerId(worker), generation % 8, generation)
        self.tell(LeaseClaimed(0, job, lease, 0x09 << 236 | worker, first, count, 0, 2, 0))
        return lease

    def submit(self, job: JobId, lease: LeaseId, count: int) -> None:
        """Its frames are there."""
        result = LeaseResult(*(self.chance.getrandbits(128) for _ in range(4)))
        self.tell(ResultSubmitted(0, job, lease, count, result))

    def accept(self, job: JobId, lease: LeaseId, count: int, reward_fri: int = STRK // 10) -> None:
        """And paid."""
        self.tell(
            LeaseDrawn(0, job, lease, 2, DrawOutcome.PASSED),
            LeaseAccepted(0, job, lease, 0xBA1 << 230 | lease >> 40, count * reward_fri),
        )

    def audit(self, job: JobId, lease: LeaseId, verifiers: Sequence[int], false: bool) -> None:
        """A round, in which the worker's tiles are another picture's if it was false."""
        about = (0, job, lease)
        true = [ball(at) for at in range(4)]
        sent = [*true[:2], ball(9), true[3]] if false else true
        worker = [print_of(one) for one in sent]
        theirs = [print_of(one * last_bits()) for one in true]
        self.tell(LeaseDrawn(*about, 0, DrawOutcome.IN_AUDIT))
        self.tell(VotesDrawn(*about, 0, AuditKind.PIXELS, 0x5EED, 0, tuple(verifiers)))
        self.tell(VotesSealed(*about, 0))
        self.tell(LeavesOpened(*about, 0, 0, contents_of(worker), felts_of(worker)))
        for seat, verifier in enumerate(verifiers):
            differs = 1 << 2 if false else 0
            shown = PrintsShown(*about, 0, seat, differs, False, 0, contents_of(theirs), felts_of(theirs))
            self.tell(shown, Voted(*about, 0, seat, WorkerId(verifier), Vote.COUNTED))
        verdict = Verdict.REJECTED if false else Verdict.ACCEPTED
        against = len(verifiers) if false else 0
        self.tell(VerdictGiven(*about, 0, verdict, len(verifiers), against))
        if not false:
            self.tell(AuditClosed(*about, AuditKind.PIXELS, verdict))


def ball(at: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """A tile with a lit ball before a wall, and the noise of few samples."""
    noise = np.random.default_rng(at)
    high, wide = np.mgrid[-1 : 1 : TILE * 1j, -1 : 1 : TILE * 1j]
    depth = np.sqrt(np.clip(0.6 - (wide - 0.3 * at + 0.4) ** 2 - high**2, 0, None))
    lit = np.clip(depth - 0.5 * high - 0.4 * wide, 0.03, None)
    colour = np.array([1.0, 0.55 + 0.1 * at, 0.25]) * lit[..., None] + np.array([0.05, 0.08, 0.14])
    pixels = np.ones((TILE, TILE, 4), np.float32)
    pixels[..., :3] = colour * noise.lognormal(0, 0.2, (TILE, TILE, 1))
    return pixels


def last_bits() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """What another machine's pixels are off by."""
    return np.random.default_rng(99).normal(1, 1e-3, (TILE, TILE, 1)).astype(np.float32)


def contents_of(prints: Sequence[TilePrint]) -> tuple[Content, ...]:
    """What leaves hold; a print's hash is compared by nobody here."""
    numbers = [int.from_bytes(one.digest, "big") for one in prints]
    return tuple(Content(one >> 128, one % 2**128, 1) for one in numbers)


def felts_of(prints: Sequence[TilePrint]) -> tuple[int, ...]:
    """All of them in a row."""
    return tuple(felt for one in prints for felt in one.felts())


def at_work(number: int = 1) -> Crowd:
    """Two dozen workers, finished and waiting jobs, one in the middle, and audits of both outcomes."""
    crowd = Crowd(number, 24)
    for tasks in (24, 48, 16):
        job = crowd.job(tasks, reward_fri=crowd.chance.randrange(4, 20) * STRK // 100)
        for first in range(0, tasks, 8):
            lease = crowd.claim(job, crowd.chance.choice(crowd.workers), first, 8)
            crowd.submit(job, lease, 8)
            crowd.accept(job, lease, 8)
        crowd.tell(JobClosed(0, job, 4 * STRK))
        crowd.wait(300)
    crowd.job(120, OPTIX, STRK // 1000)
    job = crowd.job(240)
    leases = [(crowd.claim(job, 1 + first // 8 % 24, first, 8), first) for first in range(0, 200, 8)]
    for lease, first in leases[:19]:
        crowd.wait(1)
        crowd.submit(job, lease, 8)
        if first < 120 and first not in (16, 40):
            crowd.accept(job, lease, 8)
    crowd.audit(job, leases[2][0], (4, 7, 11), false=False)
    crowd.audit(job, leases[5][0], (8, 10, 13), false=True)
    crowd.wait(2)
    return crowd
