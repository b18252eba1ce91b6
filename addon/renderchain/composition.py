"""Putting use cases and adapters together: the only place that knows both."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from .adapters.blender_process.probe_session import BlenderProbeRenderer
from .adapters.blender_process.process import BlenderRenderer
from .adapters.blender_process.ready import ReadyRenderer
from .adapters.blender_process.sandbox import require_sandbox
from .adapters.exr import read_noisy
from .adapters.fee_budget_file import FeeBudgetFile
from .adapters.images import image_reader
from .adapters.journal_sqlite import SqliteJournal
from .adapters.keys import KeyringStore, KeystoreFile
from .adapters.kubo import KuboStore
from .adapters.poseidon import hash_many
from .adapters.sealing import AccountUnwrapper, ChaChaSealer
from .adapters.starknet.chain import StarknetChain
from .adapters.starknet.fees import Fee
from .adapters.starknet.node import (
    Node,
    check_head,
    close_account,
    node_gas_price_fri,
    open_account,
    read_headers,
)
from .adapters.starknet.registry import StarknetRegistry
from .adapters.starknet.sender import Sender
from .app.audit.duties import AuditDuties
from .app.audit.proof_store import ProofStore
from .app.audit.prover import ProverDuties
from .app.audit.rerender import Rerender
from .app.audit.showing import Showing, ShowLimits
from .app.audit.verifier import VerifierDuties
from .app.exchange.pins import Pins
from .app.exchange.probe import Probe
from .app.exchange.probe_cache import ProbeCache
from .app.requester.create_job import intent_of_job
from .app.requester.final_check import FinalCheck
from .app.requester.own_check import OwnCheck
from .app.requester.requester import Requester, RequesterParts
from .app.watchtower.content_watch import ContentWatch
from .app.watchtower.lease_watch import LeaseWatch
from .app.watchtower.watchtower import WatchRules, Watchtower
from .app.worker.job_probe import JobProbe
from .app.worker.loop import Worker, WorkerRules
from .app.worker.render_lease import RenderLease
from .app.worker.self_test import SelfTest
from .core.errors import ChainError, SettingsError
from .core.ids import WorkerId
from .core.notices.process import FeeEstimated
from .core.notices.watching import ChainAway, EvidenceOpen
from .core.sealed import SECRET_BITS
from .ports.fee_budget import FeeBudget
from .ports.journal import Journal
from .ports.key_store import KeyStore
from .ports.outbox import Outbox
from .ports.renderer import Renderer
from .ports.reporter import Reporter
from .settings import CHAIN_IDS, Settings

# A node whose newest block is older shows us the past. A devnet makes blocks only when it is used.
OLDEST_HEAD_S = {"devnet": 1e12, "custom": 1e12, "sepolia": 600.0, "mainnet": 600.0}
# For jobs of GPUs too, which never make the same bits twice: what makes a scene depend on its past, or
# amplifies a last bit, shows on the CPU as well.
PROBE_DEVICE = "CPU"
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
        yield account, Sender(account, _outbox(settings), limit_fri, budget=budget, say_fee=say_fee)
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


def make_requester(settings: Settings, reporter: Reporter, blender: str = "") -> Requester:
    """The artist's use cases; ``blender`` checks leases and final images, "" for the bpy module."""
    parts = RequesterParts(
        open_chain=lambda: open_chain(settings, reporter),
        store=KuboStore(settings.ipfs_api),
        journal=open_journal(settings),
        unwrapper=lambda chain: _unwrapper(settings, chain.chain_id),
        sealer=ChaChaSealer(),
        final_check=_final_check(settings, reporter, blender),
        own_check=_own_check(settings, reporter, blender),
        most_challenges=settings.own_challenges,
        # The scene is the artist's own; where there is no sandbox it is opened without, scripts off.
        probe=make_scene_probe(reporter, blender, settings.folder, allow_unsandboxed=True),
        hash_many=hash_many,
        read_noisy=read_noisy,
        from_block=settings.from_block,
    )
    return Requester(parts, reporter)


def _unwrapper(settings: Settings, chain_id: int) -> AccountUnwrapper:
    return AccountUnwrapper(open_keys(settings).private_key(settings.account), chain_id)


def _final_check(settings: Settings, reporter: Reporter, blender: str) -> FinalCheck:
    # The scene is the artist's own; where there is no sandbox it is opened without, scripts off.
    renderer = _renderer(settings, blender, allow_unsandboxed=True)
    # Workers must not know which frames are looked at.
    chance = random.SystemRandom()
    return FinalCheck(renderer, reporter, settings.final_checks, chance)


def _own_check(settings: Settings, reporter: Reporter, blender: str) -> OwnCheck:
    # Where leaves of others are judged the sandbox is not left out unasked.
    renderer = _renderer(settings, blender, allow_unsandboxed=settings.allow_unsandboxed)
    return OwnCheck(
        lambda device: replace(renderer, device=device),
        reporter,
        random.SystemRandom(),
        per_lease=settings.own_checks,
        most_s=settings.own_check_seconds,
    )


def make_scene_probe(reporter: Reporter, blender: str, folder: Path, *, allow_unsandboxed: bool) -> Probe:
    """The artist's probe."""
    logs = folder / "logs"
    renderer = BlenderRenderer(
        blender=blender, device=PROBE_DEVICE, log_folder=logs, allow_unsandboxed=allow_unsandboxed
    )
    return Probe(BlenderProbeRenderer(renderer), reporter, folder / "probes")


