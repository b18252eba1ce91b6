"""Out of an index comes each thing once, whatever happens to the index, the chain and the notifier."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from renderchain.ports.event_feed import Block
from sqlalchemy import Engine, select

from services.common.engine import reading
from services.index.store import Store
from services.index.tables import CURSOR as INDEXED
from services.notifier import listening as heard
from services.notifier.deliveries import Deliveries
from services.notifier.index import open_index
from services.notifier.links import Links
from services.notifier.listening import Listening
from services.notifier.outbox import Outbox
from services.notifier.people import People
from services.notifier.tables import CURSOR, NOTICE
from tests.services.api.served import Served, serving
from tests.services.conftest import Fresh
from tests.services.notifier.expected import expected
from tests.services.notifier.written import hooked, people_of, write_operator
from tests.services.played import BOARD, NETWORK, played

PATIENCE_S = 600
TRY_S = 0.05
ACCOUNTS = ", ".join(f'"{0x1000 + n:#x}"' for n in range(16))  # all that may request jobs
BOTH = f"accounts = [{ACCOUNTS}]\nworkers = [1, 2, 3, 4, 5, 6, 7, 8]"
DASHBOARD = "https://dash.example/"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause is long."""
    monkeypatch.setattr(heard, "FIRST_PAUSE_S", TRY_S)
    monkeypatch.setattr(heard, "LONGEST_PAUSE_S", TRY_S)
    monkeypatch.setattr(heard, "MOVE_S", 0.0)


@pytest.fixture
def people(tmp_path: Path) -> People:
    """Ada, who is everybody."""
    return people_of(write_operator(tmp_path, person=hooked("https://example.org/x", more=BOTH)))


@asynccontextmanager
async def running(engine: Engine, url: str, people: People) -> AsyncIterator[Listening]:
    """A notifier that hears, inside of this."""
    async with open_index(url) as index:
        one = Listening(engine, index, people, Links(DASHBOARD), lambda: None)
        task = asyncio.create_task(one.run())
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not one.heard_s:
                    await asyncio.sleep(TRY_S)
            yield one
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until_heard(engine: Engine, index: Engine) -> None:
    """Wait until all was heard that is in the index now."""
    with reading(index) as connection:
        all_of_it = connection.execute(select(INDEXED.c.block, INDEXED.c.seq)).one()

    def where() -> tuple[int, int]:
        with reading(engine) as connection:
            row = connection.execute(select(CURSOR.c.block, CURSOR.c.seq)).one_or_none()
            return (-2, -2) if row is None else (row.block, row.seq)

    async with asyncio.timeout(PATIENCE_S):
        while await asyncio.to_thread(where) != tuple(all_of_it):
            await asyncio.sleep(TRY_S)


def told(engine: Engine, *states: str) -> Counter[str]:
    with reading(engine) as connection:
        query = select(NOTICE.c.kind).where(NOTICE.c.state.in_(states or ("told",)))
        return Counter(connection.scalars(query))


def indexed(fresh: Fresh, blocks: Sequence[Block]) -> tuple[Engine, Store]:
    engine = fresh()
    store = Store(engine)
    store.open(NETWORK)
    for block in blocks:
        store.apply(block)
    return engine, store


@pytest.mark.parametrize("number", [1, 2, 3])
def test_everything_that_happens_is_told_once(
    fresh: Fresh, engine: Engine, people: People, number: int
) -> None:
    blocks = played(number).blocks
    index, store = indexed(fresh, blocks[:1])

    async def run() -> None:
        async with running(engine, served.url, people):
            store.apply(blocks[1])
            await until_heard(engine, index)
            for block in blocks[2:]:
                await asyncio.to_thread(store.apply, block)
            await until_heard(engine, index)

    with serving(index, store) as served:
        asyncio.run(run())
    found = told(engine)
    assert found == expected(blocks) and sum(found.values()) >= 3
    with reading(engine) as connection:
        links = set(connection.scalars(select(NOTICE.c.link)))
    pages = re.compile(rf"{DASHBOARD}#/((jobs|audits)/{BOARD:#x}|workers)/[0-9]+")
    assert [one for one in links if not pages.fullmatch(one)] == []


@pytest.mark.parametrize("chance", [11, 12, 13])
def test_over_restarts_reorganisations_and_an_index_that_is_away_nothing_is_lost_or_doubled(
    fresh: Fresh, engine: Engine, people: People, chance: int
) -> None:
    dice = random.Random(chance)
    print(f"seed {chance}")
    blocks = played(1).blocks
    index, store = indexed(fresh, blocks[:1])

    async def some(at: int, url: str) -> int:
        """A while of one notifier's life; returns at which block the chain is then."""
        async with running(engine, url, people):
            for _ in range(dice.randint(1, 3)):
                end = min(at + dice.randint(5, 60), len(blocks))
                for block in blocks[at:end]:
                    await asyncio.to_thread(store.apply, block)
                at = end
                if dice.random() < 0.5:
                    await until_heard(engine, index)
                if dice.random() < 0.5 and at > 12:
                    at -= dice.randint(1, 10)
                    await asyncio.to_thread(store.rollback, blocks[at - 1].number)
        return at

    async def first(url: str) -> None:
        async with running(engine, url, people):
            store.apply(blocks[1])
            await until_heard(engine, index)

    async def last(url: str) -> None:
        async with running(engine, url, people):
            await until_heard(engine, index)

    with serving(index, store) as served:
        asyncio.run(first(served.url))
    at = 2
    while at < len(blocks):
        with serving(index, store) as served:
            at = asyncio.run(some(at, served.url))
    with serving(index, store) as served:
        asyncio.run(last(served.url))
    assert told(engine) == expected(blocks)
    assert set(told(engine, "doubted", "corrected")) == set()


