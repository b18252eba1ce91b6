"""Gateways that lie, stop or send too much: what is read is what the CID names, or nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from renderchain.adapters.ipfs.dag import DAG_PB, MAX_BLOCK_BYTES, RAW, text_of
from renderchain.adapters.ipfs.gateways import PATH_BYTES, Gateways
from renderchain.core.errors import ContentError, StoreError

from devkit.fakes.blocks import Blocks, car, field, frame

FILES = {"manifest.json": b"{}", "textures/a.png": os.urandom(5000), "textures/b.png": b"b"}
CHUNK_BYTES = 1024
Answer = Callable[[web.Request], web.Response]


class Gateway:
    """An HTTP server that gives away blocks; ``car_of`` and ``block_of`` may be replaced by false ones."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = {text_of(cid): block for cid, block in blocks.by_cid.items()}
        self.car = blocks.stream(list(blocks.by_cid)[-1]) if blocks.by_cid else b""
        self.asked: list[str] = []
        self.block_of: Callable[[str], bytes] = lambda cid: self.blocks[cid]

    def answer(self, request: web.Request) -> web.Response:
        """A stream, or a block."""
        path = request.path.removeprefix("/ipfs/")
        self.asked.append(f"{request.query['format']} {path}")
        if request.query["format"] == "car":
            return web.Response(body=self.car)
        return web.Response(body=self.block_of(path))

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Its address."""

        async def answer(request: web.Request) -> web.Response:
            return self.answer(request)

        app = web.Application()
        app.router.add_get("/ipfs/{path:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
        finally:
            await runner.cleanup()


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def fetch(cid: str, folder: Path, *gateways: Gateway) -> int:
    """Fetch from these in turn; which of them had it."""

    async def run() -> int:
        async with gateways[0].serving() as first, gateways[-1].serving() as last:
            places = [first, last]
            store = Gateways(places, patience_s=5)
            who = await store.fetch_folder(cid, folder, max_bytes=9000, max_files=9, on_bytes=lambda _: None)
            return [one.rstrip("/") for one in places].index(who)

    return asyncio.run(run())


def read(cid: str, path: str, gateway: Gateway, max_bytes: int = 9000) -> bytes:
    async def run() -> bytes:
        async with gateway.serving() as place:
            return await Gateways([place], patience_s=5).read_file(cid, path, max_bytes)

    return asyncio.run(run())


@pytest.fixture
def blocks() -> Blocks:
    return Blocks()


def test_a_gateway_that_sends_other_bytes_is_passed_over_and_they_are_not_kept(
    blocks: Blocks, tmp_path: Path
) -> None:
    cid = blocks.tree(FILES, CHUNK_BYTES)
    liar, honest = Gateway(blocks), Gateway(blocks)
    liar.car = liar.car.replace(b"{}", b"[]")
    liar.block_of = lambda cid: honest.blocks[cid].replace(b"{}", b"[]")
    assert fetch(cid, tmp_path / "got", liar, honest) == 1
    assert contents(tmp_path / "got") == FILES


def test_a_gateway_without_streams_is_asked_for_blocks(blocks: Blocks, tmp_path: Path) -> None:
    cid, gateway = blocks.tree(FILES, CHUNK_BYTES), Gateway(blocks)
    gateway.car = b"<html>We serve no CAR</html>"
    assert fetch(cid, tmp_path / "got", gateway) == 0 and contents(tmp_path / "got") == FILES


def test_a_second_gateway_goes_on_where_the_first_one_stopped(blocks: Blocks, tmp_path: Path) -> None:
    cid = blocks.tree(FILES, CHUNK_BYTES)
    first, second = Gateway(blocks), Gateway(blocks)
    first.car = first.car[: len(first.car) * 3 // 4]
    first.block_of = lambda cid: b"gone"
    assert fetch(cid, tmp_path / "got", first, second) == 1 and contents(tmp_path / "got") == FILES
    plain = {one: block for one, block in blocks.by_cid.items() if one[:4] == RAW and len(block) > 100}
    held = {text_of(one) for one, block in plain.items() if block in first.car}
    assert held and not held & {one.removeprefix("raw ") for one in second.asked}


def test_content_over_its_limits_is_refused_whichever_gateway_has_it(blocks: Blocks, tmp_path: Path) -> None:
    cid, gateway = blocks.tree({"large": bytes(9001)}, CHUNK_BYTES), Gateway(blocks)
    with pytest.raises(ContentError, match="over 9000 bytes"):
        fetch(cid, tmp_path / "got", gateway)
    assert not (tmp_path / "got").exists()


def test_where_no_gateway_has_it_each_is_named(blocks: Blocks, tmp_path: Path) -> None:
    gateway = Gateway(blocks)
    with pytest.raises(StoreError, match=r"the gateway http://127.*the gateway http://127"):
        fetch(text_of(DAG_PB + bytes(32)), tmp_path / "got", gateway, gateway)


def test_a_block_without_end_is_read_no_further_than_a_block_goes(blocks: Blocks, tmp_path: Path) -> None:
    cid, gateway = blocks.tree(FILES, CHUNK_BYTES), Gateway(blocks)
    gateway.car, gateway.block_of = b"", lambda _: bytes(9 * MAX_BLOCK_BYTES)
    with pytest.raises(StoreError, match=f"The {MAX_BLOCK_BYTES + 1} bytes that came"):
        fetch(cid, tmp_path / "got", gateway)


@pytest.mark.parametrize("path", sorted(FILES))
def test_one_file_is_read_and_every_block_on_the_way_checked(blocks: Blocks, path: str) -> None:
    cid, gateway = blocks.tree(FILES, CHUNK_BYTES), Gateway(blocks)
    assert read(cid, path, gateway) == FILES[path]
    gateway.car = gateway.car.replace(FILES[path][-900:], bytes(len(FILES[path][-900:])))
    with pytest.raises(StoreError, match="not its own"):
        read(cid, path, gateway)


def test_of_a_file_in_a_large_folder_only_the_way_is_needed(blocks: Blocks) -> None:
    one = blocks.raw(b"one")
    part = blocks.shard([("00one.png", one), ("01other.png", blocks.raw(b"other"))])
    cid = blocks.shard([("0A", blocks.shard([("00away.png", one)])), ("0B", part)])
    gateway = Gateway(blocks)
    gateway.car = car((cid, blocks.by_cid[cid]) for cid in (cid, part, one))
    assert read(text_of(cid), "one.png", gateway) == b"one"


def too_long(blocks: Blocks) -> bytes:
    return blocks.folder([("file", blocks.file(bytes(9001), CHUNK_BYTES))])


def of_nothing(blocks: Blocks) -> bytes:
    cid = blocks.file(b"")
    for _ in range(40):
        cid = blocks.node(2, [("", cid)] * 2, field(3, 0), field(4, 0), field(4, 0))
    return blocks.folder([("file", cid)])


def a_folder(blocks: Blocks) -> bytes:
    return blocks.folder([("file", blocks.folder([]))])


def other_size(blocks: Blocks) -> bytes:
    return blocks.folder([("file", blocks.node(2, [("", blocks.raw(b"ab"))], field(3, 1), field(4, 1)))])


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (too_long, "over 9000 bytes"),
        (of_nothing, "too many pieces"),
        (a_folder, "is no file"),
        (other_size, "is no file"),
    ],
)
def test_one_file_is_bounded_too(blocks: Blocks, build: Callable[[Blocks], bytes], said: str) -> None:
    with pytest.raises(ContentError, match=said):
        read(text_of(build(blocks)), "file", Gateway(blocks))


def test_more_than_belongs_to_a_file_is_not_kept_in_memory(blocks: Blocks) -> None:
    cid, gateway = blocks.tree(FILES, CHUNK_BYTES), Gateway(blocks)
    more = Blocks()
    for number in range(PATH_BYTES // MAX_BLOCK_BYTES + 2):
        more.raw(bytes([number]) * MAX_BLOCK_BYTES)
    gateway.car += b"".join(frame(*one) for one in more.by_cid.items())
    with pytest.raises(StoreError, match="more than belongs to it"):
        read(cid, "manifest.json", gateway)


def test_what_is_not_in_the_folder_is_not_there(blocks: Blocks) -> None:
    cid, gateway = blocks.tree(FILES, CHUNK_BYTES), Gateway(blocks)
    with pytest.raises(StoreError, match=r"shows no 'c\.png'"):
        read(cid, "textures/c.png", gateway)
    with pytest.raises(ContentError, match="is no folder"):
        read(cid, "manifest.json/x", gateway)


def very_deep(blocks: Blocks) -> bytes:
    cid = blocks.file(b"")
    for _ in range(1500):
        cid = blocks.node(2, [("", cid)], field(3, 0), field(4, 0))
    return blocks.folder([("file", cid)])


def test_a_file_in_very_many_levels_is_read_or_refused(blocks: Blocks) -> None:
    """It ran into the limit of the interpreter, which nobody foresaw."""
    cid, gateway = text_of(very_deep(blocks)), Gateway(Blocks())
    gateway.car = car(blocks.by_cid.items())
    assert read(cid, "file", gateway, 2**21) == b""
    with pytest.raises(ContentError, match="too many pieces"):
        read(cid, "file", gateway)


def test_a_folder_of_the_same_part_again_and_again_is_looked_through_once(blocks: Blocks) -> None:
    """It would have taken years, in which nothing else is done."""
    cid = blocks.shard([("00other", blocks.raw(b"other"))])
    for _ in range(60):
        cid = blocks.shard([("00", cid), ("01", cid)])
    gateway = Gateway(blocks)
    with pytest.raises(StoreError, match="shows no 'file'"):
        read(text_of(cid), "file", gateway)


def test_the_key_in_a_gateways_address_is_never_shown(blocks: Blocks, tmp_path: Path) -> None:
    secret = "s3cr3t" * 5
    gateways = Gateways([f"http://user:{secret}@127.0.0.1:9/{secret}"], patience_s=1)
    with pytest.raises(StoreError, match="can't be reached") as refused:
        asyncio.run(
            gateways.fetch_folder(
                text_of(DAG_PB + bytes(32)), tmp_path / "got", max_bytes=1, max_files=1, on_bytes=print
            )
        )
    assert secret not in str(refused.value) and "127.0.0.1" in str(refused.value)
