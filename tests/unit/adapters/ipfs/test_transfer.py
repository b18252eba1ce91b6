"""Folders out of blocks: whoever sends them, what is written is the folder of that CID, or nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from renderchain.adapters.ipfs import transfer
from renderchain.adapters.ipfs.car import CarTree
from renderchain.adapters.ipfs.dag import FOLDER, root_of, text_of
from renderchain.adapters.ipfs.transfer import fetch_tree
from renderchain.adapters.ipfs.tree import Tree
from renderchain.core.errors import ContentError, StoreError

from devkit.fakes.blocks import BlockGiver, Blocks, car, field, frame

MIB = 2**20
FILES = {
    "main.blend": os.urandom(5000),
    "empty": b"",
    "textures/a.png": os.urandom(100),
    "textures/same.png": b"x" * 3000,
    "textures/deep/same.png": b"x" * 3000,
    "textures/deep/.hidden": b"y",
}
CHUNK_BYTES = 1024


def get(
    source: BlockGiver,
    cid: str,
    folder: Path,
    *,
    max_bytes: int = MIB,
    max_files: int = 100,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> dict[str, bytes]:
    limits = {"max_bytes": max_bytes, "max_files": max_files}
    asyncio.run(fetch_tree(source, cid, folder, **limits, on_bytes=on_bytes))
    return contents(folder)


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def root(cid: str) -> bytes:
    return root_of(cid)


@pytest.fixture
def blocks() -> Blocks:
    return Blocks()


@pytest.mark.parametrize("repeats", [True, False])
def test_a_stream_becomes_the_folder_whether_blocks_that_stand_twice_come_twice(
    blocks: Blocks, tmp_path: Path, repeats: bool
) -> None:
    cid, done = blocks.tree(FILES, CHUNK_BYTES), list[int]()
    source = BlockGiver(blocks, blocks.stream(root(cid), repeats=repeats))
    assert get(source, cid, tmp_path / "got", on_bytes=done.append) == FILES
    assert source.asked == [root(cid)] and done[-1] == sum(map(len, FILES.values())) and done == sorted(done)


def test_without_a_stream_blocks_are_asked_for_one_by_one(blocks: Blocks, tmp_path: Path) -> None:
    cid, done = blocks.tree(FILES, CHUNK_BYTES), list[int]()
    assert get(BlockGiver(blocks), cid, tmp_path / "got", on_bytes=done.append) == FILES
    assert done[-1] == sum(map(len, FILES.values())) and done == sorted(done)


def test_no_more_blocks_are_asked_for_at_once_than_memory_is_for(blocks: Blocks, tmp_path: Path) -> None:
    cid = blocks.tree({f"{number}": os.urandom(9) for number in range(200)})
    waiting, most = [0], [0]

    class Slow(BlockGiver):
        async def block(self, cid: bytes) -> bytes:
            waiting[0] += 1
            most[0] = max(most[0], waiting[0])
            await asyncio.sleep(0.001)
            waiting[0] -= 1
            return await super().block(cid)

    assert len(get(Slow(blocks), cid, tmp_path / "got", max_files=200)) == 200
    assert 1 < most[0] <= transfer.AT_ONCE


@pytest.mark.parametrize("is_streamed", [True, False])
def test_a_large_folder_in_parts_has_its_names_without_what_says_where_they_are(
    blocks: Blocks, tmp_path: Path, is_streamed: bool
) -> None:
    one, two, three = (blocks.raw(bytes([number])) for number in range(3))
    below = blocks.shard([("00b.png", two), ("FFc.png", three)])
    cid = text_of(blocks.shard([("0Aa.png", one), ("0B", below)]))
    stream = blocks.stream(root(cid)) if is_streamed else None
    files = get(BlockGiver(blocks, stream), cid, tmp_path / "got")
    assert files == {"a.png": b"\0", "b.png": b"\1", "c.png": b"\2"}


def test_after_a_source_broke_off_what_is_there_is_not_asked_for_again(
    blocks: Blocks, tmp_path: Path
) -> None:
    cid, target = blocks.tree(FILES, CHUNK_BYTES), tmp_path / "got"
    whole = blocks.stream(root(cid), repeats=True)
    source = BlockGiver(blocks, whole[: len(whole) // 2])
    source.away = set(blocks.by_cid) - {root(cid)}
    with pytest.raises(StoreError):
        get(source, cid, target)
    there = contents(target)
    assert there
    source.asked.clear()
    source.away.clear()
    assert get(source, cid, target) == FILES
    plain = {one for one in source.asked if one[1] == 0x55}
    held = {cid for cid, block in blocks.by_cid.items() if cid[1] == 0x55 and is_in(block, there)}
    assert held and not held & plain and plain


def is_in(block: bytes, files: dict[str, bytes]) -> bool:
    """Whether a chunk stands in a file of theirs where it belongs."""
    return any(
        block == data[at : at + CHUNK_BYTES] and block == FILES[path][at : at + CHUNK_BYTES]
        for path, data in files.items()
        for at in range(0, max(len(data), 1), CHUNK_BYTES)
    )


def giver_of_bytes(blocks: Blocks, data: bytes) -> tuple[BlockGiver, str]:
    """Who gives a file's bytes, and a folder with it."""
    file = blocks.file(data, CHUNK_BYTES)
    return BlockGiver(blocks, files={file: data}), text_of(blocks.folder([("file", file)]))


