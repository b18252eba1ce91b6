"""The events of several contracts, block by block, as a database can follow them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..core.board_events import BoardEvent
from ..core.network_events import DirectoryEvent, RegistryEvent

NetworkEvent = BoardEvent | DirectoryEvent | RegistryEvent
BEFORE_ALL = -1  # the block to go back to where nothing that was kept is still there


@dataclass(frozen=True)
class BlockId:
    """Which block."""

    number: int
    hash: int


@dataclass(frozen=True)
class PlacedEvent:
    """An event and where it is; ``address`` is the contract that told it."""

    transaction: int
    index: int
    transaction_hash: int
    address: int
    event: NetworkEvent


@dataclass(frozen=True)
class Block:
    """A block with all that the contracts told in it; ``head`` is the newest one that the node has.

    ``gas_price_fri`` is the price of a unit of L2 gas in it; None where the node names none that can be true.
    """

    number: int
    hash: int
    parent: int
    time_s: int
    events: tuple[PlacedEvent, ...]
    head: int
    gas_price_fri: int | None = None

    @property
    def id(self) -> BlockId:
        """Which one it is."""
        return BlockId(self.number, self.hash)


@dataclass(frozen=True)
class Rollback:
    """The chain dropped all blocks after that one; BEFORE_ALL: all that are known."""

    to_block: int


@dataclass(frozen=True)
class Alive:
    """Nothing new: the node was asked, and its newest block is that one."""

    head: int


class EventFeed(Protocol):
    """A chain."""

    def follow(
        self,
        addresses: Collection[int],
        known: Sequence[BlockId],
        first: int = 0,
        further: Callable[[NetworkEvent], int | None] = lambda event: None,
    ) -> AsyncGenerator[Block | Rollback | Alive, None]:
        """Whole blocks after the newest one that is known, in order, for ever, whatever becomes of the nodes.

        ``known`` are the last blocks that were kept, oldest first; without any it begins with ``first``.
        It goes back to one of these that is not much older than the newest, or else to BEFORE_ALL.
        Blocks in which nothing was told may be left out. ``further`` says which contract an event names that
        is followed too from its block on.
        """
        ...
