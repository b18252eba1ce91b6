"""What a verifier finds out by itself: the pixels of drawn tiles, whether results can be had, or rendered."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from ...core.audit.state import NO, YES
from ...core.errors import ContentError, StoreError
from ...core.gate import NO_LIMITS, GateLimits
from ...core.ids import LeaseId
from ...core.job import JobInfo, LeaseInfo, LeaseResult
from ...core.manifest import Manifest
from ...core.merkle import HashMany, LeaseIdentity
from ...core.notices.audits import LeavesRenderedAgain, NotDelivered
from ...core.notices.leases import ContentNotPinned
from ...core.prints import TilePrint
from ...ports.content_store import ContentStore
from ...ports.renderer import Renderer
from ...ports.reporter import Reporter
from ...ports.sealer import Sealer
from ..exchange.family import check_family
from ..exchange.lease_result import ReadNoisy, check_result, most_bytes
from ..exchange.package import OpeningOf, fetch_checked
from ..exchange.package_cache import drop_opened, in_use
from ..exchange.private_package import is_ready
from ..exchange.records import read_records
from ..exchange.sealed_result import check_wrapped, open_sealed
from ..exchange.told_addresses import Beside

FETCH_TRIES = 3
KeepPinned = Callable[[str, LeaseId], Awaitable[str]]  # content, and the lease that needs it; why not, or ""
MayShare = Callable[[Path], bool]  # whether tiles of a frame of a package may share an opening


def never(_: Path) -> bool:
    """What is known of a package that nobody probed."""
    return False


class Rerender:
    """Renders, fetches and compares; it knows neither votes nor chain.

    ``may_share`` says what this machine's own probe found; the package's word is not asked.
    """

    def __init__(
        self,
        store: ContentStore,
        renderer: Renderer,
        reporter: Reporter,
        folder: Path,
        *,
        hash_many: HashMany,
        sealer: Sealer,
        read_noisy: ReadNoisy,
        may_share: MayShare = never,
        limits: GateLimits = NO_LIMITS,
        private: OpeningOf | None = None,
        beside: Beside | None = None,
        keep_pinned: KeepPinned | None = None,
    ) -> None:
        self._store = store
        self._renderer = renderer
        self._reporter = reporter
        self._folder = folder
        self._hash_many = hash_many
        self._sealer = sealer
        self._read_noisy = read_noisy
        self._may_share = may_share
        self._limits = limits
        self._private = private
        self._beside = beside
        self._keep_pinned = keep_pinned or self._pin_for_good
        self._packages = folder / "packages"

    def has_package(self, job: JobInfo) -> bool:
        """Whether it need not be fetched or opened, unless it turns out to be damaged."""
        return is_ready(self._packages / job.package_cid)

    async def fetch(self, job: JobInfo) -> None:
        """Have the job's package here; raises StoreError, or ContentError where it is another one."""
        package, _ = await self._package(job)
        drop_opened(package)

    async def render(self, job: JobInfo, lease: LeaseInfo, leaves: Sequence[int]) -> list[TilePrint]:
        """The prints of drawn leaves, all in one process.

        Raises StoreError, ContentError or RenderFailed: a verifier that fails has no vote.
        """
        stored = self._packages / job.package_cid
        try:
            with in_use(stored):
                package, manifest = await self._package(job)
                return await self._render(job, package, manifest, lease, leaves)
        finally:
            drop_opened(stored)

    async def render_fresh(self, job: JobInfo, lease: LeaseInfo, leaves: Sequence[int]) -> list[TilePrint]:
        """The same of a copy of the package that comes from the store anew, whatever lies here already.

        Raises StoreError, ContentError or RenderFailed.
        """
        place = self._fresh(f"fresh-{lease.lease_id}")
        try:
            parts = (self._store, job, place, self._reporter, self._limits, self._private, self._beside)
            package, manifest = await fetch_checked(*parts)
            return await self._render(job, package, manifest, lease, leaves)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    async def _render(
        self, job: JobInfo, package: Path, manifest: Manifest, lease: LeaseInfo, leaves: Sequence[int]
    ) -> list[TilePrint]:
        per_frame = manifest.leaves_per_frame
        if not all(0 <= leaf < per_frame * lease.count for leaf in leaves):
            raise ContentError(f"Leaves were drawn that lease {lease.lease_id} does not have: no vote on it.")
        found: dict[int, TilePrint] = {}
        spent_ms = 0
        output = self._fresh(f"audit-{lease.lease_id}")
        try:
            async with self._renderer.open(package, manifest, output) as session:
                check_family(session.loaded, job.family)
                for task in sorted({leaf // per_frame for leaf in leaves}):
                    wanted = sorted({leaf for leaf in leaves if leaf // per_frame == task})
                    frame = manifest.frames_of(lease)[task]
                    done = await session.render_tiles(
                        frame,
                        [leaf % per_frame for leaf in wanted],
                        lambda _: None,
                        shared=self._may_share(package),
                    )
                    spent_ms += done.render_ms
                    prints = read_records(output / done.leaves, len(wanted))
                    found.update(zip(wanted, prints, strict=True))
        finally:
            shutil.rmtree(output, ignore_errors=True)
        ids = (lease.job_id, lease.lease_id)
        self._reporter.tell(LeavesRenderedAgain(*ids, len(found), spent_ms / 1000))
        return [found[leaf] for leaf in leaves]

    async def is_delivered(
        self, identity: LeaseIdentity, lease: LeaseInfo, job: JobInfo, result: LeaseResult, result_key: bytes
    ) -> int:
        """YES if the results can be fetched, opened with the lease's key, and are those under the root.

        What arrives is pinned, so that the requester can have it from us.
        """
        package, manifest = await self._package(job)
        drop_opened(package)  # what it takes is in the manifest
        output = self._fresh(f"delivery-{lease.lease_id}")
        try:
            limits = (most_bytes(manifest, lease.count), 3 * lease.count + 2)
            await self._fetch(result.results_cid, output / "sealed", *limits)
            await asyncio.to_thread(
                self._open_and_check, output, identity, lease, manifest, result.root, result_key
            )
            if why := await self._keep_pinned(result.results_cid, lease.lease_id):
                self._reporter.tell(ContentNotPinned(lease.job_id, lease.lease_id, result.results_cid, why))
        except (StoreError, ContentError) as error:
            self._reporter.tell(NotDelivered(lease.job_id, lease.lease_id, str(error)))
            return NO
        finally:
            shutil.rmtree(output, ignore_errors=True)
        return YES

    def _open_and_check(
        self,
        output: Path,
        identity: LeaseIdentity,
        lease: LeaseInfo,
        manifest: Manifest,
        root: int,
        result_key: bytes,
    ) -> None:
        """Raises ContentError unless what was fetched is what was posted."""
        sealed, opened = output / "sealed", output / "opened"
        frames = manifest.frames_of(lease)
        open_sealed(self._sealer, sealed, opened, key=result_key, identity=identity, frames=frames)
        requester_key = bytes.fromhex(manifest.requester_key)
        check_wrapped(
            self._sealer, sealed, opened, key=result_key, requester_key=requester_key, identity=identity
        )
        check_result(
            opened,
            identity=identity,
            first_task=lease.first,
            root=root,
            manifest=manifest,
            frames=frames,
            hash_many=self._hash_many,
            read_noisy=self._read_noisy,
        )

    async def _pin_for_good(self, cid: str, lease_id: LeaseId) -> str:
        """Of who unpins nothing."""
        try:
            await self._store.pin(cid)
        except StoreError as error:
            return str(error)
        return ""

    async def _fetch(self, cid: str, folder: Path, max_bytes: int, max_files: int) -> None:
        for attempt in range(1, FETCH_TRIES + 1):
            shutil.rmtree(folder, ignore_errors=True)
            try:
                await self._store.fetch_folder(
                    cid, folder, max_bytes=max_bytes, max_files=max_files, on_bytes=lambda _: None
                )
                return
            except StoreError:
                if attempt == FETCH_TRIES:
                    raise

    async def _package(self, job: JobInfo) -> tuple[Path, Manifest]:
        parts = (self._store, job, self._packages, self._reporter, self._limits, self._private, self._beside)
        return await fetch_checked(*parts)

    def _fresh(self, name: str) -> Path:
        output = self._folder / "audits" / name
        shutil.rmtree(output, ignore_errors=True)
        output.mkdir(parents=True)
        return output
