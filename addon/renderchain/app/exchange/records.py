"""Leaves' records that a render process left, which has opened somebody else's scene."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ...core.errors import ContentError
from ...core.prints import RECORD_BYTES, TilePrint, split_records


def read_records(path: Path, count: int, what: str = "") -> tuple[TilePrint, ...]:
    """So many prints out of a file of the process's own; raises ContentError, also for a link.

    ``what`` names them in the error; by default their number and file do.
    """
    what = what or f"{count} prints in {path.name}"
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        file = os.open(path, flags)
    except OSError as error:
        raise ContentError(f"The render process left no {what}: refused.") from error
    with os.fdopen(file, "rb") as opened:
        # Looked at when it is open: the process may still be at work in its folder.
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_size != count * RECORD_BYTES:
            raise ContentError(f"The render process left no {what}: refused.")
        raw = opened.read(count * RECORD_BYTES)
    if len(raw) != count * RECORD_BYTES:
        raise ContentError(f"The render process left no {what}: refused.")
    return split_records(raw)
