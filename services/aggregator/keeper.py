"""One job of an owner who is away: followed to its end, looked at, and what is wrong ordered again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from renderchain.app.requester.kept_passes import KeptPasses
from renderchain.app.requester.order_again import name_of
from renderchain.app.requester.requester import Requester
from renderchain.core.artist_job import REFUSED, JobEntry
from renderchain.core.errors import LocalError, RenderChainError
from renderchain.core.flags import Flag, worth_ordering
from renderchain.core.frames import format_frames
from renderchain.core.ids import BoardJob
from renderchain.core.manifest import Manifest
from renderchain.core.money import format_strk

from .gallery import Gallery
from .orders import Order, Orders

GalleryOf = Callable[[Manifest, Path], Gallery]
PassesOf = Callable[[BoardJob], KeptPasses | None]
log = logging.getLogger(__name__)


@dataclass
class Tally:
    """What was done since the start, for whoever looks."""

    jobs: int = 0
    frames: int = 0
    flags: int = 0
    ordered: int = 0
    merged: int = 0
    failures: int = 0
    running: set[BoardJob] = field(default_factory=set)


@dataclass(frozen=True)
class Look:
    """The flags of those frames of a job that could be looked at, or are missing, in their order."""

    frames: Sequence[int] = ()
    flags: Sequence[Flag] = ()


class Keeper:
    """``budget_fri`` is for all orders together, of all jobs and starts.

    ``passes_of`` says where that of a job is kept which a merge takes.
    """

    def __init__(
        self,
        requester: Requester,
        orders: Orders,
        gallery_of: GalleryOf,
        budget_fri: int,
        tally: Tally,
        passes_of: PassesOf = lambda job: None,
    ) -> None:
        self._requester = requester
        self._orders = orders
        self._gallery_of = gallery_of
        self._budget_fri = budget_fri
        self._tally = tally
        self._passes_of = passes_of

    async def keep(self, job: BoardJob, output: Path | None = None) -> list[Flag]:
        """See a job to its end; returns what is still to be looked at by its owner.

        Its frames go to ``output`` or to where it was submitted for.

        Raises what following it does. Pictures, flags and orders that fail are told, and end nothing else.
        """
        self._tally.running.add(job)
        try:
            return await self._keep(job, output)
        finally:
            self._tally.running.discard(job)

    async def _keep(self, job: BoardJob, output: Path | None) -> list[Flag]:
        passes = self._passes_of(job)
        report = await self._requester.watch(job.job_id, output, board=job.board, passes=passes)
        frames = dict(report.frames)
        for again in [order.again for order in self._orders.of(job) if order.again]:
            frames |= await self._frames_of(again, passes)
        look = await self.look(job, frames)
        while (again_made := await self._order_again(job, look)) is not None:
            frames |= await self._frames_of(again_made, passes)
            look = await self.look(job, frames)
        if passes and passes.fault:
            self._tally.failures += 1
            log.warning("%s: not all that a merge takes was kept: %s", job, passes.fault)
        self._tally.jobs += 1
        self._tally.frames += len(frames)
        self._tally.flags += len(look.flags)
        return list(look.flags)

    async def _frames_of(self, again: BoardJob, passes: KeptPasses | None) -> dict[int, Path]:
        """What an order brought."""
        return dict((await self._requester.watch(again.job_id, board=again.board, passes=passes)).frames)

    async def recover(self) -> None:
        """Find the jobs of orders after which the process ended before it noted their numbers."""
        for order in [one for one in self._orders.all if not one.again]:
            await self._find(order)

    async def _find(self, order: Order) -> None:
        firsts = await self._requester.overview(wanted=lambda one: one.board_job == order.job)
        first = firsts[0].entry if firsts else None
        name = name_of(first, order.frames) if first else ""

        def may_be_it(one: JobEntry) -> bool:
            return first is not None and one.entry_id > first.entry_id and one.name == name

        later = [one.entry for one in await self._requester.overview(wanted=may_be_it)]
        found = [one for one in later if one.state != REFUSED]
        taken = {one.again for one in self._orders.of(order.job)}
        again = next((one.board_job for one in found if one.job_id and one.board_job not in taken), None)
        if again or not found:
            self._orders.settle(order, again)

    async def look(self, job: BoardJob, frames: Mapping[int, Path]) -> Look:
        """Flags and pictures, beside the frames; what fails is told, and all else is made all the same."""
        if not frames:
            return Look()
        there = {frame: path for frame, path in frames.items() if path.is_file()}
        look: Look | None = None
        with self._told(job, "no flags and no pictures"):
            settings = await self._requester.settings_of(job.job_id, job.board)
            gallery = self._gallery_of(settings, next(iter(frames.values())).parent)
            flags = await asyncio.to_thread(gallery.flags, settings.frames, there)
            seen = [frame for frame in settings.frames if frame not in gallery.unread]
            look = Look(seen, flags)
        if look is None:
            return Look()
        for flag in look.flags:
            log.warning("%s: %s", job, flag.sentence)
        if gallery.unread:
            named, why = format_frames(tuple(sorted(gallery.unread))), next(iter(gallery.unread.values()))
            log.warning("%s: frames %s were not looked at: %s", job, named, why)
        with self._told(job, "no list of flags"):
            await asyncio.to_thread(gallery.note, settings.frames, there, look.flags)
        with self._told(job, "no contact sheet"):
            await asyncio.to_thread(gallery.sheet, there, look.flags)
        with self._told(job, "no video"):
            await asyncio.to_thread(gallery.video, there)
        return look

    @contextmanager
    def _told(self, job: BoardJob, what: str) -> Iterator[None]:
        """What fails in here is counted and told, whatever libraries raise of a picture that is damaged."""
        try:
            yield
        except Exception as error:  # noqa: BLE001
            self._tally.failures += 1
            log.warning("%s: %s: %s", job, what, str(error) or type(error).__name__)

    async def _order_again(self, job: BoardJob, look: Look) -> BoardJob | None:
        before = {frame for order in self._orders.of(job) for frame in order.frames}
        frames = [frame for frame in worth_ordering(look.flags, look.frames) if frame not in before]
        if not frames or not self._budget_fri:
            return None
        named = format_frames(tuple(frames))
        order = None
        try:
            quote = await self._requester.order_quote(job.job_id, frames, job.board)
            left_fri, most_fri = self._budget_fri - self._orders.spent_fri, quote.cost.most_fri
            if most_fri > left_fri:
                left, most = format_strk(max(left_fri, 0)), format_strk(most_fri)
                raise LocalError(f"it may cost {most} STRK, and {left} of the budget are left")
            order = self._orders.begin(job, frames, most_fri)
            again = await self._requester.order_again(job.job_id, frames, quote.chosen, job.board)
            self._orders.settle(order, again)
        except RenderChainError as error:
            self._tally.failures += 1
            log.warning("%s: frames %s were not ordered again: %s", job, named, error)
            if order is not None:
                await self._find(order)
            return None
        self._tally.ordered += len(frames)
        log.info("%s: frames %s are ordered again as %s", job, named, again)
        return again
