"""What is to be told, kept in the transaction that says how far the index was heard."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update

from services.common.engine import reading, writing

from . import words
from .kinds import CORRECTION
from .notice import Addressed, Notice
from .tables import CLOSED, CONDITION, CURSOR, DELIVERY, NOTICE

NAME = "notifier"
TOLD, DOUBTED, WITHDRAWN, CORRECTED = "told", "doubted", "withdrawn", "corrected"
DUE, SENT, FAILED, GONE = "due", "sent", "failed", "gone"
SETTLE_BLOCKS = 20  # after which what a dropped block said did not happen, unless it was heard of again
MOST_WAITING = 50  # deliveries of a channel; what comes then is gathered
MOST_IN_ONE = 200  # notices of a delivery
HOUR_S = 3600
Fingerprints = Mapping[tuple[str, str], str]  # of each person's channels


class OtherWriter(Exception):
    """Somebody else moved on."""


@dataclass(frozen=True)
class Cursor:
    """How far the index was heard; see the table."""

    seq: int = -1
    block: int = -1
    event_seq: int = -1
    event_block: int = -1
    event_transaction: str = ""
    skip_to_block: int = -1
    moves: int = 0


class Outbox:
    """One writer's. All else of the process reads, or takes deliveries (``deliveries.py``)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cursor(self) -> Cursor:
        """How far it was; ``seq`` is -1 where nothing was heard yet."""
        with writing(self._engine) as connection:
            query = select(CURSOR).where(CURSOR.c.name == NAME)
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                found = Cursor()
                connection.execute(insert(CURSOR).values(name=NAME, **vars(found)))
                return found
        return Cursor(**{name: row[name] for name in vars(Cursor())})

    def keep(
        self, before: Cursor, now: Cursor, found: Sequence[Addressed], channels: Fingerprints, now_s: int
    ) -> Cursor:
        """Write down what was heard, with the place where to go on. Raises OtherWriter."""
        with writing(self._engine) as connection:
            moved = _move(connection, before, now)
            for one in found:
                _add(connection, one, channels, now_s)
            _settle(connection, now.block, channels, now_s)
        return moved

    def rollback(self, before: Cursor, now: Cursor, to_block: int, now_s: int) -> Cursor:
        """Later blocks are gone: what nobody was told is withdrawn, the rest is doubted for a while."""
        with writing(self._engine) as connection:
            moved = _move(connection, before, now)
            gone = select(NOTICE.c.id, NOTICE.c.delivery).where(
                NOTICE.c.block > to_block, NOTICE.c.state == TOLD
            )
            for notice, delivery in connection.execute(gone).all():
                if delivery is not None and _may_be_told(connection, delivery, now_s):
                    values = {"state": DOUBTED, "settle_block": before.block + SETTLE_BLOCKS}
                else:
                    values = {"state": WITHDRAWN, "gather_s": None, "delivery": None}
                connection.execute(update(NOTICE).where(NOTICE.c.id == notice).values(values))
                if delivery is not None:
                    _end_empty(connection, delivery, now_s)
        return moved

    def gather(self, now_s: int) -> int:
        """Make deliveries of what was gathered long enough; returns how many."""
        made = 0
        ripe = (NOTICE.c.gather_s <= now_s, NOTICE.c.delivery.is_(None), NOTICE.c.state == TOLD)
        with writing(self._engine) as connection:
            groups = select(NOTICE.c.person, NOTICE.c.channel).where(*ripe).distinct()
            for person, channel in connection.execute(groups).all():
                mine = (*ripe, NOTICE.c.person == person, NOTICE.c.channel == channel)
                query = select(NOTICE.c.id).where(*mine).order_by(NOTICE.c.id)
                ids = connection.scalars(query.with_for_update(skip_locked=True)).all()
                for first in range(0, len(ids), MOST_IN_ONE):
                    delivery = _delivery(connection, person, channel, now_s)
                    some = ids[first : first + MOST_IN_ONE]
                    connection.execute(
                        update(NOTICE).where(NOTICE.c.id.in_(some)).values(delivery=delivery, gather_s=None)
                    )
                    made += 1
        return made

    def conditions(self) -> dict[str, tuple[int, bool]]:
        """What lasts, since when, and whether it was told."""
        with reading(self._engine) as connection:
            return {
                row.name: (row.since_s, bool(row.is_told)) for row in connection.execute(select(CONDITION))
            }

    def change_conditions(
        self,
        changed: Mapping[str, tuple[int, bool] | None],
        found: Sequence[Addressed],
        channels: Fingerprints,
        now_s: int,
    ) -> None:
        """What began, was told or ended (None), together with what is told of it."""
        with writing(self._engine) as connection:
            for name, state in changed.items():
                connection.execute(delete(CONDITION).where(CONDITION.c.name == name))
                if state is not None:
                    values = {"name": name, "since_s": state[0], "is_told": state[1]}
                    connection.execute(insert(CONDITION).values(values))
            for one in found:
                _add(connection, one, channels, now_s)

    def forget(self, before_s: int) -> None:
        """What was settled before that time."""
        with writing(self._engine) as connection:
            ended = (DELIVERY.c.state != DUE, DELIVERY.c.ended_s < before_s)
            connection.execute(delete(DELIVERY).where(*ended))
            left = select(DELIVERY.c.id)
            connection.execute(
                delete(NOTICE).where(
                    NOTICE.c.made_s < before_s,
                    NOTICE.c.state != DOUBTED,
                    NOTICE.c.gather_s.is_(None),
                    or_(NOTICE.c.delivery.is_(None), NOTICE.c.delivery.not_in(left)),
                )
            )


