"""What an index loses or doubles when it is killed, late, or read by nobody: nothing."""

from __future__ import annotations

import asyncio
import pickle
import random
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from renderchain.core.errors import NodeAway
from renderchain.ports.event_feed import Alive, Block, BlockId, NetworkEvent, Rollback
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from devkit.network.services import REPO
from services.common.engine import reading
from services.index import command
from services.index.api import news
from services.index.store import Store
from services.index.tables import CURSOR
from tests.services.api.served import Served, serving
from tests.services.api.test_news import Heard, listening
from tests.services.conftest import Fresh
from tests.services.played import NETWORK, played
from tests.services.tables import all_rows

SEED = 20261129
KILLS = 4
PATIENCE_S = 120
LOOK_S = 0.01
BEHIND = 10_000  # blocks
FAR_S = 2**40
LAZY = 4  # clients that never read
SMALL_BYTES = 4096
DROPPED = "renderchain_index_dropped_total"


def block_of(engine: Engine) -> int:
    """The last one that is kept; -1 before there is one, or while nothing can be read."""
    with suppress(OperationalError), reading(engine) as connection:
        found = connection.scalars(select(CURSOR.c.block)).one_or_none()
        return -1 if found is None else found
    return -1


def wait_for(engine: Engine, number: int, program: subprocess.Popen[bytes]) -> None:
    """Until that block is kept, or a later one."""
    end_s = time.monotonic() + PATIENCE_S
    while block_of(engine) < number:
        assert program.poll() is None and time.monotonic() < end_s
        time.sleep(LOOK_S)


