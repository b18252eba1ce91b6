"""What is sent to an IPFS node elsewhere: only what it lacks, in the blocks that it would have made."""

from __future__ import annotations

import asyncio
import random
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from renderchain.adapters.ipfs import kubo as kubo_module
from renderchain.adapters.ipfs.dag import text_of
from renderchain.adapters.ipfs.folder_blocks import CHUNK_BYTES, MOST_LINKS, blocks_of
from renderchain.adapters.ipfs.kubo import KuboStore
from renderchain.adapters.ipfs.kubo_upload import ASKED_BYTES, PART_BYTES
from renderchain.core.errors import StoreError

from devkit.network.services import tool_root

MIB = 2**20
SIZES = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 5 * CHUNK_BYTES)
SMALL_BYTES = 1024  # chunks of which a file has many
# As many as a node of a file has links, one more, and more than two rows of nodes hold.
COUNTS = (MOST_LINKS, MOST_LINKS + 1, 2 * MOST_LINKS + 1, MOST_LINKS**2 + 1)


class Way:
    """To a node, and how many bytes of which call went over it; it breaks at one, or refuses some."""

    def __init__(self, api: str) -> None:
        self._to = f"http://127.0.0.1:{api.rpartition('/')[2]}"
        self.bytes_of = Counter[str]()
        self.breaks_after = 1 << 62
        self.refused: dict[str, int] = {}
        self.api = ""

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        call, raw = request.path.removeprefix("/api/v0/"), await request.read()
        if call in self.refused:
            return web.Response(status=self.refused[call], text="no")
        if self.bytes_of[call] + len(raw) > self.breaks_after:
            assert request.transport
            request.transport.abort()
            return web.Response()
        self.bytes_of[call] += len(raw)
        kinds = {"Content-Type": request.headers["Content-Type"]} if raw else {}
        async with (
            ClientSession() as session,
            session.post(f"{self._to}{request.rel_url}", data=raw, headers=kinds) as answer,
        ):
            kind = answer.headers.get("Content-Type", "text/plain")
            return web.Response(
                status=answer.status, body=await answer.read(), headers={"Content-Type": kind}
            )


