"""Whom a thing concerns, and when each of them is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .notice import Addressed, Notice
from .people import Listener
from .rules import DAILY, HOURLY, NOW


class Audience:
    """Everybody, by account and worker."""

    def __init__(self, people: Iterable[Listener]) -> None:
        self.people = list(people)
        self._by_account: dict[int, list[Listener]] = {}
        self._by_worker: dict[int, list[Listener]] = {}
        for one in self.people:
            for account in one.person.felts:
                self._by_account.setdefault(account, []).append(one)
            for worker in one.person.workers:
                self._by_worker.setdefault(worker, []).append(one)

    def artists(self, requester: int | None) -> list[Listener]:
        """Whose job it is."""
        return [] if requester is None else self._by_account.get(requester, [])

    def providers(self, worker: int, owner: int | None) -> list[Listener]:
        """Whose worker it is: who owns it or named it."""
        found = [*self._by_worker.get(worker, []), *self.artists(owner)]
        return list({one.name: one for one in found}.values())


def addressed(listener: Listener, notice: Notice, now_s: int) -> Iterator[Addressed]:
    """The notice for each channel by which this person wants to hear it."""
    person = listener.person
    for channel, when in person.hears(notice.kind).items():
        gather_s = gathered_until(when, now_s, person.time_zone, person.digest_hour)
        yield Addressed(person.name, channel, notice, gather_s)


def gathered_until(when: str, now_s: int, zone: str, digest_hour: int) -> int | None:
    """When what happened now is told; None: at once."""
    if when == NOW:
        return None
    if when == HOURLY:
        return now_s - now_s % 3600 + 3600
    assert when == DAILY
    here = datetime.fromtimestamp(now_s, ZoneInfo(zone))
    for days in (0, 1):
        next_ = (here + timedelta(days=days)).replace(hour=digest_hour, minute=0, second=0, microsecond=0)
        if next_.timestamp() > now_s:
            return int(next_.timestamp())
    return now_s + 86400  # an hour that the clocks left out twice: no zone has that