def _move(connection: Connection, before: Cursor, now: Cursor) -> Cursor:
    moved = replace(now, moves=before.moves + 1)
    where = (CURSOR.c.name == NAME, CURSOR.c.moves == before.moves)
    if connection.execute(update(CURSOR).where(*where).values(vars(moved))).rowcount != 1:
        raise OtherWriter("another notifier writes to this database")
    return moved


def _add(connection: Connection, one: Addressed, channels: Fingerprints, now_s: int) -> None:
    mine = (NOTICE.c.person == one.person, NOTICE.c.channel == one.channel)
    query = select(NOTICE.c.id, NOTICE.c.state).where(*mine, NOTICE.c.cause == one.notice.cause)
    known = connection.execute(query).one_or_none()
    if known is not None and known.state in (TOLD, DOUBTED):
        again = {"state": TOLD, "block": one.notice.block, "settle_block": None}
        connection.execute(update(NOTICE).where(NOTICE.c.id == known.id).values(again))
        return
    if _is_closed(connection, one, channels):
        return
    values = {**vars(one.notice), "state": TOLD, "settle_block": None, "made_s": now_s}
    values |= _way(connection, one, now_s)
    if known is not None:
        connection.execute(update(NOTICE).where(NOTICE.c.id == known.id).values(values))
    else:
        values |= {"id": _new_id(), "person": one.person, "channel": one.channel}
        connection.execute(insert(NOTICE).values(values))


def _way(connection: Connection, one: Addressed, now_s: int) -> dict[str, Any]:
    """At once by a delivery of its own, or gathered; also where too many wait already."""
    if one.gather_s is not None:
        return {"gather_s": one.gather_s, "delivery": None}
    mine = (DELIVERY.c.person == one.person, DELIVERY.c.channel == one.channel, DELIVERY.c.state == DUE)
    waiting = connection.scalars(select(func.count()).select_from(DELIVERY).where(*mine)).one()
    if waiting >= MOST_WAITING:
        return {"gather_s": now_s - now_s % HOUR_S + HOUR_S, "delivery": None}
    return {"gather_s": None, "delivery": _delivery(connection, one.person, one.channel, now_s)}


def _delivery(connection: Connection, person: str, channel: str, now_s: int) -> str:
    row = {"id": _new_id(), "person": person, "channel": channel, "state": DUE}
    connection.execute(insert(DELIVERY).values(**row, made_s=now_s, next_s=now_s, tries=0))
    return row["id"]


def _new_id() -> str:
    """Sorts by its time, and no other database has it."""
    return f"{time.time_ns():016x}{secrets.token_hex(8)}"


def _is_closed(connection: Connection, one: Addressed, channels: Fingerprints) -> bool:
    where = (CLOSED.c.person == one.person, CLOSED.c.channel == one.channel)
    found = connection.scalars(select(CLOSED.c.fingerprint).where(*where)).one_or_none()
    return found is not None and found == channels.get((one.person, one.channel))


def _may_be_told(connection: Connection, delivery: str, now_s: int) -> bool:
    row = connection.execute(select(DELIVERY).where(DELIVERY.c.id == delivery).with_for_update()).one()
    if row.state != DUE:
        return bool(row.state == SENT)
    return bool(row.tries or (row.taken_until_s or 0) > now_s)


def _end_empty(connection: Connection, delivery: str, now_s: int) -> None:
    """A delivery of which nothing is left to tell."""
    left = select(func.count()).select_from(NOTICE).where(NOTICE.c.delivery == delivery)
    if connection.scalars(left).one() == 0:
        where = (DELIVERY.c.id == delivery, DELIVERY.c.state == DUE)
        connection.execute(update(DELIVERY).where(*where).values(state=WITHDRAWN, ended_s=now_s))


def _settle(connection: Connection, block: int, channels: Fingerprints, now_s: int) -> None:
    """What was told and did not happen is taken back in words."""
    query = select(NOTICE).where(NOTICE.c.state == DOUBTED, NOTICE.c.settle_block < block)
    for row in connection.execute(query).mappings().all():
        title, text = words.correction(row["title"])
        cause = f"{row['id']}/{row['settle_block']}/{CORRECTION}"
        notice = Notice(CORRECTION, cause, title, text, row["link"], now_s)
        connection.execute(update(NOTICE).where(NOTICE.c.id == row["id"]).values(state=CORRECTED))
        _add(connection, Addressed(row["person"], row["channel"], notice), channels, now_s)
