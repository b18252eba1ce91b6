"""Folders for what nobody keeps: they go with the block that made them, or when the next process starts.

A process that is killed removes nothing. Each folder therefore has a file that its process holds locked:
where nobody holds it any more, the folder is nobody's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

from .file_lock import take

PREFIX = "renderchain-"
LOCK = ".in-use"
NOTHING = -1  # no open file
JUST_MADE_S = 60.0  # what is younger may not be locked yet


class Scratch(tempfile.TemporaryDirectory[str]):
    """A temporary folder that is ours as long as this process lives."""

    def __init__(self) -> None:
        super().__init__(prefix=PREFIX)
        self._held = os.open(Path(self.name, LOCK), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        take(self._held)

    def cleanup(self) -> None:
        """Remove it."""
        held, self._held = self._held, NOTHING
        if held != NOTHING:
            os.close(held)
        super().cleanup()


def sweep() -> None:
    """Remove the folders of processes that are no more; those that can't be removed stay."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            _sweep_one(folder)


def _sweep_one(folder: Path) -> None:
    found = folder.lstat()
    is_ours = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    if not (stat.S_ISDIR(found.st_mode) and is_ours) or time.time() - found.st_mtime < JUST_MADE_S:
        return
    handle = os.open(folder / LOCK, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        is_left = take(handle)
    finally:
        os.close(handle)  # on Windows nothing that is open can be removed
    if is_left:
        shutil.rmtree(folder, ignore_errors=True)
