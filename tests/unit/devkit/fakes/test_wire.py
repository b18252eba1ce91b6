"""Events that come late, twice, or all again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from renderchain.core.board_events import BoardEvent, Reorganised, Withdrawn

from devkit.fakes.clock import run
from devkit.fakes.wire import Wire


class Source:
    async def events(self, from_block: int) -> AsyncGenerator[BoardEvent, None]:
        for block in range(from_block, from_block + 3):
            yield Withdrawn(block, 1, 1)


def heard(wire: Wire) -> list[tuple[int, bool, float]]:
    async def listen() -> list[tuple[int, bool, float]]:
        found = []
        async with aclosing(wire.through(Source()).events(5)) as events:
            async for event in events:
                at_s = asyncio.get_running_loop().time()
                assert isinstance(event, Withdrawn | Reorganised)
                found.append((event.block, isinstance(event, Reorganised), at_s))
        return found

    return run(listen())


def test_events_come_as_they_are_or_late() -> None:
    assert heard(Wire()) == [(5, False, 0), (6, False, 0), (7, False, 0)]
    assert heard(Wire(late_s=lambda number: 10.0 * number)) == [(5, False, 0), (6, False, 10), (7, False, 30)]


def test_all_events_are_told_again_where_it_is_asked_for() -> None:
    wire = Wire()
    wire.retell_after = {0, 2}
    told = [(block, is_reorganised) for block, is_reorganised, _ in heard(wire)]
    first, second, third = (5, False), (6, False), (7, False)
    assert told == [first, (5, True), first, second, third, (7, True), first, second, third]
