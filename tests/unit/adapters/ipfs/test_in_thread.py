"""What threads do for an event loop has ended when whoever waits for them goes on."""

from __future__ import annotations

import asyncio
import threading

import pytest
from renderchain.adapters.ipfs.in_thread import ended, in_thread


def test_who_is_cancelled_again_and_again_goes_on_when_the_thread_has_ended() -> None:
    """The second time it went on at once, and closed the file that the thread was writing."""

    async def run() -> None:
        may_end, begun, said = threading.Event(), threading.Event(), list[str]()

        def work() -> None:
            begun.set()
            may_end.wait(60)
            said.append("thread")

        async def wait() -> None:
            try:
                await in_thread(work)
            finally:
                said.append("waiter")

        waiting = asyncio.create_task(wait())
        await asyncio.to_thread(begun.wait, 60)
        for _ in range(3):
            waiting.cancel()
            for _ in range(5):
                await asyncio.sleep(0)
        assert not waiting.done() and not said
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert said == ["thread", "waiter"]

    asyncio.run(run())


def test_who_waits_for_the_end_of_tasks_and_is_cancelled_ends_none_of_them() -> None:
    async def run() -> None:
        may_end = asyncio.Event()
        task = asyncio.create_task(may_end.wait())
        waiting = asyncio.create_task(ended([task]))
        for _ in range(3):
            await asyncio.sleep(0)
            waiting.cancel()
        await asyncio.sleep(0)
        assert not waiting.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await task is True

    asyncio.run(run())
