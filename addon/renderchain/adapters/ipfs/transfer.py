"""A folder's way from a source of blocks to the disk, each block compared with its CID.

A source that has what is below a folder sends it in one stream, and a file's bytes in another. All else is
asked for block by block, many at a time. What an earlier try has left on the disk as it should be is not
asked for again.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from ...core.errors import ContentError, StoreAway, StoreError
from ...ports.content_store import BytesDone
from .car import CarTree
from .dag import FILES, FOLDERS, MAX_BLOCK_BYTES, RAW, Node, check_block, parse_node, plain
from .in_thread import Progress, ended, in_thread
from .tree import Tree, Want

AT_ONCE = 16  # blocks asked for
Answer = TypeVar("Answer")
Feed = Callable[[bytes | memoryview], None]
ReadInto = Callable[[memoryview], int]  # fills it, and says how far; less than all only at the end
Take = Callable[[ReadInto], None]
BytesOf = Callable[[bytes, int, int, Take], Awaitable[None]]
BytesFrom = Callable[[int, int, Take], Awaitable[None]]  # of one file


class BlockSource(Protocol):
    """Who has blocks. Raises StoreError; whatever it gives is checked here."""

    most_streamed_bytes: int  # of a folder that is not better asked for in parts
    most_streamed_file_bytes: int  # ... of its files on an average, or it is after all

    async def stream(self, cid: bytes, feed: Feed) -> None:
        """All blocks below one as a CAR, piece by piece in a thread; breaks off where one is missing."""
        ...

    @property
    def bytes_of(self) -> BytesOf | None:
        """Of a file's CID or of a part's: so many bytes from there on, taken in a thread of the source's.

        None if it sends no bytes.
        """
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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tree, is_begun = Tree(cid, folder, max_bytes, max_files), any(folder.iterdir())
        await _Transfer(source, tree, on_bytes, is_begun=is_begun).run()
    except ContentError:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        raise
    except BaseException:
        with suppress(OSError):
            folder.rmdir()  # if nothing came
        raise


class _Transfer:
    """With ``is_begun`` the disk is asked before the source."""

    def __init__(self, source: BlockSource, tree: Tree, on_bytes: BytesDone, *, is_begun: bool) -> None:
        self._source = source
        self._tree = tree
        self._is_begun = is_begun
        self._streams = not is_begun
        self._writing = threading.Lock()
        self._progress = Progress(on_bytes)

    async def run(self) -> None:
        """Fetch all of it. Raises ContentError, StoreError or OSError; nothing is written afterwards."""
        wanted, asked = [self._tree.root], set[asyncio.Task[list[Want]]]()
        try:
            while wanted or asked:
                while wanted and len(asked) < AT_ONCE:
                    asked.add(asyncio.create_task(self._take(wanted.pop())))
                done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
                for one in done:
                    wanted += reversed(one.result())
                asked -= done  # where one failed, all are looked at
                self._progress.report(self._tree.done_bytes)
        finally:
            for one in asked:
                one.cancel()
            await ended(asked)
            self._tree.close()

    async def _take(self, want: Want) -> list[Want]:
        """Write what is wanted; what else that wants."""
        block = await self._find(want)
        is_there = block is not None
        if block is None:
            block = await self._source.block(want.cid)
            check_block(want.cid, block)
        node = parse_node(want.cid, block)
        if self._is_for_a_stream(node) and await self._came_streamed(want):
            return []
        parts = await self._write(partial(self._tree.open, want, node, is_there=is_there))
        bytes_of = self._source.bytes_of
        if bytes_of and node.kind in FILES and len(parts) > 1:
            return await self._read_parts(partial(bytes_of, want.cid), want, parts)
        return parts

    async def _find(self, want: Want) -> bytes | None:
        return await in_thread(partial(self._tree.find, want)) if self._is_begun else None

    async def _write(self, work: Callable[[], Answer]) -> Answer:
        return await in_thread(partial(self._alone, work))

    def _alone(self, work: Callable[[], Answer]) -> Answer:
        """In whatever thread: the tree is for one at a time."""
        with self._writing:
            return work()

    def _is_for_a_stream(self, node: Node) -> bool:
        if not self._streams or node.kind not in FOLDERS or not node.links:
            return False
        below_bytes = sum(link.told_bytes for link in node.links)
        most = self._source.most_streamed_file_bytes * len(node.links)
        return below_bytes <= max(self._source.most_streamed_bytes, most)

    async def _came_streamed(self, want: Want) -> bool:
        """Whether all below a folder came in one stream."""
        car = CarTree(self._tree, want)

        def feed(piece: bytes | memoryview) -> None:
            self._alone(partial(car.feed, piece))
            self._progress.tell(self._tree.done_bytes)

        try:
            await self._source.stream(want.cid, feed)
            await self._write(car.end)
        except StoreAway:
            raise
        except StoreError:  # it has not all of it, or sends it in a way of its own
            self._streams, self._is_begun = False, True
            return False
        return True

    async def _read_parts(self, bytes_from: BytesFrom, want: Want, parts: list[Want]) -> list[Want]:
        """Write parts of a file out of its bytes; the parts that have to come as blocks."""
        left, missing = list[Want](), list[Want]()
        for part in parts:
            if part.cid[:4] != RAW or part.size > MAX_BLOCK_BYTES:
                left.append(part)
            elif block := await self._find(part):
                node = parse_node(part.cid, block)
                await self._write(partial(self._tree.open, part, node, is_there=True))
            else:
                missing.append(part)
        for run in _runs(missing):
            written, begin = list[Want](), run[0].at - max(want.at, 0)
            try:
                await bytes_from(begin, _size_of(run), partial(self._take_run, run, written))
            except StoreAway:
                raise
            except StoreError:
                left += run[len(written) :]  # where a block is missing, or is another one, it is named
                self._is_begun = True
        return left

    def _take_run(self, parts: list[Want], written: list[Want], read_into: ReadInto) -> None:
        """Parts that follow each other: each is ``written`` when it is whole, and its memory used again."""
        buffer = memoryview(bytearray(max(part.size for part in parts)))
        for part in parts:
            block = buffer[: part.size]
            if read_into(block) < part.size:
                raise StoreError("A file's bytes ended early; fetch them again.")
            check_block(part.cid, block)
            self._alone(partial(self._tree.open, part, plain(block)))
            written.append(part)
            self._progress.tell(self._tree.done_bytes)


def _runs(parts: list[Want]) -> list[list[Want]]:
    """Parts that follow each other, together."""
    runs = list[list[Want]]()
    for part in parts:
        if runs and runs[-1][-1].at + runs[-1][-1].size == part.at:
            runs[-1].append(part)
        else:
            runs.append([part])
    return runs


def _size_of(parts: list[Want]) -> int:
    return sum(part.size for part in parts)
