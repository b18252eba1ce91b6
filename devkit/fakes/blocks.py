"""Folders as IPFS has them, built block by block, honest or not, and who gives them away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from io import BytesIO

from renderchain.adapters.ipfs.dag import DAG_PB, FILE, FOLDER, RAW, SHARD, parse_node, text_of
from renderchain.adapters.ipfs.in_thread import in_thread
from renderchain.adapters.ipfs.transfer import Feed, Take
from renderchain.core.errors import StoreError

Entry = tuple[str, bytes]  # a name and a CID
HEADER = b"\xa2eroots\x81\xd8*X%\x00" + DAG_PB + bytes(32) + b"gversion\x01"


def varint(value: int) -> bytes:
    """A number as protobuf and CAR have it."""
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes([*made, value])


def field(number: int, value: int | bytes) -> bytes:
    """A field of a protobuf message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


class Blocks:
    """Blocks by their CIDs; each method adds some and returns the CID of the last."""

    def __init__(self) -> None:
        self.by_cid: dict[bytes, bytes] = {}

    def raw(self, data: bytes) -> bytes:
        """Plain bytes."""
        return self._add(RAW, data)

    def node(self, kind: int, links: Sequence[Entry], *parts: bytes) -> bytes:
        """A node with the fields of UnixFS that are given."""
        return self._linked(kind, [(name, cid, 0) for name, cid in links], *parts)

    def _linked(self, kind: int, links: Sequence[tuple[str, bytes, int]], *parts: bytes) -> bytes:
        bodies = (field(1, cid) + field(2, name.encode()) + field(3, told) for name, cid, told in links)
        fields = b"".join(field(2, one) for one in bodies)
        return self._add(DAG_PB, fields + field(1, field(1, kind) + b"".join(parts)))

    def file(self, data: bytes, chunk_bytes: int = 2**20, *, size: int | None = None) -> bytes:
        """A file in chunks of so many bytes; ``size`` is what it says it has."""
        chunks = [data[at : at + chunk_bytes] for at in range(0, len(data), chunk_bytes)]
        sizes = [field(4, len(one)) for one in chunks]
        whole = field(3, len(data) if size is None else size)
        return self.node(FILE, [("", self.raw(one)) for one in chunks], whole, *sizes)

    def folder(self, entries: Iterable[Entry]) -> bytes:
        """A folder in one block."""
        return self.node(FOLDER, list(entries))

    def folder_of_sizes(self, entries: Iterable[tuple[str, bytes, int]]) -> bytes:
        """The same, with how many bytes it says are behind each."""
        return self._linked(FOLDER, list(entries))

    def shard(self, entries: Iterable[Entry], fanout: int = 256) -> bytes:
        """A folder, or a part of one, whose names begin with where they are; a part's have no more."""
        return self.node(SHARD, list(entries), field(6, fanout))

    def tree(self, files: Mapping[str, bytes], chunk_bytes: int = 2**20) -> str:
        """A whole folder; its CID as text."""
        return text_of(self._tree({path: tuple(path.split("/")) for path in files}, files, chunk_bytes))

    def stream(self, root: bytes, *, repeats: bool = False) -> bytes:
        """The CAR of what is below a block: from the root down, each block once or wherever it stands."""
        found, seen = list[tuple[bytes, bytes]](), set[bytes]()

        def walk(cid: bytes) -> None:
            if cid in seen and not repeats:
                return
            seen.add(cid)
            found.append((cid, self.by_cid[cid]))
            for link in parse_node(cid, self.by_cid[cid]).links:
                walk(link.cid)

        walk(root)
        return car(found)

    def _tree(
        self, paths: Mapping[str, tuple[str, ...]], files: Mapping[str, bytes], chunk_bytes: int
    ) -> bytes:
        entries = []
        for name in sorted({parts[0] for parts in paths.values()}):
            below = {path: parts[1:] for path, parts in paths.items() if parts[0] == name}
            path = next(iter(below))
            data = files[path]
            if below[path]:
                cid = self._tree(below, files, chunk_bytes)
            else:
                cid = self.raw(data) if len(data) <= chunk_bytes else self.file(data, chunk_bytes)
            entries.append((name, cid))
        return self.folder(entries)

    def _add(self, codec: bytes, block: bytes) -> bytes:
        cid = codec + hashlib.sha256(block).digest()
        self.by_cid[cid] = block
        return cid


def frame(cid: bytes, block: bytes) -> bytes:
    """A block as it stands in a CAR."""
    return varint(len(cid) + len(block)) + cid + block


def car(blocks: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A CAR of blocks in this order."""
    return varint(len(HEADER)) + HEADER + b"".join(frame(cid, block) for cid, block in blocks)


class BlockGiver:
    """Gives blocks one by one, those ``away`` not; as a stream only where ``streamed`` is given.

    What was asked for is in ``asked``.
    """

    most_streamed_bytes = 2**40
    most_streamed_file_bytes = 0

    def __init__(
        self, blocks: Blocks, streamed: bytes | None = None, files: Mapping[bytes, bytes] | None = None
    ) -> None:
        self.by_cid = blocks.by_cid
        self.files = files or {}
        self.bytes_of = None if files is None else self._bytes_of
        self.streamed = streamed
        self.away: set[bytes] = set()
        self.asked: list[bytes] = []
        self.read: list[tuple[int, int]] = []

    async def stream(self, cid: bytes, feed: Feed) -> None:
        """The stream in pieces."""
        if self.streamed is None:
            raise StoreError("Nobody streams.")
        for at in range(0, len(self.streamed), 1000):
            await in_thread(partial(feed, self.streamed[at : at + 1000]))

    async def _bytes_of(self, cid: bytes, at: int, size: int, take: Take) -> None:
        """Bytes of a file."""
        self.read.append((at, size))
        await in_thread(partial(take, BytesIO(self.files[cid][at : at + size]).readinto))

    async def block(self, cid: bytes) -> bytes:
        """One block."""
        self.asked.append(cid)
        if cid in self.away or cid not in self.by_cid:
            raise StoreError(f"Nobody has {text_of(cid)}.")
        return self.by_cid[cid]
