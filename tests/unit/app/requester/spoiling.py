"""A machine that delivers false leaves under a right root."""

from __future__ import annotations

import contextlib
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from renderchain.core.manifest import Manifest
from renderchain.core.messages import Loaded, Rendered, TilesRendered
from renderchain.core.pixel_prints import Pixels, prints_of
from renderchain.ports.renderer import OnProgress, RenderSession

from devkit.fakes.package import TILES
from devkit.fakes.renderer import FakeRenderer, frame_of

FRAMES = 2  # of a lease


class Spoiling(FakeRenderer):
    """Delivers, under a right root, one false leaf of each lease: that of ``number``."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        async with super().open(package, manifest, output) as session:
            yield _SpoilingSession(session, self.number, manifest, output)


@dataclass(frozen=True)
class _SpoilingSession:
    inner: RenderSession
    number: int
    manifest: Manifest
    output: Path

    @property
    def loaded(self) -> Loaded:
        return self.inner.loaded

    def _pixels(self, frame: int) -> Pixels:
        pixels: Pixels = np.load(io.BytesIO(frame_of(self.manifest, frame)[0]))
        if self.manifest.frames.index(frame) % FRAMES == self.number // TILES:
            tile = self.manifest.regions[self.number % TILES]
            pixels[:, tile.x : tile.x + tile.width] *= np.float32(1.7)
        return pixels

    async def render(self, frame: int, on_progress: OnProgress, then: int | None = None) -> Rendered:
        done = await self.inner.render(frame, on_progress, then)
        with (self.output / done.noisy).open("wb") as file:
            np.save(file, self._pixels(frame))
        self._write(done.leaves, frame, range(len(self.manifest.regions)))
        return done

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        done = await self.inner.render_tiles(frame, tiles, on_progress, shared=shared)
        self._write(done.leaves, frame, tiles)
        return done

    def _write(self, name: str, frame: int, tiles: Sequence[int]) -> None:
        prints = prints_of(self._pixels(frame), self.manifest.regions)
        (self.output / name).write_bytes(b"".join(prints[tile].to_bytes() for tile in tiles))
