"""A provider's worker."""

from __future__ import annotations

import asyncio
import hashlib
import random
import secrets
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from ..adapters.blender_process.exr_reader import SandboxedReader
from ..adapters.blender_process.images_reader import SandboxedImages
from ..adapters.blender_process.sandbox import require_sandbox
from ..adapters.blender_process.second_child import SecondChild
from ..adapters.fee_budget_file import FeeBudgetFile
from ..adapters.heartbeat_http import send_heartbeat
from ..adapters.locks import hold
from ..adapters.machine import (
    beside_blender,
    has_memory_to_spare,
    leases_memory_mib,
    on_battery,
)
from ..adapters.people import People
from ..adapters.poseidon import hash_many
from ..adapters.sealing import AccountSceneKey, ChaChaSealer
from ..adapters.starknet.chain import StarknetChain
from ..app.audit.appeals import AppealLimits
from ..app.audit.duties import AuditDuties
from ..app.audit.key_duty import KeyDuty
from ..app.audit.proof_store import ProofStore
from ..app.audit.prover import ProverDuties
from ..app.audit.rerender import Rerender
from ..app.audit.showing import Showing, ShowLimits
from ..app.audit.verifier import VerifierDuties
from ..app.audit.workload import Workload
from ..app.exchange.asked_keys import AskedKeys
from ..app.exchange.key_giver import KeyGiver
from ..app.exchange.package_cache import cached_cids
from ..app.exchange.private_package import PrivateOpening
from ..app.exchange.probe import Probe
from ..app.exchange.probe_cache import ProbeCache
from ..app.exchange.watchtower_key import KeysForWatchtower
from ..app.provider.control import read_control
from ..app.upkeep.boards import run_on_boards
from ..app.upkeep.conditions import STORE, Conditions
from ..app.upkeep.keeping import keep_at_work
from ..app.worker.claims import Claims, WorkerRules
from ..app.worker.families import FamiliesInService
from ..app.worker.heartbeats import Heartbeats, Machine
from ..app.worker.job_probe import JobProbe
from ..app.worker.lane import Lane
from ..app.worker.loop import Worker
from ..app.worker.pace import Pace
from ..app.worker.readiness import Check, Readiness
from ..app.worker.render_lease import RenderLease
from ..app.worker.self_test import SelfTest
from ..core.errors import NodeAway
from ..core.gate import GateLimits
from ..core.ids import LeaseId
from ..core.notices.audits import AuditHindered
from ..core.notices.process import WaitingForWork
from ..core.notices.watching import NoWatchtower
from ..core.schedule import parse_schedule
from ..core.sealed import SECRET_BITS
from ..ports.content_store import ContentStore
from ..ports.renderer import Renderer
from ..ports.reporter import Reporter
from ..settings import Settings, default_folder
from .blenders import Blenders, compiled_in, find_blenders
from .board_folders import reporter_of
from .index import open_indexed_worker
from .keys import open_keys
from .network import leave, network_name, open_journal, patient_boards, when_there
from .storage import dialling, open_store, open_upkeep
from .worker_places import Place, pins_of, place_of, room_checks


async def run_worker(
    settings: Settings,
    reporter: Reporter,
    *,
    own: str,
    stop: asyncio.Event,
    once: bool = False,
    cheating: Callable[[Renderer], Renderer] | None = None,
) -> None:
    """Work until ``stop`` is set, or until it is drained. ``own`` is the Blender that runs here, "" for bpy.

    With ``once`` it takes one lease. Leases are rendered in sandboxed processes of the Blender of their
    family, and pass a self-test before they are submitted. Those of a ``cheating`` renderer are submitted as
    they are. Audits are always rendered honestly.
    """
    require_sandbox(settings.allow_unsandboxed)
    conditions = Conditions(reporter, time.time)
    upkeep = open_upkeep(settings, reporter)
    caring = keep_at_work("Looking after the IPFS node", upkeep.run, reporter)
    beside = [asyncio.create_task(leave(conditions, stop)), asyncio.create_task(caring)]
    try:
        async with (
            hold(settings.folder / "agent.lock", f"the folder {settings.folder}"),
            hold(await _account_lock(settings, conditions), f"the account {settings.account:#x}"),
        ):
            blenders = await _unless(stop, find_blenders(settings, reporter, own))
            probe = Probe(blenders.prober(), reporter, settings.folder / "probes")
            async with (
                patient_boards(settings, reporter, conditions) as boards,
                blenders.ready(settings) as honest,
            ):
                store = conditions.patient(open_store(settings, reporter), STORE)
                renderers = [cheating(one) for one in honest] if cheating else honest
                lanes = _lanes(reporter, renderers, is_honest=cheating is None)
                evidence = list[ProofStore]()
                checks = [upkeep.lacks_room, *room_checks(settings, evidence)]
                readiness = _readiness(settings, reporter, boards.chains[0], once, checks)
                shared = _Shared(store, blenders.in_service, lanes, honest[0], probe, readiness)

                def work_on(chain: StarknetChain) -> Worker:
                    place = place_of(settings, chain, boards.first)
                    telling = reporter_of(reporter, chain.board, boards.first)
                    worker = _worker(settings, telling, place, shared)
                    evidence.append(place.proof_store)
                    return worker

                ready = partial(_tell_ready, blenders, reporter, settings)
                await run_on_boards(boards.chains, work_on, boards.active, stop, reporter, ready)
    except NodeAway:
        if not stop.is_set():
            raise
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


