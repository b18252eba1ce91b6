"""Results and packages that lie beside a worker's evidence until the leases they belong to have settled.

Where nobody has them any more, they can be pinned again from here.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Collection
from pathlib import Path

_KEEPING = threading.Lock()  # lanes may keep one package at the same time


def private_folder(folder: Path) -> None:
    """Make a folder that only its user may look into."""
    folder.mkdir(parents=True, exist_ok=True)
    os.chmod(folder, 0o700)


class KeptContent:
    """Folders under their CIDs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, cid: str, source: Path, left_out: Collection[str] = ()) -> None:
        """Keep a folder's files; they are linked where the file system can, so that they take no room.

        The paths in ``left_out`` are not kept, nor folders that have nothing else. Raises OSError and leaves
        nothing half-done behind.
        """
        with _KEEPING:
            self._keep(cid, source, left_out)

    def _keep(self, cid: str, source: Path, left_out: Collection[str]) -> None:
        target = self._folder / cid
        if target.is_dir():
            return
        partial = self._folder / f"{cid}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        try:
            private_folder(self._folder)
            shutil.copytree(source, partial, copy_function=_link)
            for name in left_out:
                (partial / name).unlink()
                _drop_empty((partial / name).parent, partial)
            for path in (partial, *partial.rglob("*")):
                os.chmod(path, 0o700 if path.is_dir() else 0o600)
            os.replace(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def find(self, cid: str) -> Path | None:
        """The folder, None if it is not kept."""
        folder = self._folder / cid
        return folder if folder.is_dir() else None

    def keep_only(self, cids: Collection[str]) -> None:
        """Delete all others."""
        for folder in self._folder.glob("*"):
            if folder.name.removesuffix(".partial") not in cids:
                shutil.rmtree(folder, ignore_errors=True)


def _drop_empty(folder: Path, top: Path) -> None:
    """Delete folders that are empty now: as the store has it there are none, and its CID would be another."""
    while folder != top and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)
    return target
