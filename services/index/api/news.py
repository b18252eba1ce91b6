"""Events as they come, to any number of clients: server-sent events that begin where a client was before."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, HTTPException, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from services.common.engine import reading

from ..store import REORG
from ..tables import BLOCK, CURSOR, EVENT
from .answers import FeltQuery, felt

LOOK_S = 0.2  # how often the database is asked for news, once for all clients
PING_S = 15.0  # something comes at least that often; not to all who came together at one moment
MOST_BEHIND = 1000  # messages that a client may not have read yet; then it is let go
MOST_CLIENTS = 2000
CHUNK = 500
STREAM = "text/event-stream"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """An event as it is sent, and by what it may be filtered. Blocks and reorganisations go to everybody."""

    text: bytes
    kind: str = ""
    address: int | None = None
    job: int | None = None
    lease: int | None = None
    worker: int | None = None


@dataclass(frozen=True)
class Wanted:
    """What a client wants to hear; nothing named: all."""

    kinds: frozenset[str] = frozenset()
    board: int | None = None
    job: int | None = None
    lease: int | None = None
    worker: int | None = None

    def has(self, one: Message) -> bool:
        """Whether it does."""
        if one.address is None:
            return True
        asked = (
            (self.board, one.address),
            (self.job, one.job),
            (self.lease, one.lease),
            (self.worker, one.worker),
        )
        return (not self.kinds or one.kind in self.kinds) and all(w is None or w == g for w, g in asked)


@dataclass(eq=False)
class _Client:
    wanted: Wanted
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(MOST_BEHIND))
    after: int = 0  # what it has by other ways


class News:
    """One reader of the database for all clients of this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._clients: set[_Client] = set()
        self._seq = 0
        self._block = -1
        self.dropped = 0

    @property
    def listeners(self) -> int:
        """How many there are."""
        return len(self._clients)

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
                for number, one in messages:
                    self._tell(number, one)
                self._seq, self._block = seq, block
            except SQLAlchemyError as error:
                log.warning("no news, as the database can't be read: %s", type(error).__name__)
                await asyncio.sleep(PING_S)
            await asyncio.sleep(LOOK_S)

    def _fresh(self, is_first: bool) -> tuple[int, int, list[tuple[int, Message]]]:
        with reading(self._engine) as connection:
            now = connection.execute(select(CURSOR.c.seq, CURSOR.c.block)).one_or_none()
            if now is None or is_first or now == (self._seq, self._block):
                return (*(now or (self._seq, self._block)), [])
            found: list[tuple[int, Message]] = []
            rows = (
                connection.execute(
                    select(EVENT).where(EVENT.c.seq > self._seq, EVENT.c.seq <= now.seq).order_by(EVENT.c.seq)
                )
                .mappings()
                .all()
            )
            found += [(row["seq"], message_of(row)) for row in rows]
            # After a reorganisation other blocks have the same numbers.
            told = min([self._block, *(row["block"] for row in rows if row["kind"] == REORG)])
            blocks = select(BLOCK).where(BLOCK.c.number > told, BLOCK.c.number <= now.block)
            newest = blocks.order_by(BLOCK.c.number.desc()).limit(CHUNK)
            for row in reversed(connection.execute(newest).mappings().all()):
                body = {"number": row["number"], "hash": hex(row["hash"]), "time_s": row["time_s"]}
                found.append((now.seq, Message(_sent(now.seq, "block", msgspec.json.encode(body)))))
        return now.seq, now.block, found

    def _tell(self, number: int, message: Message) -> None:
        for client in list(self._clients):
            if (number > client.after or message.address is None) and client.wanted.has(message):
                try:
                    client.queue.put_nowait(message.text)
                except asyncio.QueueFull:
                    self.dropped += 1
                    self._end(client)

    async def stream(self, wanted: Wanted, last: int | None) -> AsyncGenerator[bytes, None]:
        """What comes from now on, or from after an event that the client had."""
        client = _Client(wanted, after=self._seq)
        self._clients.add(client)
        try:
            yield b": welcome\n\n"
            if last is not None:
                async for text in self._since(wanted, last, client.after):
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
                yield new
        finally:
            self._clients.discard(client)

    async def _since(self, wanted: Wanted, last: int, until: int) -> AsyncGenerator[bytes, None]:
        while last < until:
            rows = await asyncio.to_thread(self._chunk, last, until)
            if not rows:
                return
            for row in rows:
                message = message_of(row)
                if wanted.has(message):
                    yield message.text
            last = rows[-1]["seq"]

    def _chunk(self, last: int, until: int) -> Sequence[Any]:
        query = (
            select(EVENT).where(EVENT.c.seq > last, EVENT.c.seq <= until).order_by(EVENT.c.seq).limit(CHUNK)
        )
        with reading(self._engine) as connection:
            return connection.execute(query).mappings().all()


def message_of(row: Any) -> Message:
    """A row of the table of events."""
    if row["kind"] == REORG:
        return Message(_sent(row["seq"], REORG, msgspec.json.encode({"to_block": row["block"]})))
    lease, job = row["lease"], row["job"]
    body = {
        "block": row["block"],
        "address": hex(row["address"]),
        "transaction": hex(row["transaction_hash"]),
        "job": None if job is None else str(job),
        "lease": None if lease is None else str(lease),
        "worker": row["worker"],
        "body": msgspec.Raw(row["body"].encode()),
    }
    text = _sent(row["seq"], row["kind"], msgspec.json.encode(body))
    return Message(text, row["kind"], row["address"], job, lease, row["worker"])


def _sent(number: int, kind: str, data: bytes) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, kind.encode(), data)


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
        if news.listeners >= MOST_CLIENTS:
            raise HTTPException(503, "Too many listen already. Ask again later.", {"Retry-After": "30"})
        named = frozenset(filter(None, kinds.split(",")))
        wanted = Wanted(named, None if board is None else felt(board), job, lease, worker)
        last = int(last_event_id) if last_event_id else None
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(news.stream(wanted, last), media_type=STREAM, headers=headers)

    return router
