"""The protocol's page says how often few who are willing among many pass a draw."""

from __future__ import annotations

import re
from math import comb

from devkit.model.holders import TRIES, UNWILLING_AT_ONCE, WILLING_PART
from tests.unit.docs.pages import REPO

ROW = re.compile(r"^\| (\d+) %" + r" \| ([\d.]+) %" * 6 + r" \|$", re.M)
ROUNDS = (3, 7, 15)


def chance(share: float, tries: int, met: int) -> float:
    """Of so many tries that meet a willing holder; every unit is held."""
    return comb(tries, met) * share**met * (1 - share) ** (tries - met)


def passes_again(share: float, wanted: int) -> float:
    """The same of a draw that is repeated."""
    tries = TRIES * wanted
    return sum(chance(share, tries, met) for met in range(tries + 1) if WILLING_PART * met >= tries)


def passes(share: float, wanted: int) -> float:
    """How often such a share of the seats, alone willing, has all votes of a first draw."""
    first, all_tries = wanted + UNWILLING_AT_ONCE, TRIES * wanted
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
        found = [one(int(share) / 100, wanted) for wanted in ROUNDS for one in (passes, passes_again)]
        assert said == [f"{100 * one:.2f}" for one in found]
