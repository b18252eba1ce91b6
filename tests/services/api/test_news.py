"""Server-sent events: each once, in order, also for a client that was away."""

from __future__ import annotations

import asyncio
import http.client
import random
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, aclosing, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from services.common.engine import reading
from services.index.api import news
from services.index.api.messages import Message, Wanted, message_of
from services.index.tables import EVENT
from tests.services.api.served import PATIENCE_S, Served
from tests.services.played import played

ALL, SEED = Wanted(), 20261129


@dataclass(frozen=True)
class Heard:
    """A message."""

    id: int
    kind: str
    data: str


class Listener:
    """A client that reads line by line."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer

    def next(self) -> Heard | None:
        """The next message; None at the end."""
        fields: dict[str, str] = {}
        while True:
            line = self._answer.readline().decode()
            if not line:
                return None
            if line == "\n" and fields:
                return Heard(int(fields["id"]), fields["event"], fields["data"])
            if not line.startswith(":") and line != "\n":
                name, _, value = line.rstrip("\n").partition(": ")
                fields[name] = value

    def until(self, seq: int, kind: str = "") -> list[Heard]:
        """All events until that one, without blocks."""
        found: list[Heard] = []
        while not found or found[-1].id < seq or (kind and found[-1].kind != kind):
            one = self.next()
            assert one is not None
            if one.kind != "block":
                found.append(one)
        return found

    def until_block(self, number: int) -> list[Heard]:
        """All until word of that block."""
        found: list[Heard] = []
        while not found or found[-1].kind != "block" or f'"number":{number},' not in found[-1].data:
            one = self.next()
            assert one is not None
            found.append(one)
        return found


@contextmanager
def listening(served: Served, query: str = "", last: int | None = None) -> Iterator[Listener]:
    place = urlsplit(served.url)
    assert place.hostname and place.port
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=PATIENCE_S)
    try:
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        connection.request("GET", f"/v1/events{query}", headers=headers)
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.readline().startswith(b": welcome")
        yield Listener(answer)
    finally:
        connection.close()


def kept(served: Served) -> list[tuple[int, str]]:
    with reading(served.engine) as connection:
        rows = connection.execute(select(EVENT.c.seq, EVENT.c.kind).order_by(EVENT.c.seq))
        return [(one.seq, one.kind) for one in rows]


def test_a_client_that_comes_back_hears_what_it_missed_and_then_goes_on(served: Served) -> None:
    before = kept(served)
    with listening(served, last=before[4][0]) as client:
        for block in played(1).blocks[-20:]:
            served.store.apply(block)
        told = kept(served)
        heard = client.until(told[-1][0])
    assert [(one.id, one.kind) for one in heard] == told[5:]
    assert len(told) > len(before)


def test_a_filter_lets_through_only_what_is_wanted(served: Served) -> None:
    told = kept(served)
    wanted = [one for one in told if one[1] == "LeaseClaimed"]
    with listening(served, "?kinds=LeaseClaimed", last=0) as client:
        heard = client.until(wanted[-1][0])
    assert [(one.id, one.kind) for one in heard] == wanted


def test_a_reorganisation_is_told(served: Served) -> None:
    blocks = played(1).blocks
    with listening(served) as client:
        served.store.rollback(blocks[-23].number)
        heard = client.until(0, "reorg")
        served.store.apply(blocks[-22])
        again = client.next()
        while again and (again.kind != "block" or f'"number":{blocks[-22].number},' not in again.data):
            again = client.next()
        assert again
    assert heard[-1].data == f'{{"to_block":{blocks[-23].number}}}'


def test_a_client_that_never_reads_is_let_go_and_the_others_hear_on(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = played(1).blocks[-20:]
    most = max(len(block.events) for block in last) + 2
    assert sum(len(block.events) for block in last) + len(last) > most
    monkeypatch.setattr(news, "MOST_BEHIND", most)

    async def run() -> None:
        told = news.News(served.engine)
        streams = [aclosing(told.stream(ALL, None)) for _ in range(2)]
        async with told.told(), streams[0] as lazy, streams[1] as eager:
            assert await anext(lazy) == await anext(eager) == b": welcome\n\n"
            for block in last:
                await asyncio.to_thread(served.store.apply, block)
                assert b"block" in await asyncio.wait_for(block_of(eager), PATIENCE_S)
            assert told.dropped == told.listeners == 1
            assert [one async for one in lazy] == []

    asyncio.run(run())


class Away(news.News):
    """Finds nothing new before the database is back."""

    is_away = True

    def _fresh(self, is_first: bool) -> tuple[int, int, list[tuple[int, Message]]]:
        if self.is_away and not is_first:
            return self._seq, self._block, []
        return super()._fresh(is_first)


def test_all_that_one_look_finds_comes_to_each_client_in_one_piece(served: Served) -> None:
    """Each event by itself to each of a thousand clients left no time for questions."""
    before, last = kept(served)[-1][0], played(1).blocks[-20:]
    told_kinds = Counter(type(one.event).__name__ for block in last for one in block.events)
    often = told_kinds.most_common(1)[0][0]

    async def run() -> list[bytes]:
        told = Away(served.engine)
        wanted = (ALL, Wanted(frozenset({often})))
        streams = [aclosing(told.stream(one, None)) for one in wanted]
        async with told.told(), streams[0] as everything, streams[1] as claims:
            assert await anext(everything) == await anext(claims) == b": welcome\n\n"
            for block in last:
                await asyncio.to_thread(served.store.apply, block)
            told.is_away = False
            return [await asyncio.wait_for(anext(one), PATIENCE_S) for one in (everything, claims)]

    pieces = asyncio.run(run())
    new = [(seq, kind) for seq, kind in kept(served) if seq > before]
    for piece, kinds in zip(pieces, (None, {often}), strict=True):
        events = [one for one in piece.split(b"\n\n")[:-1] if b"\nevent: block\n" not in one]
        assert [id_of(one) for one in events] == [seq for seq, kind in new if not kinds or kind in kinds]
        assert len(events) > 1


async def block_of(stream: AsyncGenerator[bytes, None]) -> bytes:
    """What comes until a block does."""
    async for one in stream:
        if one.startswith(b"id") and b"\nevent: block\n" in one:
            return one
    raise AssertionError("the stream ended")


class Clock:
    """Goes where a test says."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Counted(news.News):
    """Counts what it reads of what clients missed."""

    reads = 0

    def _read(self, wanted: Wanted, last: int, until: int) -> tuple[list[bytes], int]:
        self.reads += 1
        return super()._read(wanted, last, until)


