"""The chain as the settings say, and what of a process is kept beside it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from ..adapters.journal_sqlite import SqliteJournal
from ..adapters.keys import KeyringStore, KeystoreFile
from ..adapters.starknet.chain import StarknetChain
from ..adapters.starknet.fees import Fee
from ..adapters.starknet.node import (
    Node,
    check_head,
    close_account,
    node_gas_price_fri,
    open_account,
    read_headers,
)
from ..adapters.starknet.registry import StarknetRegistry
from ..adapters.starknet.sender import Sender
from ..app.requester.create_job import intent_of_job
from ..core.notices.process import FeeEstimated
from ..ports.fee_budget import FeeBudget
from ..ports.journal import Journal
from ..ports.key_store import KeyStore
from ..ports.outbox import Outbox
from ..ports.reporter import Reporter
from ..settings import CHAIN_IDS, Settings

# A node whose newest block is older shows us the past. A devnet makes blocks only when it is used.
OLDEST_HEAD_S = {"devnet": 1e12, "custom": 1e12, "sepolia": 600.0, "mainnet": 600.0}
NODE_RETRY_S = 10.0


def open_keys(settings: Settings) -> KeyStore:
    """The key store that the settings name."""
    if settings.keystore is None:
        return KeyringStore()
    return KeystoreFile(
        settings.keystore, settings.password_file or settings.keystore.with_suffix(".password")
    )


@asynccontextmanager
async def open_chain(
    settings: Settings, reporter: Reporter, budget: FeeBudget | None = None
) -> AsyncIterator[StarknetChain]:
    """The network as the settings' account sees it; what an earlier process left is finished first."""
    async with open_sender(settings, reporter, budget) as (account, sender):
        chain = await StarknetChain.connect(
            account, sender, node_of(settings), settings.directory, settings.board
        )
        await _finish_earlier(chain, open_journal(settings))
        yield chain


@asynccontextmanager
async def open_registry(settings: Settings, reporter: Reporter) -> AsyncIterator[StarknetRegistry]:
    """The registry of workers as the settings' account may use it."""
    async with open_sender(settings, reporter) as (account, sender):
        await sender.recover()
        yield await StarknetRegistry.connect(account, sender, settings.directory)


@asynccontextmanager
async def open_sender(
    settings: Settings, reporter: Reporter, budget: FeeBudget | None = None
) -> AsyncIterator[tuple[Any, Sender]]:
    """The settings' account and its one sender in this process."""
    key = open_keys(settings).private_key(settings.account)
    account = await open_account(node_of(settings), settings.account, key)
    try:
        await check_head(account, time.time(), OLDEST_HEAD_S[settings.network])
        limit_fri, say_fee = settings.fee_limit_fri, _say_fee(reporter)
        outbox, say_end = _outbox(settings), reporter.tell
        yield account, Sender(account, outbox, limit_fri, budget=budget, say_fee=say_fee, say_end=say_end)
    finally:
        await close_account(account)


async def gas_price_fri(settings: Settings) -> int:
    """What the settings' node says of gas; needs no account. Raises ChainError."""
    return await node_gas_price_fri(node_of(settings))


def node_of(settings: Settings) -> Node:
    """Where the settings' node is and what it must be."""
    headers = read_headers(settings.rpc_headers)
    return Node(settings.rpc_url, settings.ws_url, CHAIN_IDS[settings.network], headers)


def _say_fee(reporter: Reporter) -> Callable[[str, Fee], None]:
    def say(action: str, fee: Fee) -> None:
        reporter.tell(FeeEstimated(action, fee.estimated_fri, fee.highest_fri))

    return say


async def _finish_earlier(chain: StarknetChain, journal: Journal) -> None:
    """Finish transactions that a crash left, and note the jobs that they made."""
    created = await chain.recover()
    for entry in journal.jobs(chain.board):
        job_id = created.get(intent_of_job(entry.entry_id))
        if job_id is not None:
            journal.set_job(entry.entry_id, job_id=job_id, state="active")


def open_journal(settings: Settings) -> Journal:
    """The journal in the settings' folder."""
    return SqliteJournal(settings.folder / "journal.sqlite")


def _outbox(settings: Settings) -> Outbox:
    return SqliteJournal(settings.folder / "journal.sqlite")
