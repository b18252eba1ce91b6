"""What a worker reads of an index: which jobs are open when it begins, so that it claims at once.

Each of them is looked up on the chain. All else, votes above all, the chain alone says.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import aclosing

from ...core.board_events import BoardEvent, JobCreated, Reorganised
from ...core.ids import JobId
from ...ports.network_index import JobPlace
from ...ports.worker_chain import WorkerChain
from .asking import Asking

OVERLAP = 20  # blocks that are read of the chain besides, before the one that the index is at
AT_ONCE = 8  # jobs that are looked up at the same time


class IndexedWorker:
    """The news of one board; ``check`` goes on beside them."""

    def __init__(self, chain: WorkerChain, asking: Asking) -> None:
        self._chain = chain
        self._asking = asking
        self._first = 0  # before that block the index is believed
        self._told: set[JobId] = set()
        self._is_used = asyncio.Event()

    async def news(
        self, from_block: int, families: Collection[int], votes_since_s: float
    ) -> AsyncGenerator[BoardEvent, None]:
        """As the chain's, but that open jobs of long ago are those that the index tells."""
        since = (families, votes_since_s)
        found = await self._open_jobs(from_block, families) if families else None
        if found is not None:
            for one in found:
                yield one
            async with aclosing(self._chain.news(from_block, *since, self._first)) as events:
                async for event in events:
                    yield event
                    if isinstance(event, Reorganised):  # then all of it comes again, and from the chain
                        break
        async with aclosing(self._chain.news(from_block, *since)) as events:
            async for event in events:
                yield event

    async def check(
        self, from_block: int, families: Collection[int], note: Callable[[BoardEvent], None]
    ) -> None:
        """Note what the index left out, whenever it was used, until this is cancelled. Raises ChainError."""
        while True:
            await self._is_used.wait()
            first, told = self._first, set(self._told)
            events = await self._chain.open_jobs(from_block, families)
            lacking = [one for one in events if one.block < first and one.job_id not in told]
            for one in lacking:
                note(one)
            if lacking:
                self._asking.refuse(f"The index left out job {lacking[0].job_id}, which the chain has.")
            if (first, told) == (self._first, self._told):  # else it was used anew meanwhile
                self._is_used.clear()

    async def _open_jobs(self, from_block: int, families: Collection[int]) -> list[JobCreated] | None:
        """Those that began before ``_first``; None: the chain is to be asked."""
        board = self._chain.board
        told = await self._asking.ask(self._chain, lambda index: index.open_jobs(board, families))
        if told is None:
            return None
        first = max(told.block - OVERLAP, from_block)
        places = [one for one in told.item if from_block <= one.block < first]
        events = await self._looked_up(places)
        for place, event in zip(places, events, strict=True):
            if event is None or event.family not in families:
                self._asking.refuse_lie(f"job {place.job_id} in block {place.block}")
                return None
        found = [one for one in events if one is not None]
        self._first, self._told = first, {one.job_id for one in found}
        self._is_used.set()
        return sorted(found, key=lambda one: one.block)

    async def _looked_up(self, places: Sequence[JobPlace]) -> list[JobCreated | None]:
        turn = asyncio.Semaphore(AT_ONCE)

        async def look(place: JobPlace) -> JobCreated | None:
            async with turn:
                return await self._chain.created_in(place.block, place.job_id)

        return list(await asyncio.gather(*map(look, places)))
