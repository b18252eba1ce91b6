"""What this process pinned in the content store, and for which leases: with their evidence the pin goes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from weakref import WeakValueDictionary

from ...core.errors import StoreError
from ...core.ids import LeaseId
from ...core.whole_file import write_whole
from ...ports.content_store import ContentStore

# Each board has a Pins for the same file, and none may unpin what another one pins meanwhile.
_TURNS: WeakValueDictionary[tuple[Path, str], asyncio.Lock] = WeakValueDictionary()
Leases = frozenset[tuple[int, LeaseId]]  # each with its board, which numbers them by itself


class Pins:
    """Those of a ``board``, in a small file at ``path`` that all boards of a worker have in common, as they
    have the store; ``is_needed`` says whether evidence of a lease of this board is still kept.

    What somebody else had pinned before is never noted, and so never unpinned.
    """

    def __init__(
        self, store: ContentStore, path: Path, board: int, is_needed: Callable[[LeaseId], bool]
    ) -> None:
        self._store = store
        self._path = path
        self._board = board
        self._is_needed = is_needed

    def note(self, cid: str, lease_id: LeaseId) -> None:
        """We pinned it for that lease, of which there is evidence by now."""
        noted = self._noted()
        self._keep({**noted, cid: noted.get(cid, frozenset()) | {(self._board, lease_id)}})

    async def pin(self, cid: str, lease_id: LeaseId) -> str:
        """Have it pinned while the lease needs it, if the store has it; why it is not, or ""."""
        async with self._turn(cid):
            try:
                if cid not in self._noted():
                    if await self._store.is_pinned(cid):
                        return ""
                    await self._store.pin(cid)
            except StoreError as error:
                return str(error)
            self.note(cid, lease_id)
            return ""

    async def prune(self) -> None:
        """Unpin what no lease needs any more, on whatever board; what the store does not do now is tried the
        next time.
        """
        for cid in self._noted():
            with suppress(StoreError):
                async with self._turn(cid):
                    await self._prune(cid)

    async def _prune(self, cid: str) -> None:
        leases = self._noted().get(cid, frozenset())
        needing = frozenset(one for one in leases if one[0] != self._board or self._is_needed(one[1]))
        if needing == leases:
            return
        if not needing:
            await self._store.unpin(cid)
        self._keep({**self._noted(), cid: needing})

    def _turn(self, cid: str) -> asyncio.Lock:
        return _TURNS.setdefault((self._path, cid), asyncio.Lock())

    def _noted(self) -> dict[str, Leases]:
        try:
            found = json.loads(self._path.read_bytes())
            return {
                str(cid): frozenset((int(board, 16), LeaseId(int(one))) for board, one in leases)
                for cid, leases in found.items()
            }
        except (OSError, ValueError, AttributeError, TypeError):
            return {}  # at worst something stays pinned

    def _keep(self, noted: Mapping[str, Leases]) -> None:
        made = {cid: [(hex(one), lease) for one, lease in sorted(leases)] for cid, leases in noted.items()}
        kept = {cid: leases for cid, leases in made.items() if leases}
        write_whole(self._path, json.dumps(kept).encode())
