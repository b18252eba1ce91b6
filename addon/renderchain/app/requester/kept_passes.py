"""What a merge takes of a job, for as long as it needs that: the package, and the frames' noisy passes."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core.ids import BoardJob
from ...core.manifest import MANIFEST_NAME, Manifest, parse_manifest
from ...core.result import FrameFiles
from ...core.whole_file import write_whole

NOISY = ".noisy.exr"
SETTLED = "settled.json"


@dataclass
class KeptPasses:
    """In a folder of the job's own, which nobody else may read: a private package lies in it opened.

    Passes are named by the roots of their leases, as a frame may have been delivered by several, the first
    of them false. ``settled`` says whose counts. ``fault`` is why something could not be kept lately; the
    frames come all the same.
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

    def has(self, frames: Sequence[int], root: int) -> bool:
        """Whether all of these are here, as the lease of that root delivered them."""
        return self.package.is_dir() and all(self._noisy(frame, root).is_file() for frame in frames)

    def settle(self, job: BoardJob, roots: Mapping[int, int]) -> None:
        """Note that the job is over, and the root of the lease that was accepted for each frame of it.

        The frames of a job that is settled later, as those that were ordered again, count instead of others.
        """
        told = {_key(job): {str(frame): hex(root) for frame, root in sorted(roots.items())}}
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.folder / SETTLED, json.dumps(self._settled() | told).encode())
        except OSError as error:
            self.fault = f"{self.folder} can't be written ({error.strerror})"

    def lacks(self, job: BoardJob) -> bool:
        """Whether to follow that job for it: its end is not noted, or not all that it brought is here."""
        roots = self._settled().get(_key(job))
        if roots is None:
            return True
        return not all(self.has([int(frame)], int(root, 16)) for frame, root in roots.items())

    def noisy(self) -> dict[int, Path]:
        """The noisy passes that are here of what was accepted, by frames."""
        roots: dict[str, str] = {}
        for one in self._settled().values():
            roots |= one
        found = {int(frame): self._noisy(int(frame), int(root, 16)) for frame, root in roots.items()}
        return {frame: path for frame, path in sorted(found.items()) if path.is_file()}

    def _settled(self) -> dict[str, dict[str, str]]:
        try:
            settled: dict[str, dict[str, str]] = json.loads((self.folder / SETTLED).read_text())
        except (OSError, ValueError):
            return {}
        return settled

    async def keep(self, package: Path, opened: Path, frames: Sequence[FrameFiles], root: int) -> None:
        """Copy what there is of these frames of the lease of that root, opened and checked there."""
        try:
            await asyncio.to_thread(self._keep, package, opened, frames, root)
        except OSError as error:
            self.fault = f"{self.folder} can't be written ({error.strerror})"

    def _keep(self, package: Path, opened: Path, frames: Sequence[FrameFiles], root: int) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.package.is_dir():
            partial = self.package.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(package, partial)
            os.replace(partial, self.package)
        for one in frames:
            target = self._noisy(one.frame, root)
            target.parent.mkdir(exist_ok=True)
            partial = target.with_suffix(".partial")
            shutil.copyfile(opened / one.noisy.path, partial)
            os.replace(partial, target)

    def drop(self) -> None:
        """They are not needed any more."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _noisy(self, frame: int, root: int) -> Path:
        """In a folder of its own: who decodes it sees that folder, and the package is not in it."""
        return self.folder / "passes" / f"{frame:04d}-{root:x}{NOISY}"


def _key(job: BoardJob) -> str:
    return f"{job.board:x}-{job.job_id}"
