"""Parts of a process that go on whatever they meet: each by itself, and none ends another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from typing import Generic, TypeVar

from ...core.disk_room import is_of_disk, said_of_disk
from ...core.errors import ProcessKilled, RenderChainError
from ...core.notices.conditions import PartFailed
from ...ports.reporter import Reporter
from .conditions import condition_of

FIRST_RETRY_S = 5.0
LONGEST_RETRY_S = 60.0
SOUND_S = 300.0  # who worked so long before it failed begins to count anew
log = logging.getLogger(__name__)
Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")
Look = Callable[[Key], Awaitable[float | None]]


def reason_of(error: BaseException) -> str:
    """The sentence of one of our errors; of others, which nobody foresaw, the kind too."""
    if isinstance(error, RenderChainError) and str(error):
        return str(error)
    if is_of_disk(error):
        return said_of_disk(error)
    kind, text = type(error).__name__, str(error)
    return f"{kind}: {text}." if text else f"{kind}."


def is_unforeseen(error: Exception) -> bool:
    """Whether no sentence of ours says it all, so that the log needs the traceback."""
    return not (isinstance(error, RenderChainError) or is_of_disk(error))


def raise_if_ending(error: Exception) -> None:
    """Who catches everything asks this first: a task that failed while it was cancelled has to end."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError from error


async def keep_at_work(
    part: str, work: Callable[[], Awaitable[None]], reporter: Reporter, *, tells_waits: bool = False
) -> None:
    """Have the part done until it is cancelled, again after each failure; the first is told, then kinds.

    With ``tells_waits`` also what is waited for: where no ``Conditions`` say it.
    """
    retry_s, failures, said = FIRST_RETRY_S, 0, ""
    clock = asyncio.get_running_loop()
    while True:
        began_s = clock.time()
        try:
            await work()
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the other parts go on
            if clock.time() - began_s > SOUND_S:
                retry_s, failures, said = FIRST_RETRY_S, 0, ""
            failures += 1
            reason = reason_of(error)
            if reason != said and (tells_waits or condition_of(error) is None):  # else that was told
                said = reason
                reporter.tell(PartFailed(part, reason, failures, retry_s))
            if is_unforeseen(error):
                log.exception("%s failed", part)
            raise_if_ending(error)
        await asyncio.sleep(retry_s)
        retry_s = min(2 * retry_s, LONGEST_RETRY_S)


async def past_kills(
    work: Callable[[], Awaitable[Answer]],
    most: int,
    killed: Callable[[ProcessKilled], None] = lambda _: None,
    ended_by: Callable[[Answer], Exception | None] = lambda _: None,
) -> Answer:
    """What comes of work in a process, begun again after each of at most so many kills; ``killed`` is called.

    ``ended_by`` says what ended the process where there is an answer all the same. After one kill more that
    answer is returned, and the last ProcessKilled raised where there is none.
    """
    for left in reversed(range(most + 1)):
        try:
            answer = await work()
            error = ended_by(answer)
            if not isinstance(error, ProcessKilled) or not left:
                return answer
        except ProcessKilled as kill:
            if not left:
                raise
            error = kill
        killed(error)
    raise ValueError(f"A process can't be begun {most + 1} times.")


class Tending(Generic[Key]):
    """A task for each thing that has to be looked after, until it needs it no more.

    ``look`` returns the seconds until it has to be looked at again, or None at its end. What it raises is
    that thing's alone: it is told by ``hindered``, once for each reason, and tried again after a growing
    wait.
    """

    def __init__(self, look: Look[Key], hindered: Callable[[Key, str], None]) -> None:
        self._look = look
        self._hindered = hindered
        self._wakes: dict[Key, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def tend(self, key: Key) -> None:
        """Begin with it, or look at it now."""
        wake = self._wakes.get(key)
        if wake:
            wake.set()
            return
        self._wakes[key] = asyncio.Event()
        task = asyncio.create_task(self._serve(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def wake_all(self) -> None:
        """Look at everything now."""
        for wake in self._wakes.values():
            wake.set()

    async def end(self) -> None:
        """Leave everything; what is under way is cancelled."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, key: Key) -> None:
        wake, said, retry_s = self._wakes[key], "", FIRST_RETRY_S
        wait_s: float | None = 0.0
        try:
            while wait_s is not None or wake.is_set():
                wake.clear()
                try:
                    wait_s = await self._look(key)
                    said, retry_s = "", FIRST_RETRY_S
                except Exception as error:  # noqa: BLE001 - whatever it is, it is this one's alone
                    if said != reason_of(error) and condition_of(error) is None:
                        said = reason_of(error)
                        self._hindered(key, said)
                    if is_unforeseen(error):
                        log.exception("%s could not be looked after", key)
                    wait_s, retry_s = retry_s, min(2 * retry_s, LONGEST_RETRY_S)
                if wait_s:
                    with suppress(TimeoutError):
                        # wait_for may swallow a cancellation in Python 3.11, and then it never ends.
                        async with asyncio.timeout(wait_s):
                            await wake.wait()
        finally:
            del self._wakes[key]