def id_of(text: bytes) -> int:
    return int(text.split(b"\n", 1)[0].removeprefix(b"id: "))


def test_what_a_client_missed_is_read_as_it_takes_it(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever came with the number 1 had all events read at once."""
    monkeypatch.setattr(news, "MOST_FRESH", 5)
    told = [seq for seq, _ in kept(served)]

    async def run() -> None:
        counted = Counted(served.engine)
        async with counted.told(), aclosing(counted.stream(ALL, 1)) as stream:
            assert await anext(stream) == b": welcome\n\n"
            heard: list[int] = []
            for number in (1, 2, 3):
                while len(heard) < 4 * number:
                    heard.append(id_of(await anext(stream)))
                assert counted.reads <= number
            assert heard == told[1:13]

    asyncio.run(run())


def test_whatever_is_missed_and_wanted_is_heard_once_and_in_order(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(SEED)
    with reading(served.engine) as connection:
        rows = connection.execute(select(EVENT).order_by(EVENT.c.seq)).mappings().all()

    async def run() -> None:
        for turn in range(60):
            monkeypatch.setattr(news, "MOST_FRESH", rng.choice([1, 3, 50, 10_000]))
            like = rng.choice(rows)
            kinds = frozenset(rng.sample(sorted({row["kind"] for row in rows}), rng.randrange(4)))
            asked = {"board": like["address"], "job": like["job"], "lease": like["lease"]}
            asked["worker"] = like["worker"]
            wanted = Wanted(kinds, **{name: one for name, one in asked.items() if rng.random() < 0.3})
            last = rng.randrange(rows[-1]["seq"] + 5)
            expected = [row["seq"] for row in rows if row["seq"] > last and wanted.has(message_of(row))]
            told = news.News(served.engine)
            async with told.told(), aclosing(told.stream(wanted, last)) as stream:
                await anext(stream)
                heard = [id_of(await anext(stream)) for _ in expected]
            assert heard == expected, (SEED, turn)

    asyncio.run(run())


def test_few_clients_at_a_time_read_all_that_they_missed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "MOST_FRESH", 5)
    monkeypatch.setattr(news, "MOST_CATCHING_UP", 2)
    newest = kept(served)[-1][0]

    async def run() -> None:
        told = news.News(served.engine)
        async with told.told(), AsyncExitStack() as stack:
            streams = [await stack.enter_async_context(aclosing(told.stream(ALL, 0))) for _ in range(2)]
            for one in streams:
                assert told.has_room(0)
                await anext(one)
                await anext(one)
            assert not told.has_room(0)
            assert told.has_room(None) and told.has_room(newest - 1)
            async for text in streams[0]:
                if id_of(text) == newest:
                    break
            await streams[0].aclose()
            assert told.has_room(0)

    asyncio.run(run())


def test_a_client_that_takes_nothing_of_what_it_missed_is_let_go(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "MOST_FRESH", 5)
    monkeypatch.setattr(news, "LOOK_S", 0.0)
    clock = Clock()

    async def run() -> None:
        told = news.News(served.engine, clock)
        async with told.told(), aclosing(told.stream(ALL, 0)) as slow, aclosing(told.stream(ALL, 0)) as eager:
            for one in (slow, eager):
                await anext(one)
                await anext(one)
            clock.now_s += news.SLOW_S - 1
            await anext(eager)
            clock.now_s += 2
            async with asyncio.timeout(PATIENCE_S):
                while told.listeners > 1:
                    await asyncio.sleep(0)
            assert told.dropped == 1
            assert [one async for one in slow] == []
            assert id_of(await anext(eager)) > 0

    asyncio.run(run())


def test_news_that_gathered_while_the_database_was_away_are_told_in_parts(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "MOST_FRESH", 3)

    async def run() -> tuple[list[bytes], int]:
        told = news.News(served.engine)
        async with told.told(), aclosing(told.stream(ALL, None)) as stream:
            await anext(stream)
            since = told._seq
            with monkeypatch.context() as away:
                away.setattr(told, "_fresh", lambda is_first: (told._seq, told._block, []))
                for block in played(1).blocks[-20:]:
                    await asyncio.to_thread(served.store.apply, block)
            heard: list[bytes] = []
            last = f'"number":{played(1).blocks[-1].number},'.encode()
            async with asyncio.timeout(PATIENCE_S):
                while not heard or last not in heard[-1]:
                    heard += (await anext(stream)).split(b"\n\n")[:-1]
            return heard, since

    heard, since = asyncio.run(run())
    assert heard and all(one.startswith(b"id: ") for one in heard)
    events = [id_of(one) for one in heard if b"\nevent: block\n" not in one]
    assert events == [seq for seq, _ in kept(served) if seq > since]
    blocks = [one for one in heard if b"\nevent: block\n" in one]
    assert len(blocks) == len(set(blocks)) and len(blocks) <= 20
