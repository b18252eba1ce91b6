"""What came of sealed results before their fetch broke off: the next try goes on with it.

Each block of it is compared with its CID again before it counts. A worker that gives all but the last block
must not fill the disk with what it never delivers, so all together have a bound: what is over it begins anew.
"""

from __future__ import annotations

import shutil
from pathlib import Path

MOST_BYTES = 2**30  # of one job's


class FetchedParts:
    """A folder for each lease, where its results lie under their CID; one try at a time uses it."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes: dict[Path, int] = {}

    def begin(self, folder: Path, cid: str) -> None:
        """In the folder is nothing now but what came under that CID."""
        self._bytes.pop(folder, None)
        for path in folder.glob("*"):
            if path.name != cid:
                shutil.rmtree(path, ignore_errors=True)

    def keep(self, folder: Path) -> None:
        """A try broke off."""
        size = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
        if sum(self._bytes.values()) + size > self._most_bytes:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            self._bytes[folder] = size

    def drop(self, folder: Path) -> None:
        """There is no next try; a folder that one uses now is that one's to delete."""
        if self._bytes.pop(folder, None) is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def drop_all(self) -> None:
        """None of those leases may come again."""
        for folder in list(self._bytes):
            self.drop(folder)
