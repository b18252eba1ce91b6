"""Render processes that make one image of several parts."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from ..core.manifest import Manifest
from ..core.merge_messages import FinalMade
from ..core.merging import Sampling
from ..core.pixel_prints import Pixels


class MergeSession(Protocol):
    """A render process with its scene open; both raise RenderFailed."""

    async def read_sampling(self, frame: int) -> Sampling:
        """Which samples of a frame the scene renders."""
        ...

    async def make_final(self, frame: int, noisy: Pixels) -> FinalMade:
        """Make a frame's final image out of a noisy pass that has all samples.

        It goes into the output folder, where nobody but this writes as long as the process lives.
        """
        ...


class MergeRenderer(Protocol):
    """Starts such render processes."""

    def open(
        self, package: Path, manifest: Manifest, output: Path
    ) -> AbstractAsyncContextManager[MergeSession]:
        """A process with the package's scene open; raises RenderFailed or SandboxMissing."""
        ...

    async def unpacked_noisy(self, noisy: Path, folder: Path, name: str) -> str:
        """Decode a noisy pass where no scene is open; its file's name in the folder begins with ``name``.

        The folder is none that a process sees. Raises RenderFailed or SandboxMissing.
        """
        ...
