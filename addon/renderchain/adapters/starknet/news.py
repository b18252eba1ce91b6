"""What a board tells one worker: of the past what may still matter, then what concerns it, each once.

A WebSocket says that there is something; it is read from the node by whole blocks, with every filter, so
that several subscriptions give one order and nothing comes twice. Where what is read makes more of the same
blocks matter (a lease of ours, and what became of it at once), they are read again before any of it is told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

from ...core.board_events import BoardEvent
from ...core.errors import NodeAway
from ...core.ids import JobId, LeaseId
from ...core.interest import Filter, Interest
from .events import NOWHERE, PING_S, WATCH_S, EventStream
from .nodes import Nodes
from .past_events import Keys, Place, place_of
from .subscriptions import Subscriptions, keys_of

BEHIND_S = 0.1  # between two looks at a node that told of a block which it has not yet
LAST = 2**63  # a place after all others of a block
VOTES = Filter(("VotesDrawn",))
OwnLeases = Callable[[], Awaitable[list[tuple[LeaseId, JobId]]]]


class NewsStream(EventStream):
    """The board's events for a worker, whose open leases ``own_leases`` reads.

    Votes matter that were drawn since ``votes_since_s`` (seconds since 1970), jobs since ``jobs_from``.
    """

    def __init__(
        self,
        nodes: Nodes,
        board: int,
        interest: Interest,
        own_leases: OwnLeases,
        votes_since_s: float,
        jobs_from: int,
    ) -> None:
        super().__init__(nodes, board)
        self._jobs_from = jobs_from
        self._interest = interest
        self._own_leases = own_leases
        self._votes_since_s = votes_since_s

    def _begin_anew(self) -> None:
        super()._begin_anew()
        self._interest.forget()

    async def _listen(self, from_block: int) -> AsyncGenerator[Any, None]:
        await self._checked_head()
        async with self._used.node.socket(PING_S) as socket:
            heard = Subscriptions(socket, self._board)
            await heard.keep(self._interest.filters())
            self._say_listening()
            while self._used in self._usable():
                async for raw in self._missed(from_block):
                    yield raw
                if await heard.keep(self._interest.filters()):
                    continue  # what was told before the node knew of the new ones
                await self._until_there(heard)
                with suppress(
                    TimeoutError
                ):  # a silent node may have lost the subscription: look for ourselves
                    await heard.wait(self._at[0], WATCH_S)

    async def _until_there(self, heard: Subscriptions) -> None:
        """Wait where the node told of a block that it has not for those who read."""
        until_s = time.monotonic() + WATCH_S
        while self._at[0] < heard.newest:
            self._check_block(heard.newest)
            if time.monotonic() > until_s:
                raise NodeAway(
                    f"The node {self._used.node.shown} told of block {heard.newest}, and is at {self._at[0]}."
                )
            if (await self._checked_head())[0] > self._at[0]:
                return
            await asyncio.sleep(BEHIND_S)

    async def _missed(self, from_block: int) -> AsyncGenerator[Any, None]:
        """What whole blocks told since the last one that was read; at first the past, and None."""
        head = await self._checked_head()
        if head == self._at:
            return
        is_first = self._at == NOWHERE
        read = self._digest(from_block, head[0]) if is_first else self._read(self._at[0] + 1, head[0])
        for raw in await read:
            yield raw
        self._last, self._at = (head[0], LAST, LAST), head
        if is_first:
            yield None

    async def _digest(self, from_block: int, head: int) -> list[Any]:
        """What may still matter of the past.

        What became of the leases that it names is read too, and not told: most are settled.
        """
        votes_since = await self.block_at(self._votes_since_s, from_block)
        past = [(self._jobs_from, one) for one in self._interest.past()]
        found = await self._all([*past, (votes_since, VOTES)], head)
        self._interest.grow(event for _, event in found)
        ends = await self._all([(votes_since, one) for one in self._interest.ends()], head)
        self._interest.shrink(event for _, event in (*found, *ends))
        for lease_id, job_id in await self._own_leases():
            self._interest.hold(lease_id, job_id)
        return [raw for raw, _ in found]

    async def _read(self, begin: int, head: int) -> list[Any]:
        """Of whole blocks what concerns the worker."""
        while True:
            found = await self._all([(begin, one) for one in self._interest.filters()], head)
            if not self._interest.grow(event for _, event in found):
                break
        wanted = [raw for raw, event in found if self._interest.wants(event)]
        self._interest.shrink(event for _, event in found)
        return wanted

    async def _all(self, asked: Iterable[tuple[int, Filter]], head: int) -> list[tuple[Any, BoardEvent]]:
        """What these filters find from their first blocks on, in order, each once."""
        reads = (self._one(first, keys_of(one), head) for first, one in asked)
        placed = dict[Place, tuple[Any, BoardEvent]]()
        for found in await asyncio.gather(*reads, return_exceptions=True):
            if isinstance(found, BaseException):
                raise found
            placed |= found
        return [placed[place] for place in sorted(placed)]

    async def _one(self, first: int, keys: Keys, head: int) -> dict[Place, tuple[Any, BoardEvent]]:
        found = dict[Place, tuple[Any, BoardEvent]]()
        if first > head:
            return found
        async for raw in self._past(first, keys):
            event = self._kinds.typed(raw.block_number, raw) if raw.block_number <= head else None
            if event is not None:
                found[place_of(raw)] = (raw, event)
        return found
