"""A provider's worker."""

from __future__ import annotations

import asyncio
import hashlib
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ..adapters.blender_process.exr_reader import SandboxedReader
from ..adapters.blender_process.images_reader import SandboxedImages
from ..adapters.blender_process.probe_session import BlenderProbeRenderer
from ..adapters.blender_process.ready import ReadyRenderer
from ..adapters.blender_process.sandbox import require_sandbox
from ..adapters.blender_process.second_child import SecondChild
from ..adapters.fee_budget_file import FeeBudgetFile
from ..adapters.locks import hold
from ..adapters.machine import beside_blender, lacks_room, on_battery
from ..adapters.poseidon import hash_many
from ..adapters.sealing import ChaChaSealer
from ..adapters.starknet.chain import StarknetChain
from ..app.audit.appeals import AppealLimits
from ..app.audit.duties import AuditDuties
from ..app.audit.proof_store import ProofStore
from ..app.audit.prover import ProverDuties
from ..app.audit.rerender import Rerender
from ..app.audit.showing import Showing, ShowLimits
from ..app.audit.verifier import VerifierDuties
from ..app.exchange.pins import Pins
from ..app.exchange.probe import Probe
from ..app.exchange.probe_cache import ProbeCache
from ..app.provider.control import read_control
from ..app.upkeep.conditions import NODE, STORE, Conditions
from ..app.worker.claims import Claims, WorkerRules
from ..app.worker.job_probe import JobProbe
from ..app.worker.loop import Worker
from ..app.worker.readiness import Check, Readiness
from ..app.worker.render_lease import RenderLease
from ..app.worker.self_test import SelfTest
from ..core.errors import NodeAway
from ..core.gate import GateLimits
from ..core.schedule import parse_schedule
from ..core.sealed import SECRET_BITS
from ..ports.content_store import ContentStore
from ..ports.renderer import Renderer
from ..ports.reporter import Reporter
from ..settings import Settings, default_folder
from .network import NODE_RETRY_S, open_chain, open_journal
from .rendering import PROBE_DEVICE, make_renderer
from .storage import open_store, open_upkeep


async def run_worker(
    settings: Settings,
    reporter: Reporter,
    *,
    blender: str,
    families: frozenset[int],
    stop: asyncio.Event,
    on_ready: Callable[[], None] = lambda: None,
    once: bool = False,
    renderer: Renderer | None = None,
) -> None:
    """Work until ``stop`` is set, or until it is drained. ``blender`` is the application, or "" for bpy.

    ``on_ready`` is called when key, node, board and registration were looked at; with ``once`` it takes one
    lease.
    Without a ``renderer`` leases are rendered in sandboxed processes of that Blender and pass a self-test
    before they are submitted. Another renderer's leases are submitted as they are; only cheats have one.
    Audits are always rendered by that Blender.
    """
    require_sandbox(settings.allow_unsandboxed)
    blender_renderer = make_renderer(settings, blender, allow_unsandboxed=settings.allow_unsandboxed)
    own = ReadyRenderer(blender_renderer, settings.folder / "ready")
    probed_by = BlenderProbeRenderer(replace(blender_renderer, device=PROBE_DEVICE))
    probe = Probe(probed_by, reporter, settings.folder / "probes")
    conditions = Conditions(reporter, time.time)
    upkeep = open_upkeep(settings, reporter)
    beside = [asyncio.create_task(_leave(conditions, stop)), asyncio.create_task(upkeep.run())]
    try:
        async with (
            hold(settings.folder / "agent.lock", f"the folder {settings.folder}"),
            hold(account_lock(settings), f"the account {settings.account:#x}"),
            _patient_chain(settings, reporter, conditions) as chain,
            own.running(),
        ):
            store = conditions.patient(open_store(settings, reporter), STORE)
            renderers = (renderer or own, own)
            readiness = _readiness(settings, reporter, chain, once, upkeep.lacks_room)
            worker = _worker(settings, reporter, chain, store, families, *renderers, probe, readiness)
            await worker.run(stop, on_ready)
    except NodeAway:
        if not stop.is_set():
            raise
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


async def _leave(conditions: Conditions, stop: asyncio.Event) -> None:
    await stop.wait()
    conditions.leave()


def account_lock(settings: Settings) -> Path:
    """One agent per account and network on this machine, whatever its folder.

    Public networks have many nodes, and a node many names; of others there may be several on one machine.
    """
    is_public = settings.network in ("sepolia", "mainnet")
    network = settings.network if is_public else settings.rpc_url
    name = hashlib.sha256(f"{network} {settings.account:#x}".encode()).hexdigest()[:32]
    return default_folder() / "locks" / f"{name}.lock"


