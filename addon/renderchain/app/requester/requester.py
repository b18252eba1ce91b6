"""All that an artist asks for, each with a connection to the chain of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from itertools import chain as chained
from pathlib import Path

from ...core.artist_job import JobEntry, JobOverview
from ...core.audit.draw_count import DrawCount, count_draws, total_of
from ...core.errors import LocalError, RenderChainError
from ...core.frame_names import USUAL
from ...core.ids import BoardJob, JobId, LeaseId
from ...core.job_progress import JobProgress
from ...core.manifest import Manifest
from ...core.notices.following import CancelQuoted, ChallengeQuoted
from ...core.notices.jobs import JobCanceled, ReceiptFailed, ReceiptWritten
from ...core.notices.private import JobIsPrivate
from ...core.print_limits import PrintLimits
from ...core.private_package import SharedKey
from ...core.probe import DEFAULT_S
from ...core.scratch import Scratch
from ...ports.boards import Boards
from ...ports.receipt_chain import ReceiptChain
from ...ports.reporter import Reporter
from ..exchange.package import fetch_package
from ..exchange.package_cache import drop_if_unused
from ..exchange.private_package import PrivateOpening, PrivateSealing, read_header, read_manifest
from .challenge import challenge
from .estimate import Estimate, JobFrames, estimate
from .fetched_parts import FetchedParts, drop_unused, place_of
from .job_boards import JobBoards
from .job_notes import JobNotes
from .job_report import JobReport
from .kept_frames import KeptFrames
from .kept_passes import KeptPasses
from .offer import Offer
from .order_again import manifest_for, name_of, offer_of, order_quote, read_job
from .output_folder import try_output
from .overview import Overview, Wanted, cancel_quote
from .package_pin import is_wanting, unpin_unneeded
from .pool import top_up
from .quote import Quote
from .receipt import gather, sealed, write_receipt
from .receipt_parts import ReceiptParts
from .requester_parts import RequesterParts
from .results import Results
from .shared_key import write_shared
from .submit import probed_offer, submit
from .watch_job import JobWatch

KEY_GAS = 1_400_000  # of giving one worker the key of a private job's package (docs/gas.md)
OnProgress = Callable[[JobProgress], None]
OnProbed = Callable[[PrintLimits], None]


def unheard(progress: JobProgress) -> None:
    """Nobody wants to know."""


def unprobed(limits: PrintLimits) -> None:
    """Nobody keeps them."""


class Requester:
    """The artist's side. Who knows a job's ``board`` names it: each board numbers jobs by itself."""

    def __init__(self, parts: RequesterParts, reporter: Reporter) -> None:
        self._parts = parts
        self._reporter = reporter

    async def estimate(self, offer: Offer, frames: JobFrames, package_bytes: int) -> Estimate:
        """What a job would come to now, and what the account holds; nothing is sent.

        Where this machine can't check the job's leases itself, it has second looks if the offer says so.
        """
        if offer.looks_if_unchecked and not offer.second_look:
            check, tiles = self._parts.own_check(self._reporter), frames.leaves // max(frames.layers, 1)
            reason = await check.why_not(offer.device_group, offer.frame_s or 0.0, tiles)
            offer = replace(offer, unchecked=reason)
        async with self._chain() as chain:
            if not offer.private:
                return await estimate(chain, offer, frames, package_bytes)
            found = await estimate(chain, offer, frames, 2 * package_bytes)  # encrypted, and opened beside it
            return replace(found, notices=(*found.notices, await self._privacy(chain)))

    async def _privacy(self, chain: ReceiptChain) -> JobIsPrivate:
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
        probe_seconds: int | None = DEFAULT_S,
        names: str = USUAL,
        on_probed: OnProbed = unprobed,
    ) -> BoardJob:
        """Probe a packed folder, pin it and create its job; returns that job. Raises SceneError too.

        It may be cancelled until it pays; what is cancelled later ends all the same, with Cancelled. With
        ``probe_seconds`` 0 the scene is not probed, which is said; with None it was before. ``on_probed``
        is called in a thread, with the limits, before anything is pinned.
        """
        parts = self._parts
        try_output(output)
        if probe_seconds is not None:
            probing = (parts.probe, parts.own_check(self._reporter), self._reporter)
            offer = await probed_offer(*probing, folder, manifest, offer, probe_seconds)
            await asyncio.to_thread(on_probed, offer.limits)
        async with self._chain() as chain:
            sealing = None
            if offer.private:
                sealing = PrivateSealing(parts.package_sealer, parts.package_keys(chain).of_salt)
                self._reporter.tell(await self._privacy(chain))
            job_id = await submit(
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
                names=names,
            )
        with suppress(OSError):  # it could be made before; else the first frame says why it can't be now
            output.mkdir(parents=True, exist_ok=True)
        return BoardJob(chain.board, job_id)

    async def watch(
        self,
        job_id: JobId,
        output: Path | None = None,
        on_progress: OnProgress = unheard,
        *,
        board: int = 0,
        passes: KeptPasses | None = None,
    ) -> JobReport:
        """Follow a job to its end; frames go to ``output`` or to where the job was submitted for.

        With ``passes`` what a merge takes is kept there. Raises AgentRunsAlready where another process does.
        """
        await drop_unused(self._parts.fetched_parts, self._parts.turn_of)
        with Scratch() as scratch:
            async with self._chain(job_id, board) as chain, self._parts.turn_of(chain.board, job_id):
                return await self._watch(chain, job_id, output, Path(scratch), on_progress, passes)

    async def _watch(
        self,
        chain: ReceiptChain,
        job_id: JobId,
        output: Path | None,
        scratch: Path,
        on_progress: OnProgress,
        passes: KeptPasses | None,
    ) -> JobReport:
        parts, entry = self._parts, self._entry(chain.board, job_id)
        if output is None and not (entry and entry.output):
            raise LocalError(f"Job {job_id} was not submitted from here; say where its frames shall go.")
        reporter = self._reporter
        if entry:
            reporter = JobNotes(reporter, parts.journal, entry.entry_id, parts.now)
            if output and not entry.output:
                parts.journal.set_output(entry.entry_id, str(output))
        folder = output or Path(entry.output if entry else ".")
        noted = (entry.entry_id, folder, entry.names) if entry else (None, folder)
        reading = (parts.hash_many, parts.read_noisy, parts.sealer)
        watch = JobWatch(
            chain,
            parts.store,
            Results(chain, parts.store, *reading, parts.unwrapper(chain), reporter),
            reporter,
            job_id=job_id,
            journal=parts.journal,
            kept=KeptFrames(parts.journal, *noted),
            receipt_parts=self._receipt_parts(chain, job_id),
            fetched_parts=FetchedParts(place_of(parts.fetched_parts, chain.board, job_id)),
            scratch=scratch,
            packages=parts.packages,
            final_check=parts.final_check(reporter),
            own_check=parts.own_check(reporter),
            most_challenges=parts.most_challenges,
            private=PrivateOpening(parts.package_sealer, parts.package_keys(chain)),
            most_private_workers=parts.most_private_workers,
            now=parts.now,
            on_progress=on_progress,
            passes=passes,
        )
        await parts.upkeep.connect()
        from_block = entry.from_block if entry else parts.from_block
        report = await watch.run(from_block)
        try:
            path = await self._receipt(chain, job_id, from_block, folder)
            reporter.tell(ReceiptWritten(job_id, path))
        except RenderChainError as error:
            reporter.tell(ReceiptFailed(job_id, str(error)))
        if entry:
            parts.journal.set_job(entry.entry_id, job_id=job_id, state=report.state)
            pinned = (parts.store, parts.journal, self._reporter, entry.package_cid)
            if not is_wanting(report, entry) and await unpin_unneeded(*pinned):
                await asyncio.to_thread(drop_if_unused, parts.packages / entry.package_cid)
        return report

    async def receipt(self, job_id: JobId, output: Path | None = None) -> Path:
        """Write a job's receipt as it stands now, to ``output`` or beside its frames; returns the file."""
        async with self._chain(job_id) as chain:
            entry = self._entry(chain.board, job_id)
            if output is None and not (entry and entry.output):
                raise LocalError(f"Job {job_id} was not submitted from here; say where its receipt shall go.")
            folder = output or Path(entry.output if entry else ".")
            from_block = entry.from_block if entry else self._parts.from_block
            return await self._receipt(chain, job_id, from_block, folder)

    async def _receipt(self, chain: ReceiptChain, job_id: JobId, from_block: int, folder: Path) -> Path:
        parts, kept = self._parts, self._receipt_parts(chain, job_id)
        found = await gather(chain, job_id, from_block, await self._settings(chain, job_id), kept)
        signed = sealed(found, chain.address, parts.signer(chain), parts.hash_many)
        return await asyncio.to_thread(write_receipt, signed, folder)

    async def board_of(self, job_id: JobId) -> int:
        """Where the job of that number is; raises LocalError where there are two."""
        async with self._chain(job_id) as chain:
            return chain.board

    async def settings_of(self, job_id: JobId, board: int = 0) -> Manifest:
        """What of a job is to be rendered, and how: its package's manifest, perhaps without the files."""
        async with self._chain(job_id, board) as chain:
            return await self._settings(chain, job_id)

    async def _settings(self, chain: ReceiptChain, job_id: JobId) -> Manifest:
        """As it was kept: of a job that is over nobody may have the package any more."""
        parts, kept = self._parts, self._receipt_parts(chain, job_id).settings()
        if kept is not None:
            return kept
        with Scratch() as scratch:
            keys, job = parts.package_keys(chain), await chain.job(job_id)
            manifest, _ = await read_manifest(parts.store, parts.package_sealer, keys, job, Path(scratch))
        return manifest

    def _receipt_parts(self, chain: ReceiptChain, job_id: JobId) -> ReceiptParts:
        return ReceiptParts(self._parts.receipt_parts / f"{chain.board:x}-{job_id}")

    def _entry(self, board: int, job_id: JobId) -> JobEntry | None:
        return next((one for one in self._parts.journal.jobs(board) if one.job_id == job_id), None)

    async def overview(
        self, known: Collection[JobOverview] = (), wanted: Wanted = lambda _: True
    ) -> list[JobOverview]:
        """The account's newest jobs that are wanted, as the chain has them now, the newest first.

        Those of ``known`` that are over are not asked for again.
        """
        async with self._parts.open_boards() as boards:
            found = [await self._overview(chain).jobs(known, wanted) for chain in await boards.all()]
        return sorted(chained(*found), key=lambda one: one.number, reverse=True)

    async def looks(self, job_id: JobId) -> AsyncGenerator[JobOverview, None]:
        """How one of them stands, and again after each change until it is over; raises LocalError."""
        async with self._chain(job_id) as chain:
            overview = self._overview(chain)
            await overview.adopt()
            entry = self._entry(chain.board, job_id)
            if entry is None:
                raise LocalError(f"Job {job_id} is none of this account's; look with renderchain_jobs.")
            newest = await chain.block_number()
            yield (last := await overview.job(entry))
            async with aclosing(chain.events(newest, job_id)) as events:
                while last.is_running:
                    await anext(events)
                    if (found := await overview.job(entry)) != last:
                        yield (last := found)

    @asynccontextmanager
    async def _chain(self, job_id: JobId | None = None, board: int = 0) -> AsyncIterator[ReceiptChain]:
        """The board of a job, or that for a new one."""
        async with self._parts.open_boards() as boards:
            yield await (boards.of() if job_id is None else self._boards(boards).of_job(job_id, board))

    @asynccontextmanager
    async def _chain_of_lease(self, lease_id: LeaseId, board: int) -> AsyncIterator[ReceiptChain]:
        async with self._parts.open_boards() as boards:
            yield await self._boards(boards).of_lease(lease_id, board)

    def _boards(self, boards: Boards) -> JobBoards:
        return JobBoards(boards, self._parts.journal, self._overview)

    def _overview(self, chain: ReceiptChain) -> Overview:
        parts = self._parts
        return Overview(chain, parts.journal, parts.from_block, parts.now, parts.index)

    async def cancel_quote(self, job_id: JobId) -> CancelQuoted:
        """What canceling brings back and takes."""
        async with self._chain(job_id) as chain:
            return cancel_quote(await chain.job(job_id), await chain.gas_price_fri())

    async def cancel(self, job_id: JobId, board: int = 0) -> None:
        """Take back what nobody has claimed; what is claimed finishes."""
        async with self._chain(job_id, board) as chain:
            await chain.cancel(job_id)
        self._reporter.tell(JobCanceled(job_id))

    async def order_quote(self, job_id: JobId, frames: Sequence[int], board: int = 0) -> Quote:
        """What some frames of a job cost once more."""
        async with self._chain(job_id, board) as chain:
            return await order_quote(chain, self._parts.store, job_id, frames)

    async def order_again(
        self, job_id: JobId, frames: Sequence[int], offer: Offer | None = None, board: int = 0
    ) -> BoardJob:
        """Have some frames of a job rendered once more, as a job of their own with the same folder, where new
        jobs go; returns it.

        ``offer`` is that of a quote; without one it is made now. The package was probed before.
        """
        parts = self._parts
        async with parts.open_boards() as boards:
            chain = await self._boards(boards).of_job(job_id, board)
            entry = self._entry(chain.board, job_id)
            if entry is None or not entry.output:
                raise LocalError(f"Job {job_id} was not submitted from here; submit its scene instead.")
            job, manifest = await read_job(chain, parts.store, job_id)
            wanted = manifest_for(manifest, job_id, frames)
            with Scratch() as scratch:
                size = (job.package_bytes, job.package_files)
                cid, cache = job.package_cid, Path(scratch)
                package, _ = await fetch_package(parts.store, cid, *size, cache, self._reporter)
                to = await boards.of()
                again_id = await submit(
                    to,
                    parts.store,
                    parts.journal,
                    self._reporter,
                    folder=package,
                    manifest=wanted,
                    requester_key=parts.unwrapper(chain).public_key,
                    offer=offer or offer_of(job),
                    name=name_of(entry, wanted.frames),
                    output=Path(entry.output),
                    upkeep=parts.upkeep,
                    names=entry.names,
                )
            await unpin_unneeded(parts.store, parts.journal, self._reporter, cid)
            return BoardJob(to.board, again_id)

    async def top_up(self, job_id: JobId, *, more_pool_fri: int = 0, reward_fri: int | None = None) -> None:
        """Add to a job's audit pool, or raise what its next leases pay for a frame, or both."""
        async with self._chain(job_id) as chain:
            await top_up(chain, self._reporter, job_id, more_pool_fri=more_pool_fri, reward_fri=reward_fri)

    async def challenge_quote(
        self, lease_id: LeaseId, leaves: Sequence[int], board: int = 0
    ) -> ChallengeQuoted:
        """What doubting named leaves, or the delivery, takes; raises LeaseInOtherState if it is late."""
        async with self._chain_of_lease(lease_id, board) as chain:
            bond_fri = await chain.challenge_bond_fri(lease_id, pixels=bool(leaves))
            return ChallengeQuoted((await chain.lease(lease_id)).job_id, lease_id, bond_fri)

    async def challenge(self, lease_id: LeaseId, leaves: Sequence[int], board: int = 0) -> None:
        """Doubt named leaves of a lease, or without any its delivery."""
        async with self._chain_of_lease(lease_id, board) as chain:
            await challenge(chain, self._reporter, lease_id, leaves)

    async def share_key(self, job_id: JobId, folder: Path) -> Path:
        """Write a private job's key where a watchtower finds it; returns the file.

        Raises LocalError for a job that is not private.
        """
        parts = self._parts
        async with self._chain(job_id) as chain:
            job, keys = await chain.job(job_id), parts.package_keys(chain)
            header = await read_header(parts.store, job.package_cid)
            if header is None:
                raise LocalError(f"Job {job_id} is not private: everybody can read its package.")
            return write_shared(SharedKey(chain.board, job_id, await keys.key_of(job, header)), folder)

    async def draws(self) -> DrawCount:
        """Audits drawn on all boards against audits expected."""
        async with self._parts.open_boards() as boards:
            told = [
                (await one.told_of_draws(self._parts.from_block), await one.block_number())
                for one in await boards.all()
            ]
        return total_of(count_draws(*one) for one in told)
