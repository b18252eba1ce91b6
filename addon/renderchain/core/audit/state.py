"""A lease's audit as the chain holds it; the numbers stand in contracts/src/types/audit.cairo."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from ..cid import split_digest
from ..ids import WorkerId
from ..merkle import HashMany, short_string
from ..prints import TilePrint

COMMIT_DOMAIN = short_string("renderchain/commit/1")
YES, NO = short_string("yes"), short_string("no")


class DrawOutcome(IntEnum):
    """What the draw made of a submitted lease."""

    NOT_DRAWN = 0
    PASSED = 1  # not audited
    UNSEATED = 2  # to be audited, but there are no verifiers or no money for them
    IN_AUDIT = 3
    CLEARED = 4  # a committee accepted it


class AuditKind(IntEnum):
    """What a lease is tried for."""

    NONE = 0
    PIXELS = 1
    DELIVERY = 2


class AuditPhase(IntEnum):
    """What an audit waits for."""

    NONE = 0
    KEY = 1
    DRAW = 2
    COMMIT = 3
    OPEN = 4
    REVEAL = 5
    APPEAL = 6
    OVER = 7


class Verdict(IntEnum):
    """Accepted: the worker is right."""

    NONE = 0
    ACCEPTED = 1
    REJECTED = 2
    UNDECIDED = 3


class Vote(IntEnum):
    """How far a verifier came."""

    NONE = 0
    DRAWN = 1
    COMMITTED = 2
    SHOWN = 3  # differs; its prints wait for the worker's
    AGREES = 4
    OBJECTS = 5
    ABSENT = 6


@dataclass(frozen=True)
class AuditInfo:
    """An audit's state; counts are of the present round. Phase NONE: the lease has no audit."""

    kind: AuditKind
    phase: AuditPhase
    round: int
    verdict: Verdict
    committed: int
    agreeing: int
    objecting: int
    shown: int
    since_s: int
    since_block: int

    @property
    def is_counted(self) -> bool:
        """Whether every sealed vote is known."""
        return self.phase is AuditPhase.REVEAL and self.agreeing + self.objecting == self.committed


@dataclass(frozen=True)
class Verifier:
    """A verifier's seat in a round."""

    seat: int
    worker_id: WorkerId
    vote: Vote


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
