"""The table of the contracts' functions says of each who may call it, what it does, and what it moves."""

from __future__ import annotations

import re

from tests.unit.docs.pages import REPO

SOURCES = REPO / "contracts" / "src"
TABLE = (REPO / "docs" / "contracts.md").read_text()
ROWS = re.findall(r"^\| (?:Directory|WorkerRegistry|JobBoard) \|.*\|$", TABLE, re.M)
EXTERNAL = re.compile(
    r"(?P<said>(?:^ *///.*\n)*)^ +fn (?P<name>\w+)\(\s*ref self: (?:Component|Contract)State\b", re.M
)


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_every_function_says_who_calls_it_what_it_does_and_what_it_moves() -> None:
    assert len(ROWS) >= 58, "fewer than there were: are all contracts read?"
    for row in ROWS:
        contract, name, caller, _, does, moves = cells(row)
        assert all((contract, name, caller, does, moves)), row


def test_the_code_says_of_every_function_who_calls_it() -> None:
    named = {cells(row)[1].strip("`") for row in ROWS}
    callers: dict[str, list[str]] = {name: [] for name in named}
    for path in sorted(set(SOURCES.rglob("*.cairo")) - set((SOURCES / "tests").rglob("*.cairo"))):
        for found in EXTERNAL.finditer(path.read_text()):
            if found["name"] in named:
                callers[found["name"]].append(found["said"])
    silent = sorted(name for name, said in callers.items() if not any("/// Caller: " in one for one in said))
    assert silent == [], "each needs who calls it, above its code"
