"""What the notifier asks an index: events as they come, and the rows that they are about."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from renderchain.core.addresses import shown_address

ASK_S = 30.0
SILENCE_S = 60.0  # an index says something every 15 s
MOST_BYTES = 8 * 2**20  # of an answer
MOST_LINE = 2**20
MOST_KEPT = 20_000  # rows of which what never changes is remembered
MOST_PAGES = 50
BLOCK, REORG, PING = "block", "reorg", "ping"
NUMBERS_END = 2**63  # of places and blocks, as a database keeps them
FELT, NUMBER = re.compile("0x[0-9a-f]{1,64}"), re.compile("[0-9]{1,20}")
# What comes of reckoning with an answer as if it made sense.
NONSENSE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)


class IndexAway(Exception):
    """It can't be reached, or answers nonsense."""


@dataclass(frozen=True)
class Told:
    """A message of the index; ``seq`` is its place in the index's database. A ping says that it is there."""

    seq: int
    kind: str
    data: dict[str, Any]

    @property
    def block(self) -> int:
        """The block that it is of."""
        return int(self.data["number" if self.kind == BLOCK else "block"])


class Index:
    """Inside of ``open_index``."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self.url = session, url.rstrip("/")
        self._kept: OrderedDict[tuple[str, ...], int] = OrderedDict()

    async def item(self, path: str) -> dict[str, Any] | None:
        """A row; None where there is none. Raises IndexAway."""
        found = await self._get(path)
        return None if found is None else _dict(found.get("item"))

    async def items(self, path: str) -> list[dict[str, Any]]:
        """All rows of a list, up to some thousands. Raises IndexAway."""
        rows: list[dict[str, Any]] = []
        page: str | None = ""
        for _ in range(MOST_PAGES):
            found = await self._get(f"{path}{'&' if '?' in path else '?'}page={page}") or {}
            rows += [_dict(one) for one in found.get("items", ())]
            page = found.get("next")
            if not page:
                break
        return rows

    async def first(self, path: str) -> dict[str, Any] | None:
        """The first row of a list. Raises IndexAway."""
        found = await self._get(path) or {}
        return next((_dict(one) for one in found.get("items", ())), None)

    async def job(self, board: str, job: str) -> dict[str, Any] | None:
        """A job as it is now."""
        return await self.item(f"/v1/jobs/{board}/{job}")

    async def lease(self, board: str, lease: str) -> dict[str, Any] | None:
        """A lease as it is now."""
        return await self.item(f"/v1/leases/{board}/{lease}")

    async def worker(self, worker: int) -> dict[str, Any] | None:
        """A worker as it is now."""
        return await self.item(f"/v1/workers/{worker}")

    async def requester(self, board: str, job: str) -> int | None:
        """Whose job it is."""
        return await self._felt(("jobs", board, job), "requester")

    async def owner(self, worker: int) -> int | None:
        """Whose worker it is."""
        return await self._felt(("workers", str(worker)), "owner")

    def forget(self) -> None:
        """What was kept is of blocks that are no more."""
        self._kept.clear()

    async def _felt(self, place: tuple[str, ...], name: str) -> int | None:
        if place not in self._kept:
            row = await self.item(f"/v1/{'/'.join(place)}")
            if row is None or row.get(name) is None:
                return None
            try:
                self._kept[place] = int(row[name], 16)
            except (TypeError, ValueError):
                raise IndexAway(f"{self._shown} answers nonsense: {name} is no felt") from None
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return self._kept[place]

    async def ready(self) -> str:
        """Why it is not, or ""."""
        try:
            async with self._session.get(f"{self.url}/readyz", allow_redirects=False) as answer:
                text = (await answer.content.read(300)).decode(errors="replace").strip()
                return "" if answer.status == 200 else text or f"it answers {answer.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return _why(error)

    async def _get(self, path: str) -> dict[str, Any] | None:
        try:
            async with self._session.get(f"{self.url}{path}", allow_redirects=False) as answer:
                if answer.status == 404:
                    return None
                if answer.status != 200:
                    raise IndexAway(f"{self._shown} answers {answer.status} to {path}")
                body = await answer.content.read(MOST_BYTES)
                while len(body) < MOST_BYTES and (more := await answer.content.read(MOST_BYTES - len(body))):
                    body += more
            return _dict(json.loads(body))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise IndexAway(f"{self._shown} can't be asked: {_why(error)}") from error
        except (ValueError, RecursionError) as error:
            raise IndexAway(f"{self._shown} answers nonsense to {path}") from error

    @property
    def _shown(self) -> str:
        return f"The index {shown_address(self.url)}"

    async def listen(self, kinds: frozenset[str], last: int | None) -> AsyncGenerator[Told, None]:
        """Events after that one, then as they come, with each block and reorganisation. Raises IndexAway."""
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=ASK_S, sock_read=SILENCE_S)
        url = f"{self.url}/v1/events?kinds={','.join(sorted(kinds))}"
        try:
            async with self._session.get(
                url, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    raise IndexAway(f"{self._shown} answers {answer.status} to who wants to hear events")
                fields: dict[str, str] = {}
                async for line in answer.content:
                    name, _, value = line.decode().rstrip("\r\n").partition(":")
                    if name:
                        fields[name] = value.removeprefix(" ")
                    elif line.startswith(b":"):
                        yield Told(-1, PING, {})
                    elif "data" in fields:
                        yield _told(int(fields["id"]), fields["event"], json.loads(fields["data"]))
                        fields = {}
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise IndexAway(f"{self._shown} can't be heard: {_why(error)}") from error
        except (*NONSENSE, RecursionError) as error:
            raise IndexAway(f"{self._shown} tells nonsense ({type(error).__name__})") from error


def _told(seq: int, kind: str, found: Any) -> Told:
    """With what is needed of each to go on after it, and to keep where that is."""
    told = Told(seq, kind, _dict(found))
    place, least = (int(told.data["to_block"]), -1) if kind == REORG else (told.block, 0)
    if not (0 <= seq < NUMBERS_END and least <= place < NUMBERS_END):
        raise ValueError("no place")
    if kind not in (BLOCK, REORG) and not FELT.fullmatch(told.data["transaction"]):
        raise ValueError("no transaction")
    return told


def place_of(board: str, number: str) -> tuple[str, str]:
    """A job or lease and its board, as addresses name them. Raises ValueError or TypeError."""
    if not (FELT.fullmatch(board) and NUMBER.fullmatch(number)):
        raise ValueError("no place")
    return board, number


def _dict(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _why(error: BaseException) -> str:
    return "it takes too long" if isinstance(error, TimeoutError) else str(error) or type(error).__name__


@asynccontextmanager
async def open_index(url: str) -> AsyncIterator[Index]:
    """An index to be asked."""
    timeout = aiohttp.ClientTimeout(total=ASK_S)
    async with aiohttp.ClientSession(timeout=timeout, read_bufsize=MOST_LINE) as session:
        yield Index(session, url)
