"""A board's events as a node keeps them, and as what we know them as."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from ...core.errors import NodeAway
from .errors import said
from .event_kinds import KINDS

CHUNK = 1000
MOST_EMPTY = 10_000  # pages; a node looks through some thousand blocks for one, and may find nothing there
MOST_SAID = 64  # kinds of events that can't be read; of others nothing is said
Keys = list[list[str]]
Place = tuple[int, int, int]
BEFORE_ALL: Place = (-1, -1, -1)
log = logging.getLogger(__name__)


async def past_events(
    client: Any,
    board: int,
    first: int,
    keys: Keys | None = None,
    last: int | str = "latest",
    most: int | None = None,
) -> AsyncIterator[Any]:
    """Raw events from a block on, until another or the newest, or the first so many; raises ChainError.

    A node that tells something again, or nothing page after page, would go on like that for ever: it is left,
    as one that is away.
    """
    token, read, place, tokens, empty = None, 0, BEFORE_ALL, set[str](), 0
    while True:
        page = await said(
            "Reading past events",
            client.get_events(
                address=board,
                keys=keys,
                from_block_number=max(first, 0),
                to_block_number=last,
                continuation_token=token,
                chunk_size=min(CHUNK, most or CHUNK),
            ),
        )
        for raw in page.events:
            before, place = place, place_of(raw)
            if place <= before:
                raise NodeAway(f"The node tells of an event at {place} after one at {before}.")
            yield raw
            read += 1
            if read == most:
                return
        token = page.continuation_token
        if token is None:
            return
        empty = 0 if page.events else empty + 1
        if token in tokens or empty > MOST_EMPTY:
            raise NodeAway(f"The node tells of events from block {first} on without an end.")
        tokens.add(token)


class Kinds:
    """Makes events out of raw ones: a board's, where nothing else is said."""

    def __init__(self, kinds: Mapping[str, Callable[..., Any]] = KINDS) -> None:
        from .library import get_selector_from_name

        self._kinds = {get_selector_from_name(name): kind for name, kind in kinds.items()}
        self._said: set[int] = set()

    def typed(self, block: int, raw: Any) -> Any | None:
        """The event; None where this version does not know its kind or its shape, which is said once."""
        name, keys = (raw.keys or [0])[0], raw.keys[1:]
        try:
            return self._kinds[name](block, *keys, *raw.data)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            if name not in self._said and len(self._said) < MOST_SAID:
                self._said.add(name)
                log.warning(
                    "the board told an event (%#x, block %d) that this version can't read (%s: %s): it and "
                    "others like it are left out. Update RenderChain.",
                    *(name, block, type(error).__name__, str(error)[:200]),
                )
            return None


class PushedEvent:
    """An event that came by WebSocket, shaped as starknet-py's."""

    def __init__(self, pushed: dict[str, Any]) -> None:
        self.block_number = int(pushed["block_number"])
        self.block_hash = int(pushed["block_hash"], 16)
        self.transaction_index = int(pushed["transaction_index"])
        self.event_index = int(pushed["event_index"])
        self.keys = [int(one, 16) for one in pushed["keys"]]
        self.data = [int(one, 16) for one in pushed["data"]]


def place_of(raw: Any) -> Place:
    """Where an event is, by which it is known again."""
    return (raw.block_number, raw.transaction_index, raw.event_index)
