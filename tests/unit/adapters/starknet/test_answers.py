"""One node of several that is broken, or lies, is a node that failed: it takes nobody down."""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
import sys
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from renderchain.adapters.starknet import answers
from renderchain.adapters.starknet.answers import dropped_from, read_message
from renderchain.adapters.starknet.events import _gone
from renderchain.adapters.starknet.member import Member, Node
from renderchain.adapters.starknet.past_events import PushedEvent, past_events
from renderchain.core.errors import ChainError, NodeAway

from devkit.fakes.answering_node import AnsweringNode

DEEP = b"[" * 200_000


async def _told_by(answer: Callable[[], web.StreamResponse]) -> None:
    """Ask a node that answers so for its newest block."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return answer()

    app = web.Application()
    app.router.add_post("/", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    member = Member(Node(f"http://127.0.0.1:{runner.addresses[0][1]}/", ""))
    try:
        await member.newest_block()
    finally:
        await member.session.close()
        await runner.cleanup()


def packed(size: int) -> web.Response:
    """A few bytes that unpack to so many."""
    return web.Response(body=zlib.compress(b" " * size), headers={"Content-Encoding": "deflate"})


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda: web.Response(body=DEEP), "nested over 64 levels deep"),
        (lambda: web.Response(body=b"\xff"), "answered nonsense"),
        (lambda: web.Response(body=b"x" * (answers.MOST_BYTES + 1)), "more than 67108864 bytes"),
        (lambda: packed(answers.MOST_BYTES + 1), "more than 67108864 bytes"),
        (lambda: web.Response(status=500, body=b"x" * (answers.MOST_BYTES + 1)), "more than 67108864 bytes"),
    ],
    ids=["deep", "no text", "long", "long when unpacked", "a long refusal"],
)
def test_an_answer_that_would_take_the_agent_down_is_that_nodes_failure(
    answer: Callable[[], web.StreamResponse], said: str
) -> None:
    with pytest.raises(NodeAway, match=said):
        asyncio.run(_told_by(answer))


def test_what_a_node_refuses_with_is_not_said_at_any_length() -> None:
    with pytest.raises(NodeAway) as told:
        asyncio.run(_told_by(lambda: web.Response(status=500, body=b"x" * 10**6)))
    assert len(str(told.value)) < 1000


def test_whoever_asks_nodes_keeps_pythons_own_guard_against_what_nests() -> None:
    script = (
        "import asyncio, json, sys; limit = sys.getrecursionlimit()\n"
        "from renderchain.adapters.starknet.member import Member, Node\n"
        "async def life():\n"
        "    await Member(Node('http://127.0.0.1:1', '')).session.close()\n"
        "    from renderchain.adapters.starknet.library import Account, Contract\n"
        "asyncio.run(life())\n"
        "assert sys.getrecursionlimit() == limit, sys.getrecursionlimit()\n"
        f"try: json.loads('[' * {len(DEEP)})\n"
        "except RecursionError: print('guarded')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "guarded\n"


def reorganised(params: object) -> bytes:
    """What a node says of blocks that the chain dropped."""
    return json.dumps({"method": "starknet_subscriptionReorg", "params": params}).encode()


NUMBERS: tuple[object, ...] = (None, "5", "x", -1, 1.5, [], True)
MESSAGES = (
    *(DEEP, b"[]", b"7", b"null", b'"x"', b"\xff", b"{", b"{}"),
    *map(reorganised, ({}, [], None)),
    *(reorganised({"result": {"starting_block_number": one}}) for one in NUMBERS),
)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message[:80].decode(errors="replace"))
def test_whatever_comes_by_websocket_is_a_failure_that_leads_to_another_node(message: bytes) -> None:
    with pytest.raises(_gone()):
        dropped_from(read_message(message))


@pytest.mark.parametrize(
    "field", ["block_number", "block_hash", "transaction_index", "event_index", "keys", "data"]
)
@pytest.mark.parametrize("value", [None, [], {}, "x", [None], ["x"]])
def test_whatever_stands_in_a_pushed_event_is_one_too(field: str, value: Any) -> None:
    if field in ("keys", "data") and value in ([], {}):
        return  # an event may have none
    whole = {"block_number": 1, "block_hash": "0x1", "transaction_index": 0, "event_index": 0}
    with pytest.raises(_gone()):
        PushedEvent({**whole, "keys": ["0x1"], "data": [], field: value})


def test_a_node_that_tells_the_past_again_and_again_is_left() -> None:
    class Repeating(AnsweringNode):
        async def get_events(self, *, address: int, continuation_token: str | None, **_: Any) -> Any:
            return await super().get_events(address=address, continuation_token="1")

    class Silent(AnsweringNode):
        async def get_events(self, *, address: int, continuation_token: str | None, **_: Any) -> Any:
            page = await super().get_events(address=address, continuation_token=None)
            page.continuation_token = "again"
            return page

    class Evasive(AnsweringNode):
        async def get_events(self, *, address: int, continuation_token: str | None, **_: Any) -> Any:
            page = await super().get_events(address=address + 1, continuation_token=None)
            page.continuation_token = secrets.token_hex(8)
            return page

    async def read(node: AnsweringNode) -> None:
        node.events = {5: [1, 2, 3]}
        async with asyncio.timeout(10):
            async for _ in past_events(node, 5, 0):
                pass

    for node in (Repeating({}, {}), Silent({}, {}), Evasive({}, {})):
        with pytest.raises(ChainError, match="after one at|without an end"):
            asyncio.run(read(node))
    asyncio.run(read(AnsweringNode({}, {})))
