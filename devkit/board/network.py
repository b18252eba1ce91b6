"""A chain in memory: each call is a block, nothing takes time, and blocks can be dropped.

The state is what the reference model makes of all calls in order, so dropping blocks is to
make it anew from the calls before them.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from renderchain.adapters.starknet.errors import refusal
from renderchain.core.board_events import BoardEvent, Reorganised
from renderchain.core.errors import ChainError
from renderchain.core.merkle import short_string

from devkit.board.chain import MemoryChain
from devkit.board.registry import MemoryRegistry
from devkit.model.challenges import Model
from devkit.model.ledger import Addresses, Refused
from devkit.rules import Rules

ADDRESSES = Addresses(chain_id=short_string("SN_MEMORY"), board=0xB0A2D, registry=0x2E6, admin=0xAD314)
START_S = 1_800_000_000
Answer = TypeVar("Answer")
Event = TypeVar("Event")
Call = Callable[[Model], object]
Intent = tuple[int, str]  # an account and a name that it gave
FAILED = -1


@dataclass(frozen=True)
class Block:
    """A block with at most one transaction: its calls, and what the board told in them."""

    time_s: int
    hash: int
    calls: tuple[Call, ...] = ()
    events: tuple[BoardEvent, ...] = ()
    brought_fri: int = 0  # that came to the board


@dataclass
class MemoryNetwork:
    """A network of one board. ``seed`` decides what chance decides."""

    rules: Rules
    seed: int = 0
    gas_price_fri: int = 10**8  # that nobody pays here
    checks_money: bool = False  # after each call, which takes longer the more there is
    make_model: type[Model] = Model
    addresses: Addresses = ADDRESSES
    _blocks: list[Block] = field(default_factory=list, init=False)
    _funds: list[tuple[int, int]] = field(default_factory=list, init=False)
    _dropped_from: list[int] = field(default_factory=list, init=False)  # one for each reorganisation
    _intents: dict[Intent, tuple[int, Any]] = field(default_factory=dict, init=False)  # block and answer
    _followers: dict[asyncio.Event, None] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._blocks.append(Block(START_S, self._next_hash()))
        self.model = self._new_model()

    @property
    def now_s(self) -> int:
        """The newest block's time."""
        return self._blocks[-1].time_s

    @property
    def block(self) -> int:
        """The newest block's number."""
        return len(self._blocks) - 1

    def pass_time(self, seconds: int, blocks: int = 10) -> None:
        """Let time pass, and make blocks in which it shows, at least one."""
        for _ in range(max(blocks, 1)):
            self._add(Block(self.now_s + seconds, self._next_hash()))
            seconds = 0

    def fund(self, address: int, fri: int) -> None:
        """Give an account tokens; no reorganisation takes them back."""
        self._funds.append((address, fri))
        self.model.fund(address, fri)

    def chain(self, address: int) -> MemoryChain:
        """The network as an account sees it."""
        return MemoryChain(self, address)

    def registry(self, address: int) -> MemoryRegistry:
        """The registry as an account uses it."""
        return MemoryRegistry(self, address)

    def write(self, action: str, call: Callable[[Model], Answer], *later: Call) -> Answer:
        """Do a call, and others in the same transaction, in a block of their own.

        Raises as the adapter of a real chain does, and then makes no block. Returns the first call's answer.
        """
        number = len(self._blocks)
        self.model.enter_block(self.now_s, number)
        before_fri = self._board_tokens_fri()
        try:
            answer = call(self.model)
        except Refused as refused:
            raise refusal(action, str(refused)) from refused
        try:
            for one in later:
                one(self.model)
        except Refused as refused:
            self._replay()
            raise refusal(action, str(refused)) from refused
        if self.checks_money:
            self.check_money()
        told = tuple(self.model.events)
        brought_fri = self._board_tokens_fri() - before_fri
        self._add(Block(self.now_s, self._next_hash(), (call, *later), told, brought_fri))
        return answer

    def write_once(self, intent: Intent, action: str, call: Callable[[Model], Answer]) -> Answer:
        """The same once for each intent: later ones get the first answer, also a refusal."""
        if intent not in self._intents:
            self._intents[intent] = (FAILED, None)
            answer = self.write(action, call)
            self._intents[intent] = (self.block, answer)
        block, known = self._intents[intent]
        if block == FAILED:
            raise ChainError(f"{action} was refused before under the same name; nothing was sent now.")
        return cast(Answer, known)

    @property
    def board_fri(self) -> int:
        """What the board must hold by its books."""
        return self.model.board_fri

    @property
    def registry_fri(self) -> int:
        """What the registry must hold by its books."""
        return self.model.registry_fri

    def check_money(self) -> None:
        """Both contracts have exactly what their books say, and nothing came from nowhere."""
        addresses, tokens = self.model.addresses, self.model.tokens
        held = [tokens.get(one, 0) for one in (addresses.board, addresses.registry)]
        assert held == [self.board_fri, self.registry_fri]
        assert sum(tokens.values()) == sum(fri for _, fri in self._funds)
        assert min(tokens.values(), default=0) >= 0

    def events_of(self, number: int) -> tuple[BoardEvent, ...]:
        """What the board told in a block."""
        return self._blocks[number].events

    def brought_fri_in(self, number: int) -> int:
        """What came to the board in a block."""
        return self._blocks[number].brought_fri

    def _board_tokens_fri(self) -> int:
        return self.model.tokens.get(self.model.addresses.board, 0)

    def told(self, kind: type[Event], from_block: int = 0) -> list[Event]:
        """All events of a kind since a block, in order."""
        told = [event for block in self._blocks[max(from_block, 0) :] for event in block.events]
        return [event for event in told if isinstance(event, kind)]

    def time_of(self, number: int) -> int:
        """A block's time."""
        return self._blocks[number].time_s

    @property
    def drops(self) -> int:
        """How often blocks were dropped."""
        return len(self._dropped_from)

    def hash_of(self, number: int) -> int:
        """A block's hash, from which chance follows."""
        return self._blocks[number].hash

    def reorganise(self, from_block: int) -> None:
        """Drop the blocks from there on; all who follow hear of it, then of everything again."""
        if not 0 < from_block < len(self._blocks):
            raise ValueError(f"There is no block {from_block} to drop, the newest is {self.block}.")
        del self._blocks[from_block:]
        self._dropped_from.append(from_block)
        self._intents = {one: done for one, done in self._intents.items() if done[0] < from_block}
        self._replay()
        self._tell()

    async def follow(self, from_block: int) -> AsyncGenerator[BoardEvent, None]:
        """Every event from that block on, in order; endless."""
        more = asyncio.Event()
        self._followers[more] = None
        first_block = max(from_block, 0)
        known, next_block = len(self._dropped_from), first_block
        try:
            while True:
                if known < len(self._dropped_from):
                    dropped_from = self._dropped_from[known]
                    known, next_block = known + 1, first_block
                    yield Reorganised(dropped_from)
                elif next_block < len(self._blocks):
                    told, next_block = self._blocks[next_block].events, next_block + 1
                    for event in told:
                        if known == len(self._dropped_from):
                            yield event
                else:
                    more.clear()
                    await more.wait()
        finally:
            del self._followers[more]

    def _add(self, block: Block) -> None:
        self._blocks.append(block)
        self._tell()

    def _tell(self) -> None:
        for follower in self._followers:
            follower.set()

    def _replay(self) -> None:
        """The state after the blocks that there are."""
        self.model = self._new_model()
        for number, block in enumerate(self._blocks):
            if block.calls:
                self.model.enter_block(block.time_s, number)
            for call in block.calls:
                call(self.model)

    def _new_model(self) -> Model:
        model = self.make_model(self.rules, self.addresses, self.hash_of)
        for address, fri in self._funds:
            model.fund(address, fri)
        return model

    def _next_hash(self) -> int:
        """Of the next block; another one after each reorganisation."""
        told = f"{self.seed} {len(self._blocks)} {len(self._dropped_from)}"
        return int.from_bytes(hashlib.sha256(told.encode()).digest()[:31], "big")
