"""The events of several contracts, whole block by whole block, across nodes and reorganised chains.

All of a round is asked of one node, and its last block is asked for before and after: where that is still
the same, so is every block before it. A WebSocket only says that there may be something new.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from typing import Any

from ...core.audit.gas import MOST_GAS_PRICE_FRI
from ...core.errors import ChainError, NodeAway
from ...ports.event_feed import BEFORE_ALL, Alive, Block, BlockId, NetworkEvent, PlacedEvent, Rollback
from .errors import said
from .event_kinds import KINDS
from .member import Member, failures, reason_of
from .network_event_kinds import NETWORK_KINDS
from .new_heads import NewHeads
from .node import header_of
from .nodes import Nodes
from .past_events import CHUNK, Kinds, place_of

ROUND_BLOCKS = 1000  # at most, that a round reads
EVERY_BLOCK = 64  # of so few each is read and yielded, whatever was told in it
ROUND_EVENTS = 20_000  # after which a round ends with a whole block
MOST_EVENTS = 200_000  # no block has more
KEPT_BLOCKS = 1000  # how far back the chain may change without all being read again
AT_ONCE = 8  # blocks that a node is asked for
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
log = logging.getLogger(__name__)


class _Moved(Exception):
    """The chain changed, or the node is behind, while a round was read."""


class StarknetFeed:
    """Serves EventFeed."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._kinds = Kinds({**KINDS, **NETWORK_KINDS})

    async def follow(
        self,
        addresses: Collection[int],
        known: Sequence[BlockId],
        first: int = 0,
        further: Callable[[NetworkEvent], int | None] = lambda event: None,
    ) -> AsyncGenerator[Block | Rollback | Alive, None]:
        """See EventFeed."""
        reading = _Reading(self._kinds, set(addresses), deque(known, KEPT_BLOCKS), first, further)
        failed = 0
        async with NewHeads(self._nodes) as heads:
            while True:
                try:
                    found, failed = await self._found(reading), 0
                except (_Moved, *_gone()) as error:  # type: ignore[misc]
                    found, failed = [], failed + 1
                    pause_s = min(FIRST_PAUSE_S * 2 ** min(failed - 1, 8), LONGEST_PAUSE_S)
                    log.warning("no events now, asked again in %.1f s: %s", pause_s, reason_of(error))
                    await asyncio.sleep(pause_s)
                for one in found:
                    yield one
                if found and isinstance(found[-1], Alive):
                    await heads.wait()

    async def _found(self, reading: _Reading) -> list[Block | Rollback | Alive]:
        """Of the first node that has something; else raises why the first one had nothing."""
        first: Exception | None = None
        for member in self._nodes.usable():
            try:
                found = await reading.round(member)
            except _Moved as moved:
                first = first or moved
            except _gone() as error:
                self._nodes.note_failure(member, reason_of(error))
                first = first or error
            else:
                self._nodes.used = member
                self._note(found)
                return found
        assert first is not None  # one was asked
        raise first

    def _note(self, found: Sequence[Block | Rollback | Alive]) -> None:
        for one in found:
            if isinstance(one, Rollback):
                self._nodes.forget_seen(one.to_block + 1)
            else:
                self._nodes.saw(one.head)


