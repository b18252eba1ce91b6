"""What an index may say without any sense."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import Engine, select

from services.common.engine import reading
from services.notifier.audience import Audience
from services.notifier.index import NONSENSE, Index, IndexAway, Told, open_index
from services.notifier.judge import Judge
from services.notifier.kinds import KINDS
from services.notifier.links import Links
from services.notifier.looking import Looking
from services.notifier.notice import Addressed
from services.notifier.outbox import Cursor, Outbox
from services.notifier.people import People
from services.notifier.tables import NOTICE
from services.notifier.watch import Watch
from tests.services.notifier.written import hooked, people_of, write_operator


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
        ("LeaseLost", {"block": 3, "transaction": "0x1\ud800"}),
        ("LeaseLost", {"block": 3, "transaction": "0x" + "1" * 65}),
        ("LeaseLost", {"block": 2**63, "transaction": "0x1"}),
        ("LeaseLost", {"block": float("inf"), "transaction": "0x1"}),
        ("block", {"number": 10**30}),
        ("block", {"number": float("nan")}),
        ("reorg", {"to_block": 2**63}),
        ("reorg", {"to_block": -2}),
        ("LeaseLost", []),
    ],
)
def test_an_index_that_tells_nonsense_is_away(kind: str, data: object) -> None:
    """It ended the notifier, at each start."""
    heard_as_away(f"id: 7\nevent: {kind}\ndata: {json.dumps(data)}\n\n")


def test_a_number_that_no_database_keeps_is_no_place() -> None:
    heard_as_away(f'id: {2**63}\nevent: block\ndata: {{"number": 3}}\n\n')


def heard_as_away(body: str) -> None:
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


ABSURD: tuple[Any, ...] = (
    *("\ud800", "\x00\u202egpj", "7\r\nBcc: eve@example.org", "", "9" * 40),
    *(10**30, -1, float("inf"), float("nan"), None, [], {"x": 1}),
)
# All that any row of the index has that is looked into.
ROW: dict[str, Any] = {
    **{"board": "0xb", "job": "7", "requester": "0x1001", "owner": "0x1001", "operator": "0x5"},
    **{
        "tasks": 8,
        "held_tasks": 0,
        "open_tasks": 4,
        "accepted_tasks": 4,
        "count": 2,
        "first": 1,
        "worker": 1,
    },
    **{"paid_fri": "5", "refunded_fri": "6", "slashed_fri": "7", "stake_fri": "8", "seat_stake_fri": "9"},
    **{"created_s": 10, "ended_s": 20, "expires_at_s": 9_000, "registered_s": 5, "claimed_s": 6},
    **{"submitted_s": 7, "challenge": "pixels", "challenged_block": 1, "family": "0xf", "is_supported": True},
    **{"without_offer": 1, "price_too_low": 1, "package_too_large": 1, "memory_too_much": 1, "offer_over": 1},
    **{"busy": 1, "workers": 3, "willing": 1},
    "offer": {"until_s": "90000"},
    "families": [{"family": "0xf", "is_supported": True}],
}
BODY = {
    **{"state": "expired", "verdict": "rejected", "counted": 3, "objecting": 2, "tasks": 2},
    **{"refunded_fri": "5", "paid_fri": "5", "amount_fri": "5", "taken_fri": "5"},
}
DATA: dict[str, Any] = {
    **{"block": 3, "address": "0xb", "transaction": "0x1", "job": "7", "lease": "9", "worker": 1},
    "body": BODY,
}
NOW_S = 8_000


def spoilt(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """As it is, and with each value in it made absurd in each way, or left out."""
    yield whole
    for name, value in whole.items():
        yield {one: it for one, it in whole.items() if one != name}
        for absurd in ABSURD:
            yield {**whole, name: absurd}
        if isinstance(value, dict):
            for inner in spoilt(value):
                yield {**whole, name: inner}


class Liar(Index):
    """An index whose rows are all the same; they are read as if they had come."""

    row = ROW

    async def _get(self, path: str) -> dict[str, Any] | None:
        body = {"item": self.row, "items": [self.row], "next": None}
        found: dict[str, Any] = json.loads(json.dumps(body))
        return found


@pytest.fixture
def people(tmp_path: Path) -> People:
    """Ada, who hears all."""
    hear = ", ".join(f'"{one}"' for one in KINDS)
    more = 'accounts = ["0x1001"]\nworkers = [1]'
    return people_of(write_operator(tmp_path, person=hooked("https://example.org/x", hear, more=more)))


def look_at(found: Sequence[Addressed]) -> None:
    """All of it can be shown and sent as it is."""
    for one in found:
        notice = one.notice
        assert notice.title.isprintable() and notice.link.isprintable() and notice.title
        assert all(line.isprintable() for line in notice.text.split("\n"))


def test_whatever_an_index_tells_is_kept_and_shown_or_passed_over(engine: Engine, people: People) -> None:
    """Halves of characters and numbers that no database takes ended the notifier, at each start."""
    outbox, audience = Outbox(engine), Audience(people.all())

    async def judged(index: Index, kind: str, data: dict[str, Any]) -> list[Addressed]:
        index.forget()
        try:
            found = await Judge(index, Links("https://d/")).judge(audience, Told(5, kind, data), NOW_S)
        except (*NONSENSE, IndexAway):
            return []
        look_at(found)
        return found

    async def run() -> int:
        count = 0
        async with aiohttp.ClientSession() as session:
            index = Liar(session, "http://127.0.0.1:1")
            for kind in sorted(Judge(index, Links("")).kinds):
                there = {"block": 3, "transaction": "0x1"}  # else it is not heard
                found = [one for data in spoilt(DATA) for one in await judged(index, kind, {**data, **there})]
                for index.row in spoilt(ROW):
                    found += await judged(index, kind, DATA)
                index.row, cursor = ROW, outbox.cursor()
                outbox.keep(cursor, Cursor(), found, {}, NOW_S)
                count += len(found)
        return count

    assert asyncio.run(run()) > 1000


def test_whatever_is_seen_in_an_index_ends_no_look(engine: Engine, people: People) -> None:
    async def held_fri(account: int) -> int:
        return 1

    async def run() -> None:
        async with aiohttp.ClientSession() as session:
            index = Liar(session, "http://127.0.0.1:1")
            looking = Looking(index, Links("https://d/"), session, (), held_fri)
            for at, index.row in enumerate(spoilt(ROW)):
                await Watch(engine, looking, people, lambda: None).look(NOW_S + 3600 * at)

    asyncio.run(run())
    with reading(engine) as connection:
        titles = list(connection.scalars(select(NOTICE.c.title)))
    assert titles and all(one.isprintable() for one in titles)
