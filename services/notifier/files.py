"""Files that others may have put there: a pipe in the place of one keeps nobody waiting."""

from __future__ import annotations

import os
import stat
from pathlib import Path

NO_WAITING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


def begin_of(file: Path, most: int, *, is_own: bool) -> bytes:
    """Its first ``most`` bytes and one more, by which it is seen to be longer. Raises OSError.

    The operator's own may be a pipe, as a shell makes them of what a program writes.
    """
    if is_own:
        with file.open("rb") as opened:
            return opened.read(most + 1)
    with open(file, "rb", opener=_at_once) as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise OSError(0, "it is no plain file", str(file))
        return opened.read(most + 1)


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | NO_WAITING)
