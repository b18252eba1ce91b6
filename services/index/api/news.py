"""Events as they come, to any number of clients: server-sent events that begin where a client was before."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, HTTPException, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from services.common.engine import reading

from ..store import REORG
from ..tables import BLOCK, CURSOR, EVENT
from .answers import FeltQuery, felt
from .messages import Message, Wanted, message_of, sent

LOOK_S = 0.2  # how often the database is asked for news, once for all clients
PING_S = 15.0  # something comes at least that often; not to all who came together at one moment
MOST_BEHIND = 1000  # messages that a client may not have read yet; then it is let go
MOST_CLIENTS = 2000
TOLD_AT_ONCE = 25  # clients, before questions that came meanwhile have their turn
MOST_FRESH = 500  # events that are read at once, as they come or as they were missed
MOST_CATCHING_UP = 64  # clients that missed more than that, at one time
READS = 4  # of what clients missed, at one time: others ask the database too
SLOW_S = 60.0  # a client that takes nothing of what it missed for so long is let go
STREAM = "text/event-stream"
log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Client:
    wanted: Wanted
    queue: asyncio.Queue[tuple[bytes, int] | None] = field(default_factory=asyncio.Queue)
    behind: int = 0  # messages in it
    after: int = 0  # what it has by other ways
    moved_s: float | None = None  # when it took something of what it missed; None: it has all of that


class News:
    """One reader of the database for all clients of this process; ``clock`` counts seconds."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._clock = engine, clock
        self._clients: set[_Client] = set()
        self._reads = asyncio.Semaphore(READS)
        self._seq = 0
        self._block = -1
        self.dropped = 0

    @property
    def listeners(self) -> int:
        """How many there are."""
        return len(self._clients)

    def has_room(self, last: int | None) -> bool:
        """Whether one more may come, that had events up to ``last``."""
        if self.listeners >= MOST_CLIENTS:
            return False
        if last is None or self._seq - last <= MOST_FRESH:
            return True
        return sum(one.moved_s is not None for one in self._clients) < MOST_CATCHING_UP

    @asynccontextmanager
    async def told(self) -> AsyncIterator[None]:
        """Inside of this clients hear."""
        self._seq, self._block, _ = await asyncio.to_thread(self._fresh, True)
        looking = asyncio.create_task(self._look(), name="news")
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            self._end_all()

    def _end_all(self) -> None:
        for one in list(self._clients):
            self._end(one)

    def _end(self, client: _Client) -> None:
        self._clients.discard(client)
        while not client.queue.empty():
            client.queue.get_nowait()
        client.queue.put_nowait(None)

    async def _look(self) -> None:
        while True:
            try:
                seq, block, messages = await asyncio.to_thread(self._fresh, False)
                self._seq, self._block = seq, block  # first: who comes while others are told has these
                await self._tell(messages)
                self._let_go_slow()
                await asyncio.sleep(0 if len(messages) == MOST_FRESH else LOOK_S)
            except SQLAlchemyError as error:
                log.warning("no news, as the database can't be read: %s", type(error).__name__)
                await asyncio.sleep(PING_S)

    def _let_go_slow(self) -> None:
        for one in list(self._clients):
            if one.moved_s is not None and self._clock() - one.moved_s > SLOW_S:
                self.dropped += 1
                self._end(one)

    def _fresh(self, is_first: bool) -> tuple[int, int, list[tuple[int, Message]]]:
        """Up to where all is told, the block and the event; and what is new, or its first MOST_FRESH."""
        with reading(self._engine) as connection:
            now = connection.execute(select(CURSOR.c.seq, CURSOR.c.block)).one_or_none()
            if now is None or is_first or now == (self._seq, self._block):
                return (*(now or (self._seq, self._block)), [])
            news = select(EVENT).where(EVENT.c.seq > self._seq, EVENT.c.seq <= now.seq).order_by(EVENT.c.seq)
            rows = connection.execute(news.limit(MOST_FRESH)).mappings().all()
            found = [(row["seq"], message_of(row)) for row in rows]
            # After a reorganisation other blocks have the same numbers.
            told = min([self._block, *(row["block"] for row in rows if row["kind"] == REORG)])
            if len(rows) == MOST_FRESH:
                return rows[-1]["seq"], told, found
            blocks = select(BLOCK).where(BLOCK.c.number > told, BLOCK.c.number <= now.block)
            newest = blocks.order_by(BLOCK.c.number.desc()).limit(MOST_FRESH - 1)
            for row in reversed(connection.execute(newest).mappings().all()):
                body = {"number": row["number"], "hash": hex(row["hash"]), "time_s": row["time_s"]}
                found.append((now.seq, Message(sent(now.seq, "block", msgspec.json.encode(body)))))
        return now.seq, now.block, found

    async def _tell(self, messages: Sequence[tuple[int, Message]]) -> None:
        """All of them to each client in one piece, which those who want the same share."""
        pieces: dict[tuple[Wanted, int], tuple[bytes, int]] = {}
        for turn, client in enumerate(list(self._clients) if messages else ()):
            if turn % TOLD_AT_ONCE == 0:
                await asyncio.sleep(0)
            key = (client.wanted, max(client.after, messages[0][0] - 1))
            if key not in pieces:
                texts = [one.text for number, one in messages if _hears(*key, number, one)]
                pieces[key] = (b"".join(texts), len(texts))
            self._put(client, *pieces[key])

    def _put(self, client: _Client, text: bytes, count: int) -> None:
        if client not in self._clients or not count:
            return
        if client.behind + count > MOST_BEHIND:
            self.dropped += 1
            self._end(client)
            return
        client.behind += count
        client.queue.put_nowait((text, count))

    async def stream(self, wanted: Wanted, last: int | None) -> AsyncGenerator[bytes, None]:
        """What comes from now on, or from after an event that the client had."""
        client = _Client(wanted, after=self._seq)
        self._clients.add(client)
        try:
            yield b": welcome\n\n"
            if last is not None:
                async for text in self._missed(client, last):
                    yield text
            while True:
                try:
                    async with asyncio.timeout(PING_S * random.uniform(0.5, 1)):
                        new = await client.queue.get()
                except TimeoutError:
                    yield b": ping\n\n"
                    continue
                if new is None:
                    return
                text, count = new
                client.behind -= count
                yield text
        finally:
            self._clients.discard(client)

    async def _missed(self, client: _Client, last: int) -> AsyncGenerator[bytes, None]:
        """What it wants of the events after ``last``, read as it takes them."""
        client.moved_s = said_s = self._clock()
        try:
            while last < client.after and client in self._clients:
                async with self._reads:
                    texts, last = await asyncio.to_thread(self._read, client.wanted, last, client.after)
                for text in texts:
                    if client not in self._clients:
                        return
                    yield text
                    client.moved_s = said_s = self._clock()
                if not texts:
                    client.moved_s = self._clock()  # it waits for us
                    if client.moved_s - said_s > PING_S:
                        yield b": ping\n\n"
                        said_s = self._clock()
        finally:
            client.moved_s = None

    def _read(self, wanted: Wanted, last: int, until: int) -> tuple[list[bytes], int]:
        """What is wanted of the next MOST_FRESH numbers of events, and where to go on."""
        with reading(self._engine) as connection:
            first = connection.scalar(select(func.min(EVENT.c.seq)).where(EVENT.c.seq > last)) or until
            end = min(max(first - 1, last) + MOST_FRESH, until)
            part = (EVENT.c.seq > last, EVENT.c.seq <= end, wanted.rows)
            rows = connection.execute(select(EVENT).where(*part).order_by(EVENT.c.seq)).mappings()
            return [message_of(row).text for row in rows], end


