"""What a process needs from outside, and whether it is there: the node, the content store, money, disk.

That one of them is missing is no lease's fault and nobody's error: who needs it waits, and is told once.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar, cast

from ...core.errors import DiskFull, FeeTooHigh, InsufficientFunds, NodeAway, RenderChainError, StoreAway
from ...core.notices.conditions import WaitEnded, WaitingFor
from ...ports.reporter import Reporter

NODE, STORE, FUNDS, GAS, DISK = "the node", "the IPFS node", "STRK", "cheaper gas", "room on the disk"
CAUSES: Mapping[type[RenderChainError], str] = {
    NodeAway: NODE,
    StoreAway: STORE,
    InsufficientFunds: FUNDS,
    FeeTooHigh: GAS,
    DiskFull: DISK,
}
# Transactions. When the node goes away in one, who sent it asks the chain whether it happened.
WRITES = frozenset(
    {
        *("claim_lease", "submit", "give_back", "accept_late", "withdraw", "draw", "advance"),
        *("commit", "decline", "open_leaves", "reveal_key", "reveal", "reveal_prints", "strike", "show"),
        *("appeal", "raise_fee", "challenge_pixels", "challenge_delivery", "name_verifiers"),
        *("publish_scene_key", "ask_key", "give_keys"),
    }
)
# They want a bond besides gas, and somebody else may do it first.
WITH_BOND = frozenset({"appeal", "raise_fee", "challenge_delivery", "challenge_pixels"})
# They take room themselves, as much as somebody else says: who asked decides whether it has to be.
LARGE = frozenset({"fetch_folder"})
FIRST_RETRY_S = 2.0
LONGEST_RETRY_S = 60.0
Port = TypeVar("Port")


class Conditions:
    """What is waited for now. ``now`` gives seconds since 1970."""

    def __init__(self, reporter: Reporter, now: Callable[[], float]) -> None:
        self._reporter = reporter
        self._now = now
        self._since: dict[str, float] = {}
        self._leaving = asyncio.Event()

    @property
    def since(self) -> Mapping[str, float]:
        """The conditions that are waited for, and since when (seconds since 1970)."""
        return dict(self._since)

    def leave(self) -> None:
        """Wait no more: from now on, and where it waits already, the errors are raised."""
        self._leaving.set()

    def patient(self, port: Port, outside: str) -> Port:
        """The same port to the node or the store; its calls wait for what is missing, and are made again.

        Not all of them: a transaction in which the node goes away raises NodeAway when we have waited for a
        while, one that wants a bond raises InsufficientFunds at once, and a download DiskFull. Events are
        passed as they are.
        """
        return cast(Port, _Patient(port, outside, self))

    async def wait(self, error: RenderChainError, retry_s: float) -> None:
        """Wait once for what the error says is missing; raises it where we leave."""
        name = condition_of(error)
        if name is None or self._leaving.is_set():
            raise error
        if name not in self._since:
            self._since[name] = self._now()
            self._reporter.tell(WaitingFor(name, str(error)))
        with suppress(TimeoutError):
            async with asyncio.timeout(retry_s):
                await self._leaving.wait()
        if self._leaving.is_set():
            raise error

    def met(self, *names: str) -> None:
        """These are there."""
        for name in names:
            if name in self._since:
                self._reporter.tell(WaitEnded(name, self._now() - self._since.pop(name)))


def condition_of(error: BaseException) -> str | None:
    """What an error says is missing; None where it says something else."""
    return next((name for kind, name in CAUSES.items() if isinstance(error, kind)), None)


class _Patient:
    def __init__(self, port: object, outside: str, conditions: Conditions) -> None:
        self._port = port
        self._outside = outside
        self._conditions = conditions

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def call(*arguments: Any, **named: Any) -> Any:
            retry_s, waited = FIRST_RETRY_S, {self._outside}
            while True:
                try:
                    answer = await found(*arguments, **named)
                except RenderChainError as error:
                    missing = condition_of(error)
                    is_callers = missing == FUNDS and name in WITH_BOND or missing == DISK and name in LARGE
                    if missing is None or is_callers:
                        self._conditions.met(*waited)  # for this is another answer
                        raise
                    waited.add(missing)
                    await self._conditions.wait(error, retry_s)
                    if missing == NODE and name in WRITES:
                        raise
                    retry_s = min(2 * retry_s, LONGEST_RETRY_S)
                else:
                    self._conditions.met(*waited)
                    return answer

        setattr(self, name, call)  # the next time it is found at once
        return call
