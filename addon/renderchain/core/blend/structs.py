"""Which words of which structs are addresses, as the file itself says it in its block DNA1."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from struct import Struct

import numpy as np

from .layout import STRUCTS, Buffer, Layout, Longs, NotUnderstood

SIZE = re.compile(rb"\[(\d{1,6})\]")
MOST_DEPTH = 32
MOST_SPOTS = 2**20  # of all structs of a file


@dataclass(frozen=True)
class Field:
    """A field of a struct: ``count`` values of ``size_bytes`` each, from byte ``at``.

    ``stars`` is 0 for a value, 1 for an address, 2 for the address of a list of addresses. ``inner`` is the
    number of the struct that a value is, -1 if it is none.
    """

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
    cursor = _Cursor(bytes(raw[start : start + int(layout.lengths[number])]), layout.order)
    try:
        return _read(cursor, layout.pointer_bytes)
    except (IndexError, ValueError) as error:
        raise NotUnderstood(f"byte {start}: a list of structs that is broken") from error


def _read(cursor: _Cursor, pointer_bytes: int) -> Structs:
    cursor.tag(b"SDNA")
    names, types = cursor.texts(b"NAME"), cursor.texts(b"TYPE")
    cursor.tag(b"TLEN")
    sizes = cursor.numbers(len(types), "H")
    cursor.tag(b"STRC")
    kinds, members = [], []
    for _ in range(cursor.numbers(1, "i")[0]):
        kind, count = cursor.numbers(2, "H")
        kinds.append(kind)
        members.append(cursor.numbers(2 * count, "H"))
    by_kind = {kind: number for number, kind in enumerate(kinds)}
    structs = []
    for kind, words in zip(kinds, members, strict=True):
        at, fields = 0, []
        for type_number, name_number in zip(words[::2], words[1::2], strict=True):
            name = names[name_number]
            stars = 1 if name[:1] == b"(" else len(name) - len(name.lstrip(b"*"))
            count = 1 if name[:1] == b"(" else prod(map(int, SIZE.findall(name)))
            size_bytes = pointer_bytes if stars else sizes[type_number]
            inner = -1 if stars else by_kind.get(type_number, -1)
            plain = name.strip(b"(*)").split(b"[")[0].split(b")")[0].decode("ascii", "replace")
            fields.append(Field(plain, at, count, size_bytes, stars, inner))
            at += count * size_bytes
            if at > sizes[kind] or count > sizes[kind]:
                raise ValueError(plain)
        if at != sizes[kind]:
            raise ValueError(kind)
        structs.append(BlendStruct(types[kind].decode("ascii", "replace"), at, tuple(fields)))
    return Structs(tuple(structs))


class _Cursor:
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
