"""The draw is fair: at every rate, in every part of the leaves, and by stake.

Limits are chi-square's, below which 999 of 1,000 fair draws stay; the seeds are always the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import is_audited, leaf_at, seed_of, unit_at

LEASES = 4096
LIMITS = {1: 10.83, 3: 16.27, 9: 27.88, 63: 103.4}


@pytest.fixture(scope="module")
def seeds() -> list[int]:
    return [seed_of(hash_many, 2**200 + block, 7, 0x10000000001, 0, 0) for block in range(LEASES)]


def chi_square(counts: Mapping[int, int], shares: Mapping[int, float]) -> float:
    total = sum(counts.values())
    expected = {key: total * share for key, share in shares.items()}
    return sum((counts.get(key, 0) - mean) ** 2 / mean for key, mean in expected.items())


@pytest.mark.parametrize("exp", range(1, 6))
def test_every_rate_is_what_it_says(seeds: list[int], exp: int) -> None:
    counts = Counter(int(is_audited(seed, exp)) for seed in seeds)
    assert chi_square(counts, {1: 2.0**-exp, 0: 1 - 2.0**-exp}) < LIMITS[1]


def test_newcomers_are_always_audited(seeds: list[int]) -> None:
    assert all(is_audited(seed, 0) for seed in seeds)


def test_who_is_audited_at_a_rate_is_audited_at_every_higher_one(seeds: list[int]) -> None:
    for seed in seeds:
        audited = [is_audited(seed, exp) for exp in range(6)]
        assert audited == sorted(audited, reverse=True)


@pytest.mark.parametrize(("wanted", "leaves"), [(1, 1), (16, 16), (16, 1021), (7, 23), (32, 2**24)])
def test_each_equal_part_gives_one_leaf(seeds: list[int], wanted: int, leaves: int) -> None:
    for seed in seeds[:50]:
        drawn = [leaf_at(hash_many, seed, index, wanted, leaves) for index in range(wanted)]
        parts = [(leaves * index // wanted, leaves * (index + 1) // wanted) for index in range(wanted)]
        assert all(first <= leaf < last for leaf, (first, last) in zip(drawn, parts, strict=True))
        assert len(set(drawn)) == wanted


@pytest.mark.parametrize("part", range(4))
def test_each_leaf_of_a_part_comes_as_often(seeds: list[int], part: int) -> None:
    counts = Counter(leaf_at(hash_many, seed, part, 4, 40) for seed in seeds)
    assert chi_square(counts, {leaf: 0.1 for leaf in range(10 * part, 10 * part + 10)}) < LIMITS[9]


def test_each_unit_of_stake_comes_as_often(seeds: list[int]) -> None:
    counts = Counter(unit_at(hash_many, seed, 0, 64) for seed in seeds)
    assert chi_square(counts, {unit: 1 / 64 for unit in range(64)}) < LIMITS[63]


def test_who_has_more_stake_is_drawn_as_much_more_often(seeds: list[int]) -> None:
    owners = [0] + [1] * 2 + [2] * 5 + [3] * 8
    counts = Counter(owners[unit_at(hash_many, seeds[0], attempt, 16)] for attempt in range(LEASES))
    assert chi_square(counts, {0: 1 / 16, 1: 2 / 16, 2: 5 / 16, 3: 8 / 16}) < LIMITS[3]


def test_audit_leaves_and_seats_are_drawn_apart(seeds: list[int]) -> None:
    # Among audited leases leaves and seats must be as even as among all: one seed serves them all.
    audited = [seed for seed in seeds if is_audited(seed, 2)]
    leaves = Counter(leaf_at(hash_many, seed, 0, 4, 40) for seed in audited)
    seats = Counter(unit_at(hash_many, seed, 0, 4) for seed in audited)
    assert chi_square(leaves, {leaf: 0.1 for leaf in range(10)}) < LIMITS[9]
    assert chi_square(seats, {unit: 0.25 for unit in range(4)}) < LIMITS[3]


def test_each_round_attempt_lease_and_board_has_a_draw_of_its_own() -> None:
    first = (1, 2, 3, 0, 0)
    places = [first, (2, 2, 3, 0, 0), (1, 1, 3, 0, 0), (1, 2, 4, 0, 0), (1, 2, 3, 1, 0), (1, 2, 3, 0, 1)]
    assert len({seed_of(hash_many, *place) for place in places}) == len(places)
