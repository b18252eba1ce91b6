"""The chain as the settings say, and what of a process is kept beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from math import inf
from typing import Any, TypeVar

from ..adapters.journal.sqlite import SqliteJournal
from ..adapters.starknet.chain import StarknetChain
from ..adapters.starknet.fees import Fee
from ..adapters.starknet.node import (
    Node,
    close_account,
    node_gas_price_fri,
    nodes_of,
    open_account,
    read_headers,
)
from ..adapters.starknet.nodes import Nodes
from ..adapters.starknet.registry import StarknetRegistry
from ..adapters.starknet.sender import Sender
from ..app.requester.create_job import intent_of_job
from ..app.upkeep.conditions import NODE, Conditions
from ..core.errors import NodeAway
from ..core.networks import NETWORKS
from ..core.notices.process import FeeEstimated
from ..ports.fee_budget import FeeBudget
from ..ports.journal import Journal
from ..ports.outbox import Outbox
from ..ports.reporter import Reporter
from ..settings import Settings
from .boards import NetworkBoards
from .keys import open_keys

NODE_RETRY_S = 10.0
Answer = TypeVar("Answer")


@asynccontextmanager
async def open_chain(
    settings: Settings, reporter: Reporter, budget: FeeBudget | None = None
) -> AsyncIterator[StarknetChain]:
    """A network's board for a new job as the settings' account sees it; see ``open_boards``."""
    async with open_boards(settings, reporter, budget) as boards:
        yield await boards.of()


@asynccontextmanager
async def open_boards(
    settings: Settings, reporter: Reporter, budget: FeeBudget | None = None
) -> AsyncIterator[NetworkBoards]:
    """The network as the settings' account sees it; what an earlier process left is finished first."""
    async with open_sender(settings, reporter, budget) as (account, sender):
        journal = open_journal(settings)
        parts = (account, sender, journal, settings.directory, settings.board)
        boards = NetworkBoards(*parts, reporter=reporter)
        await _finish_earlier(await boards.of(), journal)
        yield boards


async def leave(conditions: Conditions, stop: asyncio.Event) -> None:
    """Wait for nothing more once that is set."""
    await stop.wait()
    conditions.leave()


async def when_there(ask: Callable[[], Awaitable[Answer]], conditions: Conditions) -> Answer:
    """What the node answers, asked again until it is there."""
    while True:
        try:
            answer = await ask()
        except NodeAway as error:
            await conditions.wait(error, NODE_RETRY_S)
        else:
            conditions.met(NODE)
            return answer


@dataclass(frozen=True)
class OpenBoards:
    """A network's boards, and the address of that which the Directory lists first; ``active`` lists anew."""

    chains: list[StarknetChain]
    first: int
    active: Callable[[], Awaitable[list[StarknetChain]]]


@asynccontextmanager
async def patient_boards(
    settings: Settings, reporter: Reporter, conditions: Conditions, budget: FeeBudget | None = None
) -> AsyncIterator[OpenBoards]:
    """All its boards; their calls wait for a node and for gas to be had, and so does the beginning."""
    async with AsyncExitStack() as stack:

        async def begin() -> OpenBoards:
            boards = await stack.enter_async_context(open_boards(settings, reporter, budget))

            async def active() -> list[StarknetChain]:
                return [conditions.patient(one, NODE) for one in await boards.all()]

            return OpenBoards(await active(), await boards.first(), active)

        yield await when_there(begin, conditions)


async def network_name(settings: Settings) -> str:
    """What tells a network from others, by whatever names its nodes go.

    A node is asked only where there may be many chains of one identifier. Raises NodeAway.
    """
    if NETWORKS[settings.network].is_public:
        return settings.network
    nodes = await Nodes.connect(replace(node_of(settings), oldest_head_s=inf))
    try:
        return f"{nodes.chain:#x} {await nodes.first_block()} {settings.directory:#x}"
    finally:
        await nodes.close()


@asynccontextmanager
async def open_registry(settings: Settings, reporter: Reporter) -> AsyncIterator[StarknetRegistry]:
    """The registry of workers as the settings' account may use it."""
    async with open_sender(settings, reporter) as (account, sender):
        await sender.recover()
        yield await StarknetRegistry.connect(account, sender, settings.directory)


@asynccontextmanager
async def open_sender(
    settings: Settings, reporter: Reporter, budget: FeeBudget | None = None, *, node: Node | None = None
) -> AsyncIterator[tuple[Any, Sender]]:
    """The settings' account and its one sender in this process; ``node`` in the place of the settings'."""
    key = open_keys(settings).private_key(settings.account)
    account = await open_account(node or node_of(settings), settings.account, key, reporter.tell)
    watching = asyncio.create_task(nodes_of(account).watch())
    try:
        limit_fri, say_fee = settings.fee_limit_fri, _say_fee(reporter)
        outbox, say_end = _outbox(settings), reporter.tell
        yield account, Sender(account, outbox, limit_fri, budget=budget, say_fee=say_fee, say_end=say_end)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await close_account(account)


async def gas_price_fri(settings: Settings) -> int:
    """What the settings' node says of gas; needs no account. Raises ChainError."""
    return await node_gas_price_fri(node_of(settings))


def node_of(settings: Settings) -> Node:
    """Where the settings' nodes are and what they must be."""
    chain_id, file = NETWORKS[settings.network].chain_id, settings.rpc_headers
    others = [Node(rpc, ws, chain_id, read_headers(file, rpc)) for rpc, ws in settings.other_nodes]
    first = (settings.rpc_url, settings.ws_url, chain_id, read_headers(file))
    return Node(*first, tuple(others), oldest_head_s(settings))


def oldest_head_s(settings: Settings) -> float:
    """How old the newest block of a node may be that is used, in seconds."""
    return float(settings.oldest_head_seconds) or NETWORKS[settings.network].oldest_head_s


def _say_fee(reporter: Reporter) -> Callable[[str, Fee], None]:
    def say(action: str, fee: Fee) -> None:
        reporter.tell(FeeEstimated(action, fee.estimated_fri, fee.highest_fri))

    return say


async def _finish_earlier(chain: StarknetChain, journal: Journal) -> None:
    """Finish transactions that a crash left, and note the jobs that they made."""
    created = await chain.recover()
    for entry in journal.jobs():
        job_id = created.get(intent_of_job(entry.entry_id))
        if job_id is not None:
            journal.set_job(entry.entry_id, job_id=job_id, state="active")


def open_journal(settings: Settings) -> Journal:
    """The journal in the settings' folder."""
    return SqliteJournal(settings.folder / "journal.sqlite")


def _outbox(settings: Settings) -> Outbox:
    return SqliteJournal(settings.folder / "journal.sqlite")
