"""Care for the node behind the content store: the room that it takes, and whom it is connected to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from ...core.addresses import is_loopback
from ...core.errors import StoreError
from ...core.node_address import NONE
from ...core.notices.storage import GIB, GarbageCollected, PeerAway, ReachableAt, StoreMeasured
from ...core.spans import NEVER_S, is_over
from ...ports.content_store import StoreNode
from ...ports.reporter import Reporter

LOOK_S = 60.0
COLLECT_S = 3600.0  # between two collections: each reads all that is pinned
CONNECT_S = 300.0
TOLD_PART, TOLD_BYTES = 0.05, GIB // 4  # changes of the size that are told
MOST_ADDRESSES = 4


class StoreUpkeep:
    """``most_bytes`` 0: no limit. ``peers`` are addresses of nodes. ``now`` gives seconds since 1970.
    ``tells``: which of the node's addresses go with the jobs that it has the packages of.

    With a limit the node is taken to be for this network alone: over it, what nobody pinned is deleted.
    """

    def __init__(
        self,
        node: StoreNode,
        reporter: Reporter,
        now: Callable[[], float],
        *,
        most_bytes: int = 0,
        peers: Sequence[str] = (),
        tells: str = NONE,
    ) -> None:
        self.tells = tells
        self._node = node
        self._reporter = reporter
        self._now = now
        self._most_bytes = most_bytes
        self._peers = tuple(peers)
        self._away = set[str]()
        self._stored_bytes = 0
        self._told_bytes = -1
        self._collected_s = self._connected_s = NEVER_S

    async def run(self) -> None:
        """Look after it until cancelled; what it does not answer now, it is asked again."""
        while True:
            with suppress(StoreError):  # who needs the node says so
                await self.look()
            if is_over(self._connected_s, CONNECT_S, self._now()):
                self._connected_s = self._now()
                await self.connect()
            await asyncio.sleep(LOOK_S)

    def lacks_room(self) -> str:
        """Why no leases are taken that would add to the store, or ""."""
        if not self._most_bytes or self._stored_bytes <= self._most_bytes:
            return ""
        return (
            f"The IPFS node's repository takes {self._stored_bytes / GIB:.1f} GiB, more than store_bytes "
            f"({self._most_bytes / GIB:.1f} GiB), and what is pinned is needed: raise it, or wait."
        )

    async def need(self, size_bytes: int) -> None:
        """Raise StoreError where so much more is over the limit, also once what nobody pinned is deleted."""
        if not self._most_bytes:
            return
        for is_last in (False, True):
            self._stored_bytes = await self._node.stored_bytes()
            if self._stored_bytes + size_bytes <= self._most_bytes:
                return
            if not is_last:
                await self._node.collect_garbage()
        raise StoreError(
            f"{size_bytes / GIB:.1f} GiB were not stored: the IPFS node's repository takes "
            f"{self._stored_bytes / GIB:.1f} of {self._most_bytes / GIB:.1f} GiB (store_bytes). Raise it, or "
            "unpin what you do not need."
        )

    async def look(self) -> None:
        """Measure the repository, and keep it within its limit as far as that goes. Raises StoreError."""
        self._stored_bytes = await self._node.stored_bytes()
        if self.lacks_room() and is_over(self._collected_s, COLLECT_S, self._now()):
            self._collected_s = self._now()
            before = self._stored_bytes
            await self._node.collect_garbage()
            self._stored_bytes = await self._node.stored_bytes()
            self._reporter.tell(GarbageCollected(before, self._stored_bytes))
        change = abs(self._stored_bytes - self._told_bytes)
        if self._told_bytes < 0 or change > max(TOLD_PART * self._told_bytes, TOLD_BYTES):
            self._told_bytes = self._stored_bytes
            self._reporter.tell(StoreMeasured(self._stored_bytes, self._most_bytes))

    async def connect(self) -> None:
        """Have the node connected to each peer; tells once of each that is away."""
        for address in self._peers:
            try:
                await self._node.connect(address)
                self._away.discard(address)
            except StoreError as error:
                if address not in self._away:
                    self._reporter.tell(PeerAway(address, str(error)))
                self._away.add(address)

    async def say_addresses(self, cid: str) -> None:
        """Tell where others reach what was just stored; a node without addresses says nothing."""
        found = [one for one in await self.addresses() if not is_loopback(one)]
        if found:
            self._reporter.tell(ReachableAt(cid, " ".join(found[:MOST_ADDRESSES])))

    async def addresses(self) -> list[str]:
        """Where others reach the node; none where it does not say: what was stored is stored all the same."""
        try:
            return await self._node.addresses()
        except StoreError:
            return []