@contextmanager
def following(engine: Engine, file: Path, seed: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is killed in the end, wherever it is then."""
    database = engine.url.render_as_string(hide_password=False)
    arguments = [sys.executable, "-m", "tests.services.faults.following", database, str(file), str(seed)]
    program = subprocess.Popen(arguments, cwd=REPO)
    try:
        yield program
    finally:
        program.kill()
        program.wait()


def whole(engine: Engine, blocks: Sequence[Block]) -> dict[str, list[tuple[Any, ...]]]:
    """What the index of that chain holds."""
    store = Store(engine)
    store.open(NETWORK)
    for block in blocks:
        store.apply(block)
    return all_rows(engine)


def test_killed_at_any_moment_while_the_chain_drops_blocks_it_holds_what_a_fresh_one_does(
    fresh: Fresh, tmp_path: Path
) -> None:
    print("seed", SEED)
    chance, engine, blocks = random.Random(SEED), fresh(), played(2).blocks
    file = tmp_path / "blocks"
    file.write_bytes(pickle.dumps((NETWORK, blocks)))
    for number in sorted(chance.sample([one.number for one in blocks[5:-5]], KILLS)):
        with following(engine, file, chance.randrange(10**6)) as program:
            wait_for(engine, number, program)
            time.sleep(chance.random() * 0.02)  # somewhere in the middle of what it does
    with following(engine, file, chance.randrange(10**6)) as program:
        wait_for(engine, blocks[-1].number, program)
    # It may have been dropped again just before the process ended.
    store = Store(engine)
    last = store.open(NETWORK)[-1].number
    for block in blocks:
        if block.number > last:
            store.apply(block)
    assert all_rows(engine) == whole(fresh(), blocks)


class Away:
    """A node that goes away after a number of blocks each time, and comes back."""

    def __init__(self, blocks: Sequence[Block], chance: random.Random) -> None:
        self._blocks = blocks
        self._chance = chance
        self.tries = 0

    async def follow(
        self,
        addresses: Collection[int],
        known: Sequence[BlockId],
        first: int = 0,
        further: Callable[[NetworkEvent], int | None] = lambda event: None,
    ) -> AsyncGenerator[Block | Rollback | Alive, None]:
        """Ends with NodeAway."""
        self.tries += 1
        last = known[-1].number if known else -1
        left = [block for block in self._blocks if block.number > last]
        told = left[: self._chance.randrange(1, 30)]
        for block in told:
            yield block
        if told == left:
            await asyncio.Event().wait()
        raise NodeAway("The node http://127.0.0.1:9 can't be reached.")


def test_while_the_node_is_away_it_answers_and_then_goes_on_where_it_was(
    fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    print("seed", SEED)
    engine, blocks = fresh(), played(1).blocks
    feed = Away(blocks, random.Random(SEED))

    @asynccontextmanager
    async def open_feed(settings: object) -> AsyncIterator[object]:
        if feed.tries % 2:
            feed.tries += 1
            raise NodeAway("The node http://127.0.0.1:9 can't be reached.")
        places = {"chain": NETWORK.chain, "directory": NETWORK.directory, "registry": NETWORK.registry}
        yield SimpleNamespace(feed=feed, **places)

    monkeypatch.setattr(command, "open_feed", open_feed)
    monkeypatch.setattr(command, "NODE_RETRY_S", LOOK_S)

    async def run() -> None:
        settings: Any = SimpleNamespace(from_block=0)
        working = asyncio.create_task(command._follow(settings, engine))
        async with asyncio.timeout(PATIENCE_S):
            while await asyncio.to_thread(block_of, engine) < blocks[-1].number:
                await asyncio.sleep(LOOK_S)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    with serving(engine, Store(engine)) as served:
        asyncio.run(run())
        assert served.get("/v1/network").json["as_of"]["block"] == blocks[-1].number
    assert feed.tries > 4
    assert all_rows(engine) == whole(fresh(), blocks)


def test_ten_thousand_blocks_behind_it_says_so_and_catches_up_to_the_same(fresh: Fresh) -> None:
    engine, blocks = fresh(), played(1).blocks
    begun, late = blocks[:-40], blocks[-40:]
    shifted = [replace(block, number=block.number + BEHIND) for block in late]
    head = shifted[-1].number
    quiet = [
        Block(number, 0xBB0000 + number, 0xBAFFFF + number, begun[-1].time_s, (), head)
        for number in range(begun[-1].number + 1, shifted[0].number)
    ]
    whole(engine, begun)
    store = Store(engine)
    store.open(NETWORK)
    store.saw_head(head, FAR_S)  # however long all of it takes, a node was heard
    with serving(engine, store) as served:
        assert len(quiet) >= BEHIND
        ready = served.get("/readyz")
        assert (ready.status, ready.text) == (
            503,
            f"{head - begun[-1].number} blocks behind the node: wait\n",
        )
        before = served.get("/v1/jobs").json
        assert before["as_of"]["lag_blocks"] == head - begun[-1].number and before["items"]
        for block in (*quiet, *shifted):
            store.apply(block, FAR_S)
        assert served.get("/readyz").status == 200
        after = served.get("/v1/jobs").json
        assert after["as_of"]["lag_blocks"] == 0
        assert after["items"] != before["items"]
    caught_up, other = all_rows(engine), whole(fresh(), (*begun, *shifted))
    assert len(caught_up.pop("block")) == len(other.pop("block")) + len(quiet)
    assert caught_up == other


def test_clients_that_never_read_are_let_go_and_do_not_hold_up_the_others(
    fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "MOST_BEHIND", 40)
    monkeypatch.setattr(news, "LOOK_S", LOOK_S)
    engine, blocks = fresh(), played(1).blocks
    whole(engine, blocks)
    store = Store(engine)
    store.open(NETWORK)
    with ExitStack() as stack:
        served = stack.enter_context(serving(engine, store, send_bytes=SMALL_BYTES))
        for _ in range(LAZY):
            stack.enter_context(closing(lazy(served)))
        heard = list[Heard]()
        with listening(served) as eager:
            while dropped(served) < LAZY:
                store.rollback(blocks[-21].number)
                for block in blocks[-20:]:  # they are told anew
                    store.apply(block)
                    heard += eager.until_block(block.number)
        assert served.get("/healthz").status == 200
    numbers = [one.id for one in heard if one.kind != "block"]
    assert len(numbers) > 40 and numbers == sorted(set(numbers))


def lazy(served: Served) -> socket.socket:
    """A client that asks, and reads nothing."""
    place, client = urlsplit(served.url), socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BYTES)
    client.connect((place.hostname, place.port))
    client.sendall(b"GET /v1/events HTTP/1.1\r\nHost: index\r\n\r\n")
    return client


def dropped(served: Served) -> int:
    """How many clients were let go so far."""
    found = [one for one in served.get("/metrics").text.splitlines() if one.startswith(DROPPED)]
    return int(found[0].split()[1])
