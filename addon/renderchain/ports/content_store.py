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
        """Write the folder's files below ``folder``; nothing outside it is touched.

        Where it exists an earlier try left it: what is there as it should be is not fetched again, and counts
        among the bytes done. After ContentError nothing is left, after StoreError what the next try needs.
        """
        ...

    async def read_file(self, cid: str, path: str, max_bytes: int) -> bytes:
        """One small file of a folder."""
        ...

    async def is_pinned(self, cid: str) -> bool:
        """Whether it is kept, for us or for anybody else who uses the store."""
        ...

    async def pin(self, cid: str) -> None:
        """Keep what is already stored; raises StoreError where a part of it is not."""
        ...

    async def unpin(self, cid: str) -> None:
        """No longer keep it; nothing happens if it is not pinned."""
        ...


class ContentReader(Protocol):
    """Another way to the same folders, for reading alone. Raises what ContentStore does."""

    async def fetch_folder(
        self, cid: str, folder: Path, *, max_bytes: int, max_files: int, on_bytes: BytesDone
    ) -> str:
        """As the store's; who had it."""
        ...

    async def read_file(self, cid: str, path: str, max_bytes: int) -> bytes:
        """One small file of a folder."""
        ...


class StoreNode(Protocol):
    """The node behind the store, as far as who runs it has to care for it. All raise StoreError."""

    async def stored_bytes(self) -> int:
        """What its repository takes, whoever's content it is."""
        ...

    async def collect_garbage(self) -> None:
        """Have it delete all that nobody pinned, whoever's it was."""
        ...

    async def addresses(self) -> list[str]:
        """Where other nodes reach it."""
        ...

    async def connect(self, address: str) -> None:
        """Have it open a connection to another node."""
        ...
