"""One lease from package to submission."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ...core.cid import digest_of, split_digest
from ...core.errors import RenderFailed, StoreError
from ...core.gate import NO_LIMITS, GateLimits
from ...core.ids import JobId, LeaseId
from ...core.job import JobInfo, LeaseInfo, LeaseResult
from ...core.manifest import Manifest
from ...core.merkle import HashMany, LeaseIdentity, root_of
from ...core.notices.leases import ContentNotKept, ContentNotPinned, LeaseSubmitted
from ...core.openings import remembering
from ...core.sealed import key_hash_of, result_key_of, salt_key_of
from ...ports.content_store import ContentStore
from ...ports.images import ImagesIn
from ...ports.journal import Journal, LeaseEntry
from ...ports.reporter import Reporter
from ...ports.sealer import Sealer
from ...ports.worker_chain import WorkerChain
from ..audit.opening import check_opens
from ..audit.proof_store import Evidence, ProofStore
from ..exchange.deadline import Deadline
from ..exchange.lease_result import write_result
from ..exchange.package import OpeningOf, fetch_checked
from ..exchange.package_cache import drop_all_opened, drop_if_unused, drop_opened, in_use
from ..exchange.pins import Pins
from ..exchange.sealed_result import seal_result
from ..exchange.told_addresses import Beside
from ..exchange.watchtower_key import KeysForWatchtower
from .finished import FinishedFrames
from .lane import SPARE, Turn
from .render_frames import RenderedFrames, RenderFrames

TEST_PART, UPLOAD_PART = 0.7, 0.9  # of what is spare; then it is given back before it is lost


@dataclass(frozen=True)
class Submitted:
    """So many tasks of a lease; ``failure`` is why the frame after them could not be rendered."""

    count: int
    failure: RenderFailed | None


class RenderLease:
    """Fetches, renders, tests, pins and submits; packages stay in ``folder`` while their job lives.

    ``limits`` are what this machine takes of anybody's job, ``private`` opens private packages: for as long
    as somebody uses them.
    """

    def __init__(
        self,
        chain: WorkerChain,
        store: ContentStore,
        reporter: Reporter,
        folder: Path,
        *,
        hash_many: HashMany,
        sealer: Sealer,
        proof_store: ProofStore,
        pins: Pins,
        journal: Journal,
        images_in: ImagesIn,
        limits: GateLimits = NO_LIMITS,
        private: OpeningOf | None = None,
        beside: Beside | None = None,
        for_watchtower: KeysForWatchtower | None = None,
    ) -> None:
        self._chain = chain
        self._private = private
        self._beside = beside
        self._for_watchtower = for_watchtower
        self._store = store
        self._reporter = reporter
        self._folder = folder
        self._hash_many = hash_many
        self._sealer = sealer
        self._proof_store = proof_store
        self._limits = limits
        self._pins = pins
        self._finished = FinishedFrames(journal, folder / "leases")
        self._frames = RenderFrames(self._finished, reporter, images_in)
        self._packages: dict[JobId, Path] = {}

    def output(self, lease_id: LeaseId) -> Path:
        """Where a lease's files are while it is worked on."""
        return self._finished.root(lease_id)

    def discard(self, lease_id: LeaseId) -> None:
        """Forget a lease's files and finished frames: it is submitted, given back or lost."""
        self._finished.discard(self._chain.board, lease_id)

    def tidy(self, claimed: Collection[LeaseId]) -> None:
        """Delete what an earlier process left: opened packages, and leases that are not in hand any more."""
        self._finished.keep_only(self._chain.board, claimed)
        drop_all_opened(self._folder / "packages")

    def forget(self, job_id: JobId) -> None:
        """Delete the package of a job that is over."""
        package = self._packages.pop(job_id, None)
        if package and package not in self._packages.values():
            drop_if_unused(package)

    async def fetch(self, terms: JobInfo) -> tuple[Path, Manifest]:
        """A job's package, kept while the job lives; raises StoreError or ContentError."""
        cache = self._folder / "packages"
        self._packages[terms.job_id] = cache / terms.package_cid
        parts = (self._store, terms, cache, self._reporter, self._limits, self._private, self._beside)
        return await fetch_checked(*parts)

    async def run(
        self, turn: Turn, lease: LeaseInfo, terms: JobInfo, *, most_s: float | None = None
    ) -> Submitted:
        """Fetching and rendering take at most ``most_s``; frames that are done by then are submitted.

        The self-test has a little more: whatever hangs is ended before the lease is lost.

        Raises StoreError, ContentError, RenderFailed, TurnMissed, ContractError or ChainError.

        Who is cancelled with a frame or more done submits those first; the task is then still cancelling.
        """
        deadline = Deadline(most_s, SPARE * terms.lease_timeout_s)
        stored = self._folder / "packages" / terms.package_cid
        try:
            with in_use(stored):
                async with deadline.within(f"Fetching the package of lease {lease.lease_id}"):
                    package, manifest = await self.fetch(terms)
                try:
                    return await self._run(turn, lease, terms.family, package, manifest, deadline)
                finally:
                    turn.end()  # what failed is in nobody's way
        finally:
            drop_opened(stored)

    async def _run(
        self,
        turn: Turn,
        lease: LeaseInfo,
        family: int,
        package: Path,
        manifest: Manifest,
        deadline: Deadline,
    ) -> Submitted:
        entry = turn.entry
        key = result_key_of(entry.secret)
        identity = LeaseIdentity.of(self._chain.chain_id, self._chain.board, lease)
        # Before rendering: results that can't be sealed for anyone are never submitted.
        requester_key = bytes.fromhex(manifest.requester_key)
        self._sealer.wrap(key, requester_key, identity, b"")
        frames = manifest.frames_of(lease)
        done = await self._frames.run(turn, frames, family, package, manifest, deadline)
        part = replace(lease, count=len(done.rendered))
        folder = self._finished.folder(entry.lease_id)
        seal = partial(
            seal_result, self._sealer, folder, key=key, requester_key=requester_key, identity=identity
        )
        finishing = asyncio.create_task(
            self._finish(turn, part, identity, package, manifest, done, seal, deadline)
        )
        try:
            await asyncio.shield(finishing)
        except asyncio.CancelledError:
            await finishing
        return Submitted(part.count, done.failure)

    async def _finish(
        self,
        turn: Turn,
        part: LeaseInfo,
        identity: LeaseIdentity,
        package: Path,
        manifest: Manifest,
        done: RenderedFrames,
        seal: Callable[..., None],
        deadline: Deadline,
    ) -> None:
        """Test, pin and submit what was rendered."""
        entry, self_test = turn.entry, turn.lane.self_test
        ids, root_folder = (entry.job_id, entry.lease_id), self.output(entry.lease_id)
        hash_many, tiles = remembering(self._hash_many), manifest.leaves_per_frame
        committed = write_result(
            self._finished.folder(entry.lease_id),
            done.loaded,
            done.rendered,
            identity=identity,
            first_task=part.first,
            salt_key=salt_key_of(entry.secret),
            manifest=manifest,
            hash_many=hash_many,
        )
        if self_test and (done.failure or self_test.is_drawn(ids, package.name, done.rendered_s)):
            again = root_folder / "again"
            shown = [(one.frame, mine) for one, mine in zip(done.rendered, committed.prints, strict=True)]
            async with deadline.within(f"The self-test of lease {entry.lease_id}", TEST_PART):
                await turn.begin_test(package.name, done.loaded.device)
                await self_test.run(ids, package, manifest, shown, again)
        turn.end()
        root = await asyncio.to_thread(root_of, hash_many, committed.leaves)
        async with self._pinned(
            root_folder / "results.sealed", partial(seal, frames=manifest.frames_of(part)), deadline
        ) as (cid, sealed):
            key = result_key_of(entry.secret)
            result = LeaseResult(root, *split_digest(digest_of(cid)), key_hash_of(self._hash_many, key))
            salt_key = salt_key_of(entry.secret)
            held = (package.name, committed.leaves, committed.records)
            package_key = await self._for_watchtower.wrapped(entry.job_id) if self._for_watchtower else None
            evidence = Evidence(result, salt_key, key, *held, package_key)
            await asyncio.to_thread(check_opens, hash_many, identity, evidence, part.first, tiles)
            self._proof_store.save(entry.lease_id, evidence)
            self._pins.note(cid, entry.lease_id)
            await self._keep(entry, cid, sealed)
            # As the store has it: private, or without what was put together from pieces.
            stored = self._folder / "packages" / package.name
            added = manifest.recipes if package == stored else ()
            await self._keep(entry, package.name, stored, [recipe.path for recipe in added])
            await self._pin_package(entry, package.name, deadline)
        await self._chain.submit(entry.lease_id, part.count, result)
        self._reporter.tell(LeaseSubmitted(entry.job_id, entry.lease_id, part.count))
        await asyncio.to_thread(self.discard, entry.lease_id)
        with suppress(StoreError):  # what stays pinned goes after the next lease
            async with deadline.within("Unpinning", UPLOAD_PART, StoreError):
                await self._pins.prune()

    async def _pin_package(self, entry: LeaseEntry, cid: str, deadline: Deadline) -> None:
        """Who verifies the lease shall find its package; but that is not worth the lease."""
        try:
            async with deadline.within("Pinning the package", UPLOAD_PART, StoreError):
                why = await self._pins.pin(cid, entry.lease_id)
        except StoreError as error:
            why = str(error)
        if why:
            self._reporter.tell(ContentNotPinned(entry.job_id, entry.lease_id, cid, why))

    @asynccontextmanager
    async def _pinned(
        self, sealed: Path, seal: Callable[[Path], None], deadline: Deadline
    ) -> AsyncIterator[tuple[str, Path]]:
        """Seal into a folder out of the render process's reach, and pin it; its CID."""
        shutil.rmtree(sealed, ignore_errors=True)
        try:
            await asyncio.to_thread(seal, sealed)
            async with deadline.within("The upload of a lease's results", UPLOAD_PART, StoreError):
                cid = await self._store.add_folder(
                    sealed, lambda done: self._reporter.progress("bytes uploaded", done, 0)
                )
            yield cid, sealed
        finally:
            shutil.rmtree(sealed, ignore_errors=True)

    async def _keep(self, entry: LeaseEntry, cid: str, folder: Path, left_out: Collection[str] = ()) -> None:
        """Keep results or package beside the evidence, for who may have to pin them again."""
        try:
            await asyncio.to_thread(self._proof_store.content.keep, cid, folder, left_out)
        except OSError as error:  # the stake does not hang on it
            self._reporter.tell(ContentNotKept(entry.job_id, entry.lease_id, str(error)))
