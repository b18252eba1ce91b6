"""What a merge takes of a job, for as long as it needs that: the package, and the frames' noisy passes."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core.manifest import MANIFEST_NAME, Manifest, parse_manifest
from ...core.result import FrameFiles

NOISY = ".noisy.exr"


@dataclass
class KeptPasses:
    """In a folder of the job's own, which nobody else may read: a private package lies in it opened.

    ``fault`` is why something could not be kept lately; the frames come all the same.
    """

    folder: Path
    fault: str = ""

    @property
    def package(self) -> Path:
        """Where the package is."""
        return self.folder / "package"

    @property
    def manifest(self) -> Manifest:
        """The package's; raises OSError or ContentError."""
        return parse_manifest((self.package / MANIFEST_NAME).read_bytes())

    def has(self, frames: Sequence[int]) -> bool:
        """Whether all of these are here."""
        return self.package.is_dir() and all(self._noisy(frame).is_file() for frame in frames)

    def noisy(self) -> dict[int, Path]:
        """The noisy passes that are here, by frames."""
        found = {int(path.name.removesuffix(NOISY)): path for path in self.folder.glob(f"*{NOISY}")}
        return dict(sorted(found.items()))

    async def keep(self, package: Path, opened: Path, frames: Sequence[FrameFiles]) -> None:
        """Copy what there is of these frames, opened and checked there."""
        try:
            await asyncio.to_thread(self._keep, package, opened, frames)
        except OSError as error:
            self.fault = f"{self.folder} can't be written ({error.strerror})"

    def _keep(self, package: Path, opened: Path, frames: Sequence[FrameFiles]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.package.is_dir():
            partial = self.package.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(package, partial)
            os.replace(partial, self.package)
        for one in frames:
            target = self._noisy(one.frame)
            partial = target.with_suffix(".partial")
            shutil.copyfile(opened / one.noisy.path, partial)
            os.replace(partial, target)

    def drop(self) -> None:
        """They are not needed any more."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _noisy(self, frame: int) -> Path:
        return self.folder / f"{frame:04d}{NOISY}"
