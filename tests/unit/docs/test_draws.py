"""The protocol's page says how often few who are willing among many pass a draw."""

from __future__ import annotations

import re
from math import comb

from devkit.model.holders import MET_AT_ONCE, TRIES, WILLING_PART
from tests.unit.docs.pages import REPO

ROW = re.compile(r"^\| (\d+) % \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) % \|$", re.M)
ROUNDS = (3, 7, 15)


def chance(share: float, tries: int, met: int) -> float:
    """Of so many tries that meet a willing holder; every unit is held."""
    return comb(tries, met) * share**met * (1 - share) ** (tries - met)


def passes(share: float, wanted: int) -> float:
    """How often such a share of the seats, alone willing, has all votes of a draw."""
    first, all_tries = MET_AT_ONCE * wanted, TRIES * wanted
    at_once = sum(chance(share, first, met) for met in range(wanted, first + 1))
    later = all_tries - first
    return at_once + sum(
        chance(share, first, met) * chance(share, later, more)
        for met in range(wanted)
        for more in range(later + 1)
        if WILLING_PART * (met + more) >= all_tries
    )


def test_the_page_has_the_chances_that_follow_from_the_rule() -> None:
    rows = ROW.findall((REPO / "docs" / "protocol.md").read_text())
    assert [int(share) for share, *_ in rows] == [5, 10, 20, 33]
    for share, *said in rows:
        found = [passes(int(share) / 100, wanted) for wanted in ROUNDS]
        assert said == [f"{100 * one:.2f}" for one in found]
