"""Render processes without Blender that make a known tile, too, and may be broken or harmed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from renderchain.core.errors import ProcessKilled, RenderFailed
from renderchain.core.manifest import Manifest
from renderchain.core.messages import KnownRendered, Loaded, Rendered, TilesRendered
from renderchain.core.pixel_prints import prints_of
from renderchain.core.prints import TilePrint
from renderchain.core.tiles import TILE, tiles_of
from renderchain.ports.renderer import OnProgress, RenderSession, WatchedSession

from .renderer import FRAME_S, FakeRenderer, Look, pixels_of

KNOWN_FRAME, KNOWN_MS = 1, 10


def known_print(look: Look) -> TilePrint:
    """What a machine makes of the known tile; another scene has another light, too."""
    pixels = pixels_of(look, KNOWN_FRAME, TILE, TILE, 1) * np.float32(1 + look.scene)
    (print_,) = prints_of(pixels, tiles_of(TILE, TILE))
    return print_


class KnowingRenderer(FakeRenderer):
    """``tiles`` are what the known tile is like on devices where it is not as everywhere, ``beside`` what it
    is like beside a scene that harms its process. ``breaks_after`` so many frames the device is broken.
    """

    def __init__(self, look: Look | None = None, frame_s: float = FRAME_S) -> None:
        super().__init__(look, frame_s)
        self.tiles: dict[str, Look] = {}
        self.beside: Look | None = None
        self.breaks_after: int | None = None
        self.unfit = ""
        self.kills = 0  # of processes without a scene, that are still to come
        self.made: list[str] = []  # where the known tile was made: a device, or "beside"

    async def known_tile(self, device: str = "") -> KnownRendered:
        """As if a process without a scene made it."""
        self.made.append(device or self.loaded.device)
        self.meet("known_tile")
        if self.kills:
            self.kills -= 1
            raise ProcessKilled("Somebody killed it.")
        return await self._make(device or self.loaded.device, None)

    async def known_beside(self) -> KnownRendered:
        """As if one with a scene did."""
        self.made.append("beside")
        return await self._make(self.loaded.device, self.beside)

    async def _make(self, device: str, look: Look | None) -> KnownRendered:
        await asyncio.sleep(0)
        frames = len(self.rendered) + len(self.alone_rendered)
        is_broken = self.breaks_after is not None and frames >= self.breaks_after
        seen = Look(scene=1) if is_broken else look or self.tiles.get(device, Look())
        said = (self.loaded.blender_version, f"{self.loaded.blender_version} made up", device)
        record = known_print(seen).to_bytes()
        return KnownRendered(*said, self.loaded.device_name, self.unfit, record, KNOWN_MS)

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[WatchedSession]:
        """As if a scene was opened."""
        async with super().open(package, manifest, output) as session:
            yield _Knowing(session, self)


@dataclass
class _Knowing:
    session: RenderSession
    by: KnowingRenderer
    begun: int | None = None

    @property
    def loaded(self) -> Loaded:
        return self.session.loaded

    async def render(self, frame: int, on_progress: OnProgress, then: int | None = None) -> Rendered:
        self.begun = then
        return await self.session.render(frame, on_progress, then)

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        return await self.session.render_tiles(frame, tiles, on_progress, shared=shared)

    async def known_tile(self) -> KnownRendered:
        if self.begun is not None:  # its answer would come first
            raise RenderFailed(f"Frame {self.begun} is begun already.")
        return await self.by.known_beside()
