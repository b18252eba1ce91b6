"""The one who looks once a minute, and writes down what people are to be told of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from services.common.writer import only_writer

from .conditions import changes
from .looking import Looking
from .outbox import Outbox
from .people import People

LOOK_S = 60.0
log = logging.getLogger(__name__)


class Watch:
    """``wake`` is called where something new is to be sent."""

    def __init__(self, engine: Engine, looking: Looking, people: People, wake: Callable[[], None]) -> None:
        self._engine, self._outbox = engine, Outbox(engine)
        self._looking, self._people, self._wake = looking, people, wake
        self._unknown: set[str] = set()
        self.looked_s = 0.0

    async def run(self) -> None:
        """For ever, as the one of all processes who does."""
        while True:
            try:
                async with only_writer(self._engine, "conditions"):
                    while True:
                        await self.look(int(time.time()))
                        await asyncio.sleep(LOOK_S)
            except SQLAlchemyError as error:
                log.warning("nothing is looked at now, as the database is away: %s", type(error).__name__)
                await asyncio.sleep(LOOK_S)

    async def look(self, now_s: int) -> None:
        """Once; what could not be looked at is said once, and stays as it was."""
        kept = await asyncio.to_thread(self._outbox.conditions)
        look = await self._looking.look(self._people.all(), kept, now_s)
        for one in set(look.unknown) - self._unknown:
            log.warning("not looked at: %s", one)
        self._unknown = set(look.unknown)
        changed, found = changes(kept, look.found, look.groups, now_s)
        if changed:
            args = (changed, found, self._people.fingerprints(), now_s)
            await asyncio.to_thread(self._outbox.change_conditions, *args)
        if found:
            self._wake()
        self.looked_s = time.time()
