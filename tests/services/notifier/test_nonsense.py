"""What an index may say without any sense."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.notifier.index import IndexAway, open_index


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("reorg", {}),
        ("reorg", {"to_block": None}),
        ("block", {"hash": "0x1"}),
        ("block", {"number": "many"}),
        ("LeaseLost", {"block": 3}),
        ("LeaseLost", {"transaction": "0x1"}),
        ("LeaseLost", {"block": -1, "transaction": "0x1"}),
        ("LeaseLost", {"block": 3, "transaction": 5}),
        ("LeaseLost", []),
    ],
)
def test_an_index_that_tells_nonsense_is_away(kind: str, data: object) -> None:
    """It ended the notifier, at each start."""
    body = f"id: 7\nevent: {kind}\ndata: {json.dumps(data)}\n\n"

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type="text/event-stream")

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/v1/events", answer)
        async with TestServer(app) as server, open_index(str(server.make_url(""))) as index:
            with pytest.raises(IndexAway, match="nonsense"):
                async for _ in index.listen(frozenset({"LeaseLost"}), None):
                    pass

    asyncio.run(run())
