"""A private job's key in a file, where the artist's watchtower looks for it."""

from __future__ import annotations

from pathlib import Path

from ...core.private_package import SharedKey
from ...core.whole_file import FOR_USER, write_whole


def write_shared(shared: SharedKey, folder: Path) -> Path:
    """Into a file that its user alone may read; returns it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{shared.job_id}-{shared.board:#x}.json"
    write_whole(path, shared.to_bytes(), FOR_USER)
    return path
