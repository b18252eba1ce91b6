"""The board's events by WebSocket: each once, in order, across broken connections.

A subscription that starts at a past block replays it, so catching up after a gap and following
are one thing. What was already seen of the block it starts at is left out by its place.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from ...core.board_events import (
    BoardEvent,
    JobClosed,
    JobCreated,
    LeaseAccepted,
    LeaseClaimed,
    LeaseEnded,
    ResultSubmitted,
    TasksRefunded,
    Withdrawn,
)
from ...core.errors import ChainError
from ...core.job import JobTerms
from ...core.lifecycle import LeaseState

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 30.0
MAX_RETRIES = 20
MAX_REPLAY_BLOCKS = 1000  # nodes refuse a subscription that starts over 1,024 blocks back
CHUNK = 500
log = logging.getLogger(__name__)

_KINDS: dict[str, Callable[..., BoardEvent]] = {
    "JobCreated": lambda block, job, family, requester, *terms: JobCreated(
        block, job, family, requester, JobTerms(*terms)
    ),
    "LeaseClaimed": LeaseClaimed,
    "ResultSubmitted": ResultSubmitted,
    "LeaseAccepted": LeaseAccepted,
    "LeaseEnded": lambda block, job, lease, operator, state, reopened: LeaseEnded(
        block, job, lease, operator, LeaseState(state), bool(reopened)
    ),
    "TasksRefunded": TasksRefunded,
    "JobClosed": JobClosed,
    "Withdrawn": Withdrawn,
}


class EventStream:
    """The events of one board, read through a node's RPC and WebSocket addresses."""

    def __init__(self, client: Any, ws_url: str, board: int) -> None:
        from starknet_py.hash.selector import get_selector_from_name

        self._client = client
        self._ws_url = ws_url
        self._board = board
        self._kinds = {get_selector_from_name(name): kind for name, kind in _KINDS.items()}

    async def follow(self, from_block: int) -> AsyncGenerator[BoardEvent, None]:
        """Endless; raises ChainError only when the node stays away."""
        seen: set[tuple[Any, ...]] = set()  # the places of events in the block that was reached
        block, failures = from_block, 0
        while True:
            try:
                async with aclosing(self._once(block)) as events:
                    async for raw in events:
                        failures = 0
                        if raw.block_number is not None and raw.block_number > block:
                            block = raw.block_number
                            seen.clear()
                        place = (raw.block_number, raw.transaction_hash, tuple(raw.keys), tuple(raw.data))
                        if place not in seen:
                            seen.add(place)
                            yield self._typed(raw)
            except _gone() as error:
                failures += 1
                if failures > MAX_RETRIES:
                    raise ChainError(
                        f"The event stream {self._ws_url} broke {failures} times in a row ({error}). "
                        "Check the node's WebSocket address."
                    ) from error
                pause_s = min(FIRST_RETRY_S * 2**failures, LONGEST_RETRY_S)
                log.warning("event stream broke, trying again in %.1f s: %s", pause_s, error)
                await asyncio.sleep(pause_s)

    async def _once(self, from_block: int) -> AsyncGenerator[Any, None]:
        """Raw events from a block on, until the connection breaks."""
        from starknet_py.net.websockets.websocket_client import WebsocketClient

        newest = await self._client.get_block_number()
        start = max(from_block, newest - MAX_REPLAY_BLOCKS)
        async for raw in self._past(from_block, start - 1):
            yield raw
        socket = WebsocketClient(self._ws_url)
        queue: asyncio.Queue[Any] = asyncio.Queue()
        await socket.connect()
        try:
            await socket.subscribe_events(
                lambda note: queue.put_nowait(note.result),
                from_address=self._board,
                block_number=min(start, newest),
            )
            closed = asyncio.create_task(socket.wait_closed_or_failed())
            try:
                while True:
                    got = asyncio.create_task(queue.get())
                    await asyncio.wait({got, closed}, return_when=asyncio.FIRST_COMPLETED)
                    if not got.done():
                        got.cancel()
                        await closed
                        raise ConnectionError("the node closed the connection")
                    yield got.result()
            finally:
                closed.cancel()
        finally:
            await socket.disconnect()

    async def _past(self, first: int, last: int) -> AsyncIterator[Any]:
        token = None
        while first <= last:
            page = await self._client.get_events(
                address=self._board,
                from_block_number=first,
                to_block_number=last,
                continuation_token=token,
                chunk_size=CHUNK,
            )
            for raw in page.events:
                yield raw
            token = page.continuation_token
            if token is None:
                return

    def _typed(self, raw: Any) -> BoardEvent:
        kind = self._kinds.get(raw.keys[0])
        if kind is None:
            raise ChainError(f"The board sent an unknown event {raw.keys[0]:#x}; update RenderChain.")
        return kind(raw.block_number or 0, *raw.keys[1:], *raw.data)


def _gone() -> tuple[type[Exception], ...]:
    """What a node that went away looks like."""
    from aiohttp import ClientError as HttpError
    from starknet_py.net.client_errors import ClientError
    from websockets.exceptions import WebSocketException

    return (HttpError, ClientError, WebSocketException, OSError, TimeoutError)
