"""One lease from package to submission."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ...core.cid import digest_of, split_digest
from ...core.errors import ContentError, ProcessKilled, RenderFailed, StoreError
from ...core.gate import NO_LIMITS, GateLimits
from ...core.ids import JobId, LeaseId
from ...core.job import JobInfo, LeaseInfo, LeaseResult
from ...core.manifest import Manifest
from ...core.merkle import HashMany, LeaseIdentity, root_of
from ...core.messages import Loaded, Progress, Rendered
from ...core.notices.leases import (
    ContentNotKept,
    FrameRendered,
    FramesTakenOver,
    LeaseSubmitted,
    RenderStarted,
)
from ...core.openings import remembering
from ...core.sealed import key_hash_of, result_key_of, salt_key_of
from ...ports.content_store import ContentStore
from ...ports.images import ImageReader
from ...ports.journal import FrameEntry, Journal, LeaseEntry
from ...ports.renderer import Renderer
from ...ports.reporter import Reporter
from ...ports.sealer import Sealer
from ...ports.worker_chain import WorkerChain
from ..audit.opening import check_opens
from ..audit.proof_store import Evidence, ProofStore
from ..exchange.deadline import Deadline
from ..exchange.family import check_family
from ..exchange.lease_result import most_bytes, write_result
from ..exchange.package import fetch_checked
from ..exchange.package_cache import drop_package, in_use, is_in_use
from ..exchange.pins import Pins
from ..exchange.sealed_result import seal_result
from .check_image import check_image
from .finished import FinishedFrames
from .self_test import SelfTest

SPARE = 0.1  # of a lease's timeout is left when the time for rendering is over
TEST_PART, UPLOAD_PART = 0.7, 0.9  # of that; then it is given back before it is lost
KILLS_BORNE = 3  # of a lease's render processes: a scene that kills its own costs no more


@dataclass(frozen=True)
class Submitted:
    """So many tasks of a lease; ``failure`` is why the frame after them could not be rendered."""

    count: int
    failure: RenderFailed | None


@dataclass(frozen=True)
class RenderedFrames:
    """What a render process made of a lease before it failed or was ended."""

    loaded: Loaded
    rendered: tuple[Rendered, ...]
    failure: RenderFailed | None


class RenderLease:
    """Fetches, renders, tests, pins and submits; packages stay in ``folder`` while their job lives.

    Without a ``self_test`` it submits what it has; only a cheat wants that. ``limits`` are what this machine
    takes of anybody's job.
    """

    def __init__(
        self,
        chain: WorkerChain,
        store: ContentStore,
        renderer: Renderer,
        reporter: Reporter,
        folder: Path,
        *,
        hash_many: HashMany,
        sealer: Sealer,
        proof_store: ProofStore,
        journal: Journal,
        read_images: ImageReader,
        self_test: SelfTest | None,
        limits: GateLimits = NO_LIMITS,
    ) -> None:
        self._chain = chain
        self._store = store
        self._renderer = renderer
        self._reporter = reporter
        self._folder = folder
        self._hash_many = hash_many
        self._sealer = sealer
        self._proof_store = proof_store
        self._self_test = self_test
        self._limits = limits
        self._read_images = read_images
        self._pins = Pins(store, folder / "pins.json", proof_store.knows)
        self._finished = FinishedFrames(journal, folder / "leases")
        self._packages: dict[JobId, Path] = {}

    def output(self, lease_id: LeaseId) -> Path:
        """Where a lease's files are while it is worked on."""
        return self._finished.root(lease_id)

    def discard(self, lease_id: LeaseId) -> None:
        """Forget a lease's files and finished frames: it is submitted, given back or lost."""
        self._finished.discard(self._chain.board, lease_id)

    def tidy(self, claimed: Collection[LeaseId]) -> None:
        """Delete what an earlier process left of leases that are not in hand any more."""
        self._finished.keep_only(self._chain.board, claimed)

    def forget(self, job_id: JobId) -> None:
        """Delete the package of a job that is over."""
        package = self._packages.pop(job_id, None)
        if package and package not in self._packages.values() and not is_in_use(package):
            drop_package(package)

    async def fetch(self, terms: JobInfo) -> tuple[Path, Manifest]:
        """A job's package, kept while the job lives; raises StoreError or ContentError."""
        cache = self._folder / "packages"
        self._packages[terms.job_id] = cache / terms.package_cid
        return await fetch_checked(self._store, terms, cache, self._reporter, self._limits)

    async def run(
        self, entry: LeaseEntry, lease: LeaseInfo, terms: JobInfo, *, most_s: float | None = None
    ) -> Submitted:
        """Fetching and rendering take at most ``most_s``; frames that are done by then are submitted.

        The self-test has a little more: whatever hangs is ended before the lease is lost.

        Raises StoreError, ContentError, RenderFailed, ContractError or ChainError.

        Who is cancelled with a frame or more done submits those first; the task is then still cancelling.
        """
        deadline = Deadline(most_s, SPARE * terms.lease_timeout_s)
        async with deadline.within(f"Fetching the package of lease {entry.lease_id}"):
            package, manifest = await self.fetch(terms)
        with in_use(package):
            return await self._run(entry, lease, terms.family, package, manifest, deadline)

    async def _run(
        self,
        entry: LeaseEntry,
        lease: LeaseInfo,
        family: int,
        package: Path,
        manifest: Manifest,
        deadline: Deadline,
    ) -> Submitted:
        key = result_key_of(entry.secret)
        identity = LeaseIdentity.of(self._chain.chain_id, self._chain.board, lease)
        # Before rendering: results that can't be sealed for anyone are never submitted.
        requester_key = bytes.fromhex(manifest.requester_key)
        self._sealer.wrap(key, requester_key, identity, b"")
        frames = manifest.frames_of(lease)
        done = await self._render_on(entry, frames, family, package, manifest, deadline)
        part = replace(lease, count=len(done.rendered))
        folder = self._finished.folder(entry.lease_id)
        seal = partial(
            seal_result, self._sealer, folder, key=key, requester_key=requester_key, identity=identity
        )
        finishing = asyncio.create_task(
            self._finish(entry, part, identity, package, manifest, done, seal, deadline)
        )
        try:
            await asyncio.shield(finishing)
        except asyncio.CancelledError:
            await finishing
        return Submitted(part.count, done.failure)

    async def _finish(
        self,
        entry: LeaseEntry,
        part: LeaseInfo,
        identity: LeaseIdentity,
        package: Path,
        manifest: Manifest,
        done: RenderedFrames,
        seal: Callable[..., None],
        deadline: Deadline,
    ) -> None:
        """Test, pin and submit what was rendered."""
        root_folder = self.output(entry.lease_id)
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
        if self._self_test:
            ids, again = (entry.job_id, entry.lease_id), root_folder / "again"
            shown = [(one.frame, mine) for one, mine in zip(done.rendered, committed.prints, strict=True)]
            async with deadline.within(f"The self-test of lease {entry.lease_id}", TEST_PART):
                await self._self_test.run(ids, package, manifest, shown, again)
        root = await asyncio.to_thread(root_of, hash_many, committed.leaves)
        async with self._pinned(
            root_folder / "results.sealed", partial(seal, frames=manifest.frames_of(part)), deadline
        ) as (cid, sealed):
            key = result_key_of(entry.secret)
            result = LeaseResult(root, *split_digest(digest_of(cid)), key_hash_of(self._hash_many, key))
            salt_key = salt_key_of(entry.secret)
            held = (package.name, committed.leaves, committed.records)
            evidence = Evidence(result, salt_key, key, *held)
            await asyncio.to_thread(check_opens, hash_many, identity, evidence, part.first, tiles)
            self._proof_store.save(entry.lease_id, evidence)
            self._pins.note(cid, entry.lease_id)
            await self._keep(entry, cid, sealed)
            # As the store has it: without what was put together from pieces.
            await self._keep(entry, package.name, package, [recipe.path for recipe in manifest.recipes])
        await self._chain.submit(entry.lease_id, part.count, result)
        self._reporter.tell(LeaseSubmitted(entry.job_id, entry.lease_id, part.count))
        await asyncio.to_thread(self.discard, entry.lease_id)
        await self._pins.prune()

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

    async def _render_on(
        self,
        entry: LeaseEntry,
        frames: Sequence[int],
        family: int,
        package: Path,
        manifest: Manifest,
        deadline: Deadline,
    ) -> RenderedFrames:
        """Render what no earlier process finished; where one is killed, another goes on after its frames."""
        left = KILLS_BORNE
        while True:
            kept = await asyncio.to_thread(self._finished.resume, entry, frames)
            try:
                done = await self._render(entry, frames, family, package, manifest, kept, deadline)
                killed = done.failure
            except ProcessKilled as error:
                if not left:
                    raise
                killed = error
            if not left or not isinstance(killed, ProcessKilled):
                return done
            left -= 1
            self._reporter.say(f"Lease {entry.lease_id}: another process goes on. {killed}")

    async def _render(
        self,
        entry: LeaseEntry,
        frames: Sequence[int],
        family: int,
        package: Path,
        manifest: Manifest,
        kept: dict[int, FrameEntry],
        deadline: Deadline,
    ) -> RenderedFrames:
        """Render the frames, or as many as come before one fails or the worker must stop: at least one.

        Those that were kept are not rendered again, unless it is on another Blender or device than they were.
        """
        ids, rendered, failure = (entry.job_id, entry.lease_id), list[Rendered](), None
        if len(kept) == len(frames):
            self._reporter.tell(FramesTakenOver(*ids, len(kept)))
            return RenderedFrames(kept[frames[0]].loaded, tuple(kept[one].rendered for one in frames), None)
        output, most = self.output(entry.lease_id) / "out", most_bytes(manifest, 1)
        check = partial(check_image, self._read_images, manifest=manifest)
        take = partial(self._finished.take, entry, output, most_bytes=most, check=check)
        shutil.rmtree(output, ignore_errors=True)
        output.mkdir(parents=True)
        try:
            async with (
                deadline.within(f"Lease {entry.lease_id}"),
                self._renderer.open(package, manifest, output) as session,
            ):
                loaded = session.loaded
                check_family(loaded, family)
                self._reporter.tell(RenderStarted(*ids, len(frames), loaded.device, loaded.device_name))
                kept = self._kept_with(entry, loaded, kept)
                for number, frame in enumerate(frames):
                    self._reporter.progress("frames", number, len(frames))
                    if frame in kept:
                        rendered.append(kept[frame].rendered)
                        continue
                    coming = (one for one in frames[number + 1 :] if one not in kept)
                    one = await session.render(frame, self._tell_samples, then=next(coming, None))
                    await self._take(partial(take, loaded=loaded, one=one), one, rendered)
                    self._reporter.tell(FrameRendered(*ids, frame, one.render_ms / 1000))
        except (RenderFailed, asyncio.CancelledError) as error:
            if not rendered:
                raise
            failure = error if isinstance(error, RenderFailed) else None
        check_output(output)
        return RenderedFrames(loaded, tuple(rendered), failure)

    def _tell_samples(self, at: Progress) -> None:
        self._reporter.progress(f"samples of frame {at.frame}", at.sample, at.samples)

    def _kept_with(
        self, entry: LeaseEntry, loaded: Loaded, kept: dict[int, FrameEntry]
    ) -> dict[int, FrameEntry]:
        """Those that go with this process; a result has one Blender and one device for all its frames."""
        same = {number: one for number, one in kept.items() if _device_of(one.loaded) == _device_of(loaded)}
        if same:
            self._reporter.tell(FramesTakenOver(entry.job_id, entry.lease_id, len(same)))
        self._finished.drop(entry, [one for number, one in kept.items() if number not in same])
        return same

    async def _take(self, take: Callable[[], FrameEntry], one: Rendered, rendered: list[Rendered]) -> None:
        """Have a frame where nothing loses it; who is cancelled meanwhile has it all the same."""
        taking = asyncio.create_task(asyncio.to_thread(take))
        try:
            await asyncio.shield(taking)
        except asyncio.CancelledError:
            await taking
            rendered.append(one)
            raise
        rendered.append(one)


def _device_of(loaded: Loaded) -> tuple[str, str, str]:
    return loaded.blender_version, loaded.device, loaded.device_name


def check_output(folder: Path) -> None:
    """Raise ContentError where a render process left a link: it leads out of its sandbox into ours."""
    links = [path.name for path in folder.rglob("*") if path.is_symlink()]
    if links:
        raise ContentError(f"The render process left the link {links[0]!r} among its files: refused.")
