"""Writing small files so that there is always a whole one: the new, or where that fails the old."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
FOR_USER = 0o600  # alone


def write_whole(path: Path, raw: bytes, mode: int = 0o666) -> None:
    """Put it in the place of what was there, on the disk before the name says so.

    Raises OSError, which names the file as writing alone does not; then what was there is still there, unless
    all but the folder's name for it is on the disk.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)  # its permissions may be others
        with open(os.open(partial, NEW, mode), "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error


def sync_folder(folder: Path) -> None:
    """Have the names on the disk, not only the bytes; Windows and some file systems have no way to."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)
