"""Reading from HTTP gateways, where our own node finds nothing. Nothing is taken on their word.

They are asked for blocks, never for files that they put together, and each block is compared with its CID.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from ...core.addresses import shown_address
from ...core.errors import ContentError, StoreError
from ...core.reader import check_path
from ...ports.content_store import BytesDone
from .car import CarReader
from .dag import FOLDERS, SHARD, Node, check_block, parse_node, root_of, text_of
from .http import asked, check_answer, open_session
from .in_thread import ended, in_thread
from .kubo_blocks import whole
from .kubo_errors import of_disk
from .transfer import Feed, fetch_tree
from .tree import LEAST_CHUNK_BYTES, SPARE_NODES

CAR = {"Accept": "application/vnd.ipld.car; version=1; order=dfs; dups=n"}
BLOCK = {"Accept": "application/vnd.ipld.raw"}
PATIENCE_S = 60.0
BATCH_BYTES = 2**20  # of a stream, for each turn of the thread that writes
PATH_BYTES = 2**23  # of the blocks that lead to a file


class Gateways:
    """``addresses`` such as https://gateway.example, asked in this order; ``ca`` signs for them too."""

    def __init__(
        self, addresses: Sequence[str], *, ca: Path | None = None, patience_s: float = PATIENCE_S
    ) -> None:
        self._addresses = [one.rstrip("/") for one in addresses]
        self._ca = ca
        self._patience_s = patience_s

    async def fetch_folder(
        self, cid: str, folder: Path, *, max_bytes: int, max_files: int, on_bytes: BytesDone
    ) -> str:
        """Write the folder's files, or go on with that; the gateway that had them.

        Raises ContentError for what breaks a limit, and StoreError where no gateway has all of it.
        """
        action, limits = f"Fetching {cid}", {"max_bytes": max_bytes, "max_files": max_files}
        failures = []
        for address in self._addresses:
            try:
                async with open_session(self._patience_s, ca=self._ca) as session:
                    blocks = _GatewayBlocks(session, address, action)
                    await fetch_tree(blocks, cid, folder, **limits, on_bytes=on_bytes)
                    return shown_address(address)
            except StoreError as error:
                failures.append(str(error))
            except OSError as error:
                raise of_disk(action, error) from error
        raise StoreError(" ".join(failures))

    async def read_file(self, cid: str, path: str, max_bytes: int) -> bytes:
        """One small file of a folder."""
        where, failures = f"{cid}/{check_path(path)}", list[str]()
        for address in self._addresses:
            try:
                async with open_session(self._patience_s, ca=self._ca) as session:
                    blocks = _GatewayBlocks(session, address, f"Reading {where}")
                    found = await blocks.on_the_way(root_of(cid), path, max_bytes + PATH_BYTES)
                return _File(found, where, max_bytes).read(_entry(found, root_of(cid), path))
            except StoreError as error:
                failures.append(str(error))
        raise StoreError(" ".join(failures))


