"""A proxy before a real node that fails as it is told to: for faults that can't be had otherwise."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, WSMsgType, web

Answer = dict[str, Any] | bytes | int | None
Rule = Callable[[str, dict[str, Any]], Answer]


class Proxy:
    """``rule(method, question)`` gives an answer, raw bytes, an HTTP status, or None to pass on."""

    def __init__(self, rpc_url: str, ws_url: str) -> None:
        self._rpc, self._ws = rpc_url, ws_url
        self.rule: Rule = lambda method, question: None
        self.port = 0
        self.headers: dict[str, str] = {}
        self.sockets_open = True
        self._sockets: list[web.WebSocketResponse] = []
        self._deaf: set[web.WebSocketResponse] = set()
        self.socket_count = 0

    @property
    def rpc_url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.port}/rpc"

    @property
    def ws_url(self) -> str:
        """Where its WebSocket is."""
        return f"ws://127.0.0.1:{self.port}/ws"

    async def ask(self, request: web.Request) -> web.Response:
        """One JSON-RPC question."""
        self.headers = dict(request.headers)
        question = await request.json()
        answer = self.rule(question["method"].removeprefix("starknet_"), question)
        if isinstance(answer, int):
            return web.Response(status=answer, text="<html>no</html>", content_type="text/html")
        if isinstance(answer, bytes):
            return web.Response(body=answer, content_type="application/json")
        if answer is not None:
            return web.json_response({"jsonrpc": "2.0", "id": question["id"], **answer})
        async with ClientSession() as session, session.post(self._rpc, json=question) as passed:
            return web.Response(body=await passed.read(), content_type="application/json")

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """One WebSocket, passed on in both directions until it goes deaf."""
        if not self.sockets_open:
            return web.Response(status=503)
        self.socket_count += 1
        near = web.WebSocketResponse(autoping=False)
        await near.prepare(request)
        self._sockets.append(near)
        async with ClientSession() as session, session.ws_connect(self._ws) as far:

            async def back() -> None:
                async for message in far:
                    if message.type is WSMsgType.TEXT and near not in self._deaf:
                        await near.send_str(message.data)

            task = asyncio.create_task(back())
            try:
                async for message in near:
                    if near in self._deaf:
                        continue
                    if message.type is WSMsgType.TEXT:
                        await far.send_str(message.data)
                    elif message.type is WSMsgType.PING:
                        await near.pong(message.data)
            finally:
                task.cancel()
        return near

    def go_deaf(self) -> None:
        """Let the present WebSockets stay open and say nothing more, not even to pings."""
        self._deaf.update(self._sockets)

    async def cut(self) -> None:
        """Close every WebSocket."""
        for socket in self._sockets:
            await socket.close()
        self._sockets.clear()


@asynccontextmanager
async def proxy_before(rpc_url: str, ws_url: str) -> AsyncIterator[Proxy]:
    """A running proxy."""
    proxy = Proxy(rpc_url, ws_url)
    app = web.Application(client_max_size=2**26)
    app.router.add_post("/rpc", proxy.ask)
    app.router.add_get("/ws", proxy.listen)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    proxy.port = runner.addresses[0][1]
    try:
        yield proxy
    finally:
        await proxy.cut()
        await runner.cleanup()


def error(code: int, message: str) -> dict[str, Any]:
    """A JSON-RPC error."""
    return {"error": {"code": code, "message": message}}


def result(value: Any) -> dict[str, Any]:
    """A JSON-RPC result."""
    return {"result": json.loads(json.dumps(value))}