def test_another_index_is_noticed_and_nothing_is_told_twice(
    fresh: Fresh, engine: Engine, people: People
) -> None:
    blocks = played(1).blocks
    half = len(blocks) // 2
    index, store = indexed(fresh, blocks[:1])

    async def begin(url: str) -> None:
        async with running(engine, url, people):
            for block in blocks[1:half]:
                await asyncio.to_thread(store.apply, block)
                if block is blocks[1]:
                    await until_heard(engine, index)
            await until_heard(engine, index)

    with serving(index, store) as served:
        asyncio.run(begin(served.url))
    before = told(engine)
    other, other_store = indexed(fresh, [])
    other_store.rollback(-1)  # so that its numbers differ
    for block in blocks[: half + 19]:
        other_store.apply(block)

    async def hear(url: str) -> None:
        async with running(engine, url, people):
            other_store.apply(blocks[half + 19])
            await until_heard(engine, other)

    with serving(other, other_store) as served:
        asyncio.run(hear(served.url))
    assert before == expected(blocks[:half])
    assert told(engine) == expected(blocks[: half + 20])


def test_what_one_block_told_and_another_does_not_is_taken_back(
    fresh: Fresh, engine: Engine, people: People
) -> None:
    blocks = played(1).blocks
    lost = next(n for n, block in enumerate(blocks) if expected([block])["frames_failed"])
    index, store = indexed(fresh, blocks[:1])

    async def run(url: str) -> None:
        async with running(engine, url, people):
            store.apply(blocks[1])
            await until_heard(engine, index)
            for block in blocks[2 : lost + 1]:
                await asyncio.to_thread(store.apply, block)
            await until_heard(engine, index)
            deliveries = _sent_all(engine)
            await asyncio.to_thread(store.rollback, blocks[lost - 1].number)
            number = blocks[lost].number
            for later in range(30):
                parent = blocks[lost - 1].hash if not later else 0xDD0000 + later - 1
                empty = Block(number + later, 0xDD0000 + later, parent, 1, (), number + later)
                await asyncio.to_thread(store.apply, empty)
            await until_heard(engine, index)
            assert deliveries > 0

    with serving(index, store) as served:
        asyncio.run(run(served.url))
    gone = expected([blocks[lost]])
    assert told(engine, "corrected") == gone
    assert told(engine)["correction"] == sum(gone.values())


def test_a_block_that_was_told_of_and_comes_again_is_told_of_once(
    fresh: Fresh, engine: Engine, people: People
) -> None:
    """Its events were counted on from before, where they say the same in one transaction."""
    blocks = played(1).blocks
    telling = next(n for n, block in enumerate(blocks) if expected([block]) and len(block.events) == 1)
    index, store = indexed(fresh, blocks[:1])

    async def run(url: str) -> None:
        async with running(engine, url, people):
            store.apply(blocks[1])
            await until_heard(engine, index)
            for block in blocks[2 : telling + 1]:
                await asyncio.to_thread(store.apply, block)
            await until_heard(engine, index)
            assert _sent_all(engine) > 0
            await asyncio.to_thread(store.rollback, blocks[telling - 1].number)
            await until_heard(engine, index)
            await asyncio.to_thread(store.apply, blocks[telling])
            await until_heard(engine, index)

    with serving(index, store) as served:
        asyncio.run(run(served.url))
    assert told(engine) == expected(blocks[: telling + 1])
    assert set(told(engine, "doubted", "corrected")) == set()


def _sent_all(engine: Engine) -> int:
    deliveries, count = Deliveries(engine, "test"), 0
    while one := deliveries.take(2**40):
        deliveries.sent(one, 2**40)
        count += 1
    return count


def test_a_first_start_tells_nothing_of_what_was_before(
    served: Served, engine: Engine, people: People
) -> None:
    blocks = played(1).blocks
    before, last = blocks[:-20], blocks[-20:]

    async def run() -> None:
        async with running(engine, served.url, people):
            served.store.apply(last[0])
            await until_heard(engine, served.engine)
            for block in last[1:]:
                await asyncio.to_thread(served.store.apply, block)
            await until_heard(engine, served.engine)

    asyncio.run(run())
    assert told(engine) <= expected(blocks) - expected(before)  # what ends here may have begun before
    assert Outbox(engine).cursor().seq > 0


def test_an_event_that_is_not_understood_costs_no_other(
    fresh: Fresh,
    engine: Engine,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def confused(*row: object) -> tuple[str, str]:
        raise TypeError("this row makes no sense")

    monkeypatch.setattr("services.notifier.words.audit_ended", confused)
    blocks = played(1).blocks
    index, store = indexed(fresh, blocks[:1])

    async def run(url: str) -> int:
        async with running(engine, url, people) as one:
            for block in blocks[1:]:
                await asyncio.to_thread(store.apply, block)
            await until_heard(engine, index)
            return one.not_understood

    with serving(index, store) as served:
        count = asyncio.run(run(served.url))
    events = [type(one.event).__name__ for block in blocks for one in block.events]
    assert count == events.count("AuditClosed") > 0 and "passed over" in caplog.text
    assert sum(told(engine).values()) > 0
