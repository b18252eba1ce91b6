"""The one who hears the index, and writes down what people are to be told."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from services.common.writer import only_writer

from .audience import Audience
from .index import BLOCK, NONSENSE, PING, REORG, Index, IndexAway, Told
from .judge import Judge
from .links import Links
from .notice import Addressed
from .outbox import Cursor, OtherWriter, Outbox
from .people import People

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
MOST_AT_ONCE = 500  # events, before what they mean is written down
PAUSE_S = 0.5  # in which nothing comes
MOVE_S = 1.0  # how often the place where to go on is written down, where nobody is told anything
OVERLAP_BLOCKS = 1000  # of another index that are looked at again
log = logging.getLogger(__name__)


class _Batch:
    """What was heard and is not written down yet."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.found: list[Addressed] = []
        self._events, self._since_s = 0, time.monotonic()

    @property
    def is_full(self) -> bool:
        """Whether it has to be written down."""
        return self._events >= MOST_AT_ONCE or time.monotonic() - self._since_s > MOVE_S

    def block(self, told: Told) -> None:
        """The index has that block."""
        self.cursor = replace(self.cursor, seq=max(self.cursor.seq, told.seq), block=told.block)

    def event(self, told: Told, found: list[Addressed]) -> None:
        """An event, and what it means."""
        self._events += 1
        self.found += found
        moved = replace(
            self.cursor, seq=max(self.cursor.seq, told.seq), block=max(self.cursor.block, told.block)
        )
        place = told.data["transaction"], told.block
        if place != (moved.event_transaction, moved.event_block):
            moved = replace(moved, event_seq=told.seq, event_transaction=place[0], event_block=place[1])
        self.cursor = moved


class Listening:
    """``wake`` is called where something new is to be sent."""

    def __init__(
        self, engine: Engine, index: Index, people: People, links: Links, wake: Callable[[], None]
    ) -> None:
        self._index, self._people, self._wake = index, people, wake
        self._engine, self._outbox, self._links = engine, Outbox(engine), links
        self._cursor = Cursor()
        self._version, self._known = -1, Audience(())
        self.heard_s = 0.0  # when the index said something
        self.block = -1
        self.not_understood = 0
        self.waits_since_s: float | None = None  # for its turn to be the one who hears

    async def run(self) -> None:
        """For ever, as the database's one writer; who is away is waited for."""
        pause_s = FIRST_PAUSE_S
        while True:
            before_s = self.heard_s
            try:
                self.waits_since_s = time.time()
                async with only_writer(self._engine, "notifier"):
                    self.waits_since_s = None
                    await self._hear()
            except (IndexAway, SQLAlchemyError, OtherWriter) as error:
                pause_s = FIRST_PAUSE_S if self.heard_s > before_s else min(2 * pause_s, LONGEST_PAUSE_S)
                log.warning("nothing is heard now, tried again in %.0f s: %s", pause_s, _said(error))
                await asyncio.sleep(pause_s)

    async def _hear(self) -> None:
        self._cursor = await asyncio.to_thread(self._outbox.cursor)
        judge = Judge(self._index, self._links)
        last, is_first = _ask_from(self._cursor), True
        log.info("listening the index%s", "" if last is None else f" from event {last + 1} on")
        batch = _Batch(self._cursor)
        async with (
            aclosing(self._index.listen(judge.kinds, last)) as telling,
            aclosing(_with_pauses(telling)) as pausing,
        ):
            async for told in pausing:
                if told is not None:
                    self.heard_s = time.time()
                if told is None or told.kind == PING:
                    batch = await self._keep(batch)
                    continue
                if is_first and not _is_same(batch.cursor, told):
                    return await self._begin_anew(batch.cursor)
                is_first = False
                if told.kind == REORG:
                    await self._keep(batch)
                    batch = await self._roll_back(told)
                    judge.forget()
                elif told.kind == BLOCK:
                    batch.block(told)
                    self.block = told.block
                elif told.kind in judge.kinds:
                    batch.event(told, await self._judged(judge, told, batch.cursor))
                if batch.is_full or (batch.found and told.kind == BLOCK):
                    batch = await self._keep(batch)
        raise IndexAway("it ended what it told")

    async def _judged(self, judge: Judge, told: Told, cursor: Cursor) -> list[Addressed]:
        if told.block <= cursor.skip_to_block:
            return []
        try:
            return await judge.judge(self._audience(), told, int(time.time()))
        except NONSENSE as error:
            self.not_understood += 1
            log.error("event %d (%s) is not understood and passed over: %r", told.seq, told.kind, error)
            return []

    def _audience(self) -> Audience:
        if self._version != self._people.version:
            self._version = self._people.version
            self._known = Audience(self._people.all())
        return self._known

    async def _keep(self, batch: _Batch) -> _Batch:
        if batch.cursor != self._cursor or batch.found:
            now_s, channels = int(time.time()), self._people.fingerprints()
            args = (self._cursor, batch.cursor, batch.found, channels, now_s)
            self._cursor = await asyncio.to_thread(self._outbox.keep, *args)
            if batch.found:
                self._wake()
        return _Batch(self._cursor)

    async def _roll_back(self, told: Told) -> _Batch:
        to_block = int(told.data["to_block"])
        log.info("the chain dropped all blocks after %d", to_block)
        self._index.forget()
        now = replace(self._cursor, seq=told.seq, block=to_block)
        if now.event_block > to_block:
            now = replace(now, event_seq=-1, event_block=-1, event_transaction="")
        args = (self._cursor, now, to_block, int(time.time()))
        self._cursor = await asyncio.to_thread(self._outbox.rollback, *args)
        return _Batch(self._cursor)

    async def _begin_anew(self, cursor: Cursor) -> None:
        """Its numbers are another database's: what is known already is not told again."""
        newest = max(cursor.block, cursor.event_block, cursor.skip_to_block + OVERLAP_BLOCKS)
        log.warning(
            "the index is not the one that was heard before: it is heard from its beginning, and what it "
            "says after block %d is told unless it was",
            newest - OVERLAP_BLOCKS,
        )
        self._index.forget()
        now = Cursor(seq=0, skip_to_block=newest - OVERLAP_BLOCKS)
        await self._keep(_Batch(now))


def _ask_from(cursor: Cursor) -> int | None:
    """After which event: the last transaction is heard again, to see that the index is the same."""
    if cursor.seq < 0:
        return None
    return cursor.seq if cursor.event_seq < 0 else cursor.event_seq - 1


def _is_same(cursor: Cursor, told: Told) -> bool:
    """Whether the first thing that an index tells goes on with what it told before."""
    if cursor.event_seq < 0:
        return told.seq >= cursor.seq
    if told.kind == REORG:
        return told.seq > cursor.event_seq and int(told.data["to_block"]) < cursor.event_block
    return told.seq == cursor.event_seq and told.data.get("transaction") == cursor.event_transaction


async def _with_pauses(telling: AsyncGenerator[Told, None]) -> AsyncGenerator[Told | None, None]:
    """The same, and None where nothing came for a moment."""
    coming: asyncio.Future[Told] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(telling))
            await asyncio.wait({coming}, timeout=PAUSE_S)
            if not coming.done():
                yield None
                continue
            try:
                told = coming.result()
            except StopAsyncIteration:
                return
            coming = None
            yield told
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


def _said(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip().split("\n", 1)[0]