def _renderer(settings: Settings, blender: str, *, allow_unsandboxed: bool) -> BlenderRenderer:
    return BlenderRenderer(
        blender=blender,
        device=settings.device,
        log_folder=settings.folder / "logs",
        allow_unsandboxed=allow_unsandboxed,
        environment=dict(settings.render_environment),
    )


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

    Without a ``renderer`` leases are rendered in sandboxed processes of that Blender and pass a self-test
    before they are submitted. Another renderer's leases are submitted as they are; only cheats have one.
    Audits are always rendered by that Blender.
    """
    require_sandbox(settings.allow_unsandboxed)
    blender_renderer = _renderer(settings, blender, allow_unsandboxed=settings.allow_unsandboxed)
    own = ReadyRenderer(blender_renderer, settings.folder / "ready")
    async with open_chain(settings, reporter) as chain, own.running():
        probed_by = BlenderProbeRenderer(replace(blender_renderer, device=PROBE_DEVICE))
        probe = Probe(probed_by, reporter, settings.folder / "probes")
        worker = _worker(
            settings, reporter, chain, families, renderer=renderer or own, verifying_renderer=own, probe=probe
        )
        await worker.run(stop)


def _worker(
    settings: Settings,
    reporter: Reporter,
    chain: StarknetChain,
    families: frozenset[int],
    *,
    renderer: Renderer,
    verifying_renderer: Renderer,
    probe: Probe,
) -> Worker:
    """A worker and its part in audits; leases are rendered with ``renderer``."""
    store, sealer, journal = KuboStore(settings.ipfs_api), ChaChaSealer(), open_journal(settings)
    proof_store = ProofStore(settings.folder / "evidence")
    lease = RenderLease(
        chain,
        store,
        renderer,
        reporter,
        settings.folder,
        hash_many=hash_many,
        sealer=sealer,
        proof_store=proof_store,
        journal=journal,
        read_images=image_reader(read_noisy),
        self_test=SelfTest(renderer, reporter, random.SystemRandom())
        if renderer is verifying_renderer
        else None,
    )
    job_probe = JobProbe(
        chain,
        lease.fetch,
        probe,
        ProbeCache(settings.folder / "probes"),
        reporter,
        seconds=settings.probe_seconds,
        now=time.time,
    )
    rerender = Rerender(
        store,
        verifying_renderer,
        reporter,
        settings.folder,
        hash_many=hash_many,
        sealer=sealer,
        read_noisy=read_noisy,
        may_share=job_probe.may_share,
        note_pin=Pins(store, settings.folder / "pins.json", proof_store.knows).note,
    )
    audits = _audits(settings, reporter, chain, rerender, proof_store)
    limits = (settings.least_profit_fri, settings.most_frames)
    rules = WorkerRules(families, settings.least_reward_fri, settings.from_block, *limits)
    return Worker(
        chain, lease, job_probe, audits, journal, reporter, rules, new_secret=_random_bits, now=time.time
    )


def _audits(
    settings: Settings,
    reporter: Reporter,
    chain: StarknetChain,
    rerender: Rerender,
    proof_store: ProofStore,
) -> AuditDuties:
    showing = Showing(chain, reporter, ShowLimits(settings.show_gas, settings.show_fee_fri))
    parts = (chain, proof_store, reporter, hash_many, showing)
    prover = ProverDuties(*parts, appeals=settings.appeals, render_fresh=rerender.render_fresh)
    verifier = VerifierDuties(
        chain,
        rerender,
        proof_store,
        reporter,
        hash_many,
        showing,
        _random_bits,
        time.time,
        from_block=settings.from_block,
        appeals=settings.appeals,
    )
    return AuditDuties(chain, prover, verifier, reporter, time.time)


def _random_bits() -> int:
    """For a lease's secret and for a vote's nonce alike."""
    return secrets.randbits(SECRET_BITS)


async def run_watchtower(settings: Settings, reporter: Reporter, stop: asyncio.Event) -> None:
    """Answer for the settings' workers until ``stop`` is set, whatever becomes of the node meanwhile."""
    if settings.evidence is None or not settings.workers:
        raise SettingsError("A watchtower needs the settings evidence, a folder, and workers, their numbers.")
    if settings.evidence.is_dir() and settings.evidence.stat().st_mode & 0o077:
        reporter.tell(EvidenceOpen(f"chmod 700 {settings.evidence}"))
    budget = FeeBudgetFile(settings.folder / "fees.json", settings.daily_fee_limit_fri, time.time)
    while not stop.is_set():
        try:
            async with open_chain(settings, reporter, budget) as chain:
                await _watchtower(settings, settings.evidence, reporter, chain).run(stop)
                return
        except ChainError as error:
            reporter.tell(ChainAway(str(error)))
            with suppress(TimeoutError):
                async with asyncio.timeout(NODE_RETRY_S):
                    await stop.wait()


def _watchtower(settings: Settings, evidence: Path, reporter: Reporter, chain: StarknetChain) -> Watchtower:
    proof_store, store = ProofStore(evidence, is_own=False), KuboStore(settings.ipfs_api)
    showing = Showing(chain, reporter, ShowLimits(0, 0))  # strikes are the worker's and the verifiers'
    prover = ProverDuties(chain, proof_store, reporter, hash_many, showing, appeals=False)
    now, patience_s = time.time, float(settings.patience_seconds)
    leases = LeaseWatch(chain, prover, reporter, now, patience_s)
    content = ContentWatch(chain, store, prover, proof_store, reporter, now, patience_s, random.choice)
    keys = open_keys(settings)
    noted = keys.account() if isinstance(keys, KeystoreFile) else 0
    rules = WatchRules(tuple(map(WorkerId, settings.workers)), frozenset({settings.account, noted}))
    return Watchtower(chain, leases, content, reporter, rules)
