"""An index that is away, slow, endless or mad: each is a sentence, and little is read of it."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from renderchain.adapters.index import http
from renderchain.adapters.index.http import MOST_PAGES, RemoteIndex
from renderchain.core.errors import IndexAway
from renderchain.core.ids import JobId

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
AS_OF = {"block": 9, "hash": "0x1", "lag_blocks": 0}
NETWORK = {"chain": "SN_SEPOLIA", "directory": "0x5", "registry": "0x6", "is_paused": False, "boards": 1}


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[RemoteIndex]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield RemoteIndex(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    finally:
        await runner.cleanup()


def asked(handler: Handler, ask: Callable[[RemoteIndex], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with answering(handler) as index:
            return await ask(index)

    return asyncio.run(run())


def saying(raw: bytes, status: int = 200, encoding: str = "identity") -> Handler:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=raw, status=status, headers={"Content-Encoding": encoding})

    return answer


@pytest.mark.parametrize(
    ("raw", "status", "said"),
    [
        (b"", 200, "nothing that an index would"),
        (b"<html>", 200, "nothing that an index would"),
        (b"\xff\xfe\x00", 200, "nothing that an index would"),
        (b"[" * 100_000, 200, "nothing that an index would"),
        (b"null", 200, "nothing that an index would"),
        (b"9" * 10_000, 200, "nothing that an index would"),
        (b"{}", 500, "status 500"),
        (json.dumps({"detail": "Ask \x1b[2Jlater"}).encode(), 503, r"answered 503: Ask \\x1b\[2Jlater"),
        (b"{}", 404, "status 404"),
    ],
)
def test_nonsense_is_said_to_be_that(raw: bytes, status: int, said: str) -> None:
    with pytest.raises(IndexAway, match=said):
        asked(saying(raw, status), lambda index: index.network())


def test_deep_nesting_is_refused_even_where_a_library_raised_the_recursion_limit() -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        with pytest.raises(IndexAway, match="nothing that an index would"):
            asked(saying(b'{"as_of":' + b"[" * 200_000), lambda index: index.network())
    finally:
        sys.setrecursionlimit(before)


def test_what_makes_sense_is_told() -> None:
    raw = json.dumps({"as_of": AS_OF, "item": NETWORK}).encode()
    told = asked(saying(raw), lambda index: index.network())
    assert (told.block, told.item.chain, told.item.directory) == (9, "SN_SEPOLIA", 5)


def test_packed_answers_are_not_unpacked() -> None:
    raw = gzip.compress(json.dumps({"as_of": AS_OF, "item": NETWORK}).encode())
    with pytest.raises(IndexAway, match="nothing that an index would"):
        asked(saying(raw, encoding="gzip"), lambda index: index.network())


def test_of_an_endless_answer_only_so_much_is_read() -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"[" * 2**16)
            sent += 2**16

    with pytest.raises(IndexAway, match="more than 4,194,304 bytes"):
        asked(endless, lambda index: index.network())
    assert sent < 2**25  # what lies in the sockets' buffers comes to it


def test_who_never_answers_is_not_waited_for_longer_than_our_patience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "PATIENCE_S", 0.05)

    async def silent(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    with pytest.raises(IndexAway, match="did not answer within"):
        asked(silent, lambda index: index.network())


def test_nobody_there_is_said() -> None:
    with pytest.raises(IndexAway, match="can't be reached or broke off"):
        asyncio.run(RemoteIndex("http://127.0.0.1:9").network())
    with pytest.raises(IndexAway, match="can't be reached or broke off"):
        asyncio.run(RemoteIndex("http://[nonsense").network())


def test_pages_end_though_the_index_never_does() -> None:
    pages = 0

    async def more(request: web.Request) -> web.Response:
        nonlocal pages
        pages += 1
        row = {"job": str(pages), "created_block": 1}
        return web.json_response({"as_of": AS_OF, "items": [row], "next": f"page{pages}"})

    with pytest.raises(IndexAway, match="has more of jobs than is read"):
        asked(more, lambda index: index.jobs_of(1, 2))
    assert pages == MOST_PAGES


@pytest.mark.parametrize("page", [7, ["x"], {}, "x"])
def test_an_empty_page_or_a_false_one_leads_nowhere(page: Any) -> None:
    raw = json.dumps({"as_of": AS_OF, "items": [], "next": page}).encode()
    with pytest.raises(IndexAway, match="nothing that an index would"):
        asked(saying(raw), lambda index: index.workers())


def test_a_job_that_it_does_not_know_is_none() -> None:
    raw = b'{"detail":"There is none."}'
    assert asked(saying(raw, 404), lambda index: index.ended_job(1, JobId(3))).item is None
