"""A lease's audit as the chain holds it; the numbers stand in contracts/src/types/audit.cairo."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from ..cid import split_digest
from ..ids import WorkerId
from ..merkle import HashMany, short_string
from ..prints import TilePrint
from .economics import MAX_NAMED

COMMIT_DOMAIN = short_string("renderchain/commit/1")
YES, NO = short_string("yes"), short_string("no")


class DrawOutcome(IntEnum):
    """What the draw made of a submitted lease."""

    NOT_DRAWN = 0
    PASSED = 1  # not audited
    IN_AUDIT = 2  # or on its way to one: its votes are drawn, or wait for a block
    CLEARED = 3  # verifiers accepted it
    UNJUDGED = 4  # from the claim on: no verifiers were named, and nobody judges it


class AuditKind(IntEnum):
    """What a lease is tried for."""

    NONE = 0
    PIXELS = 1
    DELIVERY = 2


class AuditPhase(IntEnum):
    """What an audit waits for; core/audit/phases.py says for whom and how long."""

    NONE = 0
    KEY = 1  # of the results, in a challenge of the delivery
    DRAW = 2  # a block whose hash draws votes
    COMMIT = 3  # sealed votes, or words why there is none
    OPEN = 4  # the worker's drawn leaves and their prints
    REVEAL = 5
    SHOW = 6  # who shows what prints contradict, and that objectors agree with each other
    APPEAL = 7
    LOOK = 8  # the block that decides about a second look
    OVER = 9


class Verdict(IntEnum):
    """Accepted: the worker is right."""

    NONE = 0
    ACCEPTED = 1
    REJECTED = 2
    UNDECIDED = 3


class Vote(IntEnum):
    """How far a seat's vote came."""

    NONE = 0
    DRAWN = 1
    SEALED = 2
    BUSY = 3
    OVER_TIME = 4
    NO_PACKAGE = 5
    ABSENT = 6
    COUNTED = 7  # revealed in time; its masks say what it found
    SILENT = 8  # sealed, and not revealed in time
    STRUCK = 9  # its own prints contradict it
    SPARE = 10  # sealed, to be paid and not counted


WORDS = (Vote.BUSY, Vote.OVER_TIME, Vote.NO_PACKAGE)  # what a seat may say instead of a vote
MEAN = 255  # stands for the mean over all drawn leaves where a leaf is named
MEAN_BIT = 1 << 104  # above all positions, in the mask of what a rejection is about
FIRST_DRAWN = MAX_NAMED  # position of the first leaf that was drawn; those before are named


@dataclass(frozen=True)
class AuditInfo:
    """An audit's state. Phase NONE: the lease has no audit.

    Seats are numbered through all rounds; ``first`` is the first of the present draw, whose seats
    ``sealed``, ``said`` and ``revealed`` count. ``ends``: where each round's seats end.
    """

    kind: AuditKind
    phase: AuditPhase
    round: int
    verdict: Verdict
    decided: int  # the round that gave the verdict
    first: int
    ends: tuple[int, int, int]
    batches: int
    redraws: int
    sealed: int
    said: int
    revealed: int
    named: int
    raised: tuple[int, int, int]  # notches by which each round's fee was raised
    bonded: int  # rounds that somebody pays a bond for, as bits
    against: int  # the verdicts that they are against, two bits a round
    proved: bool
    prints: bool
    since_s: int
    since_block: int
    draw_block: int  # the hash of two blocks later draws

    @property
    def seats(self) -> range:
        """Of the present draw."""
        return range(self.first, self.ends[self.round])

    @property
    def may_be_raised(self) -> bool:
        """Whether votes that a round's payer paid for were not found, so that a higher fee may find them."""
        is_first = self.redraws == 0 and not self.seats and self._is_funded
        return self.phase is AuditPhase.DRAW and is_first and self.draw_block != self.since_block

    @property
    def _is_funded(self) -> bool:
        """Whether the present round has its fees from elsewhere than what was forfeited."""
        is_look = self.round == 1 and self.against >> 2 & 3 == Verdict.ACCEPTED
        return self.round == 0 or bool(self.bonded >> self.round & 1) or is_look

    @property
    def names_leaves(self) -> bool:
        """Whether votes are paid for all leaves that may be named."""
        return self.is_doubt and self.kind is AuditKind.PIXELS

    @property
    def is_doubt(self) -> bool:
        """Whether the requester asked for it, and not chance."""
        return bool(self.bonded & 1)


NO_AUDIT = AuditInfo(
    AuditKind.NONE,
    AuditPhase.NONE,
    round=0,
    verdict=Verdict.NONE,
    decided=0,
    first=0,
    ends=(0, 0, 0),
    batches=0,
    redraws=0,
    sealed=0,
    said=0,
    revealed=0,
    named=0,
    raised=(0, 0, 0),
    bonded=0,
    against=0,
    proved=False,
    prints=False,
    since_s=0,
    since_block=0,
    draw_block=0,
)


@dataclass(frozen=True)
class Verifier:
    """A seat of an audit; ``differs`` and ``mean`` say where it found something else than the worker."""

    seat: int
    worker_id: WorkerId
    vote: Vote
    differs: int = 0  # positions of leaves, as bits
    mean: bool = False
    near: int = 0  # seats of its draw with which it was shown to agree, as bits counted from the first


@dataclass(frozen=True)
class DrawnLeaf:
    """A leaf that the present round looks at; ``position`` is its bit in the masks of votes."""

    leaf: int
    position: int


@dataclass(frozen=True)
class Content:
    """What a leaf says of its tile: sha-256 of its bytes, high and low half, and its print's hash."""

    digest_hi: int
    digest_lo: int
    print_hash: int

    @property
    def digest(self) -> tuple[int, int]:
        """Both halves."""
        return self.digest_hi, self.digest_lo


def content_of(hash_many: HashMany, shown: TilePrint) -> Content:
    """What a leaf says of a tile with that print."""
    return Content(*split_digest(shown.digest), hash_many(shown.felts()))


def answer_of(hash_many: HashMany, contents: list[Content]) -> int:
    """One felt for what all drawn leaves hold: the worker's answer, or a verifier's vote."""
    return hash_many([hash_many((*one.digest, one.print_hash)) for one in contents])


def differing(mine: list[Content], theirs: list[Content]) -> list[int]:
    """The leaves that have other digests."""
    pairs = enumerate(zip(mine, theirs, strict=True))
    return [index for index, (one, other) in pairs if one.digest != other.digest]


def mark_of(
    hash_many: HashMany,
    board: int,
    lease_id: int,
    round_: int,
    *,
    seed: int,
    worker_id: int,
    nonce: int,
    vote: int,
) -> int:
    """What a verifier seals: bound to round, draw and seat, so that nobody can copy it.

    All that is hashed is felts, so ids are plain numbers here.
    """
    return hash_many((COMMIT_DOMAIN, board, lease_id, round_, seed, worker_id, nonce, vote))
