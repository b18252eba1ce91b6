"""Where an artist's frames go: whether they can be written is known before anything is paid."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from ...core.errors import LocalError

FIX = "Nothing was sent or paid; choose another folder."


def try_output(folder: Path) -> None:
    """Make the folder and write a file into it, and take both away again; raises LocalError.

    What is refused afterwards must leave no folder that was not there.
    """
    try:
        new = [one for one in (folder, *folder.parents) if not one.exists()]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder, prefix=".renderchain-") as file:
                file.write(b"frames")
                file.flush()
        finally:
            with suppress(OSError):  # somebody else uses it by now, or it was never made
                for one in new:
                    one.rmdir()
    except OSError as error:
        raise LocalError(f"{_told(folder, error.strerror or type(error).__name__)} {FIX}") from None


def why_not_writable(folder: Path) -> str:
    """Why frames can't be written there, as far as it shows without writing; empty if nothing shows."""
    there = next((one for one in (folder, *folder.parents) if os.path.exists(one)), None)
    if there is None:
        return _told(folder, "there is no such drive")
    if not there.is_dir():
        return _told(folder, f"{there} is a file")
    if not os.access(there, os.W_OK | os.X_OK):
        return _told(folder, f"{there} may not be written to")
    return ""


def _told(folder: Path, reason: str) -> str:
    return f"Frames can't be written to {folder} ({reason})."
