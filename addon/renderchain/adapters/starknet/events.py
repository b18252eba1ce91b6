"""The board's events: each once, in order, across broken connections, nodes and reorganised chains.

They come by WebSocket. Before each subscription the gap since the last event is filled by
``get_events`` of the same node; what comes twice is left out by its place (block, transaction, event). When
blocks are dropped, ``Reorganised`` is yielded and everything comes again from the first block asked for.
A node that has not the block of the last event yet only lags: it is waited for, and nothing is forgotten.
Where no node's WebSocket works one is polled, which is slower and asks more of it: the log says so once.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Iterator, Sequence
from contextlib import aclosing, suppress
from typing import Any, TypeVar

from ...core.addresses import with_shown_addresses
from ...core.board_events import BoardEvent, CaughtUp, EntryRefused, JobCreated, Reorganised
from ...core.errors import ChainError, NodeAway
from ...core.ids import JobId, LeaseId
from .answers import dropped_from, read_message
from .errors import said
from .member import Member
from .nodes import Nodes
from .past_events import Keys, Kinds, Place, PushedEvent, past_events, place_of

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 30.0
MAX_FAILURES = 20
PING_S = 10.0  # a connection that answers no ping for as long again is dead
WATCH_S = 30.0  # of silence, after which the node is asked what it may not have told
POLL_S = 2.0
POLL_FAILURES = 3  # WebSocket failures in a row after which we poll
POLL_FOR_S = 60.0  # before the WebSocket is tried again
STEADY_S = 45.0  # what held so long did not fail in a row with what failed before
ASKING = "Reading a block"
NOWHERE = (-1, 0)
Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


class Reorg(Exception):
    """Blocks were dropped, from the number on that it carries."""


class Lag(Exception):
    """No node shows the present now; says why."""


class EventStream:
    """The events of one board, from whichever node works."""

    def __init__(self, nodes: Nodes, board: int) -> None:
        self._nodes = nodes
        self._board = board
        self._kinds = Kinds()
        self._last: Place = (-1, -1, -1)
        self._at = NOWHERE  # the block up to which nothing is missed, and its hash
        self._keys: Keys | None = None
        self._used = nodes.used
        self._is_polling = False
        self._ws_rests_until_s: dict[Member, float] = {}
        self._said_polling = False
        self._said_lag = False

    def told_in(self, receipt: Any) -> Iterator[BoardEvent]:
        """What the board told in a transaction."""
        for raw in receipt.events:
            mine = raw.from_address == self._board
            event = self._kinds.typed(receipt.block_number or 0, raw) if mine else None
            if event is not None:
                yield event

    def refusals_in(self, receipt: Any) -> Iterator[EntryRefused]:
        """The refused entries of a batch."""
        return (event for event in self.told_in(receipt) if isinstance(event, EntryRefused))

    async def follow(self, from_block: int, job_id: JobId | None = None) -> AsyncGenerator[BoardEvent, None]:
        """Endless; raises ChainError only when the nodes stay away.

        Of one job, where it is named: its number is the first key of all that is told of it.
        """
        failures = 0
        self._begin_anew()
        self._keys = None if job_id is None else [[], [hex(job_id)]]
        while True:
            started_s = time.monotonic()
            try:
                async with aclosing(self._once(from_block)) as events:
                    async for raw in events:
                        failures = 0
                        if raw is None:
                            yield CaughtUp(self._last[0])
                        elif self._is_new(raw) and (event := self._kinds.typed(raw.block_number, raw)):
                            yield event
                failures = 0
            except Reorg as dropped:
                log.warning("the chain dropped blocks from %s on: reading all events again", dropped)
                self._begin_anew()
                self._nodes.forget_seen(int(str(dropped)))
                yield Reorganised(int(str(dropped)))
            except Lag as lag:
                self._say_lag(lag)
                await asyncio.sleep(POLL_S)
            except _gone() as error:
                failures = 1 if time.monotonic() - started_s > STEADY_S else failures + 1
                if failures > MAX_FAILURES:
                    raise ChainError(
                        f"Events from {self._used.node.shown} broke off {failures} times in a row "
                        f"({_said(error)}). Check the node."
                    ) from error
                if self._goes_elsewhere(failures, error):
                    continue
                pause_s = min(FIRST_RETRY_S * 2 ** (failures - 1), LONGEST_RETRY_S)
                log.warning("events broke off, going on in %.1f s: %s", pause_s, _said(error))
                await asyncio.sleep(pause_s)

    def _begin_anew(self) -> None:
        self._last, self._at = (-1, -1, -1), NOWHERE

    def _goes_elsewhere(self, failures: int, error: Exception) -> bool:
        """Whether to go on at once: a WebSocket failed, and another one is there, or we poll by now."""
        if self._is_polling:
            self._nodes.note_failure(self._used, _said(error))
            return False
        others = list[Member]()
        with suppress(Lag):
            others = [one for one in self._listened() if one is not self._used]
        if not (others or self._said_polling or failures >= POLL_FAILURES):
            return False
        self._ws_rests_until_s[self._used] = time.monotonic() + POLL_FOR_S
        return True

    def _listened(self) -> list[Member]:
        """Nodes whose WebSocket may work."""
        now_s = time.monotonic()
        return [
            one for one in self._usable() if one.node.ws_url and now_s >= self._ws_rests_until_s.get(one, 0.0)
        ]

    def _usable(self) -> list[Member]:
        try:
            return self._nodes.usable()
        except NodeAway as error:
            raise Lag(str(error)) from error

    def _choose(self) -> tuple[Member, bool]:
        """The node to ask now, and whether to poll it."""
        listened = self._listened()
        return (listened or self._usable())[0], not listened

    def _say_polling(self) -> None:
        """Once, until the WebSocket works again."""
        if self._said_polling:
            return
        self._said_polling = True
        if self._used.node.ws_url:
            why, advice = f"the WebSocket {self._used.node.shown_ws} does not work", "Check ws_url"
        else:
            why, advice = "no ws_url is set", "Set ws_url to the node's WebSocket address"
        log.warning(
            "%s: the node is asked for events every %.0f s, which is slower and may cost more. "
            "%s, or use a node that has one.",
            *(why, POLL_S, advice),
        )

    def _say_lag(self, lag: Lag) -> None:
        """Once, until it is over."""
        if not self._said_lag:
            self._said_lag = True
            log.warning("events wait, and nothing is forgotten: %s", lag)

    def _say_listening(self) -> None:
        if self._said_polling:
            self._said_polling = False
            log.warning("the WebSocket %s works again: polling has ended", self._used.node.shown_ws)

    def _is_new(self, raw: Any) -> bool:
        place = place_of(raw)
        self._check_block(raw.block_number)
        if place <= self._last:
            return False
        self._last = place
        if raw.block_number >= self._at[0]:
            self._at = (raw.block_number, raw.block_hash)
        self._nodes.saw(raw.block_number)
        return True

    def _check_block(self, number: int) -> None:
        """Raise NodeAway where no chain is at that block: who believed it would take all others for late."""
        if not self._nodes.may_be_there(number):
            raise NodeAway(
                f"The node {self._used.node.shown} tells of block {number}, which can't be there yet."
            )

    async def _once(self, from_block: int) -> AsyncGenerator[Any, None]:
        """Raw events after the last one, until the connection breaks or changes its way."""
        self._used, self._is_polling = self._choose()
        if self._is_polling:
            self._say_polling()
            async with aclosing(self._poll(from_block)) as found:
                async for raw in found:
                    yield raw
        else:
            async with aclosing(self._listen(from_block)) as heard:
                async for raw in heard:
                    yield raw

    async def _checked_head(self) -> tuple[int, int]:
        """The newest block and its hash. Raises Reorg if where we were is another one now, Lag if none."""
        client, (number, known) = self._used.client, self._at
        head = await said(ASKING, client.get_block_hash_and_number())
        newest, now = head.block_number, head.block_hash
        self._check_block(newest)
        if self._at != NOWHERE:
            if number > newest:
                raise Lag(
                    f"the node {self._used.node.shown} is at block {newest}, and block {number} was told "
                    "already: it lags. If it stays so, use another node."
                )
            self._said_lag = False
            if number < newest:
                now = (await said(ASKING, client.get_block_with_tx_hashes(block_number=number))).block_hash
            if now != known:
                raise Reorg(number)
        return newest, head.block_hash

    async def _poll(self, from_block: int) -> AsyncGenerator[Any, None]:
        while self._choose() == (self._used, True):
            async for raw in self._missed(from_block):
                yield raw
            await asyncio.sleep(POLL_S)

    async def _listen(self, from_block: int) -> AsyncGenerator[Any, None]:
        """Subscribe first, fill the gap, then go on with what was pushed meanwhile and later."""
        await self._checked_head()
        async with self._used.node.socket(PING_S) as socket:
            filtered = {"from_address": hex(self._board), **({"keys": self._keys} if self._keys else {})}
            question = {"id": 1, "jsonrpc": "2.0", "method": "starknet_subscribeEvents", "params": filtered}
            await socket.send(json.dumps(question))
            answer = read_message(await within(PING_S, socket.recv()))
            if "result" not in answer:
                raise ConnectionError(f"the node takes no subscription: {str(answer)[:200]}")
            self._say_listening()
            async for raw in self._missed(from_block):
                yield raw
            while self._used in self._usable():
                try:
                    message = await within(WATCH_S, socket.recv())
                except TimeoutError:  # a silent node may have lost the subscription: look for ourselves
                    async for raw in self._missed(from_block):
                        yield raw
                    continue
                note = read_message(message)
                if note.get("method") == "starknet_subscriptionReorg":
                    raise Reorg(dropped_from(note))
                if note.get("method") == "starknet_subscriptionEvents":
                    yield PushedEvent(note["params"]["result"])

    async def _missed(self, from_block: int) -> AsyncGenerator[Any, None]:
        """What was told since the last event."""
        head = await self._checked_head()
        async for raw in self._past(max(from_block, self._at[0]), self._keys):
            yield raw
        self._at = max(self._at, head)  # of a quiet job the last event may be long ago

    def _past(self, first: int, keys: Keys | None = None) -> Any:
        """Of the node that is listened to: another one may be behind it, and then something would lack."""
        return past_events(self._used.client, self._board, first, keys)

    async def told_of(self, job_id: JobId, first: int, names: Sequence[str] = ()) -> list[BoardEvent]:
        """What was told of a job since a block: events of these names, or all."""
        from .library import get_selector_from_name

        return await self._typed(first, [[hex(get_selector_from_name(one)) for one in names], [hex(job_id)]])

    async def created_by(self, account: int, first: int) -> list[BoardEvent]:
        """The jobs that an account created since a block."""
        from .library import get_selector_from_name

        return await self._typed(first, [[hex(get_selector_from_name("JobCreated"))], [], [], [hex(account)]])

    async def created_in(self, block: int, job_id: JobId) -> JobCreated | None:
        """A job's beginning, if that was in that block."""
        from .library import get_selector_from_name

        keys = [[hex(get_selector_from_name("JobCreated"))], [hex(job_id)]]
        found = await self._typed(block, keys, last=block)
        return next((event for event in found if isinstance(event, JobCreated)), None)

    async def _typed(
        self, first: int, keys: Keys, last: int | str = "latest", most: int | None = None
    ) -> list[BoardEvent]:
        raws = past_events(self._nodes.client, self._board, first, keys, last, most)
        found = [self._kinds.typed(raw.block_number, raw) async for raw in raws]
        return [one for one in found if one is not None]

    async def past_of(
        self, name: str, first: int, *, job_id: JobId | None = None, lease_id: LeaseId | None = None
    ) -> list[BoardEvent]:
        """Events of one kind since a block, about one job or one lease or about all."""
        # An event may have no key in the lease's place, so nothing is asked of it there for a job.
        of_lease: list[list[int]] = [[lease_id]] if lease_id else []
        of_job: list[int] = [job_id] if job_id else []
        about = [of_job, *of_lease] if job_id or lease_id else []
        return await self.past_with(name, first, *about)

    async def past_with(
        self, name: str, first: int, *wanted: Sequence[int], most: int | None = None
    ) -> list[BoardEvent]:
        """Events of one kind since a block, or the first so many, each of whose keys is one of those wanted;
        of none: any.
        """
        from .library import get_selector_from_name

        keys = [[hex(get_selector_from_name(name))], *(list(map(hex, one)) for one in wanted)]
        return await self._typed(first, keys, most=most)

    async def block_at(self, time_s: float, first: int) -> int:
        """The first block from ``first`` on that is not older; the one after the newest if all are."""
        client = self._nodes.client
        low, high = max(first, 0), int(await said(ASKING, client.get_block_number())) + 1
        while low < high:
            middle = (low + high) // 2
            block = await said(ASKING, client.get_block_with_tx_hashes(block_number=middle))
            low, high = (middle + 1, high) if block.timestamp < time_s else (low, middle)
        return low


def _said(error: Exception) -> str:
    return with_shown_addresses(str(error)) or type(error).__name__


async def within(seconds: float, answer: Awaitable[Answer]) -> Answer:
    """As ``wait_for``, which in Python 3.11 swallows a cancellation that comes together with the answer."""
    async with asyncio.timeout(seconds):
        return await answer


def _gone() -> tuple[type[Exception], ...]:
    """What a node that went away, or answers nonsense, looks like."""
    from aiohttp import ClientError as HttpError
    from websockets.exceptions import WebSocketException

    from .library import ClientError

    nonsense = (ValueError, KeyError, TypeError)
    return (HttpError, ClientError, WebSocketException, ChainError, OSError, TimeoutError, *nonsense)
