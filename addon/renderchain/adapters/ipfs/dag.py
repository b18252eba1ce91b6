"""Blocks of IPFS, of which a folder is made: their CIDs, dag-pb and UnixFS.

Nobody vouches for a block: it is read only after its bytes were compared with its CID, and what it says is
checked. CIDs are the 36 bytes of version 1 here, with sha2-256.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from ...core.cid import digest_of
from ...core.errors import ContentError, StoreError

MAX_BLOCK_BYTES = 2**21  # larger ones no node passes on
CID_BYTES = 36
DAG_PB, RAW = b"\x01\x70\x12\x20", b"\x01\x55\x12\x20"  # how CIDs of nodes and of plain bytes begin
_OLD = b"\x12\x20"  # version 0, always of a node
_PLAIN, FOLDER, FILE, SHARD = 0, 1, 2, 5  # kinds of UnixFS
FOLDERS, FILES = (FOLDER, SHARD), (_PLAIN, FILE)
_MOST_FANOUT = 1024


class Link(NamedTuple):
    """What a node links to, by which name, and how many bytes it says are behind it."""

    cid: bytes
    name: str
    told_bytes: int = 0


class Node(NamedTuple):
    """A file, a folder, or a part of one.

    ``size`` and ``sizes`` are a file's: its bytes, and those behind each link. ``padding`` is how many
    characters a shard puts before a name.
    """

    kind: int
    links: tuple[Link, ...]
    data: bytes | memoryview
    size: int
    sizes: tuple[int, ...] = ()
    padding: int = 0


def root_of(cid: str) -> bytes:
    """A folder's CID as bytes; raises ContentError for any other kind."""
    return DAG_PB + digest_of(cid)


def text_of(cid: bytes) -> str:
    """A CID as text."""
    return "b" + base64.b32encode(cid).decode().lower().rstrip("=")


def read_cid(raw: bytes) -> bytes:
    """A CID as another program writes it; raises ContentError for kinds that no package has."""
    cid = DAG_PB + raw[2:] if raw[:2] == _OLD else raw
    if cid[:4] not in (DAG_PB, RAW) or len(cid) != CID_BYTES:
        raise ContentError(
            f"A link leads to the CID {raw[:40].hex()}, which is of no file or folder: refused."
        )
    return cid


def check_block(cid: bytes, block: bytes | memoryview) -> None:
    """Raise StoreError unless these are the CID's bytes: who sent others has no word on the content."""
    if len(block) > MAX_BLOCK_BYTES or hashlib.sha256(block).digest() != cid[4:]:
        raise StoreError(f"The {len(block)} bytes that came for {text_of(cid)} are not its own.")


def parse_node(cid: bytes, block: bytes) -> Node:
    """What a block holds that was checked; raises ContentError."""
    if cid[:4] == RAW:
        return plain(block)
    links, data = list[Link](), b""
    for field, value in _fields(block):
        if field == 2:
            links.append(_link(_bytes(value)))
        elif field == 1:
            data = _bytes(value)
    return _unix(tuple(links), data)


def plain(block: bytes | memoryview) -> Node:
    """A block of a file's bytes alone."""
    return Node(_PLAIN, (), block, len(block))


def _link(raw: bytes) -> Link:
    cid, name, told_bytes = b"", "", 0
    for field, value in _fields(raw):
        if field == 1:
            cid = read_cid(_bytes(value))
        elif field == 3 and isinstance(value, int):
            told_bytes = value
        elif field == 2:
            try:
                name = _bytes(value).decode()
            except UnicodeDecodeError:
                raise ContentError(f"The name {_bytes(value)[:80]!r} is no text: refused.") from None
    if not cid:
        raise ContentError(f"The link {name[:80]!r} leads nowhere: refused.")
    return Link(cid, name, told_bytes)


def _unix(links: tuple[Link, ...], raw: bytes) -> Node:
    numbers, data, sizes = dict[int, int](), b"", list[int]()
    for field, value in _fields(raw):
        if field == 2:
            data = _bytes(value)
        elif field == 4:
            sizes += [value] if isinstance(value, int) else _numbers(value)
        elif isinstance(value, int):
            numbers[field] = value
    kind, fanout = numbers.get(1, -1), numbers.get(6, 0)
    if kind in FILES:
        whole = len(data) + sum(sizes)
        if len(sizes) != len(links) or numbers.get(3, whole) != whole:
            raise ContentError("A file's parts are not as many bytes as it says: refused.")
        return Node(kind, links, data, whole, tuple(sizes))
    if kind == SHARD:
        if not 2 <= fanout <= _MOST_FANOUT:
            raise ContentError(f"A folder is spread by {fanout}: refused.")
        return Node(kind, links, b"", 0, padding=len(f"{fanout - 1:X}"))
    return Node(kind, links, b"", 0)


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protobuf message."""
    at = 0
    while at < len(raw):
        key, at = read_varint(raw, at)
        if key & 7 == 0:
            value, at = read_varint(raw, at)
            yield key >> 3, value
        elif key & 7 == 2:
            size, at = read_varint(raw, at)
            if at + size > len(raw):
                raise ContentError("A block ends within a field: refused.")
            yield key >> 3, raw[at : at + size]
            at += size
        else:
            raise ContentError(f"A block has a field of kind {key & 7}, which no folder has: refused.")


def read_varint(raw: bytes | bytearray, at: int) -> tuple[int, int]:
    """The number that begins there and where the next thing does; ContentError for one without an end."""
    value = shift = 0
    while at < len(raw) and shift < 63:
        byte = raw[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    raise ContentError("A number has no end: refused.")


def _numbers(raw: bytes) -> list[int]:
    found, at = list[int](), 0
    while at < len(raw):
        value, at = read_varint(raw, at)
        found.append(value)
    return found


def _bytes(value: int | bytes) -> bytes:
    if not isinstance(value, bytes):
        raise ContentError("A block has a number where bytes belong: refused.")
    return value
