"""Small .blend files that are made up: every form of header, with structs as a file describes them."""

from __future__ import annotations

import random
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NAME_BYTES = 64
SIZES = {"char": 1, "int": 4, "void": 0, "double": 8}
STRUCTS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("raw_data", (("char", "bytes[1]"),)),
    (
        "ID",
        (
            ("void", "*next"),
            ("ID", "*lib"),
            ("char", f"name[{NAME_BYTES}]"),
            ("int", "session_uid"),
            ("int", "_pad"),
        ),
    ),
    ("Place", (("void", "*owner"), ("double", "size"))),
    (
        "Object",
        (
            ("ID", "id"),
            ("void", "*data"),
            ("Material", "**mat"),
            ("Place", "places[2]"),
            ("void", "(*call)()"),
            ("double", "number"),
        ),
    ),
    ("Item", (("Item", "*next"), ("void", "*uses[2]"), ("double", "number"))),
)
RAW, IDENT, PLACE, OBJECT, ITEM = range(len(STRUCTS))


@dataclass(frozen=True)
class Form:
    """How a file is written: "<" or ">", bytes of an address, and whether its headers are Blender 5's."""

    order: str = "<"
    pointer_bytes: int = 8
    is_new: bool = False

    @property
    def head(self) -> bytes:
        """The file's header."""
        if self.is_new:
            return b"BLENDER17-01v0502"
        return b"BLENDER%c%c405" % (
            b"-" if self.pointer_bytes == 8 else b"_",
            b"v" if self.order == "<" else b"V",
        )

    def word(self, value: int) -> bytes:
        """An address."""
        return struct.pack(f"{self.order}{'Q' if self.pointer_bytes == 8 else 'I'}", value)

    def block(self, code: bytes, address: int, number: int, count: int, payload: bytes) -> bytes:
        """A block of a file."""
        code = code.ljust(4, b"\0")
        if self.is_new:
            return struct.pack("<4siQqq", code, number, address, len(payload), count) + payload
        kind = "Q" if self.pointer_bytes == 8 else "I"
        return struct.pack(f"{self.order}4si{kind}ii", code, len(payload), address, number, count) + payload


FORMS = (Form(), Form(">"), Form("<", 4), Form(">", 4), Form(is_new=True))


def catalogue(form: Form, structs: Sequence[tuple[str, tuple[tuple[str, str], ...]]] = STRUCTS) -> bytes:
    """What the block DNA1 has."""
    names = list(dict.fromkeys(name for _, fields in structs for _, name in fields))
    types = list(dict.fromkeys([*SIZES, *(kind for kind, _ in structs), "Material"]))
    sizes = dict(SIZES, Material=0)
    for kind, fields in structs:
        sizes[kind] = sum(size_of(form, sizes, *one) for one in fields)
    short = struct.Struct(f"{form.order}H")
    text = b"SDNA"
    for tag, words in ((b"NAME", names), (b"TYPE", types)):
        text += tag + struct.pack(f"{form.order}i", len(words))
        text += b"".join(word.encode() + b"\0" for word in words)
        text += bytes(-len(text) % 4)
    text += b"TLEN" + b"".join(short.pack(sizes[kind]) for kind in types)
    text += bytes(-len(text) % 4)
    text += b"STRC" + struct.pack(f"{form.order}i", len(structs))
    for kind, fields in structs:
        text += short.pack(types.index(kind)) + short.pack(len(fields))
        text += b"".join(short.pack(types.index(one)) + short.pack(names.index(name)) for one, name in fields)
    return text + bytes(-len(text) % 4)


def size_of(form: Form, sizes: Mapping[str, int], kind: str, name: str) -> int:
    """Bytes of a field."""
    count = int(name.split("[")[1].split("]")[0]) if "[" in name else 1
    return count * (form.pointer_bytes if name[0] in "*(" else sizes[kind])


@dataclass(frozen=True)
class Item:
    """Data behind an object: what it uses, numbers of items and objects, negative for lost addresses."""

    uses: tuple[int, int] = (0, 0)
    number: float = 0.0


@dataclass(frozen=True)
class Thing:
    """An object of a made-up scene; ``mats`` are numbers of objects, in a list of addresses."""

    name: str
    mats: tuple[int, ...] = ()
    items: tuple[Item, ...] = ()
    plain: bytes = b""
    number: float = 0.0


@dataclass
class Addresses:
    """Who is where in one session: ``at`` gives out addresses by key, each time the same."""

    given: list[int]
    known: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def at(self, kind: str, one: int, place: int = 0) -> int:
        """The address of something."""
        return self.known.setdefault((kind, one, place), self.given[len(self.known)])

    def left_over(self, size_bytes: int) -> bytes:
        """What memory held before: other bytes in every session."""
        return random.Random(self.given[0]).randbytes(size_bytes)


def scene(form: Form, things: Sequence[Thing], addresses: Addresses) -> bytes:
    """A file with these objects."""
    text = form.head
    for number, thing in enumerate(things):
        text += _thing(form, things, number, thing, addresses)
    text += form.block(b"DNA1", 8, RAW, 1, catalogue(form))
    return text + form.block(b"ENDB", 0, RAW, 0, b"")


def _thing(form: Form, things: Sequence[Thing], number: int, thing: Thing, addresses: Addresses) -> bytes:
    word, double = form.word, struct.Struct(f"{form.order}d")
    item_at = [addresses.at("item", number, place) for place in range(len(thing.items))]
    list_at = addresses.at("list", number) if thing.mats else 0
    plain_at = addresses.at("plain", number) if thing.plain else 0
    ident = word(addresses.at("object", (number + 1) % len(things))) + word(0)
    ident += thing.name.encode() + b"\0" + addresses.left_over(NAME_BYTES + 8 - len(thing.name) - 1)
    places = b"".join(word(addresses.at("object", number)) + double.pack(place) for place in range(2))
    payload = ident + word(plain_at) + word(list_at) + places + word(addresses.at("call", 0))
    text = form.block(b"OB", addresses.at("object", number), OBJECT, 1, payload + double.pack(thing.number))
    for place, item in enumerate(thing.items):
        uses = b"".join(word(_used(things, number, use, item_at, addresses)) for use in item.uses)
        behind = item_at[place + 1] if place + 1 < len(item_at) else 0
        text += form.block(b"DATA", item_at[place], ITEM, 1, word(behind) + uses + double.pack(item.number))
    if thing.mats:
        mats = b"".join(word(addresses.at("object", one % len(things))) for one in thing.mats)
        text += form.block(b"DATA", list_at, RAW, 1, mats)
    if thing.plain:
        text += form.block(b"DATA", plain_at, RAW, 1, thing.plain + bytes(-len(thing.plain) % 4))
    return text


def _used(
    things: Sequence[Thing], number: int, use: int, item_at: Sequence[int], addresses: Addresses
) -> int:
    if use < 0:
        return addresses.at("lost", -use)
    return item_at[use % len(item_at)] if use % 2 else addresses.at("object", use % len(things))
