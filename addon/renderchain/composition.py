"""Putting use cases and adapters together: the only place that knows both."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
import time
from pathlib import Path

from .adapters.blender_process.process import BlenderRenderer
from .adapters.blender_process.sandbox import require_sandbox
from .adapters.exr import read_noisy
from .adapters.journal_sqlite import SqliteJournal
from .adapters.keys import KeyringStore, KeystoreFile
from .adapters.kubo import KuboStore
from .adapters.poseidon import hash_many
from .adapters.starknet.account import open_account
from .adapters.starknet.chain import StarknetChain
from .app.create_job import Offer, create_job
from .app.package import PinnedPackage, pin_package
from .app.watch_job import JobReport, JobWatch
from .app.worker import Worker, WorkerRules
from .core.errors import LocalError
from .core.manifest import Manifest
from .ports.journal import JobEntry, Journal
from .ports.reporter import Reporter
from .ports.secret_store import SecretStore
from .settings import Settings

SECRET_BITS = 248


def open_keys(settings: Settings) -> SecretStore:
    """The key store that the settings name."""
    if settings.keystore is None:
        return KeyringStore()
    return KeystoreFile(
        settings.keystore, settings.password_file or settings.keystore.with_suffix(".password")
    )


async def open_chain(settings: Settings) -> StarknetChain:
    """The network as the settings' account sees it."""
    key = open_keys(settings).private_key(settings.account)
    account = await open_account(settings.rpc_url, settings.account, key)
    return await StarknetChain.connect(account, settings.directory, settings.board, settings.ws_url)


def open_journal(settings: Settings) -> Journal:
    """The journal in the settings' folder."""
    return SqliteJournal(settings.folder / "journal.sqlite")


class Requester:
    """The artist's side: submit, watch, download, cancel."""

    def __init__(self, settings: Settings, reporter: Reporter) -> None:
        self._settings = settings
        self._reporter = reporter
        self._store = KuboStore(settings.ipfs_api)
        self._journal = open_journal(settings)

    async def submit(self, folder: Path, manifest: Manifest, offer: Offer, *, name: str, output: Path) -> int:
        """Pin a packed folder and create its job; returns the job's id."""
        chain = await open_chain(self._settings)
        package: PinnedPackage = await pin_package(self._store, folder, manifest, self._reporter)
        return await create_job(
            chain, self._journal, package, offer, name=name, output=output, reporter=self._reporter
        )

    async def watch(self, job_id: int, output: Path | None = None) -> JobReport:
        """Follow a job to its end; frames go to ``output`` or to where the job was submitted for."""
        chain = await open_chain(self._settings)
        entry = self._entry(job_id)
        if output is None and entry is None:
            raise LocalError(f"Job {job_id} was not submitted from here; say where its frames shall go.")
        where = output or Path(entry.output if entry else ".")
        scratch = Path(tempfile.mkdtemp(prefix="renderchain-"))
        try:
            watch = JobWatch(
                chain,
                self._store,
                hash_many,
                read_noisy,
                self._reporter,
                job_id=job_id,
                output=where,
                scratch=scratch,
            )
            report = await watch.run(entry.from_block if entry else self._settings.from_block)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        if entry:
            self._journal.set_job(entry.entry_id, job_id=job_id, state=report.state)
        return report

    async def cancel(self, job_id: int) -> None:
        """Take back what nobody has claimed; what is claimed finishes."""
        chain = await open_chain(self._settings)
        await chain.cancel(job_id)
        self._reporter.say(f"Job {job_id} is canceled; unclaimed frames were refunded")

    def jobs(self) -> list[JobEntry]:
        """The jobs submitted from here, the newest first."""
        return self._journal.jobs(self._settings.board)

    def _entry(self, job_id: int) -> JobEntry | None:
        return next((entry for entry in self.jobs() if entry.job_id == job_id), None)


async def run_worker(
    settings: Settings, reporter: Reporter, *, blender: str, families: frozenset[int], stop: asyncio.Event
) -> None:
    """Work until ``stop`` is set. ``blender`` is the application, or "" for the bpy module."""
    require_sandbox(settings.allow_unsandboxed)
    chain = await open_chain(settings)
    renderer = BlenderRenderer(
        blender=blender,
        device=settings.device,
        log_folder=settings.folder / "logs",
        allow_unsandboxed=settings.allow_unsandboxed,
    )
    rules = WorkerRules(families, settings.least_reward_fri, settings.folder, settings.from_block)
    worker = Worker(
        chain,
        KuboStore(settings.ipfs_api),
        renderer,
        open_journal(settings),
        reporter,
        rules,
        hash_many=hash_many,
        new_secret=lambda: secrets.randbits(SECRET_BITS),
        now=time.time,
    )
    await worker.run(stop)
