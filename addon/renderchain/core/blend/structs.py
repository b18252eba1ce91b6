"""Which words of which structs are addresses, as the file itself says it in its block DNA1."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from struct import Struct

import numpy as np

from .layout import STRUCTS, Buffer, Layout, Longs, NotUnderstood

SIDE = re.compile(rb"\[(\d{1,6})\]")
MOST_DEPTH = 32
MOST_SPOTS = 2**20  # of all structs of a file


@dataclass(frozen=True)
class Field:
    """A field of a struct: ``count`` values of ``size_bytes`` each, from byte ``at``.

    ``stars`` is 0 for a value, 1 for an address, 2 for the address of a list of addresses. ``inner`` is the
    number of the struct that a value is, -1 if it is none. Characters of a text are one value.
    """

    kind: str
    name: str
    at: int
    count: int
    size_bytes: int
    stars: int
    inner: int


@dataclass(frozen=True)
class BlendStruct:
    """A struct of a file."""

    name: str
    size_bytes: int
    fields: tuple[Field, ...]

    @property
    def starts_with(self) -> int:
        """The number of the struct at its start, -1 for none."""
        return self.fields[0].inner if self.fields else -1


Wanted = Callable[[BlendStruct, Field], bool]


@dataclass(frozen=True)
class Structs:
    """All structs of a file by their number."""

    all: tuple[BlendStruct, ...]

    def spots(self, wanted: Wanted) -> list[Longs]:
        """For each struct the places of all wanted values, inner structs' too, as rows of place and size.

        Raises NotUnderstood where structs hold themselves.
        """
        known: dict[int, Longs] = {}
        return [self._spots(number, wanted, known, 0) for number in range(len(self.all))]

    def _spots(self, number: int, wanted: Wanted, known: dict[int, Longs], depth: int) -> Longs:
        if number in known:
            return known[number]
        rows = [np.zeros((0, 2), np.int64)]
        for field in self.all[number].fields:
            starts = field.at + field.size_bytes * np.arange(field.count, dtype=np.int64)
            if wanted(self.all[number], field):
                rows.append(np.stack([starts, np.full_like(starts, field.size_bytes)], 1))
            elif field.inner >= 0:
                if depth == MOST_DEPTH:
                    raise NotUnderstood(f"the struct {number} is {MOST_DEPTH} structs deep")
                inner = self._spots(field.inner, wanted, known, depth + 1)
                if len(inner):
                    rows.append((starts[:, None, None] * (1, 0) + inner).reshape(-1, 2))
        known[number] = np.concatenate(rows)
        if sum(map(len, known.values())) > MOST_SPOTS:
            raise NotUnderstood(f"over {MOST_SPOTS} fields")
        return known[number]


def read_structs(raw: Buffer, layout: Layout) -> Structs:
    """Read DNA1; raises NotUnderstood."""
    if layout.codes.count(STRUCTS) != 1:
        raise NotUnderstood("not one list of structs")
    number = layout.codes.index(STRUCTS)
    start = int(layout.payloads[number])
    stream = _Stream(bytes(raw[start : start + int(layout.lengths[number])]), layout.order)
    try:
        return _read(stream, layout.pointer_bytes)
    except (IndexError, ValueError) as error:
        raise NotUnderstood(f"byte {start}: a list of structs that is broken") from error


def _read(stream: _Stream, pointer_bytes: int) -> Structs:
    stream.tag(b"SDNA")
    names, types = stream.texts(b"NAME"), stream.texts(b"TYPE")
    stream.tag(b"TLEN")
    sizes = stream.numbers(len(types), "H")
    stream.tag(b"STRC")
    kinds, members = [], []
    for _ in range(stream.numbers(1, "i")[0]):
        kind, count = stream.numbers(2, "H")
        kinds.append(kind)
        members.append(stream.numbers(2 * count, "H"))
    facts = _Facts(names, types, sizes, {kind: number for number, kind in enumerate(kinds)}, pointer_bytes)
    return Structs(tuple(facts.struct(kind, words) for kind, words in zip(kinds, members, strict=True)))


@dataclass(frozen=True)
class _Facts:
    """The file's names, types with their sizes, and the numbers of those types that are structs."""

    names: list[bytes]
    types: list[bytes]
    sizes: tuple[int, ...]
    by_kind: dict[int, int]
    pointer_bytes: int

    def struct(self, kind: int, words: tuple[int, ...]) -> BlendStruct:
        """A struct of numbers of types and names; raises ValueError unless it has the size that it says."""
        at, fields = 0, []
        for type_number, name_number in zip(words[::2], words[1::2], strict=True):
            fields.append(self._field(type_number, self.names[name_number], at))
            at += fields[-1].count * fields[-1].size_bytes
            if max(at, fields[-1].count) > self.sizes[kind]:
                raise ValueError(kind)
        if at != self.sizes[kind]:
            raise ValueError(kind)
        return BlendStruct(_text(self.types[kind]), at, tuple(fields))

    def _field(self, type_number: int, name: bytes, at: int) -> Field:
        kind = _text(self.types[type_number])
        plain = _text(name.strip(b"(*)").split(b"[")[0].split(b")")[0])
        if name[:1] == b"(":  # of a function
            return Field(kind, plain, at, 1, self.pointer_bytes, 1, -1)
        sides = [int(side) for side in SIDE.findall(name)]
        stars = len(name) - len(name.lstrip(b"*"))
        if stars:
            return Field(kind, plain, at, prod(sides), self.pointer_bytes, stars, -1)
        size_bytes, inner = self.sizes[type_number], self.by_kind.get(type_number, -1)
        if kind == "char" and sides:
            return Field(kind, plain, at, prod(sides[:-1]), size_bytes * sides[-1], 0, inner)
        return Field(kind, plain, at, prod(sides), size_bytes, 0, inner)


def _text(raw: bytes) -> str:
    return raw.decode("ascii", "replace")


class _Stream:
    """Reads the list's parts one after the other; raises ValueError where there is less."""

    def __init__(self, text: bytes, order: str) -> None:
        self._text, self._order, self._at = text, order, 0

    def tag(self, tag: bytes) -> None:
        self._at += -self._at % 4
        if self._text[self._at : self._at + 4] != tag:
            raise ValueError(tag)
        self._at += 4

    def numbers(self, count: int, kind: str) -> tuple[int, ...]:
        if not 0 <= count <= len(self._text):
            raise ValueError(count)
        form = Struct(f"{self._order}{count}{kind}")
        if self._at + form.size > len(self._text):
            raise ValueError(count)
        values = form.unpack_from(self._text, self._at)
        self._at += form.size
        return values

    def texts(self, tag: bytes) -> list[bytes]:
        self.tag(tag)
        count = self.numbers(1, "i")[0]
        if not 0 <= count <= len(self._text):
            raise ValueError(count)
        found = self._text[self._at :].split(b"\0", count)
        if len(found) != count + 1:
            raise ValueError(count)
        self._at = len(self._text) - len(found[-1])
        return found[:-1]
