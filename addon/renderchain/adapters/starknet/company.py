"""Company: what can wait a while goes with the account's next transaction, in one.

Before it does anything, a transaction takes nearly as much gas as a vote does: its signature, its fee, the
account's own loop. Of several that go together one takes that. Nothing is kept here: what waits is written
down when it is sent, and whoever wants it sent finds out from the chain that it was not.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from enum import Enum
from typing import Any, Protocol

from ...core.errors import RenderChainError

MOST = 8  # that go with one transaction
LOOK_S = 15.0  # so often by the machine's clock: the loop's stands still while a machine sleeps
LAST_S = 20.0  # for what waits when its process ends
LEASE_KEY = 2  # where events of a board name the lease, as a refused entry does
Leases = Collection[tuple[int, int]]  # each with its board: boards number them alike
log = logging.getLogger(__name__)


class Send(Protocol):
    """Sends a transaction by itself and returns its receipt; see ``Sender.send``."""

    async def __call__(
        self, action: str, calls: list[Any], *, intent_name: str = "", checked: bool = True
    ) -> Any:
        """Have the calls done in one transaction."""
        ...


class _Told(Enum):
    """What becomes of a call that did not go with another one."""

    LEFT = "left"  # it waits on
    ALONE = "alone"  # it was what kept both from being sent


class _Waiting(asyncio.Future[Any]):
    """Calls that wait; its result is their receipt, or what is ``_Told``."""

    def __init__(self, action: str, calls: list[Any], leases: Leases) -> None:
        super().__init__()
        self.action = action
        self.calls = calls
        self._leases = leases

    def tell(self, result: Any) -> None:
        """Whoever waited may be gone."""
        if not self.done():
            self.set_result(result)

    def owns(self, event: Any) -> bool:
        """Whether an event of a receipt is about its leases."""
        named = event.keys[LEASE_KEY] if len(event.keys) > LEASE_KEY else 0
        return (event.from_address, named) in self._leases


class Company:
    """``send`` sends a transaction by itself; ``is_open`` tells whether one of that name may still happen.

    ``now`` gives seconds since 1970.
    """

    def __init__(
        self, send: Send, is_open: Callable[[str], bool], now: Callable[[], float] = time.time
    ) -> None:
        self._send = send
        self._is_open = is_open
        self._now = now
        self._waiting: list[_Waiting] = []
        self._newest_s = float("-inf")  # when the last one was sent that did not wait

    async def send(self, action: str, calls: list[Any], *, checked: bool = True) -> Any:
        """Send it now, and with it what waits; its receipt, without the events that are about the others."""
        self._newest_s = self._now()
        return await self._send_with_all(action, calls, checked=checked)

    async def _send_with_all(self, action: str, calls: list[Any], *, checked: bool = True) -> Any:
        taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        outcome = _Told.LEFT
        try:
            receipt = await self._together(action, calls, taken) if taken else None
            if receipt is None:
                receipt = await self._send(action, calls, checked=checked)
                outcome = _Told.ALONE
            else:
                for one in taken:
                    one.tell(_part(receipt, one.owns))
                receipt = _part(receipt, lambda event: not any(one.owns(event) for one in taken))
            return receipt
        finally:
            for one in taken:
                one.tell(outcome)

    async def wait(self, action: str, calls: list[Any], leases: Leases, until_s: float) -> Any:
        """Have it sent with the next transaction, or then; its receipt. It is about these leases.

        Where the account sent nothing else for as long as it would wait, no company is expected.
        """
        longest_s = until_s - self._now()
        while self._now() < until_s and self._now() - self._newest_s < longest_s:
            one = _Waiting(action, calls, leases)
            self._waiting.append(one)
            try:
                await self._until(one, until_s)
            except asyncio.CancelledError:
                await self._leave(one)
                raise
            if one in self._waiting:
                self._waiting.remove(one)
                break
            told = await one
            if told is _Told.ALONE:
                return await self._send(action, calls)
            if told is not _Told.LEFT:
                return told
        return await self._send_with_all(action, calls)

    async def _until(self, one: _Waiting, until_s: float) -> None:
        """Until it is told something, or waited long enough."""
        while not one.done() and (left_s := until_s - self._now()) > 0:
            await asyncio.wait((one,), timeout=min(left_s, LOOK_S))

    async def _leave(self, one: _Waiting) -> None:
        """Who waited ends, and may not be here again in time: it is sent now, with all that waits."""
        if one in self._waiting:
            self._waiting.remove(one)
            with suppress(RenderChainError, TimeoutError):  # then it is due at the next start
                async with asyncio.timeout(LAST_S):
                    await self._send_with_all(one.action, one.calls)

    async def _together(self, action: str, calls: list[Any], taken: Sequence[_Waiting]) -> Any:
        """One receipt for all; None where it can't happen, so that each is sent by itself."""
        name = secrets.token_hex(16)
        actions = "; ".join((action, *(one.action for one in taken)))
        every = [call for some in (calls, *(one.calls for one in taken)) for call in some]
        try:
            return await self._send(actions, every, intent_name=name)
        except RenderChainError as error:
            if self._is_open(name):
                raise
            log.info("each is sent by itself: %s", error)
            return None


def _part(receipt: Any, owns: Callable[[Any], bool]) -> Any:
    return dataclasses.replace(receipt, events=[event for event in receipt.events if owns(event)])
