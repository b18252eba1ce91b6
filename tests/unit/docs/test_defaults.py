"""Defaults that the pages tell are those of the code."""

from __future__ import annotations

import re
from dataclasses import fields

from renderchain.core.gate import CACHE_BYTES
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.network_rules import Rules
from renderchain.settings import Settings

from tests.unit.docs.pages import PAGES, REPO

STANDS_FOR = {"cache_bytes": CACHE_BYTES}  # the default, 0
UNITS = {"": 1, "STRK": FRI_PER_STRK, "GiB": 2**30}
AMOUNT = r"(\d[\d,]*) ?(STRK|GiB)?(?=[ ;,)|])"


def amount(number: str, unit: str) -> int:
    """As the code has it."""
    return int(number.replace(",", "")) * UNITS[unit]


def test_what_stands_behind_a_setting_in_brackets_is_its_default() -> None:
    defaults = {one.name: one.default for one in fields(Settings)} | STANDS_FOR
    told = re.compile(rf"`({'|'.join(defaults)})`(?:\s+\w+)?\s+\({AMOUNT}")
    found = [
        (page.name, name, defaults[name], amount(number, unit))
        for page in PAGES
        if page.name != "CHANGELOG.md"
        for name, number, unit in told.findall(page.read_text())
    ]
    assert len(found) > 10
    assert [one for one in found if one[2] != one[3]] == []


def test_the_page_on_deploying_has_each_rule_as_it_usually_is() -> None:
    page = (REPO / "docs" / "deployment.md").read_text()
    rows = re.findall(rf"^\| `(\w+)` \| {AMOUNT} \|", page, re.M)
    assert {name: amount(number, unit) for name, number, unit in rows} == vars(Rules())