class _GatewayBlocks:
    """Raises StoreError, also where the gateway can't be reached at all: it is one of several."""

    most_streamed_bytes = 2**62  # it is far away: the fewer questions the better
    most_streamed_file_bytes = 0
    bytes_of = None  # it would put them together itself

    def __init__(self, session: Any, address: str, action: str) -> None:
        self._session = session
        self._address = address
        self._place = (action, f"the gateway {shown_address(address)}")

    async def stream(self, cid: bytes, feed: Feed) -> None:
        """All blocks below one; one batch is taken while the next one comes."""
        taking = list[asyncio.Task[None]]()
        try:
            async with aclosing(_batches(self._car(text_of(cid), "all"))) as batches:
                async for batch in batches:
                    await asyncio.gather(*taking)
                    taking = [asyncio.create_task(in_thread(partial(feed, batch)))]
            await asyncio.gather(*taking)
        finally:
            await ended(taking)

    async def block(self, cid: bytes) -> bytes:
        """One block."""
        async with asked(*self._place), self._get(text_of(cid), {"format": "raw"}, BLOCK) as response:
            await check_answer(response, *self._place)
            return await whole(response)

    async def on_the_way(self, root: bytes, path: str, most_bytes: int) -> dict[bytes, bytes]:
        """The blocks from a folder to one of its files, and the file's, each compared with its CID."""
        reader, found = CarReader(), dict[bytes, bytes]()
        async for piece in self._car(f"{text_of(root)}/{path}", "entity"):
            for cid, block in reader.feed(piece):
                check_block(cid, block)
                found[cid] = block
                most_bytes -= len(block)
                if most_bytes < 0:
                    raise StoreError(
                        f"{self._place[0]} failed: {self._place[1]} sends more than belongs to it."
                    )
        return found

    async def _car(self, path: str, scope: str) -> AsyncGenerator[bytes, None]:
        options = {"format": "car", "dag-scope": scope}
        async with asked(*self._place), self._get(path, options, CAR) as response:
            await check_answer(response, *self._place)
            async for piece in response.content.iter_any():
                yield piece

    def _get(self, path: str, options: dict[str, str], headers: dict[str, str]) -> Any:
        from yarl import URL

        address = URL(f"{self._address}/ipfs/{quote(path)}?{urlencode(options)}", encoded=True)
        return self._session.get(address, headers=headers)


async def _batches(pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    parts, size = list[bytes](), 0
    async with aclosing(pieces):
        async for piece in pieces:
            parts.append(piece)
            size += len(piece)
            if size >= BATCH_BYTES:
                yield b"".join(parts)
                parts, size = [], 0
    if parts:
        yield b"".join(parts)


def _entry(found: dict[bytes, bytes], root: bytes, path: str) -> bytes:
    """The CID of a file below a folder, by blocks that were fetched."""
    cid = root
    for name in path.split("/"):
        cid = _below(found, cid, name)
    return cid


def _below(found: dict[bytes, bytes], folder: bytes, name: str) -> bytes:
    parts, seen = [folder], {folder}
    while parts:
        cid = parts.pop()
        node = _node(found, cid)
        if node.kind not in FOLDERS:
            raise ContentError(f"{text_of(folder)} is no folder, so it has no {name!r}: refused.")
        for link in node.links:
            if link.name[node.padding :] == name:
                return link.cid
            is_part = node.kind == SHARD and len(link.name) == node.padding
            if is_part and link.cid in found and link.cid not in seen:
                seen.add(link.cid)
                parts.append(link.cid)
    raise StoreError(f"The gateway shows no {name!r} in {text_of(folder)}.")


def _node(found: dict[bytes, bytes], cid: bytes) -> Node:
    if cid not in found:
        raise StoreError(f"The gateway left out the block {text_of(cid)}.")
    return parse_node(cid, found[cid])


class _File:
    """A small file out of blocks that were fetched; raises ContentError where it is larger."""

    def __init__(self, found: dict[bytes, bytes], where: str, max_bytes: int) -> None:
        self._found = found
        self._where = where
        self._max_bytes = max_bytes
        self._nodes_left = SPARE_NODES + max_bytes // LEAST_CHUNK_BYTES

    def read(self, cid: bytes) -> bytes:
        """The bytes below one block; each has as many as its parent says."""
        data, left = list[bytes | memoryview](), list[tuple[bytes, int | None]]([(cid, None)])
        while left:
            node = self._checked(*left.pop())
            data.append(node.data)
            parts = zip(node.links, node.sizes, strict=True)
            left += reversed([(link.cid, size) for link, size in parts])
        return b"".join(data)

    def _checked(self, cid: bytes, size: int | None) -> Node:
        node = _node(self._found, cid)
        self._nodes_left -= 1
        if node.kind in FOLDERS or size not in (None, node.size) or self._nodes_left < 0:
            raise ContentError(f"{self._where} is no file, or one in too many pieces: refused.")
        if node.size > self._max_bytes:
            raise ContentError(f"{self._where} has over {self._max_bytes} bytes: refused.")
        return node
