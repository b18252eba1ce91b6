"""A node's client over made-up contracts: classes, what views answer, and the blocks of their events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from starknet_py.hash.selector import get_selector_from_name
from starknet_py.net.account.account import Account
from starknet_py.net.client_errors import ClientError
from starknet_py.net.signer.key_pair import KeyPair

Answer = Callable[..., int]


class AnsweringNode:
    """``views`` answer by their names, whatever contract is asked."""

    def __init__(self, classes: Mapping[int, int], views: Mapping[str, Answer]) -> None:
        self.classes = dict(classes)
        self.views = {get_selector_from_name(name): answer for name, answer in views.items()}
        self.events: dict[int, list[int]] = {}
        self.newest = 0

    async def get_class_hash_at(self, address: int, *_: Any) -> int:
        """Refuses where there is nothing, as a node does."""
        if address not in self.classes:
            raise ClientError("Contract not found", code="20")
        return self.classes[address]

    async def get_class_by_hash(self, class_hash: int, **_: Any) -> int:
        """Refuses what nobody declared."""
        if class_hash not in self.classes.values():
            raise ClientError("Class hash not found", code="28")
        return class_hash

    async def call_contract(self, call: Any, **_: Any) -> list[int]:
        """What a view answers."""
        return [self.views[call.selector](*call.calldata)]

    async def get_contract_nonce(self, *_: Any, **__: Any) -> int:
        """Of accounts, which sent nothing."""
        return 0

    async def get_block_number(self) -> int:
        """The newest."""
        return self.newest

    async def get_events(self, *, address: int, continuation_token: str | None, **_: Any) -> Any:
        """Of a contract, one a page; the first page has none, as where a node looked at many blocks."""
        place = int(continuation_token or 0)
        found = self.events.get(address, [])
        events = [
            SimpleNamespace(block_number=one, transaction_index=0, event_index=place)
            for one in (found[place - 1 : place] if place else [])
        ]
        token = str(place + 1) if place < len(found) else None
        return SimpleNamespace(events=events, continuation_token=token)

    def account(self, address: int = 1, chain_id: str = "SN_SEPOLIA") -> Account:
        """Somebody who uses it."""
        client: Any = self
        name = int.from_bytes(chain_id.encode(), "big")
        return Account(address=address, client=client, key_pair=KeyPair.from_private_key(5), chain=name)
