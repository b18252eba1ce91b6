"""Asks an index by HTTP: each answer is bounded, and nobody is asked where it leads."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from ...core.addresses import led_elsewhere, shown_address
from ...core.candidates import Candidate
from ...core.errors import IndexAway
from ...core.ids import JobId
from ...core.plain_text import printable
from ...core.reader import shallow_json
from ...ports.network_index import EndedJob, IndexedNetwork, JobPlace, Told
from . import answers

PATIENCE_S = 10.0  # for one answer
MOST_BYTES = 2**22  # of one answer; 200 rows have 200 KiB or so
PLAIN = {"Accept": "application/json", "Accept-Encoding": "identity"}  # so that its bytes can be counted
MOST_PAGES = 5
ROWS = 200  # of a page
MOST_SAID = 200  # characters of why it refuses
NONSENSE = (ValueError, TypeError, KeyError, AttributeError)
Made = TypeVar("Made")


class RemoteIndex:
    """Serves NetworkIndex; ``url`` is where the pages of its API begin."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    @property
    def shown(self) -> str:
        """Its address as it may be shown."""
        return shown_address(self._url)

    async def network(self) -> Told[IndexedNetwork]:
        """Which network it follows."""
        found = await self._ask("network")
        return self._made(found, lambda: answers.network_of(found["item"]))

    async def workers(self) -> Told[list[Candidate]]:
        """The workers of the network, the oldest first where there are more than a few answers tell."""
        found, now_s = await self._pages("workers"), time.time()
        return self._made(found, lambda: [answers.candidate_of(one, now_s) for one in found["items"]])

    async def jobs_of(self, board: int, requester: int) -> Told[list[JobPlace]]:
        """The jobs of a board that an account created, the newest first."""
        found = await self._pages("jobs", board=hex(board), requester=hex(requester))
        return self._made(found, lambda: list(map(answers.place_of, found["items"])))

    async def open_jobs(self, board: int, families: Collection[int]) -> Told[list[JobPlace]]:
        """The jobs of a board and of these families that have not closed."""
        about = {"board": hex(board), "state": "open"}
        told = [await self._pages("jobs", **about, family=hex(one)) for one in sorted(families)]
        found = {
            "block": min(one["block"] for one in told),
            "items": [row for one in told for row in one["items"]],
        }
        return self._made(found, lambda: list(map(answers.place_of, found["items"])))

    async def ended_job(self, board: int, job_id: JobId) -> Told[EndedJob | None]:
        """A job that is over; None where it goes on, or there is none."""
        path = f"jobs/{board:#x}/{job_id}"
        job = await self._ask(path, absent_is_none=True)
        if job["item"] is None or not self._made(job, lambda: answers.is_closed(job["item"])).item:
            return Told(job["block"], None)
        leases = await self._pages(f"{path}/leases")
        return self._made(job, lambda: answers.ended_of(job_id, job["item"], leases["items"]))

    def _made(self, found: dict[str, Any], make: Callable[[], Made]) -> Told[Made]:
        try:
            return Told(found["block"], make())
        except NONSENSE as error:
            raise self._nonsense(error) from error

    async def _pages(self, path: str, **about: str) -> dict[str, Any]:
        """The rows of all pages of a list. Raises IndexAway where there are more than are read."""
        items, page, block = list[Any](), "", None
        for _ in range(MOST_PAGES):
            found = await self._ask(path, about | {"limit": str(ROWS), "page": page})
            if not isinstance(found["items"], list) or len(found["items"]) > ROWS:
                raise self._nonsense(TypeError("a list that is none, or too long"))
            items += found["items"]
            block = found["block"] if block is None else min(block, found["block"])
            page = found["next"]
            if page is None:
                return {"block": block, "items": items}
            if not isinstance(page, str) or not found["items"]:
                raise self._nonsense(TypeError("pages that lead nowhere"))
        raise IndexAway(f"The index {self.shown} has more of {path} than is read of an index.")

    async def _ask(
        self, path: str, about: Mapping[str, str] | None = None, *, absent_is_none: bool = False
    ) -> dict[str, Any]:
        """An answer's ``item``, or ``items`` and ``next``, and the ``block`` that it is of."""
        query = urlencode({name: one for name, one in (about or {}).items() if one})
        status, raw = await self._fetched(f"{self._url}/v1/{path}{'?' if query else ''}{query}")
        try:
            if status == 404 and absent_is_none:
                return {"block": 0, "item": None}
            found = shallow_json(raw)
            if status != 200:
                raise IndexAway(
                    f"The index {self.shown} answered {status}: {printable(str(found['detail']), MOST_SAID)}"
                )
            told = {"block": answers.whole(found["as_of"]["block"])}
            if "items" in found:
                return told | {"items": found["items"], "next": found["next"]}
            return told | {"item": found["item"]}
        except NONSENSE as error:
            raise self._nonsense(error, status) from error

    async def _fetched(self, url: str) -> tuple[int, bytes]:
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, headers=PLAIN, auto_decompress=False) as session,
                session.get(url, allow_redirects=False) as answer,
            ):
                if answer.status // 100 == 3:
                    raise IndexAway(
                        led_elsewhere(f"The index {self.shown}", answer.headers.get("Location", ""))
                    )
                raw = bytearray()
                async for piece in answer.content.iter_any():
                    raw += piece
                    if len(raw) > MOST_BYTES:
                        raise IndexAway(
                            f"The index {self.shown} answers with more than {MOST_BYTES:,} bytes."
                        )
                return answer.status, bytes(raw)
        except TimeoutError as error:
            raise IndexAway(f"The index {self.shown} did not answer within {PATIENCE_S:.0f} s.") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            reason = type(error).__name__
            raise IndexAway(f"The index {self.shown} can't be reached or broke off ({reason}).") from error

    def _nonsense(self, error: Exception, status: int = 200) -> IndexAway:
        said = f", status {status}" if status != 200 else ""
        return IndexAway(
            f"The index {self.shown} answers nothing that an index would ({type(error).__name__}{said})."
        )