@asynccontextmanager
async def way_to(api: str) -> AsyncIterator[Way]:
    """One that is open."""
    way, app = Way(api), web.Application(client_max_size=2**28)
    app.router.add_post("/{path:.*}", way.ask)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    way.api = f"/ip4/127.0.0.1/tcp/{runner.addresses[0][1]}"
    try:
        yield way
    finally:
        await runner.cleanup()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the node were on another machine."""
    monkeypatch.setattr(kubo_module, "is_loopback", lambda _: False)


def folder_of(folder: Path, sizes: tuple[int, ...], seed: int) -> Path:
    """A package of files of such sizes."""
    chance, root = random.Random(seed), folder / "package"
    (root / "textures" / ".deep").mkdir(parents=True)
    for number, size in enumerate(sizes):
        place = root / ("textures" if number % 2 else "") / f"{number} ü.bin"
        place.write_bytes(chance.randbytes(size))
    (root / "textures" / ".deep" / "same").write_bytes(b"x")
    (root / "Z").write_bytes(b"x")
    return root


def test_kubo_would_have_made_the_same_blocks(kubo: str, tmp_path: Path) -> None:
    root, done = folder_of(tmp_path, SIZES, 1), list[int]()
    all_bytes = sum(one.size for one in blocks_of(root))

    async def run() -> None:
        async with way_to(kubo) as way:
            cid = await KuboStore(way.api).add_folder(root, done.append)
            assert way.bytes_of["dag/import"] > sum(SIZES) and "add" not in way.bytes_of
        near = KuboStore(kubo)
        assert await near.is_pinned(cid)
        size, files = sum(SIZES) + 2, len(SIZES) + 2
        await near.fetch_folder(
            cid, tmp_path / "back", max_bytes=size, max_files=files, on_bytes=lambda _: None
        )
        for file in root.rglob("*"):
            back = tmp_path / "back" / file.relative_to(root)
            assert file.is_dir() or back.read_bytes() == file.read_bytes()
        assert await near.add_folder(root, lambda _: None) == cid
        await near.unpin(cid)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kubo_module, "is_loopback", lambda api: api == kubo)
        asyncio.run(run())
    assert done[0] == 1, "what stands in two places is sent once"
    assert done[-1] == all_bytes and done == sorted(done)


def test_a_file_of_many_chunks_has_the_nodes_that_kubo_gives_it(tmp_path: Path) -> None:
    root = folder_of(tmp_path, tuple(SMALL_BYTES * count - 1 for count in COUNTS), 4)
    ipfs, repository = str(tool_root("kubo") / "bin" / "ipfs"), {"IPFS_PATH": str(tmp_path / "repository")}
    subprocess.run([ipfs, "init", "--empty-repo"], env=repository, check=True, capture_output=True)
    options = ["-rHQn", "--cid-version=1", "--raw-leaves", f"--chunker=size-{SMALL_BYTES}"]
    said = subprocess.run(
        [ipfs, "add", *options, str(root)], env=repository, check=True, capture_output=True, text=True
    )
    assert said.stdout.strip() == text_of(blocks_of(root, SMALL_BYTES)[-1].cid)


def test_an_upload_that_broke_off_goes_on_where_it_was(kubo: str, tmp_path: Path, elsewhere: None) -> None:
    root, done = folder_of(tmp_path, (20 * MIB,), 2), list[int]()

    async def run() -> None:
        async with way_to(kubo) as way:
            way.breaks_after = 3 * PART_BYTES
            with pytest.raises(StoreError, match="Storing package failed: the IPFS node at .* broke off"):
                await KuboStore(way.api).add_folder(root, lambda _: None)
            first = way.bytes_of["dag/import"]
            assert first > PART_BYTES
            way.breaks_after = 1 << 62
            cid = await KuboStore(way.api).add_folder(root, done.append)
            again = way.bytes_of["dag/import"] - first
            assert done[0] > PART_BYTES and again < 20 * MIB - PART_BYTES
            assert first + again < 20 * MIB + PART_BYTES, "what is there is not sent again"
            assert await KuboStore(way.api).is_pinned(cid)
            await KuboStore(way.api).unpin(cid)

    asyncio.run(run())


def test_of_a_package_that_was_changed_only_what_changed_is_sent(
    kubo: str, tmp_path: Path, elsewhere: None
) -> None:
    root = folder_of(tmp_path, (5 * MIB, 5 * MIB), 3)

    async def run() -> None:
        async with way_to(kubo) as way:
            store = KuboStore(way.api)
            before = await store.add_folder(root, lambda _: None)
            sent = way.bytes_of["dag/import"]
            (root / "Z").write_bytes(b"another")
            after = await store.add_folder(root, lambda _: None)
            assert before != after and way.bytes_of["dag/import"] - sent < 100_000
            for cid in (before, after):
                assert await store.is_pinned(cid)
                await store.unpin(cid)

    asyncio.run(run())


def test_a_folder_of_so_many_files_that_its_list_is_asked_about_is_pinned_again(
    kubo: str, tmp_path: Path, elsewhere: None
) -> None:
    """Nothing was sent where the node had the list, and what that names was lost with the next garbage."""
    for number in range(2000):
        (tmp_path / f"{number}").write_bytes(number.to_bytes(2))
    assert blocks_of(tmp_path)[-1].size > ASKED_BYTES

    async def run() -> None:
        store = KuboStore(kubo)
        cid = await store.add_folder(tmp_path, lambda _: None)
        assert await store.is_pinned(cid)
        await store.unpin(cid)
        assert not await store.is_pinned(cid)
        assert await store.add_folder(tmp_path, lambda _: None) == cid
        assert await store.is_pinned(cid)
        await store.unpin(cid)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("call", "status"),
    [("block/stat", 404), ("block/stat", 403), ("block/stat", 500), ("dag/import", 404), ("dag/import", 403)],
)
@pytest.mark.parametrize("size", [MIB, 10])
def test_to_a_node_that_tells_of_no_blocks_or_takes_none_all_is_sent(
    kubo: str, tmp_path: Path, elsewhere: None, call: str, status: int, size: int
) -> None:
    """A folder of small blocks alone was never asked about, and so could not be stored there."""
    root = folder_of(tmp_path, (size,), status)

    async def run() -> None:
        async with way_to(kubo) as way:
            way.refused[call] = status
            cid = await KuboStore(way.api).add_folder(root, lambda _: None)
            assert way.bytes_of["add"] > size and "dag/import" not in way.bytes_of
            assert await KuboStore(way.api).is_pinned(cid)
            await KuboStore(way.api).unpin(cid)

    asyncio.run(run())


def test_a_folder_that_kubo_would_spread_over_several_blocks_is_left_to_it(tmp_path: Path) -> None:
    for number in range(2000):
        (tmp_path / f"{number:0100}").touch()
    assert blocks_of(tmp_path) == []


def test_a_file_that_changes_meanwhile_is_told(tmp_path: Path) -> None:
    file = tmp_path / "film.blend"
    file.write_bytes(b"before")
    block = blocks_of(tmp_path)[0]
    file.write_bytes(b"after!")
    with pytest.raises(StoreError, match="film.blend was changed while it was stored"):
        block.read()
