"""Who sends what is due, each channel's in order, and none waiting for another's."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import Counter

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from .channels.ways import Channels
from .deliveries import Deliveries, Delivery
from .digest import message_of
from .notice import Gone, Message, NotSent
from .outbox import Outbox
from .people import Listener, People
from .rules import fingerprint

AT_ONCE = 16
AT_ONCE_OF_ONE = 2  # of a person, lest one whose channels hang keeps all busy
LOOK_S = 1.0
GATHER_S = 30.0
FORGET_S, KEPT_DAYS = 3600.0, 90
log = logging.getLogger(__name__)


class Sending:
    """Any number of processes may send out of one database."""

    def __init__(self, engine: Engine, people: People, channels: Channels, dashboard: str) -> None:
        self._people, self._channels, self._dashboard = people, channels, dashboard
        self._outbox, self._deliveries = Outbox(engine), Deliveries(engine, secrets.token_hex(8))
        self._new = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], Delivery] = {}
        self.outcomes = Counter[str]()

    def wake(self) -> None:
        """Something new is there."""
        self._new.set()

    async def run(self) -> None:
        """For ever; a database that is away is waited for."""
        try:
            while True:
                try:
                    await self._send_due()
                except SQLAlchemyError as error:
                    log.warning("nothing is sent now, as the database is away: %s", type(error).__name__)
                    await asyncio.sleep(LOOK_S)
                self._new.clear()
                await self._something()
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _send_due(self) -> None:
        while len(self._under_way) < AT_ONCE:
            busy = {(one.person, one.channel) for one in self._under_way.values()}
            each = Counter(one.person for one in self._under_way.values())
            people = [person for person, count in each.items() if count >= AT_ONCE_OF_ONE]
            found = await asyncio.to_thread(self._deliveries.take, int(time.time()), busy, people)
            if found is None:
                return
            task = asyncio.create_task(self._send(found), name=f"delivery {found.id}")
            self._under_way[task] = found
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("a delivery was not ended, and is tried again: %r", error)
        self._new.set()

    async def _something(self) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                await self._new.wait()
        except TimeoutError:
            return

    async def _send(self, one: Delivery) -> None:
        try:
            await self._try(one)
        except SQLAlchemyError as error:
            log.warning(
                "delivery %s may be sent twice: it is not written down (%s)", one.id, type(error).__name__
            )

    async def _try(self, one: Delivery) -> None:
        listener = self._people.find(one.person)
        channel = listener.person.channels.get(one.channel) if listener else None
        if listener is None or channel is None or not one.notices:
            why = "nothing is left to tell" if channel else "the rules have no such channel any more"
            await asyncio.to_thread(self._deliveries.drop, one, why, int(time.time()))
            self._say(one, "dropped", why)
            return
        now_s = int(time.time())
        message = message_of(one, listener.person.time_zone, self._dashboard, now_s)
        try:
            await self._by_channel(listener, one.channel, message)
        except NotSent as error:
            await self._failed(one, str(error), error.after_s)
        except Gone as error:
            args = (one, fingerprint(channel), str(error), now_s)
            await asyncio.to_thread(self._deliveries.gone, *args)
            self._say(one, "gone", f"{error}; nothing more is sent there until its address changes")
        else:
            await asyncio.to_thread(self._deliveries.sent, one, int(time.time()))
            self.outcomes["sent"] += 1

    async def _by_channel(self, listener: Listener, name: str, message: Message) -> None:
        """What a library raises that it should not costs a try, and no other delivery."""
        try:
            await self._channels.send(listener, name, message)
        except (NotSent, Gone):
            raise
        except Exception as error:  # noqa: BLE001
            raise NotSent(f"it failed ({type(error).__name__})") from error

    async def _failed(self, one: Delivery, why: str, after_s: int) -> None:
        again_s = await asyncio.to_thread(self._deliveries.failed, one, why, int(time.time()), after_s)
        if again_s is None:
            self._say(one, "given_up", f"{why}. It is given up; start with --again once that is mended")
        else:
            self._say(one, "failed", f"{why}. It is tried again in {again_s} s")

    def _say(self, one: Delivery, outcome: str, why: str) -> None:
        self.outcomes[outcome] += 1
        log.warning("delivery %s to %s by %s: %s", one.id, one.person, one.channel, why)

    async def tend(self) -> None:
        """For ever: gather what waits for its hour, and forget what is long over."""
        forgot_s = 0.0
        while True:
            try:
                now_s = int(time.time())
                if await asyncio.to_thread(self._outbox.gather, now_s):
                    self.wake()
                if time.monotonic() - forgot_s > FORGET_S:
                    await asyncio.to_thread(self._outbox.forget, now_s - KEPT_DAYS * 86400)
                    forgot_s = time.monotonic()
            except SQLAlchemyError as error:
                log.warning("nothing is gathered now, as the database is away: %s", type(error).__name__)
            await asyncio.sleep(GATHER_S)
