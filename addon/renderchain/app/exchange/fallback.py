"""The content store, and another way to its folders where it does not find them."""

from __future__ import annotations

from pathlib import Path

from ...core.errors import StoreError
from ...core.notices.storage import FetchedElsewhere
from ...ports.content_store import BytesDone, ContentReader, ContentStore
from ...ports.reporter import Reporter


class FallbackStore:
    """Everything is the store's, but what it can't read is asked for elsewhere.

    Raises the store's own error where that does not help: it is what can be mended here.
    """

    def __init__(self, store: ContentStore, elsewhere: ContentReader, reporter: Reporter) -> None:
        self._store = store
        self._elsewhere = elsewhere
        self._reporter = reporter
        self.add_folder = store.add_folder
        self.is_pinned = store.is_pinned
        self.pin = store.pin
        self.unpin = store.unpin

    async def fetch_folder(
        self, cid: str, folder: Path, *, max_bytes: int, max_files: int, on_bytes: BytesDone
    ) -> None:
        """Write the folder's files, from whoever has them."""
        try:
            await self._store.fetch_folder(
                cid, folder, max_bytes=max_bytes, max_files=max_files, on_bytes=on_bytes
            )
        except StoreError as error:
            try:
                who = await self._elsewhere.fetch_folder(
                    cid, folder, max_bytes=max_bytes, max_files=max_files, on_bytes=on_bytes
                )
            except StoreError as other:
                raise type(error)(f"{error} Elsewhere: {other}") from other
            self._reporter.tell(FetchedElsewhere(cid, who, str(error)))

    async def read_file(self, cid: str, path: str, max_bytes: int) -> bytes:
        """One small file of a folder, from whoever has it."""
        try:
            return await self._store.read_file(cid, path, max_bytes)
        except StoreError as error:
            try:
                return await self._elsewhere.read_file(cid, path, max_bytes)
            except StoreError as other:
                raise type(error)(f"{error} Elsewhere: {other}") from other