def test_a_files_bytes_come_together_and_its_chunks_are_checked_all_the_same(
    blocks: Blocks, tmp_path: Path
) -> None:
    data = os.urandom(20 * CHUNK_BYTES + 5)
    source, cid = giver_of_bytes(blocks, data)
    assert get(source, cid, tmp_path / "got") == {"file": data}
    assert source.read == [(0, len(data))] and len(source.asked) == 2


def test_of_a_file_that_is_there_in_part_only_what_is_missing_is_read(blocks: Blocks, tmp_path: Path) -> None:
    data = os.urandom(20 * CHUNK_BYTES + 5)
    source, cid = giver_of_bytes(blocks, data)
    half = bytearray(data[: 12 * CHUNK_BYTES])
    half[3 * CHUNK_BYTES + 7] ^= 1
    (tmp_path / "got").mkdir()
    (tmp_path / "got" / "file").write_bytes(half)
    assert get(source, cid, tmp_path / "got") == {"file": data}
    assert source.read == [(3 * CHUNK_BYTES, CHUNK_BYTES), (12 * CHUNK_BYTES, 8 * CHUNK_BYTES + 5)]


@pytest.mark.parametrize("false", [b"", b"short", bytes(30 * CHUNK_BYTES)])
def test_false_bytes_of_a_file_are_not_kept_and_its_blocks_asked_for(
    blocks: Blocks, tmp_path: Path, false: bytes
) -> None:
    data, done = os.urandom(20 * CHUNK_BYTES), list[int]()
    source, cid = giver_of_bytes(blocks, data)
    source.files = dict.fromkeys(source.files, data[: 5 * CHUNK_BYTES] + false)
    assert get(source, cid, tmp_path / "got", on_bytes=done.append) == {"file": data}
    assert len(source.asked) == 2 + 15 and done == sorted(done) and done[-1] == len(data)


def test_a_chunk_that_says_it_is_huge_is_not_waited_for(blocks: Blocks, tmp_path: Path) -> None:
    """It would be held in memory until it is whole."""
    size = 2**40
    chunks = [("", blocks.raw(b"x"))] * 2
    file = blocks.node(2, chunks, field(3, 2 * size), field(4, size), field(4, size))
    source = BlockGiver(blocks, files={file: b""})
    with pytest.raises(ContentError, match="other bytes than its folder says"):
        get(source, text_of(blocks.folder([("file", file)])), tmp_path / "got", max_bytes=2**50)
    assert not source.read and not (tmp_path / "got").exists()


def test_folders_of_large_files_are_not_streamed_and_those_of_small_ones_are(
    blocks: Blocks, tmp_path: Path
) -> None:
    large = [blocks.raw(os.urandom(2000)) for _ in range(3)]
    small = [blocks.raw(bytes([n])) for n in range(3)]

    class Choosy(BlockGiver):
        most_streamed_bytes, most_streamed_file_bytes = 100, 500

    folders = [
        blocks.folder_of_sizes([(str(n), one, len(blocks.by_cid[one])) for n, one in enumerate(ones)])
        for ones in (large, small)
    ]
    cid = text_of(blocks.folder_of_sizes([("large", folders[0], 6000), ("small", folders[1], 3)]))
    source = Choosy(blocks, blocks.stream(folders[1]))
    assert len(get(source, cid, tmp_path / "got")) == 6
    assert set(large) <= set(source.asked) and not set(small) & set(source.asked)


def test_what_an_earlier_try_left_wrong_is_put_right(blocks: Blocks, tmp_path: Path) -> None:
    cid, target = blocks.tree(FILES, CHUNK_BYTES), tmp_path / "got"
    (target / "textures").mkdir(parents=True)
    (target / "main.blend").write_bytes(FILES["main.blend"][:2000] + bytes(9000))
    (target / "textures" / "a.png").write_bytes(b"longer than it should be" * 10)
    (target / "empty").write_bytes(b"not empty")
    assert get(BlockGiver(blocks), cid, target) == FILES


