"""Whether what renders here still makes the pixels that it made: the known tile, at the start and ever again.

A broken driver or memory that forgets bits would cost the stake of a lease, and of votes. So the known tile
is rendered between frames, in the process of the lease itself. A scene may have harmed that process; only
where one without a scene makes the tile wrong, too, the machine is at fault.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core.again import REPEATING, repeats
from ...core.errors import ContentError, DeviceBroken, RenderFailed
from ...core.job import family_name
from ...core.known_tile import (
    MOST_BYTES,
    Maker,
    kept_bytes,
    maker_of,
    parse_kept,
    shows_the_same,
)
from ...core.manifest import Manifest
from ...core.messages import KnownRendered, Loaded, Rendered, TilesRendered
from ...core.notices.devices import FamilyOutOfService, KnownTileKept, KnownTileRight
from ...core.prints import TilePrint
from ...core.whole_file import write_whole
from ...ports.renderer import KnownTileRenderer, OnProgress, RenderSession, WatchedRenderer, WatchedSession
from ...ports.reporter import Reporter
from ..upkeep.keeping import past_kills

KILLS_BORNE = 3  # of processes that make it: a worker whose only Blender can't be used ends
WORTH = 20  # times what the known tile takes must have been rendered before it is looked at between times


class KeptTiles:
    """The known tiles as they were made first, in a small file; with ``is_looking`` nothing is written."""

    def __init__(self, path: Path, *, is_looking: bool = False) -> None:
        self.path = path
        self._is_looking = is_looking

    def load(self, maker: Maker) -> TilePrint | None:
        """What that maker made; None if it is new here."""
        return next((made for one, made in reversed(self._all()) if one == maker), None)

    def save(self, maker: Maker, made: TilePrint) -> None:
        """Keep it; it is the measure from now on."""
        if self._is_looking:
            return
        others = [one for one in self._all() if one[0] != maker]
        write_whole(self.path, kept_bytes([*others, (maker, made)]))

    def _all(self) -> list[tuple[Maker, TilePrint]]:
        try:
            if self.path.stat().st_size > MOST_BYTES:
                return []
            return parse_kept(self.path.read_bytes())
        except (OSError, ContentError):
            return []  # they are made anew, by the CPU too


class KnownTile:
    """Of one Blender on one device; ``begin`` comes first.

    It is looked at after ``every`` frames (0: only at the start), and at the end of whatever took much longer
    than it does. ``driver`` is what the system says of its drivers.
    """

    def __init__(
        self, fresh: KnownTileRenderer, kept: KeptTiles, reporter: Reporter, *, every: int, driver: str
    ) -> None:
        self._fresh = fresh
        self._kept = kept
        self._reporter = reporter
        self._every = every
        self._driver = driver
        self._frames, self._rendered_ms, self._cost_ms = 0, 0, 0
        self.broken = ""  # why nothing may be rendered here any more
        self.device_count = 1  # of that kind on this machine

    async def begin(self) -> Maker:
        """Look at it for the first time: who makes it, and whether as it should be.

        Raises RenderFailed, SandboxMissing or ContentError where that Blender can't be used, DeviceBroken
        where it makes other pixels than it should.
        """
        made = await self._made_fresh()
        if made.unfit:
            raise RenderFailed(made.unfit)
        self.maker, self.device_count = maker_of(made, self._driver), made.device_count
        self._family = family_name(self.maker.family)
        print_ = TilePrint.from_bytes(made.record)
        first = self._kept.load(self.maker)
        if first is None:
            by_cpu = await self._made_fresh(REPEATING)
            if not shows_the_same(TilePrint.from_bytes(by_cpu.record), print_, made.device):
                raise DeviceBroken(self._sentence("the CPU makes"))
            self._kept.save(self.maker, print_)
            self._reporter.tell(KnownTileKept(self._family, made.device_name, made.render_ms / 1000))
            first = print_
        elif not repeats(first, print_, made.device):
            raise DeviceBroken(self._sentence("it made"))
        self._first = first
        self._cost_ms = made.render_ms
        return self.maker

    async def _made_fresh(self, device: str = "") -> KnownRendered:
        """By a process without a scene; where one is killed, which is nobody's fault here, by another."""
        return await past_kills(lambda: self._fresh.known_tile(device), KILLS_BORNE)

    async def _made_beside(self) -> KnownRendered:
        """The same, where a scene's process made it wrong: if none is made, that is not the scene's doing."""
        try:
            return await self._made_fresh()
        except (RenderFailed, ContentError) as error:
            raise DeviceBroken(
                f"The known tile came out wrong beside this scene, and a process without a scene failed, so "
                f"nobody knows which of both is at fault; nothing of it is submitted: {error}"
            ) from error

    def check(self) -> None:
        """Raise DeviceBroken where it came out wrong before, in whatever process."""
        if self.broken:
            raise DeviceBroken(self.broken)

    def is_due_after(self, frames: int) -> bool:
        """Whether it is time for it when so many frames more are done."""
        return 0 < self._every <= self._frames + frames

    async def rendered(
        self, session: WatchedSession, render_ms: int, *, is_idle: bool, is_last: bool
    ) -> None:
        """Hear of a rendered frame, and look whether it is time; raises DeviceBroken or ContentError.

        Only a process that ``is_idle`` has begun no other frame; ``is_last``: it has no more for now.
        """
        self.check()
        self._frames += 1
        self._rendered_ms += render_ms
        is_worth = is_last and self._every and self._rendered_ms >= WORTH * self._cost_ms
        if is_idle and (self.is_due_after(0) or is_worth):
            self._frames = self._rendered_ms = 0
            await self._look(session)

    async def _look(self, session: WatchedSession) -> None:
        made = await session.known_tile()
        if self._is_right(made):
            self._cost_ms = made.render_ms
            self._reporter.tell(KnownTileRight(self._family, made.render_ms / 1000))
            return
        if self._is_right(await self._made_beside()):
            raise ContentError(
                "The known tile came out wrong beside this scene, and right without it: the scene harms its "
                "render process. Nothing of it is submitted."
            )
        if not self.broken:
            self.broken = self._sentence("it made")
            self._reporter.tell(FamilyOutOfService(self._family, self.broken))
        self.check()

    def _is_right(self, made: KnownRendered) -> bool:
        is_same = (made.build, made.device, made.device_name) == (
            self.maker.build,
            self.maker.device,
            self.maker.device_name,
        )
        return is_same and repeats(self._first, TilePrint.from_bytes(made.record), made.device)

    def _sentence(self, by: str) -> str:
        return (
            f"{self.maker.device_name} makes another picture of the known tile than {by} with Blender "
            f"{self.maker.build}. Look for overheating, overclocking, failing memory or a driver that was "
            f"changed; if it is sound, delete {self._kept.path} and start the worker again."
        )


@dataclass(frozen=True)
class WatchingRenderer:
    """A renderer whose processes also make the known tile, now and then."""

    renderer: WatchedRenderer
    known: KnownTile

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        """As the renderer's; raises DeviceBroken where it is out of service."""
        self.known.check()
        async with self.renderer.open(package, manifest, output) as session:
            yield _Session(session, self.known)


@dataclass(frozen=True)
class _Session:
    session: WatchedSession
    known: KnownTile

    @property
    def loaded(self) -> Loaded:
        return self.session.loaded

    async def render(self, frame: int, on_progress: OnProgress, then: int | None = None) -> Rendered:
        self.known.check()
        # No frame may be begun when the known tile's turn comes.
        coming = None if self.known.is_due_after(1) else then
        done = await self.session.render(frame, on_progress, coming)
        await self.known.rendered(self.session, done.render_ms, is_idle=coming is None, is_last=then is None)
        return done

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        self.known.check()
        done = await self.session.render_tiles(frame, tiles, on_progress, shared=shared)
        await self.known.rendered(self.session, done.render_ms, is_idle=True, is_last=True)
        return done
