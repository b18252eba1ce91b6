"""Render processes' logs: so many of them, and so many bytes, the newest stay."""

from __future__ import annotations

from pathlib import Path

MOST_LOGS = 200


def prune_logs(folder: Path, most_bytes: int, most: int = MOST_LOGS) -> None:
    """Delete the oldest logs of a folder, but the newest one never."""
    found = []
    for path in folder.glob("render-*.log"):
        try:
            status = path.stat()
        except FileNotFoundError:  # another process was here first
            continue
        found.append((status.st_mtime_ns, path, status.st_size))
    left = 0
    for number, (_, path, size) in enumerate(sorted(found, reverse=True)):
        left += size
        if number and (number >= most or left > most_bytes):
            path.unlink(missing_ok=True)
