"""All that an artist asks for, each with a connection to the chain of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from ...core.audit.draw_count import DrawCount, count_draws
from ...core.errors import LocalError
from ...core.ids import JobId, LeaseId
from ...core.manifest import Manifest
from ...core.merkle import HashMany
from ...core.notices.jobs import JobCanceled
from ...core.notices.private import JobIsPrivate
from ...core.private_package import SharedKey
from ...core.probe import DEFAULT_S
from ...ports.content_store import ContentStore
from ...ports.journal import JobEntry, Journal
from ...ports.package_keys import PackageSealer
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain
from ...ports.sealer import Sealer, Unwrapper
from ..exchange.lease_result import ReadNoisy
from ..exchange.private_package import PrivateOpening, PrivateSealing, read_header
from ..exchange.probe import Probe
from ..upkeep.store_upkeep import StoreUpkeep
from .challenge import challenge
from .estimate import Estimate, JobFrames, estimate
from .final_check import FinalCheck
from .offer import Offer
from .output_folder import try_output
from .own_check import OwnCheck
from .own_keys import OwnKeys
from .package_pin import unpin_unneeded
from .pool import top_up
from .submit import probed_offer, submit
from .watch_job import JobReport, JobWatch

KEY_GAS = 1_400_000  # of giving one worker the key of a private job's package (docs/gas.md)


@dataclass(frozen=True)
class RequesterParts:
    """What the use cases work with; ``open_chain`` connects the artist's account."""

    open_chain: Callable[[], AbstractAsyncContextManager[RequesterChain]]
    store: ContentStore
    journal: Journal
    unwrapper: Callable[[RequesterChain], Unwrapper]
    sealer: Sealer
    final_check: FinalCheck
    own_check: OwnCheck
    most_challenges: int
    package_sealer: PackageSealer
    package_keys: Callable[[RequesterChain], OwnKeys]
    most_private_workers: int
    probe: Probe
    hash_many: HashMany
    read_noisy: ReadNoisy
    from_block: int
    upkeep: StoreUpkeep


class Requester:
    """The artist's side: submit, watch, top up, cancel, challenge."""

    def __init__(self, parts: RequesterParts, reporter: Reporter) -> None:
        self._parts = parts
        self._reporter = reporter

    async def estimate(self, offer: Offer, frames: JobFrames, package_bytes: int) -> Estimate:
        """What a job would come to now, and what the account holds; nothing is sent."""
        async with self._parts.open_chain() as chain:
            if not offer.private:
                return await estimate(chain, offer, frames, package_bytes)
            found = await estimate(chain, offer, frames, 2 * package_bytes)  # encrypted, and opened beside it
            return replace(found, notices=(*found.notices, await self._privacy(chain)))

    async def _privacy(self, chain: RequesterChain) -> JobIsPrivate:
        each_fri = KEY_GAS * await chain.gas_price_fri()
        return JobIsPrivate(self._parts.most_private_workers, each_fri)

    async def submit(
        self,
        folder: Path,
        manifest: Manifest,
        offer: Offer,
        *,
        name: str,
        output: Path,
        probe_seconds: int = DEFAULT_S,
    ) -> JobId:
        """Probe a packed folder, pin it and create its job; returns the job's id. Raises SceneError too.

        It may be cancelled until it pays; what is cancelled later ends all the same, with Cancelled.

        ``probe_seconds`` 0: the scene is not probed, which is said.
        """
        parts = self._parts
        try_output(output)
        offer = await probed_offer(parts.probe, self._reporter, folder, manifest, offer, probe_seconds)
        async with parts.open_chain() as chain:
            sealing = None
            if offer.private:
                sealing = PrivateSealing(parts.package_sealer, parts.package_keys(chain).of_salt)
                self._reporter.tell(await self._privacy(chain))
            return await submit(
                chain,
                parts.store,
                parts.journal,
                self._reporter,
                folder=folder,
                manifest=manifest,
                requester_key=parts.unwrapper(chain).public_key,
                offer=offer,
                name=name,
                output=output,
                upkeep=parts.upkeep,
                sealing=sealing,
            )

    async def watch(self, job_id: JobId, output: Path | None = None) -> JobReport:
        """Follow a job to its end; frames go to ``output`` or to where the job was submitted for."""
        scratch = Path(tempfile.mkdtemp(prefix="renderchain-"))
        try:
            async with self._parts.open_chain() as chain:
                return await self._watch(chain, job_id, output, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    async def _watch(
        self, chain: RequesterChain, job_id: JobId, output: Path | None, scratch: Path
    ) -> JobReport:
        parts = self._parts
        entry = next((one for one in parts.journal.jobs(chain.board) if one.job_id == job_id), None)
        if output is None and entry is None:
            raise LocalError(f"Job {job_id} was not submitted from here; say where its frames shall go.")
        watch = JobWatch(
            chain,
            parts.store,
            parts.hash_many,
            parts.read_noisy,
            self._reporter,
            sealer=parts.sealer,
            unwrapper=parts.unwrapper(chain),
            job_id=job_id,
            output=output or Path(entry.output if entry else "."),
            scratch=scratch,
            final_check=parts.final_check,
            own_check=parts.own_check,
            most_challenges=parts.most_challenges,
            private=PrivateOpening(parts.package_sealer, parts.package_keys(chain)),
            most_private_workers=parts.most_private_workers,
        )
        await parts.upkeep.connect()
        report = await watch.run(entry.from_block if entry else parts.from_block)
        if entry:
            parts.journal.set_job(entry.entry_id, job_id=job_id, state=report.state)
            await unpin_unneeded(parts.store, parts.journal, self._reporter, entry.package_cid)
        return report

    async def cancel(self, job_id: JobId) -> None:
        """Take back what nobody has claimed; what is claimed finishes."""
        async with self._parts.open_chain() as chain:
            await chain.cancel(job_id)
        self._reporter.tell(JobCanceled(job_id))

    async def top_up(self, job_id: JobId, *, more_pool_fri: int = 0, reward_fri: int | None = None) -> None:
        """Add to a job's audit pool, or raise what its next leases pay for a frame, or both."""
        async with self._parts.open_chain() as chain:
            await top_up(chain, self._reporter, job_id, more_pool_fri=more_pool_fri, reward_fri=reward_fri)

    async def challenge(self, lease_id: LeaseId, leaves: Sequence[int]) -> None:
        """Doubt named leaves of a lease, or without any its delivery."""
        async with self._parts.open_chain() as chain:
            await challenge(chain, self._reporter, lease_id, leaves)

    async def share_key(self, job_id: JobId, folder: Path) -> Path:
        """Write a private job's key where a watchtower finds it; returns the file.

        Raises LocalError for a job that is not private.
        """
        parts = self._parts
        async with parts.open_chain() as chain:
            job, keys = await chain.job(job_id), parts.package_keys(chain)
            header = await read_header(parts.store, job.package_cid)
            if header is None:
                raise LocalError(f"Job {job_id} is not private: everybody can read its package.")
            shared = SharedKey(chain.board, job_id, await keys.key_of(job, header))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{job_id}.json"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(shared.to_bytes())
        return path

    async def draws(self) -> DrawCount:
        """Audits drawn on this board against audits expected."""
        async with self._parts.open_chain() as chain:
            return count_draws(await chain.drawn(self._parts.from_block))

    def jobs(self) -> list[JobEntry]:
        """The jobs submitted from here, the newest first."""
        return self._parts.journal.jobs()
