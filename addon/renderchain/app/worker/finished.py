"""Finished frames of a lease: out of the render process's reach, on the disk for sure, and in the journal.

A worker that is killed goes on from here: what is whole is taken over, so that no frame is rendered twice. A
process that has opened somebody else's scene goes on writing where it may; so a frame's files are copied out
of its folder as soon as it says that they are there, and nothing looks at them in that folder again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import BinaryIO

from ...core.errors import ContentError
from ...core.ids import LeaseId
from ...core.lease_id import split_lease_id
from ...core.manifest import PackedFile
from ...core.messages import Loaded, Rendered
from ...core.result import RESULT_NAME
from ...core.whole_file import sync_folder
from ...ports.journal import FrameEntry, Journal, LeaseEntry
from ..exchange.package import READ_BYTES, check_files

# Where a system lacks one of them, what is no file is told by its mode.
NO_SURPRISE = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))


class FinishedFrames:
    """Below ``folder`` each lease has a folder of its own until ``discard``."""

    def __init__(self, journal: Journal, folder: Path) -> None:
        self._journal = journal
        self._leases = folder

    def root(self, lease_id: LeaseId) -> Path:
        """Where all of a lease is while it is worked on."""
        return self._leases / str(lease_id)

    def folder(self, lease_id: LeaseId) -> Path:
        """Where its finished frames are."""
        return self.root(lease_id) / "done"

    def resume(self, entry: LeaseEntry, frames: Sequence[int]) -> dict[int, FrameEntry]:
        """The lease's finished frames whose files are still what they were; everything else is deleted.

        So are older leases of the same slot: a slot has one at a time.
        """
        self._forget_older(entry)
        folder, found = self.folder(entry.lease_id), dict[int, FrameEntry]()
        for one in self._journal.frames(entry):
            try:
                check_files(folder, one.files)
            except (ContentError, OSError):
                continue
            if one.frame in frames:
                found[one.frame] = one
        kept = {file.path for one in found.values() for file in one.files}
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if path.name not in kept:
                path.unlink()
        return found

    def take(
        self,
        entry: LeaseEntry,
        output: Path,
        loaded: Loaded,
        one: Rendered,
        most_bytes: int,
        check: Callable[[Path, Rendered], None] = lambda *_: None,
    ) -> FrameEntry:
        """Copy a frame's files out of ``output`` and note it; when this returns, no crash loses it.

        Raises ContentError where they are no files, too large together, or named like others. What ``check``
        raises of the folder they are in now leaves the frame unnoted.
        """
        folder, files = self.folder(entry.lease_id), list[PackedFile]()
        names = (one.final, one.noisy, one.leaves)
        taken = {path.name.casefold() for path in folder.iterdir()} | {RESULT_NAME}
        if len({*map(str.casefold, names)} - taken) != len(names):
            raise ContentError("The render process gave two files of the lease one name: refused.")
        for name in names:
            left = most_bytes - sum(file.size_bytes for file in files)
            files.append(_copy_out(output, name, folder, one.frame, left))
        check(folder, one)
        sync_folder(folder)
        frame = FrameEntry(entry, one.frame, tuple(files), one, loaded)
        self._journal.save_frame(frame)
        for name in names:
            (output / name).unlink(missing_ok=True)
        return frame

    def drop(self, entry: LeaseEntry, frames: Sequence[FrameEntry]) -> None:
        """Forget frames that are to be rendered again."""
        for one in frames:
            for file in one.files:
                (self.folder(entry.lease_id) / file.path).unlink(missing_ok=True)

    def discard(self, board: int, lease_id: LeaseId) -> None:
        """The lease is submitted, given back or lost: nothing of it is needed."""
        shutil.rmtree(self.root(lease_id), ignore_errors=True)
        self._journal.forget_frames(board, lease_id)

    def keep_only(self, board: int, claimed: Collection[LeaseId]) -> None:
        """Discard all other leases."""
        known = {LeaseId(int(path.name)) for path in self._leases.glob("*") if path.name.isdecimal()}
        for lease_id in (known | set(self._journal.leases_with_frames(board))) - set(claimed):
            self.discard(board, lease_id)
        for path in self._leases.glob("*.*"):  # what was sealed or rendered again of some lease
            shutil.rmtree(path, ignore_errors=True)

    def _forget_older(self, entry: LeaseEntry) -> None:
        worker, slot, generation = split_lease_id(entry.lease_id)
        known = {LeaseId(int(path.name)) for path in self._leases.glob("*") if path.name.isdecimal()}
        for lease_id in known | set(self._journal.leases_with_frames(entry.board)):
            its_worker, its_slot, its_generation = split_lease_id(lease_id)
            if (its_worker, its_slot) == (worker, slot) and its_generation < generation:
                self.discard(entry.board, lease_id)


def _copy_out(output: Path, name: str, folder: Path, frame: int, most_bytes: int) -> PackedFile:
    """Copy a file that a render process left, which may be none, or still be written."""
    with _opened(output / name, frame) as source:
        if os.fstat(source.fileno()).st_size > most_bytes:  # first: a file may say that it has terabytes
            raise ContentError(f"Frame {frame} has over {most_bytes} bytes in {name}: refused.")
        digest, size = hashlib.sha256(), 0
        with (folder / name).open("xb") as target:
            while chunk := source.read(READ_BYTES):
                size += len(chunk)
                if size > most_bytes:
                    raise ContentError(f"Frame {frame} has over {most_bytes} bytes in {name}: refused.")
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
    return PackedFile(name, digest.hexdigest(), size)


def _opened(path: Path, frame: int) -> BinaryIO:
    """A file, and neither a link, a pipe nor a folder; nothing is waited for."""
    lacks = ContentError(f"The render process did not write all files of frame {frame}.")
    try:
        descriptor = os.open(path, os.O_RDONLY | NO_SURPRISE)
    except OSError:
        raise lacks from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise lacks
    return os.fdopen(descriptor, "rb")
