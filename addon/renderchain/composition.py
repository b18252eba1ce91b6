"""Putting use cases and adapters together: the only place that knows both."""

from __future__ import annotations

import asyncio
import random
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from .adapters.blender_process.process import BlenderRenderer
from .adapters.blender_process.sandbox import require_sandbox
from .adapters.exr import read_noisy
from .adapters.journal_sqlite import SqliteJournal
from .adapters.keys import KeyringStore, KeystoreFile
from .adapters.kubo import KuboStore
from .adapters.poseidon import hash_many
from .adapters.sealing import AccountUnwrapper, ChaChaSealer
from .adapters.starknet.chain import StarknetChain
from .adapters.starknet.fees import Fee
from .adapters.starknet.node import Node, check_head, close_account, open_account, read_headers
from .adapters.starknet.registry import StarknetRegistry
from .adapters.starknet.sender import Sender
from .app.create_job import Offer, create_job, job_key
from .app.final_check import FinalCheck
from .app.package import pin_package
from .app.watch_job import JobReport, JobWatch
from .app.worker import Worker, WorkerRules
from .core.draw_count import DrawCount, count_draws
from .core.errors import LocalError
from .core.manifest import Manifest
from .core.money import format_strk
from .core.sealed import SECRET_BITS
from .ports.journal import JobEntry, Journal
from .ports.outbox import Outbox
from .ports.renderer import Renderer
from .ports.reporter import Reporter
from .ports.secret_store import SecretStore
from .settings import CHAIN_IDS, Settings

# A node whose newest block is older shows us the past. A devnet makes blocks only when it is used.
OLDEST_HEAD_S = {"devnet": 1e12, "custom": 1e12, "sepolia": 600.0, "mainnet": 600.0}


def open_keys(settings: Settings) -> SecretStore:
    """The key store that the settings name."""
    if settings.keystore is None:
        return KeyringStore()
    return KeystoreFile(
        settings.keystore, settings.password_file or settings.keystore.with_suffix(".password")
    )


@asynccontextmanager
async def open_chain(settings: Settings, reporter: Reporter) -> AsyncIterator[StarknetChain]:
    """The network as the settings' account sees it; what an earlier process left is finished first."""
    async with open_sender(settings, reporter) as (account, sender):
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
async def open_sender(settings: Settings, reporter: Reporter) -> AsyncIterator[tuple[Any, Sender]]:
    """The settings' account and its one sender in this process."""
    key = open_keys(settings).private_key(settings.account)
    account = await open_account(node_of(settings), settings.account, key)
    try:
        await check_head(account, time.time(), OLDEST_HEAD_S[settings.network])
        yield account, Sender(account, _outbox(settings), settings.fee_limit_fri, say_fee=_say_fee(reporter))
    finally:
        await close_account(account)


def node_of(settings: Settings) -> Node:
    """Where the settings' node is and what it must be."""
    headers = read_headers(settings.rpc_headers)
    return Node(settings.rpc_url, settings.ws_url, CHAIN_IDS[settings.network], headers)


def _say_fee(reporter: Reporter) -> Callable[[str, Fee], None]:
    def say(action: str, fee: Fee) -> None:
        likely, most = format_strk(fee.estimated_fri), format_strk(fee.highest_fri)
        reporter.say(f"{action}: fee about {likely} STRK, at most {most}")

    return say


async def _finish_earlier(chain: StarknetChain, journal: Journal) -> None:
    """Finish transactions that a crash left, and note the jobs that they made."""
    created = await chain.recover()
    for entry in journal.jobs(chain.board):
        job_id = created.get(job_key(entry.entry_id))
        if job_id is not None:
            journal.set_job(entry.entry_id, job_id=job_id, state="active")


def open_journal(settings: Settings) -> Journal:
    """The journal in the settings' folder."""
    return SqliteJournal(settings.folder / "journal.sqlite")


def _outbox(settings: Settings) -> Outbox:
    return SqliteJournal(settings.folder / "journal.sqlite")


