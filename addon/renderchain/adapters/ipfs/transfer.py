"""A folder's way from a source of blocks to the disk, each block compared with its CID.

In one stream where the source has all of it; else block by block, many at a time, which also goes on where
an earlier try ended: what is on the disk already and as it should be is not asked for again.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import aclosing, suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ...core.errors import ContentError, StoreAway, StoreError
from ...ports.content_store import BytesDone
from .car import CarTree
from .dag import check_block, parse_node
from .tree import Tree, Want

BATCH_BYTES = 2**20  # of a stream, for each turn of the thread that writes
AT_ONCE = 16  # blocks asked for
Answer = TypeVar("Answer")


class BlockSource(Protocol):
    """Who has blocks. Raises StoreError; whatever it gives is checked here."""

    def stream(self, cid: bytes) -> AsyncGenerator[bytes, None]:
        """All blocks below one as a CAR; breaks off where one is missing."""
        ...

    async def block(self, cid: bytes) -> bytes:
        """One block, looked for as long as it takes."""
        ...


async def fetch_tree(
    source: BlockSource, cid: str, folder: Path, *, max_bytes: int, max_files: int, on_bytes: BytesDone
) -> None:
    """Write the files below a folder's CID, or go on with that.

    Raises ContentError at the first that breaks a limit, and leaves nothing then. After StoreError, OSError
    or a cancellation the next try goes on with what is there.
    """

    def tree() -> Tree:
        return Tree(cid, folder, max_bytes, max_files)

    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            try:
                await _streamed(source, tree(), max_bytes, max_files, on_bytes)
                return
            except StoreAway:
                raise
            except StoreError:
                pass  # it has not all of it, or sends it in a way of its own
        await _piecemeal(source, tree(), on_bytes)
    except ContentError:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        raise
    except BaseException:
        with suppress(OSError):
            folder.rmdir()  # if nothing came
        raise


async def _streamed(
    source: BlockSource, tree: Tree, max_bytes: int, max_files: int, on_bytes: BytesDone
) -> None:
    """One batch is written while the next one comes."""
    car, writing = CarTree(tree, max_bytes, max_files), list[asyncio.Task[None]]()
    try:
        async with aclosing(_batches(source.stream(tree.root.cid))) as batches:
            async for batch in batches:
                await asyncio.gather(*writing)
                on_bytes(tree.done_bytes)
                writing = [asyncio.create_task(_in_thread(partial(car.feed, batch)))]
        await asyncio.gather(*writing)
        await _in_thread(car.end)
        on_bytes(tree.done_bytes)
    finally:
        await _ended(writing)
        tree.close()


async def _batches(pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    parts, size = list[bytes](), 0
    async for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size >= BATCH_BYTES:
            yield b"".join(parts)
            parts, size = [], 0
    if parts:
        yield b"".join(parts)


async def _piecemeal(source: BlockSource, tree: Tree, on_bytes: BytesDone) -> None:
    wanted, asked, writing = [tree.root], set[asyncio.Task[list[Want]]](), asyncio.Lock()

    async def take(want: Want) -> list[Want]:
        block = await asyncio.to_thread(tree.find, want)
        is_there = block is not None
        if block is None:
            block = await source.block(want.cid)
            check_block(want.cid, block)
        node = parse_node(want.cid, block)
        async with writing:
            return await _in_thread(partial(tree.open, want, node, is_there=is_there))

    try:
        while wanted or asked:
            while wanted and len(asked) < AT_ONCE:
                asked.add(asyncio.create_task(take(wanted.pop())))
            done, asked = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                wanted += reversed(one.result())
            on_bytes(tree.done_bytes)
    finally:
        for one in asked:
            one.cancel()
        await _ended(asked)
        tree.close()


async def _in_thread(work: Callable[[], Answer]) -> Answer:
    """Who is cancelled waits for its end too, so that nothing is written afterwards."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def _ended(tasks: Collection[asyncio.Task[Any]]) -> None:
    """They run no more; what went wrong in them was said, or does not matter now."""
    await asyncio.gather(*tasks, return_exceptions=True)
