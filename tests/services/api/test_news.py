"""Server-sent events: each once, in order, also for a client that was away."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from services.common.engine import reading
from services.index.api import news
from services.index.tables import EVENT
from tests.services.api.served import PATIENCE_S, Served
from tests.services.played import played

ALL = news.Wanted()


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


async def block_of(stream: AsyncGenerator[bytes, None]) -> bytes:
    """What comes until a block does."""
    async for one in stream:
        if one.startswith(b"id") and b"\nevent: block\n" in one:
            return one
    raise AssertionError("the stream ended")
