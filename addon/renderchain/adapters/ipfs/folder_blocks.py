"""The blocks that Kubo makes of a folder, so that what a node has already need not be sent to it again.

Files are cut into chunks, whose list is a tree of nodes with as many links as Kubo gives them. Large folders,
whose names Kubo spreads over several blocks, and empty ones are left to Kubo.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import StoreError
from .dag import DAG_PB, FILE, FOLDER, RAW

CHUNK_BYTES = 2**20
MOST_LINKS = 174  # of a node of a file
MOST_NAMES_BYTES = 2**17  # of a folder with its CIDs; Kubo spreads it from twice that on
_MORE = 128


@dataclass(frozen=True, slots=True)
class FolderBlock:
    """A node is kept; bytes of a file are read when they are needed: they may be gigabytes."""

    cid: bytes
    size: int
    node: bytes = b""
    path: Path | None = None
    at: int = 0

    def read(self) -> bytes:
        """Its bytes; raises StoreError where the file is not what it was, or OSError."""
        if self.path is None:
            return self.node
        with self.path.open("rb") as file:
            file.seek(self.at)
            found = file.read(self.size)
        if hashlib.sha256(found).digest() != self.cid[4:]:
            raise StoreError(f"{self.path} was changed while it was stored; try again.")
        return found


@dataclass(frozen=True, slots=True)
class _Linked:
    """What a node says of a block: all bytes behind it, and those of the file alone."""

    cid: bytes
    all_bytes: int
    file_bytes: int = 0
    name: str = ""


def blocks_of(folder: Path, chunk_bytes: int = CHUNK_BYTES) -> list[FolderBlock]:
    """All of them, the folder's own last; none where Kubo alone knows how it makes them. Raises OSError."""
    found: list[FolderBlock] = []
    return found if _folder(folder, chunk_bytes, found) else []


def _folder(folder: Path, chunk_bytes: int, found: list[FolderBlock]) -> _Linked | None:
    links = list[_Linked]()
    for path in folder.iterdir():
        one = _folder(path, chunk_bytes, found) if path.is_dir() else _file(path, chunk_bytes, found)
        if one is None:
            return None
        links.append(_Linked(one.cid, one.all_bytes, name=path.name))
    if not links or sum(len(one.name.encode()) + len(one.cid) for one in links) > MOST_NAMES_BYTES:
        return None
    links.sort(key=lambda one: one.name.encode())
    return _node(links, _number(1, FOLDER), found)


def _file(path: Path, chunk_bytes: int, found: list[FolderBlock]) -> _Linked:
    parts, at = list[_Linked](), 0
    with path.open("rb") as file:
        while (chunk := file.read(chunk_bytes)) or not at:
            cid = RAW + hashlib.sha256(chunk).digest()
            found.append(FolderBlock(cid, len(chunk), path=path, at=at))
            parts.append(_Linked(cid, len(chunk), len(chunk)))
            at += len(chunk)
            if not chunk:
                break
    while len(parts) > 1:
        starts = range(0, len(parts), MOST_LINKS)
        parts = [_file_node(parts[start : start + MOST_LINKS], found) for start in starts]
    return parts[0]


def _file_node(links: list[_Linked], found: list[FolderBlock]) -> _Linked:
    file_bytes = sum(one.file_bytes for one in links)
    said = _number(1, FILE) + _number(3, file_bytes) + b"".join(_number(4, one.file_bytes) for one in links)
    return _node(links, said, found, file_bytes)


def _node(links: Iterable[_Linked], said: bytes, found: list[FolderBlock], file_bytes: int = 0) -> _Linked:
    raw, behind = b"", 0
    for one in links:
        named = _text(2, one.name.encode())
        raw += _text(2, _text(1, one.cid) + named + _number(3, one.all_bytes))
        behind += one.all_bytes
    raw += _text(1, said)
    cid = DAG_PB + hashlib.sha256(raw).digest()
    found.append(FolderBlock(cid, len(raw), node=raw))
    return _Linked(cid, behind + len(raw), file_bytes)


def car_of(root: bytes | None, blocks: Iterable[FolderBlock]) -> Iterator[bytes]:
    """A stream of blocks (CAR version 1) that names a root, or none."""
    roots = b"\x80" if root is None else b"\x81\xd8\x2a\x58\x25\x00" + root
    header = b"\xa2\x65roots" + roots + b"\x67version\x01"
    yield _varint(len(header)) + header
    for one in blocks:
        block = one.read()
        yield _varint(len(one.cid) + len(block)) + one.cid + block


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    raw = bytearray()
    while value >= _MORE:
        raw.append(value & (_MORE - 1) | _MORE)
        value >>= 7
    raw.append(value)
    return bytes(raw)
