"""A watchtower."""

from __future__ import annotations

import asyncio
import random
import time
from functools import partial

from ..adapters.fee_budget_file import FeeBudgetFile
from ..adapters.poseidon import hash_many
from ..adapters.sealing import AccountSceneKey, ChaChaSealer
from ..adapters.starknet.chain import StarknetChain
from ..app.audit.proof_store import ProofStore
from ..app.audit.prover import ProverDuties
from ..app.audit.showing import Showing, ShowLimits
from ..app.exchange.key_giver import KeyGiver
from ..app.exchange.key_giving import KeyGiving
from ..app.exchange.watchtower_key import KeysOfWorker
from ..app.upkeep.boards import run_on_boards
from ..app.upkeep.conditions import Conditions
from ..app.watchtower.content_watch import ContentWatch
from ..app.watchtower.key_watch import KeyWatch
from ..app.watchtower.lease_watch import LeaseWatch
from ..app.watchtower.watchtower import WatchRules, Watchtower
from ..core.errors import NodeAway, SettingsError
from ..core.ids import WorkerId
from ..core.notices.watching import EvidenceOpen, PrivateJobsWatched
from ..core.private_package import SharedKey
from ..ports.reporter import Reporter
from ..settings import Settings
from .board_folders import evidence_folder, reporter_of
from .keys import noted_account, open_keys
from .network import leave, patient_boards
from .storage import open_node


async def run_watchtower(settings: Settings, reporter: Reporter, stop: asyncio.Event) -> None:
    """Answer for the settings' workers, and with their keys for private jobs, until ``stop`` is set, whatever
    becomes of the node meanwhile.
    """
    if (settings.evidence is None or not settings.workers) and settings.package_keys is None:
        raise SettingsError(
            "A watchtower needs the settings evidence, a folder, and workers, their numbers; or the folder "
            "package_keys."
        )
    for folder in filter(None, (settings.evidence, settings.package_keys)):
        if folder.is_dir() and folder.stat().st_mode & 0o077:
            reporter.tell(EvidenceOpen(f"chmod 700 {folder}"))
    budget = FeeBudgetFile(settings.folder / "fees.json", settings.daily_fee_limit_fri, time.time)
    conditions = Conditions(reporter, time.time)
    leaving = asyncio.create_task(leave(conditions, stop))
    try:
        async with patient_boards(settings, reporter, conditions, budget) as boards:
            tower = partial(_watchtower, settings, reporter, boards.first)
            await run_on_boards(boards.chains, tower, boards.active, stop, reporter)
    except NodeAway:
        if not stop.is_set():
            raise
    finally:
        leaving.cancel()


def _watchtower(settings: Settings, reporter: Reporter, first: int, chain: StarknetChain) -> Watchtower:
    reporter = reporter_of(reporter, chain.board, first)
    # Without workers nothing is looked for there.
    evidence = settings.evidence or settings.folder / "evidence"
    evidence = evidence_folder(evidence, chain.board, first)
    proof_store, store = ProofStore(evidence, is_own=False), open_node(settings)
    showing = Showing(chain, reporter, ShowLimits(0, 0))  # strikes are the worker's and the verifiers'
    prover = ProverDuties(chain, proof_store, reporter, hash_many, showing, appeals=False)
    now, patience_s = time.time, float(settings.patience_seconds)
    leases = LeaseWatch(chain, prover, reporter, now, patience_s, _keys_of_worker(settings, reporter, chain))
    content = ContentWatch(chain, store, prover, proof_store, reporter, now, patience_s, random.choice)
    noted = noted_account(settings.keystore) if settings.keystore else 0
    rules = WatchRules(tuple(map(WorkerId, settings.workers)), frozenset({settings.account, noted}))
    return Watchtower(chain, leases, content, reporter, rules, _key_watch(settings, reporter, chain))


def _keys_of_worker(settings: Settings, reporter: Reporter, chain: StarknetChain) -> KeysOfWorker:
    scene_key = AccountSceneKey(open_keys(settings).private_key(settings.account), chain.chain_id)
    if settings.workers:
        reporter.tell(PrivateJobsWatched(scene_key.public_key.hex()))
    giver = KeyGiver(chain, ChaChaSealer(), reporter, settings.from_block)
    return KeysOfWorker(chain, scene_key, giver)


def _key_watch(settings: Settings, reporter: Reporter, chain: StarknetChain) -> KeyWatch | None:
    if settings.package_keys is None:
        return None
    giver = KeyGiver(chain, ChaChaSealer(), reporter, settings.from_block)

    async def giving_of(shared: SharedKey) -> KeyGiving:
        parts = (chain, giver, reporter, await chain.job(shared.job_id), shared.key)
        return KeyGiving(*parts, most=settings.most_private_workers, from_block=settings.from_block)

    return KeyWatch(settings.package_keys, chain.board, giving_of, reporter)
