"""Where the blocks of a .blend file are.

A file has a header of 12 bytes, or of 17 since Blender 5, and then blocks: a header with code, length, the
address that the memory had when it was saved, the number of a struct and how many of them there are; then the
payload. A data-block (an object, a mesh) is a block with its name, and its data are the blocks behind it.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from struct import Struct

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Words = NDArray[np.uint64]
Bytes = NDArray[np.uint8]
Buffer = bytes | bytearray | memoryview

OLD_HEADER = re.compile(rb"BLENDER([-_])([vV])\d{3}")
NEW_HEADER = re.compile(rb"BLENDER17-01v\d{4}")
HEADER_BYTES = 17
MOST_BLOCKS = 2**23
END, DATA, STRUCTS = b"ENDB", b"DATA", b"DNA1"


class NotUnderstood(Exception):
    """Not a .blend file, or none that is known here; the message says at which byte."""


@dataclass(frozen=True)
class _Form:
    """How the header of a block is laid out: a format with code, length, address, struct and count."""

    header: Struct
    places: tuple[int, int, int, int, int]
    address_at: int
    pointer_bytes: int


def _form(head: bytes) -> tuple[_Form, int]:
    """The form of a file's blocks, and where the first is."""
    if NEW_HEADER.match(head):
        return _Form(Struct("<4siQqq"), (0, 3, 2, 1, 4), 8, 8), 17
    found = OLD_HEADER.match(head)
    if not found:
        raise NotUnderstood("byte 0: no header of a .blend file")
    order = "<" if found[2] == b"v" else ">"
    if found[1] == b"-":
        return _Form(Struct(order + "4siQii"), (0, 1, 2, 3, 4), 8, 8), 12
    return _Form(Struct(order + "4siIii"), (0, 1, 2, 3, 4), 8, 4), 12


@dataclass(frozen=True)
class Layout:
    """A file's blocks in their order; ``starts`` are those of their headers, all positions in bytes.

    ``order`` is "<" or ">", as in ``struct``. ``end`` is behind the last block.
    """

    order: str
    pointer_bytes: int
    header_bytes: int
    address_at: int
    starts: Longs
    lengths: Longs
    addresses: Words
    structs: Longs
    counts: Longs
    codes: tuple[bytes, ...]
    end: int

    @property
    def payloads(self) -> Longs:
        """Where the payloads start."""
        return self.starts + self.header_bytes


def read_layout(raw: Buffer) -> Layout:
    """Find all blocks; raises NotUnderstood."""
    form, at = _form(bytes(raw[:HEADER_BYTES]))
    code_at, length_at, address_at, struct_at, count_at = form.places
    starts, lengths, structs, counts = array("q"), array("q"), array("q"), array("q")
    addresses, codes, known = array("Q"), list[bytes](), dict[bytes, bytes]()
    size, header_bytes, unpack = len(raw), form.header.size, form.header.unpack_from
    while True:
        if at + header_bytes > size or len(codes) == MOST_BLOCKS:
            raise NotUnderstood(f"byte {at}: no end")
        header = unpack(raw, at)
        code, length = header[code_at], header[length_at]
        if not 0 <= length <= size - at - header_bytes:
            raise NotUnderstood(f"byte {at}: a block of {length} bytes")
        starts.append(at)
        lengths.append(length)
        addresses.append(header[address_at])
        structs.append(header[struct_at])
        counts.append(header[count_at])
        codes.append(known.setdefault(code, code))
        at += header_bytes + length
        if code == END:
            break
    longs = (np.array(one, np.int64) for one in (starts, lengths))
    start, length = longs
    return Layout(
        "<" if form.header.format.startswith("<") else ">",
        form.pointer_bytes,
        header_bytes,
        form.address_at,
        start,
        length,
        np.array(addresses, np.uint64),
        np.array(structs, np.int64),
        np.array(counts, np.int64),
        tuple(codes),
        at,
    )
