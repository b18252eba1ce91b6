"""Content-addressed storage of folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

BytesDone = Callable[[int], None]  # called with the bytes transferred so far


class ContentStore(Protocol):
    """Folders by CID. All raise StoreError; reading raises ContentError for what breaks a limit."""

    async def add_folder(self, folder: Path, on_bytes: BytesDone) -> str:
        """Store and pin a folder; the same content always has the same CID."""
        ...

    async def fetch_folder(
        self, cid: str, folder: Path, *, max_bytes: int, max_files: int, on_bytes: BytesDone
    ) -> None:
        """Write the folder's files below ``folder``, which is made; nothing outside it is touched."""
        ...

    async def read_file(self, cid: str, path: str, max_bytes: int) -> bytes:
        """One small file of a folder."""
        ...

    async def pin(self, cid: str) -> None:
        """Keep what is already stored."""
        ...

    async def unpin(self, cid: str) -> None:
        """No longer keep it; nothing happens if it is not pinned."""
        ...
