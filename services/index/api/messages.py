"""Events as they are sent to listeners, and which of them a listener wants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, or_, true

from ..store import REORG
from ..tables import EVENT


@dataclass(frozen=True)
class Message:
    """An event as it is sent, and by what it may be filtered. Blocks and reorganisations go to everybody."""

    text: bytes
    kind: str = ""
    address: int | None = None
    job: int | None = None
    lease: int | None = None
    worker: int | None = None


@dataclass(frozen=True)
class Wanted:
    """What a client wants to hear; nothing named: all."""

    kinds: frozenset[str] = frozenset()
    board: int | None = None
    job: int | None = None
    lease: int | None = None
    worker: int | None = None

    @property
    def rows(self) -> ColumnElement[bool]:
        """The same of rows of the table of events."""
        asked = (
            (EVENT.c.address, self.board),
            (EVENT.c.job, self.job),
            (EVENT.c.lease, self.lease),
            (EVENT.c.worker, self.worker),
        )
        found = [column == wanted for column, wanted in asked if wanted is not None]
        kinds = [EVENT.c.kind.in_(self.kinds)] if self.kinds else []
        return or_(EVENT.c.kind == REORG, and_(true(), *found, *kinds))

    def has(self, one: Message) -> bool:
        """Whether it does."""
        if one.address is None:
            return True
        asked = (
            (self.board, one.address),
            (self.job, one.job),
            (self.lease, one.lease),
            (self.worker, one.worker),
        )
        return (not self.kinds or one.kind in self.kinds) and all(w is None or w == g for w, g in asked)


def message_of(row: Any) -> Message:
    """A row of the table of events."""
    if row["kind"] == REORG:
        return Message(sent(row["seq"], REORG, msgspec.json.encode({"to_block": row["block"]})))
    lease, job = row["lease"], row["job"]
    body = {
        "block": row["block"],
        "address": hex(row["address"]),
        "transaction": hex(row["transaction_hash"]),
        "job": None if job is None else str(job),
        "lease": None if lease is None else str(lease),
        "worker": row["worker"],
        "body": msgspec.Raw(row["body"].encode()),
    }
    text = sent(row["seq"], row["kind"], msgspec.json.encode(body))
    return Message(text, row["kind"], row["address"], job, lease, row["worker"])


def sent(number: int, kind: str, data: bytes) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, kind.encode(), data)