@asynccontextmanager
async def _patient_chain(
    settings: Settings, reporter: Reporter, conditions: Conditions
) -> AsyncIterator[StarknetChain]:
    """The network; its calls wait for the node and for gas to be had, and so does the beginning."""
    async with AsyncExitStack() as stack:
        retry_s = NODE_RETRY_S
        while True:
            try:
                chain = await stack.enter_async_context(open_chain(settings, reporter))
                break
            except NodeAway as error:
                await conditions.wait(error, retry_s)
        conditions.met(NODE)
        yield conditions.patient(chain, NODE)


def _readiness(
    settings: Settings, reporter: Reporter, chain: StarknetChain, once: bool, store_room: Check
) -> Readiness:
    schedule, folder = parse_schedule(settings.schedule), settings.folder

    def hours() -> str:
        return "" if schedule.allows(datetime.now()) else f"It is not the hour ({settings.schedule})."

    def room() -> str:
        return lacks_room(folder, settings.least_free_bytes)

    checks: list[Check] = [hours, room, store_room]
    if settings.pause_on_battery:
        checks.append(on_battery)
    if settings.pause_beside_blender:
        checks.append(beside_blender)
    reserve_fri = settings.reserve_fri
    return Readiness(
        chain, reporter, lambda: read_control(folder), checks, time.time, reserve_fri=reserve_fri, once=once
    )


def _worker(
    settings: Settings,
    reporter: Reporter,
    chain: StarknetChain,
    store: ContentStore,
    families: frozenset[int],
    renderer: Renderer,
    verifying_renderer: Renderer,
    probe: Probe,
    readiness: Readiness,
) -> Worker:
    """A worker and its part in audits; leases are rendered with ``renderer``."""
    limits = _gate_limits(settings)
    sealer, journal = ChaChaSealer(), open_journal(settings)
    proof_store = ProofStore(settings.folder / "evidence")
    self_test = SelfTest(renderer, reporter, random.SystemRandom())
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
        read_images=SandboxedImages(SecondChild(settings.allow_unsandboxed)),
        self_test=self_test if renderer is verifying_renderer else None,
        limits=limits,
    )
    cache = ProbeCache(settings.folder / "probes")
    job_probe = JobProbe(
        chain, lease.fetch, probe, cache, reporter, seconds=settings.probe_seconds, now=time.time
    )
    rerender = Rerender(
        store,
        verifying_renderer,
        reporter,
        settings.folder,
        hash_many=hash_many,
        sealer=sealer,
        read_noisy=SandboxedReader(SecondChild(settings.allow_unsandboxed)),
        may_share=job_probe.may_share,
        keep_pinned=Pins(store, settings.folder / "pins.json", proof_store.knows).pin,
        limits=limits,
    )
    audits = _audits(settings, reporter, chain, rerender, proof_store)
    claims = Claims(chain, job_probe, reporter, rules := _rules(settings, families))
    return Worker(
        chain,
        lease,
        claims,
        audits,
        journal,
        reporter,
        rules,
        readiness,
        new_secret=_random_bits,
        now=time.time,
    )


def _rules(settings: Settings, families: frozenset[int]) -> WorkerRules:
    return WorkerRules(
        families,
        settings.least_reward_fri,
        settings.from_block,
        settings.least_profit_fri,
        settings.most_frames,
        settings.largest_lock_fri,
    )


def _appeal_limits(settings: Settings) -> AppealLimits:
    daily_fri = settings.daily_bonds_fri
    bonds = FeeBudgetFile(settings.folder / "bonds.json", daily_fri, time.time) if daily_fri else None
    return AppealLimits(settings.largest_bond_fri, bonds)


def _gate_limits(settings: Settings) -> GateLimits:
    return GateLimits(
        package_bytes=settings.most_package_bytes,
        memory_mib=settings.most_memory_mib,
        frame_seconds=settings.most_frame_seconds,
        output_bytes=settings.most_output_bytes,
        cache_bytes=settings.cache_bytes,
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
    limits = _appeal_limits(settings)
    prover = ProverDuties(
        *parts, appeals=settings.appeals, appeal_limits=limits, render_fresh=rerender.render_fresh
    )
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
        appeal_limits=limits,
    )
    return AuditDuties(chain, prover, verifier, reporter, time.time)


def _random_bits() -> int:
    """For a lease's secret and for a vote's nonce alike."""
    return secrets.randbits(SECRET_BITS)
