"""A watch that ends while results are fetched: the next one asks for no block that came and is right."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.ipfs.dag import RAW
from renderchain.adapters.ipfs.kubo_errors import of_disk
from renderchain.adapters.ipfs.transfer import fetch_tree
from renderchain.adapters.sealing import ChaChaSealer
from renderchain.core.errors import DiskFull, FolderUnusable
from renderchain.core.lifecycle import JobState
from renderchain.ports.content_store import BytesDone

from devkit.fakes.blocks import BlockGiver, Blocks
from devkit.fakes.content_store import MemoryStore
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.turns import Turns
from devkit.fakes.wire import PowerCut, Wire
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)
CHUNK_BYTES = 512
PARTS = "fetched-parts"


class Slow(BlockGiver):
    """However many are asked for at once, one comes after the other."""

    def __init__(self, blocks: Blocks) -> None:
        super().__init__(blocks)
        self._turn = asyncio.Lock()

    async def block(self, cid: bytes) -> bytes:
        async with self._turn:
            await asyncio.sleep(2)
            return await super().block(cid)


class InBlocks(MemoryStore):
    """Gives results block by block, each checked, as a real one does."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks = Blocks()
        self.giver = Slow(self._blocks)

    async def add_folder(self, folder: Path, on_bytes: BytesDone) -> str:
        made = await super().add_folder(folder, on_bytes)
        files = self.folders[made]
        if "sealed.json" not in files:
            return made
        cid = self._blocks.tree(files, CHUNK_BYTES)
        self.folders[cid] = files
        self.pinned.add(cid)
        return cid

    async def fetch_folder(
        self, cid: str, folder: Path, *, max_bytes: int, max_files: int, on_bytes: BytesDone
    ) -> None:
        limits = {"max_bytes": max_bytes, "max_files": max_files}
        if "sealed.json" not in self.folders[cid]:
            await super().fetch_folder(cid, folder, **limits, on_bytes=on_bytes)
            return
        try:
            await fetch_tree(self.giver, cid, folder, **limits, on_bytes=on_bytes)
        except OSError as error:
            raise of_disk("Fetching", error) from error


@dataclass
class Case:
    """An artist whose job of one frame is fetched out of blocks."""

    artist: Artist
    machine: Machine
    store: InBlocks

    @property
    def parts(self) -> Path:
        """Where it keeps what came."""
        return self.artist.folder / PARTS

    def there(self) -> set[bytes]:
        """The CIDs of the plain blocks that lie there."""
        pieces = [
            raw[at : at + CHUNK_BYTES]
            for raw in (path.read_bytes() for path in self.parts.rglob("*") if path.is_file())
            for at in range(0, len(raw), CHUNK_BYTES)
        ]
        return {RAW + hashlib.sha256(one).digest() for one in pieces}

    async def watch_on(self, job: Any) -> set[bytes]:
        """Watch the job to its end; the plain blocks that were asked for."""
        self.store.giver.asked.clear()
        report = await self.artist.watching(job)
        assert report.state is JobState.COMPLETED and not report.refused
        assert self.artist.frames() == ["0001.png"] and not list(self.parts.glob("*"))
        return {one for one in self.store.giver.asked if one[:4] == RAW}


def new_case(disk: Path) -> tuple[World, Case]:
    world = World(disk, block_s=1, blocks=6)
    world.store = store = InBlocks()
    machine = Machine(world, 0xF001)
    machine.renderer.frame_s = 1
    return world, Case(Artist(world, 0xA271), machine, store)


def life(disk: Path, turn: int, how: str) -> tuple[Turns, set[bytes], set[str]]:
    """A job whose first watch ends at that turn: its turns, which blocks were there then, where it ended."""
    world, case = new_case(disk)
    wire, process = Wire(), list[asyncio.Task[object]]()
    as_killed = disk / "as-killed"

    def end() -> None:
        if how != "stopped":
            wire.cut()
        if how == "killed" and case.parts.exists():
            shutil.copytree(case.parts, as_killed)
        process[0].cancel()

    async def live() -> tuple[Turns, set[bytes], set[str]]:
        await case.machine.join()
        job = await case.artist.submit(1, SHORT)
        turns = Turns(turn, end)
        async with case.machine.working():
            process.append(turns.start(case.artist.requester(wire).watch(job)))
            (first,) = await asyncio.gather(*process, return_exceptions=True)
            assert isinstance(first, asyncio.CancelledError | PowerCut) == bool(turn), repr(first)
            if how == "killed":  # nothing is done any more by who is killed
                shutil.rmtree(case.parts, ignore_errors=True)
                if as_killed.exists():
                    as_killed.rename(case.parts)
            there = case.there()
            assert not there & await case.watch_on(job), "what was there was asked for again"
        return turns, there, wire.ended_in

    return world.live(live())


