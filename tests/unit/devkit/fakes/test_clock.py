"""The loop without waiting: hours pass at once, in order, and a deadlock says so."""

from __future__ import annotations

import asyncio
import time

import pytest

from devkit.fakes.clock import InstantLoop, NeverAtRest, NothingWillHappen, run


def now_s() -> float:
    return asyncio.get_running_loop().time()


def test_an_hour_passes_at_once_and_in_order() -> None:
    heard: list[tuple[str, float]] = []

    async def tick(name: str, every_s: float) -> None:
        while now_s() < 3600:
            await asyncio.sleep(every_s)
            heard.append((name, now_s()))

    async def both() -> None:
        await asyncio.gather(tick("slow", 1000.5), tick("fast", 700))

    started_s = time.monotonic()
    run(both())
    assert time.monotonic() - started_s < 60
    assert [at for _, at in heard] == pytest.approx(
        [700, 1000.5, 1400, 2001, 2100, 2800, 3001.5, 3500, 4002, 4200]
    )


def test_time_stands_still_while_a_thread_would_work() -> None:
    async def work() -> tuple[float, int]:
        number = await asyncio.to_thread(sum, (1, 2))
        return now_s(), number

    assert run(work()) == (0.0, 3)


def test_what_a_thread_would_raise_is_raised() -> None:
    async def work() -> None:
        await asyncio.to_thread(int, "no number")

    with pytest.raises(ValueError, match="no number"):
        run(work())


def test_waiting_for_each_other_forever_is_an_error() -> None:
    with asyncio.Runner(loop_factory=InstantLoop) as runner, pytest.raises(NothingWillHappen):
        runner.run(asyncio.Event().wait())


def test_waking_each_other_without_end_is_an_error() -> None:
    async def spin() -> None:
        while True:
            await asyncio.sleep(0)

    with asyncio.Runner(loop_factory=InstantLoop) as runner, pytest.raises(NeverAtRest):
        runner.run(spin())


def test_a_run_that_is_never_over_ends_by_its_own_clock() -> None:
    with pytest.raises(TimeoutError):
        run(asyncio.Event().wait(), longest_s=10.0)


def test_a_time_limit_ends_what_takes_longer() -> None:
    async def work() -> float:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(100), 7)
        return now_s()

    assert run(work()) == pytest.approx(7)
