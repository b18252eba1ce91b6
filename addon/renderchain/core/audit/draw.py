"""What chance decides about a lease: whether it is audited, which leaves, and which seats.

The same functions of one block's hash as contracts/src/rules/draw.cairo; a test compares both by vectors.
"""

from __future__ import annotations

from ..job import LeaseInfo
from ..merkle import HashMany, short_string

SEED_DOMAIN = short_string("renderchain/seed/1")
LEAF_DOMAIN = short_string("renderchain/leaf/1")
SEAT_DOMAIN = short_string("renderchain/seat/1")
DRAW_AFTER = 2  # blocks from the submission to the one whose hash decides
READABLE_AFTER = 10  # blocks until contracts can read that hash
DRAW_AGE = DRAW_AFTER + READABLE_AFTER  # blocks from the submission until it can be drawn
SAMPLE_DRAWS = 3  # made up by a client that wants to know whether votes could be found
_LOW = 2**128 - 1


def seed_of(
    hash_many: HashMany, block_hash: int, board: int, lease_id: int, attempt: int, round_: int
) -> int:
    """A round's seed, from the hash of its block; all that is hashed is felts, the lease's id too."""
    return hash_many((SEED_DOMAIN, block_hash, board, lease_id, attempt, round_))


def is_audited(seed: int, audit_exp: int) -> bool:
    """Whether a lease is audited that is at a rate of 2^-audit_exp."""
    return (seed & _LOW) % (1 << audit_exp) == 0


def is_spared(hash_many: HashMany, block_hash: int, board: int, lease: LeaseInfo) -> bool:
    """Whether chance has no audit of a submitted lease, by the hash of its draw's block."""
    seed = seed_of(hash_many, block_hash, board, lease.lease_id, lease.attempt, 0)
    return not is_audited(seed, lease.audit_exp)


def leaf_at(hash_many: HashMany, seed: int, index: int, wanted: int, leaves: int) -> int:
    """The ``index``-th of ``wanted`` leaves: one in each equal part of all, so none comes twice."""
    first = leaves * index // wanted
    size = leaves * (index + 1) // wanted - first
    return first + (hash_many((LEAF_DOMAIN, seed, index)) & _LOW) % size


def unit_at(hash_many: HashMany, seed: int, attempt: int, units: int) -> int:
    """The unit of stake whose holder gets a seat, in the ``attempt``-th try."""
    return (hash_many((SEAT_DOMAIN, seed, attempt)) & _LOW) % units
