"""Follow the chain, and keep what it tells."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import aclosing

from renderchain.ports.event_feed import Alive, Block, EventFeed, Rollback
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from services.common.writer import only_writer

from .project import board_named
from .store import Network, OtherWriter, Store

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
log = logging.getLogger(__name__)


async def follow(engine: Engine, feed: EventFeed, network: Network, first: int) -> None:
    """For ever, as the database's one writer. Raises SettingsError, or LookupError where ``first`` is late.

    A database that is away is waited for; then it goes on with what was kept.
    """
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            async with only_writer(engine, "index"):
                pause_s = FIRST_PAUSE_S
                await _keep(Store(engine), feed, network, first)
        except (OperationalError, OtherWriter) as error:
            log.warning("nothing is kept now, tried again in %.0f s: %s", pause_s, _said(error))
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


async def _keep(store: Store, feed: EventFeed, network: Network, first: int) -> None:
    known = await asyncio.to_thread(store.open, network)
    addresses = await asyncio.to_thread(store.addresses)
    log.info("following from block %d on", known[-1].number + 1 if known else first)
    async with aclosing(feed.follow(addresses, known, first, board_named)) as told:
        async for one in told:
            if isinstance(one, Block):
                await asyncio.to_thread(store.apply, one, int(time.time()))
            elif isinstance(one, Rollback):
                await asyncio.to_thread(store.rollback, one.to_block)
            elif isinstance(one, Alive):
                await asyncio.to_thread(store.saw_head, one.head, int(time.time()))


def _said(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip().split("\n", 1)[0]
