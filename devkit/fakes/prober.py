"""Probes without Blender: what a scene is like is said beforehand."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from renderchain.core.manifest import Manifest
from renderchain.core.messages import TilesRendered
from renderchain.core.prints import TilePrint
from renderchain.core.probe_messages import FrameProbed, Played, Surveyed, TilesProbed
from renderchain.ports.renderer import OnProgress, ProbeSession

from .faults import Faults
from .renderer import frame_of

CAUSE = "Object 'Cube'"


@dataclass
class ProbedScene:
    """What a scene is like.

    ``jumps`` are frames that come out otherwise in another process, ``remembers`` those that depend on
    earlier ones. ``off_percent`` of a tile's bits differ by the other kernel. A reduced frame takes
    ``frame_s``, to set one ``step_s``, a leaf ``leaf_s``.
    """

    jumps: frozenset[int] = frozenset()
    remembers: frozenset[int] = frozenset()
    shares_openings: bool = True
    whole_frames: bool = False
    off_percent: int = 0
    changes: tuple[int, ...] = ()
    start: int = 1
    frame_s: float = 0.01
    step_s: float = 0.001
    leaf_s: float = 0.01


@dataclass
class FakeProbeRenderer(Faults):
    """``fail`` takes open, survey, frame and prints; ``asked`` has what was asked of which process."""

    scene: ProbedScene = field(default_factory=ProbedScene)

    def __post_init__(self) -> None:
        super().__init__()
        self.opened = 0
        self.is_open = 0
        self.asked: list[tuple[int, str, int]] = []
        self.outputs: list[Path] = []

    @contextlib.asynccontextmanager
    async def open(
        self, package: Path, manifest: Manifest, output: Path, *, other_kernel: bool = False
    ) -> AsyncIterator[ProbeSession]:
        """As if a scene was opened."""
        await asyncio.sleep(0)
        self.meet("open")
        self.opened += 1
        self.is_open += 1
        self.outputs.append(output)
        try:
            yield _Session(self, manifest, output, self.opened, other_kernel)
        finally:
            self.is_open -= 1


@dataclass(frozen=True)
class _Session:
    by: FakeProbeRenderer
    manifest: Manifest
    output: Path
    process: int
    other_kernel: bool

    async def survey(self, first: int, last: int) -> Surveyed:
        await self._work("survey", first, 0.0)
        scene = self.by.scene
        step_ms = round(1000 * scene.step_s)
        return Surveyed(min(scene.start, first), step_ms, scene.whole_frames, scene.changes)

    async def frame(self, frame: int) -> FrameProbed:
        await self._work("frame", frame, self.by.scene.frame_s)
        turn = self.process if frame in self.by.scene.jumps else 0
        tiles = tuple(_digest(frame, turn, tile) for tile in range(2))
        return FrameProbed(frame, _digest(frame, turn), tiles, round(1000 * self.by.scene.frame_s))

    async def shared_tiles(self, frame: int) -> TilesProbed:
        await self._work("shared_tiles", frame, self.by.scene.frame_s)
        apart = 0 if self.by.scene.shares_openings else 1
        tiles = tuple(_digest(frame, 0, tile + apart) for tile in range(2))
        return TilesProbed(frame, tiles, round(1000 * self.by.scene.frame_s))

    async def play_to(self, frame: int, start: int, most_s: float) -> Played:
        needed_s = (frame - start + 1) * self.by.scene.step_s
        await self._work("play_to", frame, min(needed_s, most_s))
        if needed_s > most_s:
            return Played(frame, start, "", round(1000 * most_s))
        turn = -1 if frame in self.by.scene.remembers else 0
        return Played(frame, frame, _digest(frame, turn), round(1000 * needed_s))

    async def causes(self, frame: int, start: int, most_s: float) -> tuple[str, ...]:
        await self._work("causes", frame, 0.0)
        return (CAUSE,)

    async def render_tiles(self, frame: int, tiles: Sequence[int], on_progress: OnProgress) -> TilesRendered:
        await self._work("prints", frame, self.by.scene.leaf_s * len(tiles))
        _, prints = frame_of(self.manifest, frame)
        name = f"{frame:04d}.tiles"
        records = (self._seen(prints[leaf]).to_bytes() for leaf in tiles)
        (self.output / name).write_bytes(b"".join(records))
        return TilesRendered(frame, name, round(1000 * self.by.scene.leaf_s * len(tiles)))

    def _seen(self, one: TilePrint) -> TilePrint:
        off = one.area * self.by.scene.off_percent // 100 if self.other_kernel else 0
        bits = int.from_bytes(one.bits, "big") ^ ((1 << off) - 1)
        digest = hashlib.sha256(b"%d" % off + one.digest).digest() if off else one.digest
        return replace(one, digest=digest, bits=bits.to_bytes(len(one.bits), "big"))

    async def _work(self, what: str, frame: int, seconds: float) -> None:
        self.by.asked.append((self.process, what, frame))
        await asyncio.sleep(seconds)
        self.by.meet(what)


def _digest(*what: int) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()