class _Reading:
    """What was read so far; ``known`` are blocks, the newest last."""

    def __init__(
        self,
        kinds: Kinds,
        addresses: set[int],
        known: deque[BlockId],
        first: int,
        further: Callable[[NetworkEvent], int | None],
    ) -> None:
        self._kinds = kinds
        self._addresses = addresses
        self._known = known
        self._first = first
        self._further = further
        self._forget_old()

    async def round(self, member: Member) -> list[Block | Rollback | Alive]:
        """What the node has after the last block that is known. Raises _Moved, and what its client does."""
        client = member.client
        head = int(
            (await said("Asking for the newest block", client.get_block_hash_and_number())).block_number
        )
        dropped = await self._dropped(member, head)
        if dropped is not None:
            return [dropped]
        begin = self._known[-1].number + 1 if self._known else self._first
        if begin > head:
            return [Alive(head)]
        end = await header_of(client, min(head, begin + ROUND_BLOCKS - 1))
        events, last = await self._events(client, begin, end.block_number)
        numbers = {raw.block_number for raw in events} | {last}
        if last - begin < EVERY_BLOCK:
            numbers = set(range(begin, last + 1))
        headers = await _headers(client, sorted(numbers))
        self._check(member, headers, events)
        if (await header_of(client, end.block_number)).block_hash != end.block_hash:
            raise _Moved(f"the chain of {member.node.shown} changed while it was read: it is read again")
        blocks = self._blocks(headers, events, head)
        self._known.extend(one.id for one in blocks)
        self._forget_old()
        return list(blocks)

    def _forget_old(self) -> None:
        """Blocks in which nothing was told may be left out: so many that are known reach further back."""
        while self._known and self._known[0].number < self._known[-1].number - KEPT_BLOCKS:
            self._known.popleft()

    async def _dropped(self, member: Member, head: int) -> Rollback | None:
        """The blocks that are not the chain's any more, if there are any."""
        if not self._known:
            return None
        there = [one for one in self._known if one.number <= head]
        if not there:
            raise _Moved(
                f"the node {member.node.shown} is at block {head}, long before what was read already"
            )
        if await self._has(member, there[-1]):
            if there[-1] != self._known[-1]:
                raise _Moved(
                    f"the node {member.node.shown} is at block {head}, and block {self._known[-1].number} "
                    "was read already: it lags. If it stays so, use another node."
                )
            return None
        low, high = (
            0,
            len(there) - 1,
        )  # of those before ``low`` the node has each, of those from ``high`` none
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if await self._has(member, there[middle]) else (low, middle)
        to_block = there[low - 1].number if low else BEFORE_ALL
        while self._known and self._known[-1].number > to_block:
            self._known.pop()
        log.warning("the chain dropped the blocks after %d", to_block)
        return Rollback(to_block)

    async def _has(self, member: Member, block: BlockId) -> bool:
        return bool((await header_of(member.client, block.number)).block_hash == block.hash)

    async def _events(self, client: Any, begin: int, end: int) -> tuple[list[Any], int]:
        """Raw events of whole blocks, in order, and the last of these blocks."""
        while True:
            found, last = await self._pages(client, begin, end)
            more = self._named_by(found) - self._addresses
            if not more:
                return found, last
            self._addresses |= more  # in the very block that names them they may have told something

    async def _pages(self, client: Any, begin: int, end: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        token = None
        while True:
            page = await said(
                f"Reading the events from block {begin} on",
                client.get_events(
                    address=[hex(one) for one in sorted(self._addresses)],
                    from_block_number=begin,
                    to_block_number=end,
                    continuation_token=token,
                    chunk_size=CHUNK,
                ),
            )
            self._check_page(page.events, found, begin, end)
            found += page.events
            token = page.continuation_token
            if token is None:
                return found, end
            if not page.events or len(found) > MOST_EVENTS:
                raise NodeAway(f"The node tells of events of the blocks {begin} to {end} without an end.")
            last = found[-1].block_number - 1  # whether all of that block came is not known
            if len(found) > ROUND_EVENTS and last >= begin:
                return [raw for raw in found if raw.block_number <= last], last

    def _check_page(self, page: Sequence[Any], before: Sequence[Any], begin: int, end: int) -> None:
        place = place_of(before[-1]) if before else (begin, -1, -1)
        for raw in page:
            if raw.block_number is None or raw.block_hash is None:
                raise NodeAway(f"The node tells of events without a block, asked for {begin} to {end}.")
            now = place_of(raw)
            if now <= place or now[0] > end or raw.from_address not in self._addresses:
                raise NodeAway(f"The node tells of an event at {now} that was not asked for.")
            place = now

    def _named_by(self, raws: Sequence[Any]) -> set[int]:
        events = (self._kinds.typed(raw.block_number, raw) for raw in raws)
        named = (self._further(one) for one in events if one is not None)
        return {one for one in named if one is not None}

    def _check(self, member: Member, headers: dict[int, Any], events: Sequence[Any]) -> None:
        """Each parent, and each event's block, are those that there are."""
        hashes = {number: header.block_hash for number, header in headers.items()}
        if self._known:
            hashes[self._known[-1].number] = self._known[-1].hash
        moved = [
            one
            for one, header in headers.items()
            if hashes.get(one - 1, header.parent_hash) != header.parent_hash
        ]
        moved += [raw.block_number for raw in events if raw.block_hash != hashes[raw.block_number]]
        if moved:
            raise _Moved(f"block {moved[0]} of {member.node.shown} does not fit the others: it is read again")

    def _blocks(self, headers: dict[int, Any], events: Sequence[Any], head: int) -> list[Block]:
        placed: dict[int, list[PlacedEvent]] = {number: [] for number in headers}
        for raw in events:
            typed = self._kinds.typed(raw.block_number, raw)
            if typed is not None:
                where = (raw.transaction_index, raw.event_index, raw.transaction_hash, raw.from_address)
                placed[raw.block_number].append(PlacedEvent(*where, typed))
        return [
            Block(
                *(number, one.block_hash, one.parent_hash, one.timestamp),
                tuple(placed[number]),
                head,
                _gas_price_fri(one),
            )
            for number, one in sorted(headers.items())
        ]


def _gone() -> tuple[type[Exception], ...]:
    """What a node that can't answer raises, also where it says that the question is at fault: it is ours."""
    return (ChainError, *failures())


def _gas_price_fri(header: Any) -> int | None:
    """No reason to leave a block: nothing is paid by it."""
    price_fri = header.l2_gas_price.price_in_fri
    return price_fri if 0 <= price_fri <= MOST_GAS_PRICE_FRI else None


async def _headers(client: Any, numbers: Sequence[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for at in range(0, len(numbers), AT_ONCE):
        some = numbers[at : at + AT_ONCE]
        found |= zip(some, await asyncio.gather(*(header_of(client, one) for one in some)), strict=True)
    return found
