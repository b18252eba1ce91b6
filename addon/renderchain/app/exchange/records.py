"""Leaves' records that a render process left, which has opened somebody else's scene."""

from __future__ import annotations

from pathlib import Path

from ...core.errors import ContentError
from ...core.prints import RECORD_BYTES, TilePrint, split_records


def read_records(path: Path, count: int, what: str = "") -> tuple[TilePrint, ...]:
    """So many prints out of a file of the process's own; raises ContentError, also for a link.

    ``what`` names them in the error; by default their number and file do.
    """
    if path.is_symlink() or not path.is_file() or path.stat().st_size != count * RECORD_BYTES:
        what = what or f"{count} prints in {path.name}"
        raise ContentError(f"The render process left no {what}: refused.")
    return split_records(path.read_bytes())
