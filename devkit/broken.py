"""A device that forgets bits from some moment on, around a sound one: what it renders is false everywhere."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.adapters.images.exr import read_noisy
from renderchain.core.manifest import Manifest
from renderchain.core.messages import KnownRendered, Loaded, Rendered, TilesRendered
from renderchain.core.pixel_prints import Pixels, prints_of
from renderchain.core.prints import RECORD_BYTES, TilePrint
from renderchain.ports.renderer import OnProgress, WatchedSession

from .cheats.renderer import write_noisy

EVERY = 97  # pixels: one of so many has a bit that is another


@dataclass(frozen=True)
class BrokenDevice:
    """``is_broken`` is asked after each rendering."""

    sound: BlenderRenderer
    is_broken: Callable[[], bool]

    async def known_tile(self, device: str = "") -> KnownRendered:
        """As the sound one's, with other bits once it is broken; the CPU is sound."""
        return (
            self.spoilt(await self.sound.known_tile(device))
            if not device
            else await self.sound.known_tile(device)
        )

    def spoilt(self, made: KnownRendered) -> KnownRendered:
        """What comes of it."""
        return replace(made, record=flipped(made.record)) if self.is_broken() else made

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[WatchedSession]:
        """As the sound one's."""
        async with self.sound.open(package, manifest, output) as session:
            yield _Session(session, self, manifest, output)


@dataclass(frozen=True)
class _Session:
    sound: WatchedSession
    by: BrokenDevice
    manifest: Manifest
    output: Path

    @property
    def loaded(self) -> Loaded:
        return self.sound.loaded

    async def render(self, frame: int, on_progress: OnProgress, then: int | None = None) -> Rendered:
        done = await self.sound.render(frame, on_progress, then)
        if self.by.is_broken():
            pixels = with_other_bits(read_noisy(self.output / done.noisy))
            write_noisy(self.output / done.noisy, pixels)
            records = b"".join(one.to_bytes() for one in prints_of(pixels, self.manifest.regions))
            (self.output / done.leaves).write_bytes(records)
        return done

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        done = await self.sound.render_tiles(frame, tiles, on_progress, shared=shared)
        if self.by.is_broken():
            raw = (self.output / done.leaves).read_bytes()
            cut = range(0, len(raw), RECORD_BYTES)
            records = b"".join(flipped(raw[at : at + RECORD_BYTES]) for at in cut)
            (self.output / done.leaves).write_bytes(records)
        return done

    async def known_tile(self) -> KnownRendered:
        return self.by.spoilt(await self.sound.known_tile())


def with_other_bits(pixels: Pixels) -> Pixels:
    """One mantissa's bit of some pixels is another one."""
    bits = np.ascontiguousarray(pixels).view(np.uint32).copy()
    bits.reshape(-1)[::EVERY] ^= 1 << 20
    return bits.view(np.float32)


def flipped(record: bytes) -> bytes:
    """The record of a tile whose digest, and one pixel in so many, is another one."""
    print_ = TilePrint.from_bytes(record)
    bits = bytearray(print_.bits)
    for at in range(0, len(bits), EVERY):
        bits[at] ^= 1
    digest = bytes(255 - one for one in print_.digest)
    return replace(print_, digest=digest, bits=bytes(bits)).to_bytes()
