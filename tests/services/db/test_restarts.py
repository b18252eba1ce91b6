"""A database that loses its power in the middle: the index waits, goes on, and has each block once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import suppress

import pytest
from renderchain.ports.event_feed import Alive, Block, BlockId, NetworkEvent, Rollback
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from devkit.network.postgres import Postgres
from services.common.engine import reading
from services.index.follow import follow
from services.index.store import Store
from services.index.tables import CURSOR
from tests.services.conftest import Fresh
from tests.services.played import NETWORK, played
from tests.services.tables import all_rows

PATIENCE_S = 120
TRY_S = 0.05


class Played:
    """A feed of blocks that are there already."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks

    async def follow(
        self,
        addresses: Collection[int],
        known: Sequence[BlockId],
        first: int = 0,
        further: Callable[[NetworkEvent], int | None] = lambda event: None,
    ) -> AsyncGenerator[Block | Rollback | Alive, None]:
        last = known[-1].number if known else -1
        for block in self._blocks:
            if block.number > last:
                yield block
                await asyncio.sleep(0)
        await asyncio.Event().wait()


async def until(engine: Engine, number: int) -> None:
    """Wait for a block."""
    async with asyncio.timeout(PATIENCE_S):
        while await asyncio.to_thread(block_of, engine) < number:
            await asyncio.sleep(TRY_S)


def block_of(engine: Engine) -> int:
    with suppress(OperationalError), reading(engine) as connection:
        found = connection.scalars(select(CURSOR.c.block)).one_or_none()
        return -1 if found is None else found
    return -1


def test_a_database_that_loses_its_power_costs_nothing(
    fresh: Fresh, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.index.follow.FIRST_PAUSE_S", 0.1)
    blocks, engine, other = played(1).blocks, fresh(), fresh()

    async def run() -> None:
        following = asyncio.create_task(follow(engine, Played(blocks), NETWORK, 0))
        for at in (10, 25, 40):
            await until(engine, blocks[at].number)
            await asyncio.to_thread(postgres.kill)
            await asyncio.to_thread(postgres.start)
        await until(engine, blocks[-1].number)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    asyncio.run(run())
    store = Store(other)
    store.open(NETWORK)
    for block in blocks:
        store.apply(block)
    assert all_rows(engine) == all_rows(other)
