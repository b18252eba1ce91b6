"""What is looked at once a minute, as no event tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
from renderchain.core.errors import RenderChainError
from renderchain.core.plain_text import printable

from . import words
from .conditions import Condition, Kept, group_of
from .index import NONSENSE, Index, IndexAway, place_of
from .links import Links
from .people import Listener
from .rules import Watched

ANSWER_S = 10.0
Balance = Callable[[int], Awaitable[int]]  # STRK of an account, in fri


@dataclass
class Look:
    """One look at everything."""

    kept: Kept
    now_s: int
    found: list[Condition] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)  # what could not be looked at, and why


class Looking:
    """Without ``balance`` nobody is told what accounts hold."""

    def __init__(
        self,
        index: Index,
        links: Links,
        session: aiohttp.ClientSession,
        watched: Collection[Watched],
        balance: Balance | None,
    ) -> None:
        self._index, self._links, self._session = index, links, session
        self._watched, self._balance = watched, balance
        self._of: dict[str, Callable[[Look, Listener], Awaitable[None]]] = {
            "job_waits": self._job_waits,
            "deadline_near": self._deadline_near,
            "money_low": self._money_low,
            "reserve_low": self._reserve_low,
            "worker_silent": self._worker_silent,
        }

    async def look(self, people: Collection[Listener], kept: Kept, now_s: int) -> Look:
        """At what these people want to hear of."""
        look = Look(kept, now_s)
        await self._services(look, people)
        for listener in people:
            for kind, of in self._of.items():
                if not listener.person.hears(kind):
                    continue
                try:
                    await of(look, listener)
                    look.groups.append(group_of(listener, kind))
                except (IndexAway, RenderChainError) as error:
                    look.unknown.append(f"{group_of(listener, kind)}: {error}")
                except NONSENSE as error:
                    look.unknown.append(f"{group_of(listener, kind)}: the index tells nonsense ({error!r})")
        return look

    async def _services(self, look: Look, people: Collection[Listener]) -> None:
        index = Watched(name="The index", url=self._index.url)
        kinds = {"index_behind": [index], "service_down": list(self._watched)}
        heard = [kind for kind in kinds if any(one.person.hears(kind) for one in people)]
        asked = [(kind, one) for kind in heard for one in kinds[kind]]
        answers = await asyncio.gather(*(self._why_down(one) for _, one in asked))
        why = {(kind, one.name): said for (kind, one), said in zip(asked, answers, strict=True)}
        for listener in people:
            for kind, services in kinds.items():
                if not listener.person.hears(kind):
                    continue
                look.groups.append(group_of(listener, kind))
                for one in services:
                    fault = why[kind, one.name]
                    said, over = words.down(one.name, fault), partial(words.up, one.name)
                    args = (listener, kind, one.name, bool(fault), said, "", 60 * one.minutes, over)
                    look.found.append(Condition(*args))

    async def _why_down(self, one: Watched) -> str:
        if one.url == self._index.url:
            return await self._index.ready()
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        try:
            async with self._session.get(one.url, timeout=timeout, allow_redirects=False) as answer:
                if answer.status == 200:
                    return ""
                text = (await answer.content.read(300)).decode(errors="replace")
                return printable(text.strip(), 300) or f"it answers {answer.status}"
        except TimeoutError:
            return f"there was no answer in {ANSWER_S:.0f} s"
        except (aiohttp.ClientError, OSError) as error:
            return f"it can't be reached ({type(error).__name__})"

    async def _jobs(self, listener: Listener) -> list[dict[str, Any]]:
        """The open ones."""
        found = []
        for account in sorted(listener.person.felts):
            found += await self._index.items(f"/v1/jobs?state=open&limit=200&requester={account:#x}")
        return found

    async def _job_waits(self, look: Look, listener: Listener) -> None:
        for job in await self._jobs(listener):
            if job["held_tasks"] or not job["open_tasks"]:
                continue
            place = place_of(job["board"], job["job"])
            waiting = await self._index.item(f"/v1/jobs/{place[0]}/{place[1]}/waiting")
            if waiting is not None:
                said, after_s = words.waits(job["job"], job, waiting), 60 * listener.person.waits_minutes
                link = self._links.job(*place)
                look.found.append(
                    Condition(listener, "job_waits", "/".join(place), True, said, link, after_s)
                )

    async def _deadline_near(self, look: Look, listener: Listener) -> None:
        for job in await self._jobs(listener):
            left_s = int(job["expires_at_s"]) - look.now_s
            needs_s = needed_s(job, look.now_s)
            soon = left_s < 3600 * listener.person.deadline_hours or (needs_s or 0) > left_s
            if job["open_tasks"] and left_s > 0 and soon:
                place = place_of(job["board"], job["job"])
                said, link = words.deadline_near(job["job"], job, left_s, needs_s), self._links.job(*place)
                look.found.append(Condition(listener, "deadline_near", "/".join(place), True, said, link))

    async def _money_low(self, look: Look, listener: Listener) -> None:
        for account in sorted(listener.person.felts):
            held_fri = await self._held(account)
            if held_fri is not None and held_fri < listener.person.low_fri:
                said = words.money_low(account, held_fri)
                look.found.append(Condition(listener, "money_low", hex(account), True, said))

    async def _reserve_low(self, look: Look, listener: Listener) -> None:
        for worker in listener.person.workers:
            row = await self._index.worker(worker)
            if row is None or row["operator"] is None:
                continue
            account = int(row["operator"], 16)
            held_fri = await self._held(account)
            if held_fri is not None and held_fri < listener.person.low_fri:
                said, link = words.reserve_low(worker, account, held_fri), self._links.worker(worker)
                look.found.append(Condition(listener, "reserve_low", str(worker), True, said, link))

    async def _held(self, account: int) -> int | None:
        return None if self._balance is None else await self._balance(account)

    async def _worker_silent(self, look: Look, listener: Listener) -> None:
        if not listener.person.workers:
            return
        open_tasks = {one["family"]: one["open_tasks"] for one in await self._index.items("/v1/families")}
        for worker in listener.person.workers:
            row = await self._index.worker(worker)
            if row is None or not row["offer"] or int(row["offer"]["until_s"]) < look.now_s:
                continue
            tasks = sum(open_tasks.get(one["family"], 0) for one in row["families"] if one["is_supported"])
            last_s = await self._last_sign_s(worker)
            since_s = row["registered_s"] if last_s is None else last_s
            is_silent = bool(tasks) and look.now_s - (since_s or 0) > 3600 * listener.person.silent_hours
            said = words.worker_silent(worker, None if last_s is None else look.now_s - last_s, tasks)
            args = (listener, "worker_silent", str(worker), is_silent, said, self._links.worker(worker))
            look.found.append(Condition(*args, over=partial(words.worker_back, worker)))

    async def _last_sign_s(self, worker: int) -> int | None:
        """When it took or brought a lease last; None: it never did."""
        found = await self._index.first(f"/v1/workers/{worker}/leases?limit=1")
        if found is None:
            return None
        return max(found[name] or 0 for name in ("claimed_s", "submitted_s"))


def needed_s(job: dict[str, Any], now_s: int) -> int | None:
    """Until all its tasks are taken, at the pace so far; None while that can't be told."""
    taken, passed_s = job["held_tasks"] + job["accepted_tasks"], now_s - job["created_s"]
    if taken < SOME or passed_s < A_WHILE_S:
        return None
    return int(job["open_tasks"] * passed_s / taken)


SOME, A_WHILE_S = 3, 600
