"""What becomes of content: who had it, how much room it takes, where others reach it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from . import Level, Notice

GIB = 2**30


@dataclass(frozen=True)
class FetchedElsewhere(Notice):
    """Our own IPFS node did not find a folder, and a gateway had it."""

    cid: str
    gateway: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"{self.cid} came from {self.gateway}, each block checked: {self.reason}"


@dataclass(frozen=True)
class StoreMeasured(Notice):
    """What the IPFS node's repository takes, and what it may; 0: as much as it likes."""

    stored_bytes: int
    most_bytes: int

    @property
    def sentence(self) -> str:
        limit = f" of {self.most_bytes / GIB:.1f}" if self.most_bytes else ""
        return f"The IPFS node's repository takes {self.stored_bytes / GIB:.1f}{limit} GiB"


@dataclass(frozen=True)
class GarbageCollected(Notice):
    """The repository was over its limit, and the IPFS node deleted what nobody pinned."""

    before_bytes: int
    after_bytes: int

    @property
    def sentence(self) -> str:
        before, after = self.before_bytes / GIB, self.after_bytes / GIB
        return f"The IPFS node deleted what nobody pinned: {before:.1f} GiB before, {after:.1f} GiB now"


@dataclass(frozen=True)
class PeerAway(Notice):
    """The IPFS node can't connect to one that it should know."""

    level: ClassVar[Level] = Level.WARNING
    peer: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"The IPFS node has no connection to {self.peer}, and goes on without: {self.reason}"


@dataclass(frozen=True)
class ReachableAt(Notice):
    """Where others reach a package at once, without looking for who has it."""

    cid: str
    peers: str

    @property
    def sentence(self) -> str:
        return (
            f"Workers that have one of these in ipfs_peers fetch {self.cid} without looking for it: "
            f"{self.peers}"
        )
