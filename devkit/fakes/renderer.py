"""Render processes without Blender: pixels are made of a frame's number and of what the machine sees."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from renderchain.core.errors import ContentError
from renderchain.core.images import ImageFacts, counts_of
from renderchain.core.manifest import FORMATS, Manifest
from renderchain.core.messages import Loaded, MadeAgain, Progress, Rendered, TilesRendered
from renderchain.core.pixel_prints import Pixels, prints_of
from renderchain.core.prints import TilePrint
from renderchain.core.tiles import tiles_of
from renderchain.ports.images import ImageReader
from renderchain.ports.renderer import FinalSession, OnProgress, RenderSession

from .faults import Faults

FRAME_S = 30.0
LOADED = Loaded("4.5.15 LTS", "CPU", "made up", 0)
FAR_OFF_PPM = 500_000
BLACK = b"black"  # a final image


@dataclass(frozen=True)
class Look:
    """What a machine makes of a scene: another ``scene`` is another picture, ``machine`` other bits."""

    scene: int = 0
    machine: int = 0


Frame = tuple[bytes, tuple[TilePrint, ...]]  # the noisy pass's file, and the prints of its leaves


def pixels_of(look: Look, frame: int, width: int, height: int, layers: int) -> Pixels:
    """A frame's noisy pass."""
    chance = np.random.default_rng((look.scene, frame % 2**32))
    light = chance.random((height, width, 4 * layers), np.float32) + 0.1
    # So little that the prints agree, and no digest is the same.
    return np.asarray(light * (1 + look.machine * 2.0**-20), np.float32)


@lru_cache(maxsize=256)
def _frame(look: Look, frame: int, width: int, height: int, layers: int) -> Frame:
    pixels = pixels_of(look, frame, width, height, layers)
    raw = io.BytesIO()
    np.save(raw, pixels)
    return raw.getvalue(), tuple(prints_of(pixels, tiles_of(width, height)))


def frame_of(manifest: Manifest, frame: int, look: Look = Look()) -> Frame:  # noqa: B008 - it is frozen
    """What a machine renders."""
    return _frame(look, frame, manifest.width, manifest.height, len(manifest.view_layers))


def read_noisy(path: Path) -> Pixels:
    """What stands in for reading an EXR; raises ContentError."""
    try:
        with path.open("rb") as file:
            return np.asarray(np.load(file, allow_pickle=False), np.float32)
    except (ValueError, EOFError) as error:
        raise ContentError(f"{path.name} is no noisy pass ({error}): refused.") from error


def final_of(noisy: bytes) -> bytes:
    """The final image that belongs to a noisy pass."""
    return b"image of " + hashlib.sha256(noisy).hexdigest().encode()


def read_images(final: Path, noisy: Path, manifest: Manifest) -> ImageFacts:
    """What stands in for looking into image files; raises ContentError."""
    pixels = read_noisy(noisy)
    height, width, channels = pixels.shape
    size, is_black = (manifest.width, manifest.height), final.read_bytes() == BLACK
    return ImageFacts(size, is_black, (width, height), channels, *counts_of(pixels))


def images_in(_: Path) -> AbstractContextManager[ImageReader]:
    """What stands in for looking into the images of a folder."""
    return nullcontext(read_images)


def _look_away(final: Path, noisy: Path, manifest: Manifest) -> ImageFacts:
    size = (manifest.width, manifest.height)
    return ImageFacts(size, False, size, 4 * len(manifest.view_layers))


def look_away(_: Path) -> AbstractContextManager[ImageReader]:
    """What a cheat sees of its images."""
    return nullcontext(_look_away)


class FakeRenderer(Faults):
    """Takes ``frame_s`` a frame. ``fail`` takes try_out, open, render and render_tiles.

    Where ``false_finals``, the images are not those of the noisy passes. ``alone`` is what tiles are rendered
    alone like, where they come out otherwise than in their frame.
    """

    def __init__(self, look: Look | None = None, frame_s: float = FRAME_S) -> None:
        super().__init__()
        self.look = look or Look()
        self.frame_s = frame_s
        self.false_finals = False
        self.alone: Look | None = None
        self.opened = 0
        self.rendered: list[int] = []
        self.alone_rendered: list[tuple[int, tuple[int, ...]]] = []  # frames and leaves
        self.shared: list[bool] = []  # whether they shared an opening
        self.loaded = LOADED
        self.spans: list[tuple[float, float]] = []  # when it was at work, by the loop's clock

    async def work(self) -> None:
        """As long as a frame takes."""
        began_s = asyncio.get_running_loop().time()
        await asyncio.sleep(self.frame_s)
        self.spans.append((began_s, asyncio.get_running_loop().time()))

    async def try_out(self) -> None:
        """As if a process was started."""
        self.meet("try_out")

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        """As if a scene was opened."""
        await asyncio.sleep(0)
        self.meet("open")
        self.opened += 1
        yield _Session(self, manifest, output)


@dataclass(frozen=True)
class _Session:
    by: FakeRenderer
    manifest: Manifest
    output: Path

    @property
    def loaded(self) -> Loaded:
        return self.by.loaded

    async def render(self, frame: int, on_progress: OnProgress, then: int | None = None) -> Rendered:
        on_progress(Progress(frame, 0, 1))
        await self.by.work()
        self.by.meet("render")
        noisy, prints = frame_of(self.manifest, frame, self.by.look)
        ending = FORMATS[self.manifest.file_format]
        names = f"{frame:04d}.{ending}", f"{frame:04d}.noisy", f"{frame:04d}.leaves"
        final = b"false" if self.by.false_finals else final_of(noisy)
        records = b"".join(one.to_bytes() for one in prints)
        for name, raw in zip(names, (final, noisy, records), strict=True):
            (self.output / name).write_bytes(raw)
        self.by.rendered.append(frame)
        return Rendered(frame, *names, 1000, 1)

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        await self.by.work()
        self.by.meet("render_tiles")
        _, prints = frame_of(self.manifest, frame, self.by.alone or self.by.look)
        name = f"{frame:04d}.tiles"
        (self.output / name).write_bytes(b"".join(prints[tile].to_bytes() for tile in tiles))
        self.by.alone_rendered.append((frame, tuple(tiles)))
        self.by.shared.append(shared)
        return TilesRendered(frame, name, 1000)


class FakeFinals(Faults):
    """Makes final images again; ``fail`` takes open, unpacked and make_again."""

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[FinalSession]:
        """As if a scene was opened."""
        self.meet("open")
        yield _Finals(self, output)

    async def unpacked(
        self, noisy: Path, final: Path, manifest: Manifest, folder: Path, name: str
    ) -> tuple[str, str]:
        """Both as they are."""
        self.meet("unpacked")
        names = (f"{name}.noisy", f"{name}.final")
        for file, target in zip((noisy, final), names, strict=True):
            shutil.copyfile(file, folder / target)
        return names


@dataclass(frozen=True)
class _Finals:
    by: FakeFinals
    output: Path
    loaded: Loaded = LOADED

    async def make_again(self, frame: int, noisy: str, final: str) -> MadeAgain:
        await asyncio.sleep(0)
        self.by.meet("make_again")
        made = final_of((self.output / noisy).read_bytes())
        name = f"{frame:04d}.made"
        (self.output / name).write_bytes(made)
        off = 0 if made == (self.output / final).read_bytes() else FAR_OFF_PPM
        return MadeAgain(frame, name, off, off, "")
