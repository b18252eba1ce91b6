"""Several subscriptions on one WebSocket: each for some events of a board, by their keys."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from ...core.interest import Filter
from .answers import dropped_from, read_message
from .events import PING_S, Reorg, within
from .past_events import Keys, PushedEvent


def keys_of(wanted: Filter) -> Keys:
    """As a node takes it."""
    from .library import get_selector_from_name

    kinds = [hex(get_selector_from_name(name)) for name in wanted.kinds]
    return [kinds, *([hex(one) for one in some] for some in wanted.keys)]


class Subscriptions:
    """What is pushed is only a hint here: up to which block there is something to read."""

    def __init__(self, socket: Any, board: int) -> None:
        self._socket = socket
        self._board = board
        self._ids: dict[Filter, Any] = {}
        self._asked = 0
        self.newest = -1  # block that told something

    async def keep(self, wanted: Collection[Filter]) -> bool:
        """Have just these, new ones before old ones go; whether there are new ones."""
        new = [one for one in wanted if one not in self._ids]
        for one in new:
            params = {"from_address": hex(self._board), "keys": keys_of(one)}
            answer = await self._ask("starknet_subscribeEvents", params)
            if "result" not in answer:
                raise ConnectionError(f"the node takes no subscription: {str(answer)[:200]}")
            self._ids[one] = answer["result"]
        for one in self._ids.keys() - set(wanted):  # one that stays by the node's fault wakes us in vain
            await self._ask("starknet_unsubscribe", {"subscription_id": self._ids.pop(one)})
        return bool(new)

    async def wait(self, beyond: int, seconds: float) -> None:
        """Until a later block told something; raises TimeoutError where none did, and Reorg."""
        while self.newest <= beyond:
            self._hear(read_message(await within(seconds, self._socket.recv())))

    async def _ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._asked += 1
        question = {"id": self._asked, "jsonrpc": "2.0", "method": method, "params": params}
        await self._socket.send(json.dumps(question))
        while True:
            message = read_message(await within(PING_S, self._socket.recv()))
            if message.get("id") == self._asked:
                return message
            self._hear(message)

    def _hear(self, message: dict[str, Any]) -> None:
        if message.get("method") == "starknet_subscriptionReorg":
            raise Reorg(dropped_from(message))
        if message.get("method") == "starknet_subscriptionEvents":
            self.newest = max(self.newest, PushedEvent(message["params"]["result"]).block_number)
