"""A renderer that does less than it is paid for, around an honest one."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from renderchain.adapters.images.exr import read_noisy
from renderchain.core.manifest import Manifest
from renderchain.core.messages import Loaded, Rendered, TilesRendered
from renderchain.core.pixel_prints import Pixels, channel_names, crop, prints_of
from renderchain.ports.renderer import OnProgress, Renderer, RenderSession

ALTER = Path(__file__).with_name("alter.py")
SCENE_CHEATS = ("fewer samples", "quarter of the samples", "other seed", "fewer bounces", "clamped light")
PREVIOUS = "previous frame"


def upscaled(pixels: Pixels) -> Pixels:
    """As if rendered at half the resolution: four pixels have one light."""
    height, width, channels = pixels.shape
    even = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    small = even.reshape(len(even) // 2, 2, -1, 2, channels).mean(axis=(1, 3))
    whole = small.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    return np.asarray(whole, np.float32)


def denoised(pixels: Pixels) -> Pixels:
    """The mean of 3x3 pixels."""
    padded = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="edge")
    height, width = pixels.shape[:2]
    shifts = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return np.asarray(np.mean(shifts, axis=0), np.float32)


def garbage(pixels: Pixels) -> Pixels:
    """Noise that never saw the scene."""
    return np.random.default_rng(1).random(pixels.shape, np.float32)


PIXEL_CHEATS: dict[str, Callable[[Pixels], Pixels]] = {
    "upscaled": upscaled,
    "denoised": denoised,
    "garbage": garbage,
}
CHEATS = (*SCENE_CHEATS, PREVIOUS, *PIXEL_CHEATS)


def always() -> bool:
    """When a cheat without patience cheats."""
    return True


@dataclass(frozen=True)
class CheatingRenderer:
    """``share`` of the tiles of each frame is faked, chosen by ``seed``; scene cheats fake all.

    ``is_time`` is asked when a scene is opened, and says whether to cheat with it.
    """

    honest: Renderer
    cheat: str
    share: float = 1.0
    seed: int = 0
    is_time: Callable[[], bool] = always

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        """As the honest renderer's, with another scene or other pixels."""
        if not self.is_time():
            async with self.honest.open(package, manifest, output) as honest:
                yield honest
            return
        with tempfile.TemporaryDirectory(prefix="renderchain-cheat-") as scratch:
            used = package
            if self.cheat in SCENE_CHEATS:
                used = Path(scratch) / "package"
                shutil.copytree(package, used)
                command = [sys.executable, str(ALTER), str(used / manifest.main_blend), self.cheat]
                process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
                if await process.wait():
                    raise RuntimeError(f"The scene could not be altered for {self.cheat!r}.")
            async with self.honest.open(used, manifest, output) as session:
                yield _Session(session, self, manifest, output)


@dataclass
class _Session:
    honest: RenderSession
    cheat: CheatingRenderer
    manifest: Manifest
    output: Path

    @property
    def loaded(self) -> Loaded:
        return self.honest.loaded

    async def render(self, frame: int, on_progress: OnProgress, then: int | None = None) -> Rendered:
        if self.cheat.cheat == PREVIOUS:
            done = await self.honest.render(frame - 1, on_progress)
            return replace(done, frame=frame)
        done = await self.honest.render(frame, on_progress, then)
        if self.cheat.cheat in PIXEL_CHEATS:
            self._fake(done)
        return done

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        return await self.honest.render_tiles(frame, tiles, on_progress, shared=shared)

    def _fake(self, done: Rendered) -> None:
        """Replace some regions of the noisy pass, and make the records that an honest agent would make."""
        true = read_noisy(self.output / done.noisy)
        false = PIXEL_CHEATS[self.cheat.cheat](true)
        regions = self.manifest.regions
        count = max(1, round(self.cheat.share * len(regions)))
        chosen = random.Random(f"{self.cheat.seed} {done.frame}").sample(range(len(regions)), count)
        for index in chosen:
            crop(true, regions[index])[...] = crop(false, regions[index])
        write_noisy(self.output / done.noisy, true)
        records = b"".join(one.to_bytes() for one in prints_of(true, regions))
        (self.output / done.leaves).write_bytes(records)


def write_noisy(path: Path, pixels: Pixels) -> None:
    """As the render process writes a noisy pass."""
    import OpenEXR

    names = channel_names(pixels.shape[2] // 4)
    planes: dict[str, Any] = {name: np.ascontiguousarray(pixels[..., at]) for at, name in enumerate(names)}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, planes).write(str(path))