async def _account_lock(settings: Settings, conditions: Conditions) -> Path:
    """One agent per account and network on this machine, whatever its folder."""
    return lock_of(await when_there(lambda: network_name(settings), conditions), settings.account)


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, Blenders]) -> Blenders:
    """What is found; nothing where it is stopped before: a device may need minutes to be made ready."""
    finding, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((finding, stopping), return_when=asyncio.FIRST_COMPLETED)
        return finding.result() if finding.done() else Blenders(())
    finally:
        stopping.cancel()
        finding.cancel()
        await asyncio.wait((finding,))


def _tell_ready(blenders: Blenders, reporter: Reporter, settings: Settings) -> None:
    if not settings.watchtower_key:
        reporter.tell(NoWatchtower())
    for maker in (one.maker for one in blenders.all):
        version = ".".join(map(str, maker.version))
        reporter.tell(WaitingForWork(version, maker.device, maker.device_name, settings.lanes))


def lock_of(network: str, account: int) -> Path:
    """Where the lock of an account is that works on a network."""
    name = hashlib.sha256(f"{network} {account:#x}".encode()).hexdigest()[:32]
    return default_folder() / "locks" / f"{name}.lock"


@dataclass(frozen=True)
class _Shared:
    """What the work on all boards has in common; leases are claimed and looked at one at a time."""

    store: ContentStore
    in_service: FamiliesInService
    lanes: Sequence[Lane]
    verifying_renderer: Renderer
    probe: Probe
    readiness: Readiness
    claiming: asyncio.Lock = field(default_factory=asyncio.Lock)
    workload: Workload = field(default_factory=lambda: Workload(time.time, time.monotonic))


def _readiness(
    settings: Settings, reporter: Reporter, chain: StarknetChain, once: bool, checks: list[Check]
) -> Readiness:
    schedule, folder = parse_schedule(settings.schedule), settings.folder

    def hours(at_s: float) -> str:
        allows = schedule.allows(datetime.fromtimestamp(at_s))
        return "" if allows else f"It is not the hour ({settings.schedule})."

    if settings.pause_on_battery:
        checks.append(on_battery)
    if settings.pause_beside_blender:
        checks.append(beside_blender)
    if settings.idle_minutes:
        checks.append(partial(People(time.time).are_here, settings.idle_minutes))
    reserve_fri = settings.reserve_fri
    return Readiness(
        chain,
        reporter,
        lambda: read_control(folder),
        checks,
        time.time,
        hours=hours,
        reserve_fri=reserve_fri,
        once=once,
    )


