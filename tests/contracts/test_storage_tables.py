"""The tables in comments that say what is in which storage cell agree with the code below them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[2] / "contracts" / "src"
# A cell's type, and how many cells it takes and in what unit; records say theirs by how they are packed.
PLAIN = {
    "ContractAddress": (1, {"address"}),
    "ClassHash": (1, {"class"}),
    "felt252": (1, {"felt"}),
    "LeaseCell": (1, {"packed"}),  # a felt that is read in parts
    "bool": (1, {"flag"}),
    "u128": (1, {"fri"}),
    "u256": (2, {"bytes"}),
    "u64": (1, {"s", "blocks", "count", "number"}),
    "u32": (1, {"s", "count", "number", "index", "index + 1"}),
}
HALF = 128


@dataclass(frozen=True)
class Row:
    """A row of a table of cells: how many of them, for each of what, in what unit."""

    count: int
    each: str
    unit: str


@dataclass(frozen=True)
class Field:
    """A field of a packed record: its first and its last bit."""

    name: str
    first: int
    last: int


def comment_above(text: str, place: int) -> str:
    """The doc comment that ends at the place, in one line."""
    lines: list[str] = []
    for line in reversed(text[:place].rstrip().splitlines()):
        if not line.strip().startswith("///"):
            break
        lines.insert(0, line.strip().removeprefix("///").strip())
    return " ".join(lines)


def sources() -> list[Path]:
    """Every file of the contracts, in whatever folder; not their tests."""
    return sorted(set(SOURCES.rglob("*.cairo")) - set((SOURCES / "tests").rglob("*.cairo")))


def storages() -> Iterator[tuple[str, str, dict[str, str]]]:
    """File, table and members with their types, of each storage that has cells of its own."""
    for path in sources():
        text = path.read_text()
        for found in re.finditer(r"#\[storage\]\s+(?:pub )?struct Storage \{\n(.*?)\n    \}", text, re.S):
            own = re.sub(r"#\[substorage\(v0\)\]\s+(?:pub )?\w+: [\w:]+,", "", found[1])
            members = dict(re.findall(r"(\w+): (.+),", own))
            if members:
                yield str(path.relative_to(SOURCES)), comment_above(text, found.start()), members


def rows_of(table: str) -> dict[str, Row]:
    """The rows of ``| name, name | 1 a job | fri | what |``."""
    assert table.startswith("|") and table.endswith("|"), table
    parts = [part.strip() for part in table.split("|")]
    assert len(parts) % 5 == 1 and not any(parts[::5]), f"a row has not four columns: {table}"
    rows: dict[str, Row] = {}
    for index in range(1, len(parts), 5):
        names, cells, unit, what = parts[index : index + 4]
        number, _, each = cells.partition(" ")
        assert what, names
        for name in names.split(", "):
            assert name not in rows, f"{name} has two rows"
            rows[name] = Row(int(number), each, unit)
    return rows


def packings() -> dict[str, tuple[str, str]]:
    """Record to the table above its packing and the packing's text."""
    found = {}
    for path in sources():
        text = path.read_text()
        for one in re.finditer(r"pub impl \w+ of StorePacking<(\w+), .*?\n\}", text, re.S):
            found[one[1]] = (comment_above(text, one.start()), one[0])
    return found


def size_and_units(kind: str) -> tuple[int, set[str]]:
    """How many cells a type takes, and the units that it may have."""
    if kind in PLAIN:
        return PLAIN[kind]
    assert kind in packings(), kind
    return 1, {"packed"}


def test_no_table_is_out_of_sight() -> None:
    """The tests below take what they find: fewer than there were means that a file is no longer read."""
    assert len(list(storages())) >= 11
    assert len(packings()) >= 18


@pytest.mark.parametrize("file", [file for file, _, _ in storages()])
def test_every_member_of_a_storage_has_its_row(file: str) -> None:
    ((table, members),) = [(table, members) for name, table, members in storages() if name == file]
    rows = rows_of(table)
    assert set(rows) == set(members), file
    for name, kind in members.items():
        row, many = rows[name], re.fullmatch(r"(?:Map<.*, (\w+)>|Vec<(\w+)>)", kind)
        count, units = size_and_units((many[1] or many[2]) if many else kind)
        assert (row.count, bool(row.each)) == (count, bool(many)), f"{file}: {name}: {kind}"
        assert row.unit in units, f"{file}: {name}: {kind}"
        suffix = name.rpartition("_")[2]
        assert suffix not in {"fri", "s", "blocks", "count"} or suffix == row.unit, f"{file}: {name}"


def fields_of(record: str) -> list[str]:
    """The fields of a record, wherever it is; of limits within it their own."""
    text = "".join(path.read_text() for path in sources())
    (body,) = re.findall(rf"pub struct {record} \{{(.*?)\n\}}", text, re.S)
    pairs = re.findall(r"pub (\w+): (.*),", body)
    nested = [fields_of(kind) if kind == "PrintLimits" else [name] for name, kind in pairs]
    return [name for names in nested for name in names]


def bits_in(table: str) -> list[Field]:
    """The rows of ``| name first-last | name bit |``."""
    rows = re.findall(r"\| (\w+) (\d+)(?:-(\d+))? (?=\|)", table)
    return [Field(name, int(first), int(last or first)) for name, first, last in rows]


def bounds_of(code: str) -> tuple[list[int], list[int]]:
    """Where fields begin and end in a cell's low and high half, as ``unpack`` takes them off."""
    widths = {name: (int(number)) for name, number in re.findall(r"\b(B(\d+))\b", code)}
    pulls = re.findall(r"pull\d*\(ref (\w+), (B\d+)\)", code)
    ((low, high),) = re.findall(r"let \((?:mut )?(\w+), (?:mut )?(\w+)\) = split\(", code)

    def bounds(variable: str) -> list[int]:
        taken = [width for name, width in pulls if name == variable]
        if last := re.search(rf"(\w+): rest\({variable}\)", code):
            taken += re.findall(rf"push\(0, value\.(?:\w+\.)?{last[1]}(?:\.into\(\))?, (B\d+)\)", code)
        return [0, *accumulate(widths[width] for width in taken)]

    return bounds(low), bounds(high)


def named(row: str, fields: list[str]) -> str:
    """The field that a row means, whose name it may shorten."""
    (field,) = [row] if row in fields else [field for field in fields if row in field]
    return field


@pytest.mark.parametrize("record", list(packings()))
def test_every_field_of_a_packed_record_has_its_bits(record: str) -> None:
    table, code = packings()[record]
    bits, fields = bits_in(table), fields_of(record)
    assert sorted(named(row.name, fields) for row in bits) == sorted(fields)
    for base, bounds in zip((0, HALF), bounds_of(code), strict=True):
        rows = [row for row in bits if base <= row.first < base + HALF]
        ends = [row.last + 1 - base for row in rows]
        assert [row.first - base for row in rows] == [0, *ends][: len(rows)], "gap or overlap"
        if len(bounds) > 1:
            assert set(ends) <= set(bounds) and ends[-1] == bounds[-1], record
        elif rows:  # a field alone in its half
            width = re.search(
                rf"push\(0, value\.{named(rows[0].name, fields)}(?:\.into\(\))?, B(\d+)\)", code
            )
            assert ends == [int(width[1]) if width else HALF], record
