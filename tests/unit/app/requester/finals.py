"""Delivered final images, and a Blender that finds some of them false."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from renderchain.core.errors import RenderFailed
from renderchain.core.manifest import Manifest, PackedFile
from renderchain.core.messages import Loaded, MadeAgain
from renderchain.core.result import FrameFiles

MANIFEST = Manifest(
    (4, 5), "a.blend", "Scene", ("V",), "CYCLES", 64, 64, "24", (1, 2, 3), 4, False, "PNG", "AgX", ()
)


def deliver(opened: Path, frames: tuple[int, ...]) -> tuple[FrameFiles, ...]:
    """Put a lease's opened results into a folder; all frames have the same files."""
    opened.mkdir(parents=True)
    for name in ("final.png", "noisy.exr"):
        (opened / name).write_bytes(name.split(".")[0].encode())
    files = [PackedFile(name, "0" * 64, 5) for name in ("final.png", "noisy.exr", "leaves")]
    return tuple(FrameFiles(frame, 1, *files) for frame in frames)


class Blender:
    """Finds the finals of some frames false; ``version`` and ``fails`` are what else may happen."""

    def __init__(
        self, false: set[int], version: str = "4.5.3 LTS", why_not: str = "", fails: str = ""
    ) -> None:
        self.false, self.why_not, self.fails = false, why_not, fails
        self.loaded = Loaded(version, "CPU", "CPU", 0)
        self.asked: list[int] = []

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[Blender]:
        self.output = output
        yield self

    async def unpacked(
        self, noisy: Path, final: Path, manifest: Manifest, folder: Path, name: str
    ) -> tuple[str, str]:
        names = (f"{name}.noisy", f"{name}.final")
        for file, target in zip((noisy, final), names, strict=True):
            (folder / target).write_bytes(file.read_bytes())
        return names

    async def make_again(self, frame: int, noisy: str, final: str) -> MadeAgain:
        if self.fails:
            raise RenderFailed(self.fails)
        assert (self.output / noisy).read_bytes() == b"noisy" and (
            self.output / final
        ).read_bytes() == b"final"
        self.asked.append(frame)
        block_ppm = 500_000 if frame in self.false else 900
        return MadeAgain(frame, f"{frame}.again.png", 0, block_ppm, self.why_not)
