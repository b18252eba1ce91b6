"""What an event of the chain means, and to whom."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from . import words
from .audience import Audience, addressed
from .index import Index, Told, place_of
from .links import Links
from .notice import Addressed, noticed
from .people import Listener

LOSSES = ("Slashed", "Forfeited")


@dataclass(frozen=True)
class Meaning:
    """What it is to some people."""

    people: list[Listener]
    kind: str
    words: words.Words
    link: str
    happened_s: int | None = None
    amount_fri: int = 0


class Judge:
    """Asks the index about the rows that an event names. All raise IndexAway."""

    def __init__(self, index: Index, links: Links) -> None:
        self._index, self._links = index, links
        self.forget()
        self._of: dict[str, Callable[[Audience, Told], AsyncIterator[Meaning]]] = {
            "JobClosed": self._job_closed,
            "TasksRefunded": self._tasks_refunded,
            "LeaseEnded": self._lease_ended,
            "VerdictGiven": self._verdict_given,
            "AuditClosed": self._audit_closed,
            "LeasePaid": self._lease_paid,
            "LeaseAccepted": self._lease_paid,
            "Slashed": self._slashed,
            "Forfeited": self._forfeited,
        }

    @property
    def kinds(self) -> frozenset[str]:
        """Events that may mean something."""
        return frozenset(self._of)

    async def judge(self, audience: Audience, told: Told, now_s: int) -> list[Addressed]:
        """What is to be sent because of it."""
        event = self._identity(told)
        found: list[Addressed] = []
        async for one in self._of[told.kind](audience, told):
            time_s, cause = one.happened_s or now_s, f"{event}/{one.kind}"
            notice = noticed(one.kind, cause, one.words, one.link, time_s, told.block, one.amount_fri)
            for listener in one.people:
                found += addressed(listener, notice, now_s)
        return found

    def forget(self) -> None:
        """Blocks are gone: the transaction that came last may come again, from its first event on."""
        self._place, self._seen = ("", -1), dict[str, int]()

    def _identity(self, told: Told) -> str:
        """The same in whatever block and index the event is heard of.

        Events of one transaction that say the same are counted, so they are heard from its first one on.
        """
        data = told.data
        place = data["transaction"], told.block
        if place != self._place:
            self._place, self._seen = place, {}
        # Of a loss of stake some indexes name the lease, and some do not.
        about = (None, None) if told.kind in LOSSES else (data["job"], data["lease"])
        said = json.dumps([told.kind, data["address"], *about, data["worker"], data["body"]])
        count = self._seen[said] = self._seen.get(said, -1) + 1
        return hashlib.sha256(f"{place[0]} {said} {count}".encode()).hexdigest()[:32]

    async def _artists(self, audience: Audience, told: Told) -> list[Listener]:
        return audience.artists(await self._index.requester(*_job(told)))

    async def _providers(self, audience: Audience, told: Told) -> list[Listener]:
        worker = int(told.data["worker"])
        return audience.providers(worker, await self._index.owner(worker))

    async def _rows(self, told: Told) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Job and lease; None where the chain dropped them meanwhile, which is told next."""
        job = await self._index.job(*_job(told))
        lease = await self._index.lease(*_lease(told)) if job else None
        return (job, lease) if job and lease else None

    async def _job_closed(self, audience: Audience, told: Told) -> AsyncIterator[Meaning]:
        people = await self._artists(audience, told)
        if people and (row := await self._index.job(*_job(told))):
            words_ = words.job_done(told.data["job"], row)
            yield Meaning(people, "job_done", words_, self._links.job(*_job(told)), row["ended_s"])

    async def _tasks_refunded(self, audience: Audience, told: Told) -> AsyncIterator[Meaning]:
        people, body = await self._artists(audience, told), told.data["body"]
        words_ = words.frames_refunded(told.data["job"], int(body["tasks"]), int(body["refunded_fri"]))
        yield Meaning(people, "frames_failed", words_, self._links.job(*_job(told)))

    async def _lease_ended(self, audience: Audience, told: Told) -> AsyncIterator[Meaning]:
        state = told.data["body"]["state"]
        if state not in ("expired", "rejected"):
            return
        artists = await self._artists(audience, told)
        providers = await self._providers(audience, told) if state == "expired" else []
        if (artists or providers) and (rows := await self._rows(told)):
            job, lease = rows
            lost = words.frames_lost(told.data["job"], job, lease, state)
            yield Meaning(artists, "frames_failed", lost, self._links.job(*_job(told)), lease["ended_s"])
            worker = int(told.data["worker"])
            late = words.lease_lost(worker, told.data["lease"], lease)
            yield Meaning(providers, "lease_lost", late, self._links.worker(worker), lease["ended_s"])

    async def _verdict_given(self, audience: Audience, told: Told) -> AsyncIterator[Meaning]:
        body = told.data["body"]
        if body["verdict"] != "rejected":
            return
        people = await self._artists(audience, told)
        if people and (rows := await self._rows(told)):
            votes = int(body["counted"]), int(body["objecting"])
            words_ = words.frames_doubted(told.data["job"], *rows, *votes)
            yield Meaning(people, "frames_doubted", words_, self._links.audit(*_lease(told)))

    async def _audit_closed(self, audience: Audience, told: Told) -> AsyncIterator[Meaning]:
        verdict = told.data["body"]["verdict"]
        artists = await self._artists(audience, told)
        providers = await self._providers(audience, told)
        if (artists or providers) and (rows := await self._rows(told)):
            job, lease = rows
            link = self._links.audit(*_lease(told))
            # The index may be further than this: what was closed before the challenge is no end of it.
            if lease["challenge"] and int(lease["challenged_block"]) <= told.block:
                ended = words.challenge_ended(told.data["job"], job, lease, verdict)
                yield Meaning(artists, "challenge_ended", ended, link)
            kind = "audit_won" if verdict == "accepted" else "audit_lost"
            words_ = words.audit_ended(int(told.data["worker"]), lease, verdict)
            yield Meaning(providers, kind, words_, link)

    async def _lease_paid(self, audience: Audience, told: Told) -> AsyncIterator[Meaning]:
        paid_fri = int(told.data["body"]["paid_fri"])
        if not paid_fri:
            return
        people, worker = await self._providers(audience, told), int(told.data["worker"])
        if people and (lease := await self._index.lease(*_lease(told))):
            words_ = words.paid(worker, paid_fri, lease)
            yield Meaning(people, "paid", words_, self._links.worker(worker), amount_fri=paid_fri)

    async def _slashed(self, audience: Audience, told: Told) -> AsyncIterator[Meaning]:
        async for one in self._shrank(audience, told, "amount_fri", as_verifier=False):
            yield one

    async def _forfeited(self, audience: Audience, told: Told) -> AsyncIterator[Meaning]:
        async for one in self._shrank(audience, told, "taken_fri", as_verifier=True):
            yield one

    async def _shrank(
        self, audience: Audience, told: Told, amount: str, *, as_verifier: bool
    ) -> AsyncIterator[Meaning]:
        lost_fri, worker = int(told.data["body"][amount]), int(told.data["worker"])
        people = await self._providers(audience, told) if lost_fri else []
        if people and (row := await self._index.worker(worker)):
            words_ = words.stake_shrank(worker, lost_fri, row, told.data["job"], as_verifier=as_verifier)
            yield Meaning(people, "stake_shrank", words_, self._links.worker(worker))


def _job(told: Told) -> tuple[str, str]:
    return place_of(told.data["address"], told.data["job"])


def _lease(told: Told) -> tuple[str, str]:
    return place_of(told.data["address"], told.data["lease"])