class Requester:
    """The artist's side: submit, watch, download, cancel."""

    def __init__(self, settings: Settings, reporter: Reporter, blender: str = "") -> None:
        """``blender`` is the application that checks final images, or "" for the bpy module."""
        self._settings = settings
        self._reporter = reporter
        self._blender = blender
        self._store = KuboStore(settings.ipfs_api)
        self._journal = open_journal(settings)

    async def submit(self, folder: Path, manifest: Manifest, offer: Offer, *, name: str, output: Path) -> int:
        """Pin a packed folder and create its job; returns the job's id."""
        async with open_chain(self._settings, self._reporter) as chain:
            key = self._unwrapper(chain).public_key
            package = await pin_package(self._store, folder, manifest, key, self._reporter)
            return await create_job(
                chain, self._journal, package, offer, name=name, output=output, reporter=self._reporter
            )

    async def watch(self, job_id: int, output: Path | None = None) -> JobReport:
        """Follow a job to its end; frames go to ``output`` or to where the job was submitted for."""
        scratch = Path(tempfile.mkdtemp(prefix="renderchain-"))
        try:
            async with open_chain(self._settings, self._reporter) as chain:
                return await self._watch(chain, job_id, output, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    async def _watch(
        self, chain: StarknetChain, job_id: int, output: Path | None, scratch: Path
    ) -> JobReport:
        entry = next((one for one in self._journal.jobs(chain.board) if one.job_id == job_id), None)
        if output is None and entry is None:
            raise LocalError(f"Job {job_id} was not submitted from here; say where its frames shall go.")
        watch = JobWatch(
            chain,
            self._store,
            hash_many,
            read_noisy,
            self._reporter,
            sealer=ChaChaSealer(),
            unwrapper=self._unwrapper(chain),
            job_id=job_id,
            output=output or Path(entry.output if entry else "."),
            scratch=scratch,
            final_check=self._final_check(),
        )
        report = await watch.run(entry.from_block if entry else self._settings.from_block)
        if entry:
            self._journal.set_job(entry.entry_id, job_id=job_id, state=report.state)
        return report

    def _final_check(self) -> FinalCheck:
        renderer = BlenderRenderer(
            blender=self._blender,
            device=self._settings.device,
            log_folder=self._settings.folder / "logs",
            # The scene is the artist's own; where there is no sandbox it is opened without, scripts off.
            allow_unsandboxed=True,
            environment=dict(self._settings.render_environment),
        )
        # Workers must not know which frames are looked at.
        chance = random.SystemRandom()
        return FinalCheck(renderer, self._reporter, self._settings.final_checks, chance)

    def _unwrapper(self, chain: StarknetChain) -> AccountUnwrapper:
        key = open_keys(self._settings).private_key(self._settings.account)
        return AccountUnwrapper(key, chain.chain_id)

    async def cancel(self, job_id: int) -> None:
        """Take back what nobody has claimed; what is claimed finishes."""
        async with open_chain(self._settings, self._reporter) as chain:
            await chain.cancel(job_id)
        self._reporter.say(f"Job {job_id} is canceled; unclaimed frames were refunded")

    async def challenge(self, lease_id: int, leaves: Sequence[int]) -> None:
        """Doubt named leaves of a lease, or without any its delivery; who is right gets the bond back."""
        async with open_chain(self._settings, self._reporter) as chain:
            if leaves:
                await chain.court.challenge_pixels(lease_id, leaves)
            else:
                await chain.court.challenge_delivery(lease_id)
        what = f"leaves {', '.join(map(str, leaves))}" if leaves else "the delivery"
        self._reporter.say(f"Lease {lease_id}: {what} challenged; a committee will look")

    async def draws(self) -> DrawCount:
        """Audits drawn on this board against audits expected."""
        async with open_chain(self._settings, self._reporter) as chain:
            return count_draws(await chain.court.drawn(self._settings.from_block))

    def jobs(self) -> list[JobEntry]:
        """The jobs submitted from here, the newest first."""
        return self._journal.jobs()


async def run_worker(
    settings: Settings,
    reporter: Reporter,
    *,
    blender: str,
    families: frozenset[int],
    stop: asyncio.Event,
    renderer: Renderer | None = None,
) -> None:
    """Work until ``stop`` is set. ``blender`` is the application, or "" for the bpy module.

    Without a ``renderer`` leases are rendered in sandboxed processes of that Blender; audits always are.
    """
    require_sandbox(settings.allow_unsandboxed)
    own = BlenderRenderer(
        blender=blender,
        device=settings.device,
        log_folder=settings.folder / "logs",
        allow_unsandboxed=settings.allow_unsandboxed,
        environment=dict(settings.render_environment),
    )
    rules = WorkerRules(
        families, settings.least_reward_fri, settings.folder, settings.from_block, settings.appeals
    )
    async with open_chain(settings, reporter) as chain:
        worker = Worker(
            chain,
            KuboStore(settings.ipfs_api),
            renderer or own,
            open_journal(settings),
            reporter,
            rules,
            hash_many=hash_many,
            sealer=ChaChaSealer(),
            read_noisy=read_noisy,
            auditor=own,
            new_secret=lambda: secrets.randbits(SECRET_BITS),
            now=time.time,
        )
        await worker.run(stop)
