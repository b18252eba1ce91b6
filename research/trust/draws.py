"""Draws as the chain makes them, over block hashes that nobody chose."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cache

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import is_audited, leaf_at, seed_of, unit_at
from renderchain.core.audit.economics import SEATS, drawn_leaves

BOARD = 0xB0A4D
UNITS = 1000
FELT_BITS = 251


def seeds(count: int, name: str) -> Iterator[int]:
    """So many draws."""
    chance = random.Random(name)
    for lease_id in range(count):
        yield seed_of(hash_many, chance.getrandbits(FELT_BITS), BOARD, lease_id, 0, 0)


def leaves_of(seed: int, total: int, wanted: int = 16) -> list[int]:
    """The leaves of a first round."""
    drawn = drawn_leaves(total, wanted)
    return [leaf_at(hash_many, seed, index, drawn, total) for index in range(drawn)]


@cache
def draws(count: int, total: int) -> list[tuple[int, list[int]]]:
    """So many draws over so many leaves: seed and leaves of each."""
    return [(seed, leaves_of(seed, total)) for seed in seeds(count, "leaves")]


def detections(count: int, audit_exp: int, refused: Sequence[bool]) -> float:
    """How often a lease is audited and one of the drawn leaves is refused."""
    hits = (
        is_audited(seed, audit_exp) and any(refused[leaf] for leaf in leaves)
        for seed, leaves in draws(count, len(refused))
    )
    return sum(hits) / count


def attackers_in(seed: int, round_: int, share: float) -> int:
    """Seats of a round that an attacker gets who has that share of the stake."""
    round_seed = hash_many((seed, round_))
    mine = round(share * UNITS)
    drawn = (unit_at(hash_many, round_seed, attempt, UNITS) for attempt in range(SEATS[round_]))
    return sum(unit < mine for unit in drawn)


def has_majority(seed: int, round_: int, share: float) -> bool:
    """Whether these seats decide the round."""
    return 2 * attackers_in(seed, round_, share) > SEATS[round_]
