"""A folder as one stream of blocks: CAR version 1, from the root down, names in order.

A block that stands in several places may come once or each time.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...core.errors import ContentError, StoreError
from .dag import (
    CID_BYTES,
    MAX_BLOCK_BYTES,
    RAW,
    Node,
    check_block,
    parse_node,
    read_cid,
    read_varint,
    text_of,
)
from .tree import Tree, Want

MAX_HEADER_BYTES = 1024
_OLD_CID = b"\x12\x20"
_OLD_CID_BYTES = 34
_MOST_VARINT_BYTES = 9
# Of nodes that may be meant again; what was announced allows that much at most.
SPARE_NODE_BYTES, NODE_BYTES_PER_FILE, NODE_PART = 2**24, 1024, 1024


class CarReader:
    """Cuts a stream into blocks, which are not compared with their CIDs yet. Raises StoreError."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._has_header = False

    @property
    def is_between(self) -> bool:
        """Whether the stream may end here."""
        return self._has_header and not self._buffer

    def feed(self, piece: bytes | memoryview) -> Iterator[tuple[bytes, bytes]]:
        """The blocks that end in this piece."""
        self._buffer += piece
        at = 0
        while (part := self._part(at)) is not None:
            begin, at = part
            if not self._has_header:
                self._has_header = True  # what it says of the root, blocks have to prove anyway
                continue
            size = _OLD_CID_BYTES if self._buffer[begin : begin + 2] == _OLD_CID else CID_BYTES
            try:
                cid = read_cid(bytes(self._buffer[begin : min(begin + size, at)]))
            except ContentError as error:
                raise StoreError(str(error)) from error
            yield cid, bytes(memoryview(self._buffer)[begin + size : at])
        del self._buffer[:at]

    def _part(self, at: int) -> tuple[int, int] | None:
        """Where the next whole part begins and ends."""
        try:
            size, begin = read_varint(self._buffer, at)
        except ContentError as error:
            if len(self._buffer) - at >= _MOST_VARINT_BYTES:
                raise StoreError("What came is no stream of blocks.") from error
            return None
        if size > (MAX_BLOCK_BYTES + CID_BYTES if self._has_header else MAX_HEADER_BYTES):
            raise StoreError(f"What came is no stream of blocks, or has one of {size} bytes.")
        return (begin, begin + size) if begin + size <= len(self._buffer) else None


class CarTree:
    """Writes a tree, or what is below one of its folders, as its stream comes.

    Raises ContentError for what is wrong with the content, StoreError for what is with the stream, OSError
    for what is with the disk.
    """

    def __init__(self, tree: Tree, root: Want) -> None:
        self._tree = tree
        self._reader = CarReader()
        self._wanted = [root]
        self._nodes: dict[bytes, bytes] = {}
        self._places: dict[bytes, tuple[str, int, int]] = {}  # of bytes that are in a file already
        self._node_bytes_left = (
            SPARE_NODE_BYTES + NODE_BYTES_PER_FILE * tree.max_files + tree.max_bytes // NODE_PART
        )
        # Of what came before, and is not meant.
        self._idle_bytes_left = self._node_bytes_left + tree.max_bytes

    def feed(self, piece: bytes | memoryview) -> None:
        """Write what came."""
        for cid, block in self._reader.feed(piece):
            check_block(cid, block)
            self._take(cid, block)

    def end(self) -> None:
        """All came that will."""
        while self._wanted and self._repeat():
            pass
        if self._wanted or not self._reader.is_between:
            raise StoreError("The stream of blocks ended early; fetch it again.")

    def _take(self, cid: bytes, block: bytes) -> None:
        while self._wanted and self._wanted[-1].cid != cid:
            if not self._repeat():
                break
        if self._wanted and self._wanted[-1].cid == cid:
            self._open(self._wanted.pop(), parse_node(cid, block), block)
        elif cid not in self._nodes and cid not in self._places:
            raise StoreError(f"The block {text_of(cid)} is not the next of its folder.")
        else:
            self._idle_bytes_left -= len(cid) + len(block)
            if self._idle_bytes_left < 0:
                raise StoreError("The stream repeats itself, and does not end.")

    def _repeat(self) -> bool:
        """Open what is wanted next, if it came before."""
        want = self._wanted[-1]
        if place := self._places.get(want.cid):
            data = self._tree.read(*place)
            check_block(want.cid, data)
            node = parse_node(want.cid, data)
        elif block := self._nodes.get(want.cid):
            node = parse_node(want.cid, block)
        else:
            return False
        self._open(self._wanted.pop(), node)
        return True

    def _open(self, want: Want, node: Node, block: bytes = b"") -> None:
        self._wanted += reversed(self._tree.open(want, node))
        if not block or want.cid in self._nodes or want.cid in self._places:
            return
        if want.cid[:4] == RAW:
            self._places[want.cid] = (want.path, max(want.at, 0), len(block))
            return
        self._node_bytes_left -= len(block)
        if self._node_bytes_left < 0:
            raise StoreError("The stream has more to keep in mind than files of such sizes need.")
        self._nodes[want.cid] = block
