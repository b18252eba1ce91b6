"""What lies between a process and the outside: events come late or twice, and all may be cut off."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, TypeVar, cast

from renderchain.core.board_events import BoardEvent, Reorganised

Port = TypeVar("Port")


class PowerCut(BaseException):  # nobody catches it
    """The process is no more; what it still tries has no effect."""


class Wire:
    """One process's connection. ``late_s`` is how much later an event is heard, by its number from 0."""

    def __init__(self, late_s: Callable[[int], float] = lambda number: 0.0) -> None:
        self.late_s = late_s
        self.retell_after: set[int] = set()  # numbers of events after which all are told again
        self.is_cut = False
        self.calls: list[str] = []
        self.ended_in: set[str] = set()  # the calls in which a cancellation or the cut came

    def cut(self) -> None:
        """From now on nothing gets through."""
        self.is_cut = True

    def through(self, port: Port) -> Port:
        """The same port over this wire."""
        return cast(Port, _Proxy(port, self))

    def check(self, where: str) -> None:
        """Nothing goes out or comes back after a cut."""
        if self.is_cut:
            raise PowerCut(where)

    async def follow(
        self, events: Callable[..., AsyncGenerator[BoardEvent, None]], *asked: Any
    ) -> AsyncGenerator[BoardEvent, None]:
        """The events as they arrive here."""
        number = 0
        again = True
        while again:
            again = False
            async with aclosing(events(*asked)) as source:
                async for event in source:
                    await asyncio.sleep(self.late_s(number))
                    self.check("events")
                    yield event
                    if number in self.retell_after:
                        self.retell_after.discard(number)
                        yield Reorganised(event.block)
                        again = True
                        break
                    number += 1


class _Proxy:
    def __init__(self, port: object, wire: Wire) -> None:
        self._port = port
        self._wire = wire

    def __getattr__(self, name: str) -> Any:
        found, wire = getattr(self._port, name), self._wire
        if name in ("events", "news"):
            return lambda *asked: wire.follow(found, *asked)
        if not inspect.iscoroutinefunction(found):
            return found

        async def call(*arguments: Any, **named: Any) -> Any:
            wire.check(name)
            wire.calls.append(name)
            try:
                answer = await found(*arguments, **named)
                wire.check(name)
            except (asyncio.CancelledError, PowerCut):
                wire.ended_in.add(name)
                raise
            return answer

        setattr(self, name, call)  # the next time it is found at once
        return call
