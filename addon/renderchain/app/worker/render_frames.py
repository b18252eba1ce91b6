"""The frames of a lease, one after the other, in a render process of its lane."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ...core.errors import ContentError, ProcessKilled, RenderFailed
from ...core.manifest import Manifest
from ...core.messages import Loaded, Progress, Rendered
from ...core.notices.leases import FrameRendered, FramesTakenOver, RenderStarted
from ...ports.images import ImageReader, ImagesIn
from ...ports.journal import FrameEntry, LeaseEntry
from ...ports.renderer import RenderSession
from ...ports.reporter import Reporter
from ..exchange.deadline import Deadline
from ..exchange.family import check_family
from ..exchange.lease_result import most_bytes
from ..upkeep.keeping import past_kills
from .check_image import check_image
from .finished import FinishedFrames
from .lane import Turn

KILLS_BORNE = 3  # of a lease's render processes: a scene that kills its own costs no more


@dataclass(frozen=True)
class RenderedFrames:
    """What a render process made of a lease before it failed or was ended."""

    loaded: Loaded
    rendered: tuple[Rendered, ...]
    failure: RenderFailed | None

    @property
    def rendered_s(self) -> float:
        """What its frames took."""
        return sum(one.render_ms for one in self.rendered) / 1000


class RenderFrames:
    """``finished`` is where frames are as soon as they are done."""

    def __init__(self, finished: FinishedFrames, reporter: Reporter, images_in: ImagesIn) -> None:
        self._finished = finished
        self._reporter = reporter
        self._images_in = images_in

    async def run(
        self,
        turn: Turn,
        frames: Sequence[int],
        family: int,
        package: Path,
        manifest: Manifest,
        deadline: Deadline,
    ) -> RenderedFrames:
        """Render what no earlier process finished; where one is killed, another goes on after its frames."""
        entry = turn.entry

        async def once() -> RenderedFrames:
            kept = await asyncio.to_thread(self._finished.resume, entry, frames)
            return await self._render(turn, frames, family, package, manifest, kept, deadline)

        def tell(killed: ProcessKilled) -> None:
            self._reporter.say(f"Lease {entry.lease_id}: another process goes on. {killed}")

        return await past_kills(once, KILLS_BORNE, tell, lambda done: done.failure)

    async def _render(
        self,
        turn: Turn,
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
        entry, rendered, failure = turn.entry, list[Rendered](), None
        ids = (entry.job_id, entry.lease_id)
        if len(kept) == len(frames):
            self._reporter.tell(FramesTakenOver(*ids, len(kept)))
            return RenderedFrames(kept[frames[0]].loaded, tuple(kept[one].rendered for one in frames), None)
        output, most = self._finished.root(entry.lease_id) / "out", most_bytes(manifest, 1)
        take = partial(self._finished.take, entry, output, most_bytes=most)
        shutil.rmtree(output, ignore_errors=True)
        output.mkdir(parents=True)
        try:
            async with (
                deadline.within(f"Lease {entry.lease_id}"),
                self._reading(entry) as read,
                self._opened(turn, len(frames) - len(kept), package, manifest, output) as session,
            ):
                loaded = session.loaded
                check = partial(check_image, read, manifest=manifest)
                check_family(loaded, family)
                kept = self._kept_with(entry, loaded, kept)
                await turn.begin(package.name, len(frames) - len(kept))
                device = (loaded.device, loaded.device_name)
                self._reporter.tell(RenderStarted(*ids, len(frames), *device, turn.lane.number))
                for number, frame in enumerate(frames):
                    self._reporter.progress("frames", number, len(frames))
                    if frame in kept:
                        rendered.append(kept[frame].rendered)
                        continue
                    coming = (one for one in frames[number + 1 :] if one not in kept)
                    one = await session.render(frame, self._tell_samples, then=next(coming, None))
                    await self._take(partial(take, loaded=loaded, one=one, check=check), one, rendered)
                    turn.note_frame()
                    self._reporter.tell(FrameRendered(*ids, frame, one.render_ms / 1000))
        except (RenderFailed, asyncio.CancelledError) as error:
            if not rendered:
                raise
            failure = error if isinstance(error, RenderFailed) else None
        check_output(output)
        return RenderedFrames(loaded, tuple(rendered), failure)

    @asynccontextmanager
    async def _reading(self, entry: LeaseEntry) -> AsyncIterator[ImageReader]:
        """Who looks into the lease's images, all of them in one process, which ends with the block."""
        stack = ExitStack()
        try:
            yield stack.enter_context(self._images_in(self._finished.folder(entry.lease_id)))
        finally:
            await asyncio.to_thread(stack.close)

    @asynccontextmanager
    async def _opened(
        self, turn: Turn, frames: int, package: Path, manifest: Manifest, output: Path
    ) -> AsyncIterator[RenderSession]:
        """A process with the scene open; before it is this lease's turn, if there is memory for that."""
        if not turn.lane.opens_ahead():
            await turn.begin(package.name, frames)
        async with turn.lane.renderer.open(package, manifest, output) as session:
            yield session

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
