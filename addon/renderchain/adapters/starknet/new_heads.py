"""Word of new blocks by a node's WebSocket, so that nobody needs to ask often."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from types import TracebackType

from .answers import read_message
from .member import Member, failures, reason_of
from .nodes import Nodes

PING_S = 10.0
RETRY_S = 30.0
ASK_S = 2.0  # how often one asks where no WebSocket works
SILENT_S = 30.0  # ... and where one does: a silent node may have lost the subscription


log = logging.getLogger(__name__)


class NewHeads:
    """``async with`` listens; ``wait`` returns when there may be a new block."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._news = asyncio.Event()
        self._is_listening = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> NewHeads:
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def wait(self) -> None:
        """Until something is new, or one should ask all the same."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SILENT_S if self._is_listening else ASK_S):
                await self._news.wait()
        self._news.clear()

    async def _listen(self) -> None:
        """For ever, whatever comes: without it one asks every few seconds."""
        from websockets.exceptions import WebSocketException

        while True:
            try:
                if listened := next((one for one in self._nodes.usable() if one.node.ws_url), None):
                    await self._hear(listened)
            except (WebSocketException, *failures()) as error:  # type: ignore[misc]
                log.info("no word of new blocks: %s", reason_of(error))
            finally:
                self._is_listening = False
                self._news.set()
            await asyncio.sleep(RETRY_S)

    async def _hear(self, member: Member) -> None:
        async with member.node.socket(PING_S) as socket:
            question = {"id": 1, "jsonrpc": "2.0", "method": "starknet_subscribeNewHeads", "params": {}}
            await socket.send(json.dumps(question))
            async with asyncio.timeout(PING_S):
                answer = read_message(await socket.recv())
            if "result" not in answer:
                return
            self._is_listening = True
            async for _ in socket:
                self._news.set()