def test_who_is_cancelled_leaves_what_the_next_try_goes_on_with_and_nothing_writes_on(
    blocks: Blocks, tmp_path: Path
) -> None:
    cid, target = blocks.tree(FILES, CHUNK_BYTES), tmp_path / "got"

    class Stuck(BlockGiver):
        async def block(self, cid: bytes) -> bytes:
            if len(self.asked) > 6:
                stuck.set()
                await asyncio.sleep(3600)
            return await super().block(cid)

    stuck, source = asyncio.Event(), Stuck(blocks)

    async def cancel() -> None:
        limits = {"max_bytes": MIB, "max_files": 9}
        fetching = asyncio.create_task(fetch_tree(source, cid, target, **limits, on_bytes=lambda _: None))
        await stuck.wait()
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching

    asyncio.run(cancel())
    assert contents(target)
    assert get(BlockGiver(blocks), cid, target) == FILES


def test_bytes_that_are_not_the_cids_are_the_senders_fault_and_never_written(
    blocks: Blocks, tmp_path: Path
) -> None:
    cid, false = blocks.tree(FILES, CHUNK_BYTES), b"z" * 100
    theirs = next(one for one, block in blocks.by_cid.items() if block == FILES["textures/a.png"])
    blocks.by_cid[theirs] = false
    source = BlockGiver(blocks, blocks.stream(root(cid), repeats=True))
    with pytest.raises(StoreError, match="are not its own"):
        get(source, cid, tmp_path / "got")
    assert false not in contents(tmp_path / "got").values()


@pytest.mark.parametrize("is_streamed", [True, False])
@pytest.mark.parametrize(("max_bytes", "max_files", "said"), [(9000, 9, "bytes"), (MIB, 5, "files")])
def test_over_its_limits_nothing_is_left(
    blocks: Blocks, tmp_path: Path, is_streamed: bool, max_bytes: int, max_files: int, said: str
) -> None:
    cid = blocks.tree(FILES, CHUNK_BYTES)
    source = BlockGiver(blocks, blocks.stream(root(cid)) if is_streamed else None)
    with pytest.raises(ContentError, match=f"{said}, more than was announced"):
        get(source, cid, tmp_path / "got", max_bytes=max_bytes, max_files=max_files)
    assert not (tmp_path / "got").exists()


def fold(blocks: Blocks) -> bytes:
    """2^40 folders of one block each: a folder with the same folder twice, forty times over."""
    cid = blocks.folder([("x", blocks.raw(b"x"))])
    for _ in range(40):
        cid = blocks.folder([("a", cid), ("b", cid)])
    return cid


def layers(blocks: Blocks) -> bytes:
    """A file of no bytes in 2^40 pieces."""
    cid = blocks.file(b"")
    for _ in range(40):
        cid = blocks.node(2, [("", cid), ("", cid)], field(3, 0), field(4, 0), field(4, 0))
    return blocks.folder([("file", cid)])


def repeated(blocks: Blocks) -> bytes:
    """A file of 2^40 bytes out of one chunk."""
    cid, size = blocks.raw(bytes(CHUNK_BYTES)), CHUNK_BYTES
    for _ in range(30):
        cid = blocks.node(2, [("", cid)] * 2, field(3, 2 * size), field(4, size), field(4, size))
        size *= 2
    return blocks.folder([("file", cid)])


