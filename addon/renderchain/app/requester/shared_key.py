"""A private job's key in a file, where the artist's watchtower looks for it."""

from __future__ import annotations

from pathlib import Path

from ...core.private_package import SharedKey


def write_shared(shared: SharedKey, folder: Path) -> Path:
    """Into a file that its user alone may read; returns it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{shared.job_id}-{shared.board:#x}.json"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(shared.to_bytes())
    return path
