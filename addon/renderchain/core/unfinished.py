"""Submissions that ended with their process: each has a file that its process holds locked.

What a file says that nobody holds any more is told by whoever looks next; then it goes.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path

from .file_lock import take
from .plain_text import printable

PREFIX = "submission-"
NOTHING = -1  # no open file
MOST_BYTES = 1024
TRIES, MOMENT_S = 20, 0.01
JUST_MADE_S = 60.0  # what is empty and younger is still to be written


class PendingSubmission:
    """Has what a submission is called told at the next look, unless it ends before its process does.

    Where it can't be written and held nothing will be told.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._file: Path | None = None
        self._held = NOTHING
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            self._held, file = tempfile.mkstemp(prefix=PREFIX, dir=folder)
            self._file = Path(file)
            if self._holds():
                os.write(self._held, name.encode(errors="replace")[:MOST_BYTES])
            else:
                self.end()

    def _holds(self) -> bool:
        """Lock the file: whoever looks has it for a moment, and finds it empty and new."""
        for _ in range(TRIES):
            if take(self._held):
                return True
            time.sleep(MOMENT_S)
        return False

    def end(self) -> None:
        """There is nothing to tell any more."""
        with contextlib.suppress(OSError):
            if self._held != NOTHING:
                os.ftruncate(self._held, 0)  # who looks before it is gone finds nothing in it
            self.leave()
            if self._file:
                self._file.unlink(missing_ok=True)

    def leave(self) -> None:
        """Hold it no more: the next look tells it."""
        held, self._held = self._held, NOTHING
        if held != NOTHING:
            os.close(held)


def left_in(folder: Path) -> list[str]:
    """What the submissions are called whose processes are no more; their files go."""
    found = list[str]()
    for file in sorted(folder.glob(f"{PREFIX}*")):
        with contextlib.suppress(OSError):
            found += _left(file)
    return found


def _left(file: Path) -> list[str]:
    handle = os.open(file, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        if not take(handle):
            return []
        raw = os.read(handle, MOST_BYTES)
    finally:
        os.close(handle)  # on Windows nothing that is open can be removed
    if not raw and time.time() - file.stat().st_mtime < JUST_MADE_S:
        return []
    file.unlink()
    return [printable(raw.decode(errors="replace"))] if raw else []
