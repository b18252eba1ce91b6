"""What this process pinned in the content store, and for which lease: with its evidence the pin goes too."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ...core.errors import StoreError
from ...core.ids import LeaseId
from ...ports.content_store import ContentStore


class Pins:
    """A small file at ``path``; ``is_needed`` says whether evidence of a lease is still kept."""

    def __init__(self, store: ContentStore, path: Path, is_needed: Callable[[LeaseId], bool]) -> None:
        self._store = store
        self._path = path
        self._is_needed = is_needed

    def note(self, cid: str, lease_id: LeaseId) -> None:
        """It is pinned for that lease, of which there is evidence by now."""
        self._keep({**self._noted(), cid: lease_id})

    async def prune(self) -> None:
        """Unpin what no lease needs any more; what the store does not do now is tried the next time."""
        for cid, lease_id in self._noted().items():
            if self._is_needed(lease_id):
                continue
            with suppress(StoreError):
                await self._store.unpin(cid)
                self._keep({one: lease for one, lease in self._noted().items() if one != cid})

    def _noted(self) -> dict[str, LeaseId]:
        try:
            found = json.loads(self._path.read_bytes())
            return {str(cid): LeaseId(int(lease_id)) for cid, lease_id in found.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}  # at worst something stays pinned

    def _keep(self, noted: dict[str, LeaseId]) -> None:
        partial = self._path.with_suffix(".partial")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(noted))
        os.replace(partial, self._path)
