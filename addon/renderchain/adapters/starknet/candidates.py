"""The workers of a network as the registry knows them, read many at a time."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ...core.candidates import MOST_CANDIDATES, Candidate
from ...core.ids import WorkerId
from .past_events import past_events
from .view import StarknetView, ask

AT_ONCE = 8  # questions to a node


async def read_candidates(view: StarknetView, registry: Any, from_block: int) -> list[Candidate]:
    """The newest workers; raises ChainError."""
    count = int(await ask(registry, "worker_count"))
    first = max(count - MOST_CANDIDATES, 0) + 1
    families = await _families(registry, from_block)
    turn = asyncio.Semaphore(AT_ONCE)

    async def read(number: WorkerId) -> Candidate:
        async with turn:
            worker, offer = await view.worker(number), await ask(registry, "offer", number)
        wanted_fri = int(offer["least_reward_fri"]) if offer["until_s"] > time.time() else 0
        return Candidate(worker, frozenset(families.get(number, ())), wanted_fri)

    return list(await asyncio.gather(*(read(WorkerId(number)) for number in range(first, count + 1))))


async def _families(registry: Any, from_block: int) -> dict[int, set[int]]:
    """What each worker renders, by what the registry told of changes."""
    from .library import get_selector_from_name

    keys = [[hex(get_selector_from_name("FamiliesChanged"))]]
    families: dict[int, set[int]] = {}
    async for raw in past_events(registry.client, int(registry.address), from_block, keys):
        count, *rest = (int(one) for one in raw.data)
        named, own = set(rest[:count]), families.setdefault(int(raw.keys[1]), set())
        own.update(named) if rest[count] else own.difference_update(named)
    return families
