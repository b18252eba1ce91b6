"""What a block's events make of the rows: pure, so that the same blocks always make the same tables."""

from __future__ import annotations

from renderchain.core.network_events import BoardAnnounced, DirectoryEvent, RegistryEvent
from renderchain.ports.event_feed import Block, NetworkEvent, PlacedEvent

from ..draft import Draft
from .audits import AUDITS
from .board import BOARD
from .place import Place
from .workers import WORKERS, directory_event

DIRECTORY, REGISTRY, BOARDS = "directory", "registry", "board"


def project(draft: Draft, block: Block) -> list[PlacedEvent]:
    """Change the rows as the block's events say; returns the events that count.

    A contract's events count from the one on by which the Directory announces it: so a database that
    followed from the beginning and one that begins today hold the same.
    """
    return [one for one in block.events if _one(draft, block, one)]


def _one(draft: Draft, block: Block, placed: PlacedEvent) -> bool:
    contract = draft.find("contract", placed.address)
    if contract is None:
        return False
    event, place = placed.event, Place(draft, block, placed)
    if contract["kind"] == DIRECTORY and isinstance(event, DirectoryEvent):
        directory_event(place, event)
    elif contract["kind"] == REGISTRY and isinstance(event, RegistryEvent):
        WORKERS[type(event)](place, event)
    elif contract["kind"] == BOARDS and (make := BOARD.get(type(event)) or AUDITS.get(type(event))):
        make(place, event)
    else:
        return False
    return True


def board_named(event: NetworkEvent) -> int | None:
    """The board that an event announces."""
    return event.board if isinstance(event, BoardAnnounced) else None