@pytest.mark.parametrize("how", ["stopped", "cut", "killed"])
def test_the_watch_may_end_in_any_await_of_a_fetch(disk: Path, how: str) -> None:
    whole, _, _ = life(disk / "whole", 0, how)
    found = [life(disk / str(turn), turn, how) for turn in whole.each_place(3)]
    assert len({len(there) for _, there, _ in found}) >= 3, "no end came in the midst"
    assert "fetch_folder" in set().union(*(ended_in for _, _, ended_in in found))


def longer(raw: bytes) -> bytes:
    return raw + b"more"


def shorter(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def altered(raw: bytes) -> bytes:
    return bytes([raw[0] ^ 1]) + raw[1:]


def nothing(raw: bytes) -> bytes:
    return bytes(len(raw))


async def broken_off(case: Case, job: Any) -> None:
    """A watch that is stopped when blocks have come."""
    watching = case.artist.watching(job)
    while len(case.there()) < 3:
        await asyncio.sleep(1)
        assert not watching.done()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


@pytest.mark.parametrize("damage", [longer, shorter, altered, nothing])
def test_what_the_disk_changed_meanwhile_comes_again(disk: Path, damage: Callable[[bytes], bytes]) -> None:
    world, case = new_case(disk)

    async def live() -> None:
        await case.machine.join()
        job = await case.artist.submit(1, SHORT)
        async with case.machine.working():
            await broken_off(case, job)
            for path in case.parts.rglob("*"):
                if path.is_file() and path.stat().st_size:
                    path.write_bytes(damage(path.read_bytes()))
            is_there = case.there()
            asked = await case.watch_on(job)
            assert asked and not asked & is_there

    world.live(live())


@pytest.fixture
def most_bytes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A disk that takes so many bytes of blocks more, once there is a number."""
    left, write = list[int](), os.write

    def writing(handle: int, raw: memoryview) -> int:
        if left:
            if not left[0]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            raw = raw[: left[0]]
            left[0] -= len(raw)
        return write(handle, raw)

    monkeypatch.setattr("renderchain.adapters.ipfs.tree.os.write", writing)
    yield left


def test_a_disk_that_is_full_costs_nothing_that_came(disk: Path, most_bytes: list[int]) -> None:
    world, case = new_case(disk)

    async def live() -> None:
        await case.machine.join()
        job = await case.artist.submit(1, SHORT)
        async with case.machine.working():
            most_bytes.append(3 * CHUNK_BYTES + 9)  # the last block is not whole
            with pytest.raises(DiskFull, match="no room left on the disk"):
                await case.artist.watching(job)
            there = case.there()
            with pytest.raises(DiskFull):
                await case.artist.watching(job)
            assert len(there) >= 2 and case.there() >= there
            most_bytes.clear()
            assert not await case.watch_on(job) & there

    world.live(live())


def test_where_there_is_no_room_to_open_results_they_are_not_fetched_again(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, case = new_case(disk)
    real, full = ChaChaSealer.open, [True]

    def opening(sealer: ChaChaSealer, source: Path, *rest: Any) -> None:
        if full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(source))
        real(sealer, source, *rest)

    monkeypatch.setattr(ChaChaSealer, "open", opening)

    async def live() -> None:
        await case.machine.join()
        job = await case.artist.submit(1, SHORT)
        async with case.machine.working():
            with pytest.raises(FolderUnusable, match="make room"):
                await case.artist.watching(job)
            full.clear()
            assert case.there() and await case.watch_on(job) == set()

    world.live(live())
