"""Deliveries on their way: taken by one sender at a time, tried again, and ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update

from services.common.engine import reading, writing

from .notice import Notice
from .outbox import DOUBTED, DUE, FAILED, GONE, SENT, TOLD
from .tables import CLOSED, DELIVERY, NOTICE

RETRY_S = (5, 300, 1800, 7200, 18_000, 36_000)  # after each try that failed; then it is given up
TAKEN_S = 120  # for so long a sender has a delivery; longer than any try takes


@dataclass(frozen=True)
class Delivery:
    """What one channel of a person is to be sent, for the ``tries``-th time from 0 on."""

    id: str
    person: str
    channel: str
    tries: int
    made_s: int
    notices: tuple[Notice, ...]


class Deliveries:
    """Any number of processes share these."""

    def __init__(self, engine: Engine, sender: str) -> None:
        self._engine, self._sender = engine, sender

    def take(
        self, now_s: int, busy: Collection[tuple[str, str]] = (), people: Collection[str] = ()
    ) -> Delivery | None:
        """The one that is due for longest, but of none of those channels and none of those people."""
        free = or_(DELIVERY.c.taken_until_s.is_(None), DELIVERY.c.taken_until_s <= now_s)
        due = (DELIVERY.c.state == DUE, DELIVERY.c.next_s <= now_s, free)
        others = [~((DELIVERY.c.person == person) & (DELIVERY.c.channel == name)) for person, name in busy]
        others += [DELIVERY.c.person.not_in(people)] if people else []
        first = select(DELIVERY).where(*due, *others).order_by(DELIVERY.c.next_s, DELIVERY.c.id).limit(1)
        with reading(self._engine) as connection:
            if connection.execute(first).one_or_none() is None:
                return None
        with writing(self._engine) as connection:
            row = connection.execute(first.with_for_update(skip_locked=True)).one_or_none()
            if row is None:
                return None
            taken = {"taken_by": self._sender, "taken_until_s": now_s + TAKEN_S}
            connection.execute(update(DELIVERY).where(DELIVERY.c.id == row.id).values(taken))
            notices = _notices(connection, row.id)
        return Delivery(row.id, row.person, row.channel, row.tries, row.made_s, notices)

    def sent(self, one: Delivery, now_s: int) -> None:
        """It was."""
        self._end(one, {"state": SENT, "ended_s": now_s, "error": None, "tries": one.tries + 1})

    def failed(self, one: Delivery, why: str, now_s: int, after_s: int = 0) -> int | None:
        """It was not; returns in how many seconds it is tried again, None: it is given up."""
        values = {"tries": one.tries + 1, "error": why}
        if one.tries >= len(RETRY_S):
            self._end(one, {**values, "state": FAILED, "ended_s": now_s})
            return None
        wait_s = max(RETRY_S[one.tries], min(after_s, RETRY_S[-1]))
        self._end(one, {**values, "next_s": now_s + wait_s})
        return wait_s

    def drop(self, one: Delivery, why: str, now_s: int) -> None:
        """Nobody is there any more who would hear it."""
        self._end(one, {"state": FAILED, "ended_s": now_s, "error": why})

    def gone(self, one: Delivery, fingerprint: str, why: str, now_s: int) -> None:
        """The other side wants nothing by this channel: neither this nor what else waits for it."""
        ended = {"state": GONE, "ended_s": now_s, "error": why, "taken_by": None, "taken_until_s": None}
        with writing(self._engine) as connection:
            mine = (DELIVERY.c.person == one.person, DELIVERY.c.channel == one.channel)
            connection.execute(update(DELIVERY).where(*mine, DELIVERY.c.state == DUE).values(ended))
            place = {"person": one.person, "channel": one.channel}
            where = (CLOSED.c.person == one.person, CLOSED.c.channel == one.channel)
            connection.execute(delete(CLOSED).where(*where))
            connection.execute(insert(CLOSED).values(**place, fingerprint=fingerprint, closed_s=now_s))

    def again(self, now_s: int) -> int:
        """Try anew what was given up; returns how many."""
        with writing(self._engine) as connection:
            values = {"state": DUE, "tries": 0, "next_s": now_s, "ended_s": None}
            failed = update(DELIVERY).where(DELIVERY.c.state == FAILED).values(values)
            return int(connection.execute(failed).rowcount)

    def counts(self) -> dict[str, int]:
        """How many there are in each state."""
        with reading(self._engine) as connection:
            query = select(DELIVERY.c.state, func.count()).group_by(DELIVERY.c.state)
            return {state: int(count) for state, count in connection.execute(query)}

    def oldest_due_s(self) -> int | None:
        """When the oldest of those was made that should have gone out."""
        with reading(self._engine) as connection:
            query = select(func.min(DELIVERY.c.made_s)).where(DELIVERY.c.state == DUE)
            found: int | None = connection.scalars(query).one()
        return found

    def _end(self, one: Delivery, values: dict[str, object]) -> None:
        """Unless another sender took it meanwhile, as this one was too slow."""
        mine = (DELIVERY.c.id == one.id, DELIVERY.c.taken_by == self._sender, DELIVERY.c.state == DUE)
        free = {"taken_by": None, "taken_until_s": None}
        with writing(self._engine) as connection:
            connection.execute(update(DELIVERY).where(*mine).values({**free, **values}))


def _notices(connection: Connection, delivery: str) -> tuple[Notice, ...]:
    names = ("kind", "cause", "title", "text", "link", "happened_s", "block", "amount_fri")
    query = (
        select(*(NOTICE.c[name] for name in names))
        .where(NOTICE.c.delivery == delivery, NOTICE.c.state.in_((TOLD, DOUBTED)))
        .order_by(NOTICE.c.id)
    )
    return tuple(Notice(*row) for row in connection.execute(query))
