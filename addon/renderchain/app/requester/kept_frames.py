"""A job's frames on the artist's disk: where each goes, and which need not be fetched again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from ...core.artist_job import KeptFrame
from ...core.errors import FolderUnusable
from ...core.frame_names import USUAL, file_name
from ...core.job_progress import LeaseProgress
from ...core.manifest import FORMATS, Manifest
from ...ports.journal import Journal
from ..exchange.package import file_entry


def name_of(frame: int, manifest: Manifest, names: str = USUAL) -> str:
    """What a frame's file is called; the worker's own name for it could be that of another lease's frame."""
    return file_name(names, frame, FORMATS[manifest.file_format])


class KeptFrames:
    """Frames in ``output``; noted in the journal under ``entry_id``, or nowhere if that is None.

    ``names`` is what their files are called.
    """

    def __init__(self, journal: Journal, entry_id: int | None, output: Path, names: str = USUAL) -> None:
        self.names = names
        self._journal = journal
        self._entry_id = entry_id
        self._output = output

    def prepare(self) -> None:
        """Make the folder; raises FolderUnusable where there can be none."""
        try:
            self._output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FolderUnusable(
                f"The folder {self._output} for the frames can't be made ({error.strerror}). The job goes on "
                "without us; choose another folder for it, and its frames come there."
            ) from error

    def keep(self, source: Path, name: str, frame: int, lease: LeaseProgress) -> Path:
        """Put a frame where it belongs; raises FolderUnusable where it can't be written."""
        target = self._output / name
        partial = target.with_name(target.name + ".partial")
        try:
            shutil.copyfile(source, partial)
            os.replace(partial, target)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise FolderUnusable(
                f"{target} can't be written ({error.strerror}). The job goes on without us; make room, or "
                "choose another folder for its frames, and they come there."
            ) from error
        if self._entry_id is not None:
            file = file_entry(self._output, target)
            whose = (frame, lease.lease_id, lease.root, lease.operator)
            kept = KeptFrame(*whose, str(target), file.sha256, file.size_bytes)
            self._journal.keep_frame(self._entry_id, kept)
        return target

    def here(self, lease: LeaseProgress, frames: Sequence[int]) -> dict[int, Path]:
        """Where all frames of that very result are, as they were kept; empty if one is not."""
        if self._entry_id is None:
            return {}
        kept = {one.frame: one for one in self._journal.kept_frames(self._entry_id)}
        found = {}
        for frame in frames:
            one = kept.get(frame)
            if one is None or (one.lease_id, one.root) != (lease.lease_id, lease.root):
                return {}
            if not self._is_as_kept(one):
                return {}
            found[frame] = Path(one.path)
        return found

    def _is_as_kept(self, one: KeptFrame) -> bool:
        path = Path(one.path)
        if path.parent != self._output or not path.is_file() or path.stat().st_size != one.size_bytes:
            return False
        return file_entry(self._output, path).sha256 == one.sha256
