"""A process can be held at each of its awaits, and every one of them is tried."""

from __future__ import annotations

import asyncio

import pytest

from devkit.fakes.clock import run
from devkit.fakes.turns import Turns, watch_turns
from devkit.fakes.wire import PowerCut, Wire


def ended_at(hold_at: int) -> tuple[list[str], int]:
    """What a process of two tasks did until it was cancelled at that turn, and how many turns it took."""
    done: list[str] = []

    async def part() -> None:
        await asyncio.sleep(1)
        done.append("part")

    async def main() -> None:
        await asyncio.sleep(0)
        done.append("first")
        await asyncio.create_task(part())
        done.append("second")
        await asyncio.to_thread(done.append, "thread")
        done.append("last")

    async def life() -> int:
        watch_turns()
        ends: list[asyncio.Task[None]] = []
        turns = Turns(hold_at, lambda: ends[0].cancel())
        ends.append(turns.start(main()))
        await asyncio.gather(*ends, return_exceptions=True)
        return turns.count

    return done, run(life())


def test_each_await_is_a_turn_and_an_end_comes_exactly_there() -> None:
    whole = ["first", "part", "second", "thread", "last"]
    done, turns = ended_at(0)
    assert (done, turns) == (whole, 4)
    assert [ended_at(at)[0] for at in range(1, turns + 1)] == [[], ["first"], whole[:2], whole[:4]]


def test_each_place_is_named_so_often() -> None:
    async def once() -> None:
        await asyncio.sleep(0)

    async def main() -> None:
        for _ in range(5):
            await once()
        await once()

    async def life() -> Turns:
        watch_turns()
        turns = Turns()
        await turns.start(main())
        return turns

    turns = run(life())
    assert turns.each_place(1) == [1, 6] and turns.each_place(2) == [1, 2, 6]
    assert turns.each_place(2, after=2) == [3, 4, 6]


class Port:
    def __init__(self) -> None:
        self.done = 0

    async def act(self) -> int:
        await asyncio.sleep(0)
        self.done += 1
        await asyncio.sleep(0)
        return self.done


def test_a_call_that_is_cut_off_either_had_no_effect_or_all_of_it() -> None:
    port = Port()
    ends = []

    async def life() -> None:
        watch_turns()
        for at in range(1, 4):
            wire = Wire()
            turns = Turns(at, wire.cut)
            before = port.done
            try:
                await turns.start(wire.through(port).act())
            except PowerCut as cut:
                ends.append((str(cut), port.done - before))
            else:
                ends.append(("", port.done - before))

    run(life())
    assert ends == [("act", 1), ("act", 1), ("", 1)]


def test_nothing_gets_through_a_wire_that_was_cut() -> None:
    port, wire = Port(), Wire()
    wire.cut()
    with pytest.raises(PowerCut):
        run(wire.through(port).act())
    assert port.done == 0