HOSTILE: dict[str, tuple[Callable[[Blocks], bytes], str]] = {
    "folders of folders": (fold, "32 names|files, more than|blocks than"),
    "a file of nothing": (layers, "more blocks than so many files need"),
    "a chunk without end": (repeated, "bytes, more than was announced"),
    "up": (lambda b: b.folder([("..", b.raw(b"x"))]), "leaves its folder"),
    "a path": (lambda b: b.folder([("a/b", b.raw(b"x"))]), "is a path"),
    "a root": (lambda b: b.folder([("/a", b.raw(b"x"))]), "is a path"),
    "no name": (lambda b: b.folder([("", b.raw(b"x"))]), "leaves its folder"),
    "another case": (lambda b: b.folder([("A", b.raw(b"x")), ("a", b.raw(b"y"))]), "one file twice"),
    "one name twice": (lambda b: b.folder([("a", b.raw(b"x"))] * 2), "one file twice"),
    "folder and file": (
        lambda b: b.folder([("a", b.raw(b"x")), ("A", b.folder([("b", b.raw(b"y"))]))]),
        "one file twice",
    ),
    "a symbolic link": (lambda b: b.folder([("a", b.node(4, [], field(2, b"/etc")))]), "neither a file nor"),
    "no kind": (lambda b: b.folder([("a", b.node(9, []))]), "neither a file nor"),
    "an empty folder": (lambda b: b.folder([("a", b.folder([]))]), "'a/' in .* is empty"),
    "a file": (lambda b: b.file(b"x"), "neither a file nor a folder"),
    "a false size": (lambda b: b.folder([("a", b.file(b"xx", 1, size=3))]), "not as many bytes"),
    "a false part": (
        lambda b: b.folder([("a", b.node(2, [("", b.raw(b"xy"))], field(3, 1), field(4, 1)))]),
        "other bytes than its folder says",
    ),
    "a part without a size": (
        lambda b: b.folder([("a", b.node(2, [("", b.raw(b"x"))], field(3, 0)))]),
        "not as many bytes",
    ),
    "a part that is a folder": (
        lambda b: b.folder([("a", b.node(2, [("", b.folder([]))], field(3, 0), field(4, 0)))]),
        "neither a file nor",
    ),
    "a part of names that is a file": (lambda b: b.shard([("0A", b.raw(b"x"))]), "neither a file nor"),
    "a part of names that is a folder": (
        lambda b: b.shard([("0A", b.folder([("a", b.raw(b"x"))]))]),
        "is none",
    ),
    "spread by nothing": (lambda b: b.shard([], fanout=0), "spread by 0"),
    "another hash": (lambda b: b.folder([("a", b"\x01\x55\x13\x20" + bytes(32))]), "of no file or folder"),
    "no text": (lambda b: _named(b, b"\xff"), "is no text"),
    "a broken field": (lambda b: b._add(b"\x01\x70\x12\x20", b"\x12\xff\x01"), "ends within a field"),
    "a number without end": (lambda b: b._add(b"\x01\x70\x12\x20", b"\xff" * 20), "has no end"),
    "a float": (lambda b: b._add(b"\x01\x70\x12\x20", b"\x0d1234"), "field of kind 5"),
}


def _named(blocks: Blocks, name: bytes) -> bytes:
    link = field(2, field(1, blocks.raw(b"x")) + field(2, name))
    return blocks._add(b"\x01\x70\x12\x20", link + field(1, field(1, FOLDER)))


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("is_streamed", [True, False])
def test_what_no_package_is_made_of_is_refused_and_leaves_nothing(
    blocks: Blocks, tmp_path: Path, what: str, is_streamed: bool
) -> None:
    build, said = HOSTILE[what]
    cid = build(blocks)
    stream = car(reversed(blocks.by_cid.items())) if is_streamed else None
    with pytest.raises(ContentError, match=said):
        get(BlockGiver(blocks, stream), text_of(cid), tmp_path / "got")
    assert not (tmp_path / "got").exists()


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b"no stream at all",
        b"\xff" * 30,
        b"\x05hello\x02ab",
        b"\x01x" + b"\xff\xff\xff\xff\x7f" + bytes(100),
        b"\x01x\x00",
    ],
)
def test_what_is_no_stream_is_asked_for_block_by_block(blocks: Blocks, tmp_path: Path, stream: bytes) -> None:
    cid = blocks.tree(FILES, CHUNK_BYTES)
    source = BlockGiver(blocks, stream)
    assert get(source, cid, tmp_path / "got") == FILES and source.asked


def test_blocks_that_belong_to_nothing_are_not_kept(blocks: Blocks, tmp_path: Path) -> None:
    cid = blocks.tree(FILES, CHUNK_BYTES)
    others = Blocks()
    others.raw(b"not of this folder")
    source = BlockGiver(
        blocks,
        blocks.stream(root(cid)) + b"".join(frame(*one) for one in others.by_cid.items()),
    )
    assert get(source, cid, tmp_path / "got") == FILES


def test_a_stream_that_repeats_itself_for_ever_is_ended(blocks: Blocks, tmp_path: Path) -> None:
    cid = blocks.tree({"a": (chunk := os.urandom(MIB // 2))}, MIB)
    known = next(one for one, block in blocks.by_cid.items() if block == chunk)
    tree = Tree(cid, tmp_path, MIB, 1)
    stream = CarTree(tree, tree.root)
    stream.feed(blocks.stream(root(cid)))
    with pytest.raises(StoreError, match="repeats itself"):
        for _ in range(40):
            stream.feed(frame(known, chunk))
    tree.close()


@pytest.mark.parametrize("is_streamed", [True, False])
def test_no_more_names_are_kept_in_mind_than_files_were_announced(
    blocks: Blocks, tmp_path: Path, is_streamed: bool
) -> None:
    """Folders of thousands of names, one in another, took the machine's memory before there was a file."""
    one = blocks.folder([("file", blocks.raw(b"1"))])
    for _ in range(8):
        one = blocks.folder([(f"{number}", one) for number in range(30)])
    stream = blocks.stream(one) if is_streamed else None
    source = BlockGiver(blocks, stream)
    with pytest.raises(ContentError, match="over 100 files"):
        get(source, text_of(one), tmp_path / "got")
    assert len(source.asked) < 30