def _hears(wanted: Wanted, after: int, number: int, message: Message) -> bool:
    return (number > after or message.address is None) and wanted.has(message)


def news_pages(news: News) -> APIRouter:
    """The page."""
    router = APIRouter(tags=["events"])

    @router.get(
        "/events",
        response_class=StreamingResponse,
        summary="Events as they come (server-sent); `block` and `reorg` to everybody",
        responses={200: {"content": {STREAM: {}}}, 503: {"description": "Too many listen already."}},
    )
    async def events(
        request: Request,
        kinds: Annotated[str, Query(pattern="^[A-Za-z,]{0,600}$", description="names, with commas")] = "",
        board: FeltQuery | None = None,
        job: Annotated[int | None, Query(ge=0, lt=2**64)] = None,
        lease: Annotated[int | None, Query(ge=0, lt=2**64)] = None,
        worker: Annotated[int | None, Query(ge=1, lt=2**32)] = None,
        last_event_id: Annotated[
            str, Header(pattern="^[0-9]{0,18}$", description="the last one that came")
        ] = "",
    ) -> StreamingResponse:
        last = int(last_event_id) if last_event_id else None
        if not news.has_room(last):
            raise HTTPException(503, "Too many listen already. Ask again later.", {"Retry-After": "30"})
        named = frozenset(filter(None, kinds.split(",")))
        wanted = Wanted(named, None if board is None else felt(board), job, lease, worker)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(news.stream(wanted, last), media_type=STREAM, headers=headers)

    return router