def _worker(settings: Settings, reporter: Reporter, place: Place, shared: _Shared) -> Worker:
    """What works on a board, and its part in audits there."""
    limits, sealer, journal = _gate_limits(settings), ChaChaSealer(), open_journal(settings)
    chain, folder, proof_store = place.chain, place.folder, place.proof_store
    store, in_service, lanes = shared.store, shared.in_service, shared.lanes
    keys = _asked_keys(settings, reporter, chain)
    private = PrivateOpening(sealer, keys)
    beside = dialling(settings, reporter, chain)
    pins = pins_of(settings, store, place)
    second = SecondChild(settings.allow_unsandboxed, compiled=compiled_in(settings))
    lease = RenderLease(
        chain,
        store,
        reporter,
        folder,
        hash_many=hash_many,
        sealer=sealer,
        proof_store=proof_store,
        pins=pins,
        journal=journal,
        images_in=SandboxedImages(second),
        limits=limits,
        private=private,
        beside=beside,
        for_watchtower=_for_watchtower(settings, chain, keys),
    )
    seen = (shared.probe, ProbeCache(settings.folder / "probes"))
    job_probe = JobProbe(chain, lease.fetch, *seen, reporter, seconds=settings.probe_seconds, now=time.time)
    rerender = Rerender(
        store,
        shared.verifying_renderer,
        reporter,
        folder,
        hash_many=hash_many,
        sealer=sealer,
        read_noisy=SandboxedReader(second),
        may_share=job_probe.may_share,
        keep_pinned=pins.pin,
        limits=limits,
        private=private,
        beside=beside,
    )
    audits = _audits(settings, reporter, place, shared, rerender, private)
    rules = _rules(settings, in_service)
    return Worker(
        chain,
        lease,
        lanes,
        Claims(chain, job_probe, reporter, rules, in_service.has, lanes[0].pace),
        audits,
        journal,
        reporter,
        rules,
        shared.readiness,
        new_secret=_random_bits,
        now=time.time,
        heartbeats=_heartbeats(settings, reporter, chain, folder / "packages"),
        claiming=shared.claiming,
        index=open_indexed_worker(settings, reporter.tell, chain),
    )


def _heartbeats(
    settings: Settings, reporter: Reporter, chain: StarknetChain, packages: Path
) -> Heartbeats | None:
    if not settings.schedulers:
        return None
    memory_mib = settings.most_memory_mib or settings.memory_bytes // 2**20 or leases_memory_mib()
    machine = Machine(memory_mib, lambda: cached_cids(packages))
    ways = (chain.sign_heartbeat, partial(send_heartbeat, chain.board))
    return Heartbeats(settings.schedulers, chain.worker_id, machine, *ways, reporter, time.time)


def _asked_keys(settings: Settings, reporter: Reporter, chain: StarknetChain) -> AskedKeys:
    scene_key = AccountSceneKey(open_keys(settings).private_key(settings.account), chain.chain_id)
    return AskedKeys(chain, scene_key, reporter, settings.from_block)


def _for_watchtower(settings: Settings, chain: StarknetChain, keys: AskedKeys) -> KeysForWatchtower | None:
    if not settings.keys_go_to:
        return None
    return KeysForWatchtower(chain, keys, ChaChaSealer(), settings.keys_go_to)


def _lanes(reporter: Reporter, renderers: Sequence[Renderer], *, is_honest: bool) -> list[Lane]:
    """A lane for each renderer; honest leases pass a self-test."""
    pace, chance = Pace(), random.SystemRandom()
    return [
        Lane(number, one, SelfTest(one, reporter, chance) if is_honest else None, pace, has_memory_to_spare)
        for number, one in enumerate(renderers, 1)
    ]


def _rules(settings: Settings, in_service: FamiliesInService) -> WorkerRules:
    return WorkerRules(
        frozenset(in_service.known),
        settings.least_reward_fri,
        settings.from_block,
        settings.least_profit_fri,
        settings.most_frames,
        settings.largest_lock_fri,
        settings.most_failures,
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
        samples=settings.most_samples,
        frame_pixels=settings.most_frame_pixels,
        vram_mib=settings.most_vram_mib,
        artists=frozenset(settings.refused_artists),
        packages=frozenset(settings.refused_packages),
    )


def _audits(
    settings: Settings,
    reporter: Reporter,
    place: Place,
    shared: _Shared,
    rerender: Rerender,
    private: PrivateOpening,
) -> AuditDuties:
    chain, proof_store = place.chain, place.proof_store
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
        workload=shared.workload,
    )
    giver = KeyGiver(chain, private.sealer, reporter, settings.from_block)

    def hindered(lease_id: LeaseId, reason: str) -> None:
        reporter.tell(AuditHindered(lease_id, reason))

    key_duty = KeyDuty(chain, shared.store, private.keys, giver, hindered)
    return AuditDuties(chain, prover, verifier, reporter, time.time, key_duty)


def _random_bits() -> int:
    """For a lease's secret and for a vote's nonce alike."""
    return secrets.randbits(SECRET_BITS)
