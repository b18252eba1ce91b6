"""Final images made again: what workers delivered is decoded where no scene is open.

The noisy pass goes through the program that reads such files, the final image, which may have any of
Blender's formats, through a render process that knows nothing else and ends with it. What comes back are
numbers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.errors import ContentError, RenderFailed
from ...core.manifest import Manifest
from ...core.pixel_prints import Pixels
from ...ports.renderer import FinalSession
from .beneath import PIXELS, put_beneath
from .exr_reader import SandboxedReader
from .process import BlenderRenderer
from .running import LOAD_TIMEOUT_S
from .second_child import SecondChild
from .session import Session


@dataclass(frozen=True)
class BlenderFinals:
    """A FinalRenderer, of one that renders."""

    renderer: BlenderRenderer

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[FinalSession]:
        """A process with the package's scene open; raises RenderFailed or SandboxMissing."""
        async with self.renderer.open(package, manifest, output) as session:
            yield session

    async def unpacked(
        self, noisy: Path, final: Path, manifest: Manifest, folder: Path, name: str
    ) -> tuple[str, str]:
        """Names of files in the folder with the pixels of both; raises RenderFailed or SandboxMissing."""
        names = (f"{name}.noisy.npy", f"{name}.final.npy")
        await asyncio.to_thread(unpack_noisy, self.renderer, noisy, folder, names[0])
        with tempfile.TemporaryDirectory(prefix="renderchain-final-", dir=folder.parent) as scratch:
            given, output = Path(scratch, "given"), Path(scratch, "output")
            given.mkdir()
            output.mkdir()
            picture = f"picture.{final.suffix.lstrip('.')}"
            shutil.copyfile(final, given / picture)
            started = await self.renderer.start(given, output, f"final-{name}")
            session = Session(started, LOAD_TIMEOUT_S, LOAD_TIMEOUT_S, ())
            try:
                await session.read_final(started.jailed, picture, manifest)
            finally:
                await session.close()
            try:
                os.replace(output / PIXELS, folder / names[1])
            except OSError as error:  # either process may have put something else there
                raise RenderFailed(
                    f"The final image was read, but is not there ({error.strerror})."
                ) from error
        return names


def put_pixels(folder: Path, name: str, pixels: Pixels) -> None:
    """A new file of numbers in a folder that a render process may write to."""
    with put_beneath(folder, name) as file:
        np.save(file, pixels)


def unpack_noisy(renderer: BlenderRenderer, noisy: Path, folder: Path, name: str) -> None:
    """Write a noisy pass as numbers, decoded by a process without a scene; raises RenderFailed."""
    reader = SandboxedReader(SecondChild(renderer.allow_unsandboxed))
    try:
        put_pixels(folder, name, reader(noisy))
    except ContentError as error:
        raise RenderFailed(str(error)) from error
