"""The tables of the index in a database: each block is kept whole, once, or not at all."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renderchain.core.errors import SettingsError
from renderchain.ports.event_feed import BEFORE_ALL, Block, BlockId, PlacedEvent
from sqlalchemy import Connection, Engine, and_, bindparam, delete, insert, select, update

from services.common.engine import reading, writing

from .bodies import body_of
from .causes import About, causes_of
from .draft import Draft, Key, Row
from .project import project
from .tables import BLOCK, CONTRACT, CURSOR, EVENT, KEYS, PROJECTED, UNDO, VALUES

NAME = "index"
UNDO_BLOCKS = 1000  # further back the chain does not change; if it does, all is read again
MOST_ROWS = 50_000  # that are remembered between blocks
REORG = "reorg"
FIND = {
    name: select(*(table.c[one] for one in VALUES[name])).where(
        *(table.c[one] == bindparam(f"key_{one}") for one in KEYS[name])
    )
    for name, table in PROJECTED.items()
}
CHANGE = {
    name: update(table)
    .where(*(table.c[one] == bindparam(f"key_{one}") for one in KEYS[name]))
    .values({one: bindparam(f"to_{one}") for one in VALUES[name]})
    for name, table in PROJECTED.items()
}
DROP = {
    name: delete(table).where(*(table.c[one] == bindparam(f"key_{one}") for one in KEYS[name]))
    for name, table in PROJECTED.items()
}


class OtherWriter(Exception):
    """Somebody else moved the index on."""


@dataclass(frozen=True)
class Network:
    """Whose events these are."""

    chain: int
    directory: int
    registry: int


class Store:
    """One writer's; its transactions are short, and readers are never waited for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rows: OrderedDict[tuple[str, Key], Row | None] = OrderedDict()
        self._block = BEFORE_ALL
        self._seq = 0

    def open(self, network: Network) -> list[BlockId]:
        """The last blocks, oldest first, to which it can go back. Raises SettingsError if they are another
        network's.
        """
        self._rows.clear()
        with writing(self._engine) as connection:
            found = connection.execute(select(CURSOR).where(CURSOR.c.name == NAME)).mappings().one_or_none()
            if found is None:
                self._begin(connection, network)
                return []
            if Network(found["chain"], found["directory"], found["registry"]) != network:
                raise SettingsError(
                    f"The database holds the network of the Directory {found['directory']:#x} on the chain "
                    f"{found['chain']:#x}, and the settings name another one. Nothing was changed; correct "
                    "the settings or name another database."
                )
            self._block, self._seq = found["block"], found["seq"]
            # Numbers count: blocks in which nothing was told may be left out.
            kept = select(BLOCK).where(BLOCK.c.number >= self._block - UNDO_BLOCKS)
            rows = list(connection.execute(kept.order_by(BLOCK.c.number.desc()).limit(UNDO_BLOCKS)))
        return [BlockId(one.number, one.hash) for one in reversed(rows)]

    def _begin(self, connection: Connection, network: Network) -> None:
        ids = {"chain": network.chain, "directory": network.directory, "registry": network.registry}
        at = {"block": BEFORE_ALL, "head": BEFORE_ALL, "seen_s": 0, "seq": self._seq, "hash": 0}
        connection.execute(insert(CURSOR).values(name=NAME, **ids, **at))
        self._block = BEFORE_ALL
        self._plant(connection, network.directory, network.registry)

    def _plant(self, connection: Connection, directory: int, registry: int) -> None:
        """What is known without any event."""
        empty: Row = dict.fromkeys(VALUES["contract"])
        kinds = ((directory, "directory"), (registry, "registry"))
        rows = [{"address": one, **empty, "kind": kind, "is_paused": False} for one, kind in kinds]
        connection.execute(insert(CONTRACT), rows)

    def addresses(self) -> list[int]:
        """Directory, registry and all boards that were announced."""
        with reading(self._engine) as connection:
            return list(connection.scalars(select(CONTRACT.c.address)))

    def apply(self, block: Block, seen_s: int = 0) -> int:
        """Keep the next block, seen then; returns how many of its events count. Raises OtherWriter."""
        try:
            with writing(self._engine) as connection:
                if self._engine.dialect.name == "postgresql":
                    # Nobody waits for the disk, as in SQLite: whole blocks may be lost, and are read again.
                    connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
                draft = Draft(lambda table, key: self._row(connection, table, key))
                events = project(draft, block)
                changes = list(draft.changes())
                self._move(connection, block.id, len(events), {"head": block.head, "seen_s": seen_s})
                row = {
                    "number": block.number,
                    "hash": block.hash,
                    "parent": block.parent,
                    "time_s": block.time_s,
                    "gas_price_fri": block.gas_price_fri,
                }
                connection.execute(insert(BLOCK).values(row))
                if events:
                    causes = causes_of(events)
                    rows = [
                        _event_row(self._seq + n, block.number, one, causes)
                        for n, one in enumerate(events, 1)
                    ]
                    connection.execute(insert(EVENT), rows)
                self._write(connection, block.number, changes)
        except BaseException:
            self._rows.clear()
            raise
        self._block, self._seq = block.number, self._seq + len(events)
        self._remember({(table, key): now for table, key, _, now in changes})
        return len(events)

    def _row(self, connection: Connection, table: str, key: Key) -> Row | None:
        place = (table, key)
        if place in self._rows:
            self._rows.move_to_end(place)
            return self._rows[place]
        bound = {f"key_{name}": one for name, one in zip(KEYS[table], key, strict=True)}
        found = connection.execute(FIND[table], bound).mappings().one_or_none()
        row = None if found is None else dict(found)
        self._remember({place: row})
        return row

    def _remember(self, rows: dict[tuple[str, Key], Row | None]) -> None:
        self._rows.update(rows)
        while len(self._rows) > MOST_ROWS:
            self._rows.popitem(last=False)

    def _move(self, connection: Connection, to: BlockId, events: int, node: dict[str, int]) -> None:
        moved = connection.execute(
            update(CURSOR)
            .where(and_(CURSOR.c.name == NAME, CURSOR.c.block == self._block, CURSOR.c.seq == self._seq))
            .values(block=to.number, hash=to.hash, seq=self._seq + events, **node)
        )
        if moved.rowcount != 1:
            raise OtherWriter(
                f"The index is not at block {self._block} any more: another process writes to this database. "
                "Nothing was written twice; see that only one follows the chain."
            )

    def _write(
        self, connection: Connection, number: int, changes: Sequence[tuple[str, Key, Row | None, Row]]
    ) -> None:
        if changes:
            undo = [
                {
                    "block": number,
                    "n": n,
                    "table_name": table,
                    "row_key": json.dumps(key),
                    "before": None if before is None else json.dumps(before),
                }
                for n, (table, key, before, _) in enumerate(changes)
            ]
            connection.execute(insert(UNDO), undo)
        for table, columns in KEYS.items():
            mine = [one for one in changes if one[0] == table]
            added = [
                dict(zip(columns, key, strict=True)) | now for _, key, before, now in mine if before is None
            ]
            changed = [_bound(table, key, now) for _, key, before, now in mine if before is not None]
            if added:
                connection.execute(insert(PROJECTED[table]), added)
            if changed:
                connection.execute(CHANGE[table], changed)
        if number // UNDO_BLOCKS > self._block // UNDO_BLOCKS:  # twice as many: it may have gone back already
            connection.execute(delete(UNDO).where(UNDO.c.block < number - 2 * UNDO_BLOCKS))

    def rollback(self, to_block: int) -> None:
        """Unmake all blocks after that one; readers hear of it by an event of the kind ``reorg``."""
        self._rows.clear()
        with writing(self._engine) as connection:
            if to_block == BEFORE_ALL:
                self._forget(connection)
                hash_ = 0
            else:
                hash_ = self._unmake(connection, to_block)
            self._move(connection, BlockId(to_block, hash_), 1, {})
            row = dict.fromkeys(EVENT.c.keys()) | {"seq": self._seq + 1, "block": to_block, "kind": REORG}
            connection.execute(
                insert(EVENT).values(row | {"transaction_index": -1, "event_index": self._seq + 1})
            )
        self._block, self._seq = to_block, self._seq + 1

    def _forget(self, connection: Connection) -> None:
        for table in (*PROJECTED.values(), BLOCK, EVENT, UNDO):
            connection.execute(delete(table))
        found = connection.execute(select(CURSOR).where(CURSOR.c.name == NAME)).mappings().one()
        self._plant(connection, found["directory"], found["registry"])

    def _unmake(self, connection: Connection, to_block: int) -> int:
        """Returns the hash of the block that is the last one now."""
        steps = select(UNDO).where(UNDO.c.block > to_block).order_by(UNDO.c.block.desc(), UNDO.c.n.desc())
        for one in connection.execute(steps).all():
            table, key = one.table_name, tuple(json.loads(one.row_key))
            if one.before is None:
                bound = {f"key_{name}": part for name, part in zip(KEYS[table], key, strict=True)}
                connection.execute(DROP[table], bound)
            else:  # which an earlier version may have written, with fewer columns
                before = dict.fromkeys(VALUES[table]) | json.loads(one.before)
                connection.execute(CHANGE[table], _bound(table, key, before))
        connection.execute(delete(UNDO).where(UNDO.c.block > to_block))
        connection.execute(delete(EVENT).where(EVENT.c.block > to_block))
        connection.execute(delete(BLOCK).where(BLOCK.c.number > to_block))
        return int(connection.scalars(select(BLOCK.c.hash).where(BLOCK.c.number == to_block)).one())

    def saw_head(self, head: int, seen_s: int) -> None:
        """Nothing new, and the node was at that block at that time."""
        with writing(self._engine) as connection:
            connection.execute(update(CURSOR).where(CURSOR.c.name == NAME).values(head=head, seen_s=seen_s))


def _bound(table: str, key: Key, now: Row) -> dict[str, Any]:
    bound = {f"key_{name}": one for name, one in zip(KEYS[table], key, strict=True)}
    return bound | {f"to_{name}": one for name, one in now.items()}


def _event_row(
    seq: int, block: int, placed: PlacedEvent, causes: Mapping[tuple[int, int], About]
) -> dict[str, Any]:
    event, nothing = placed.event, (getattr(placed.event, "job_id", None), None)
    job, cause = causes.get((placed.transaction, placed.index), nothing)
    lease = getattr(event, "lease_id", cause)
    worker = getattr(event, "worker_id", None)
    return {
        "seq": seq,
        "block": block,
        "transaction_index": placed.transaction,
        "event_index": placed.index,
        "address": placed.address,
        "transaction_hash": placed.transaction_hash,
        "kind": type(event).__name__,
        "job": job,
        "lease": lease,
        "worker": lease >> 40 if worker is None and lease is not None else worker,
        "body": body_of(event),
    }
