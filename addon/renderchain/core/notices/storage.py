"""What becomes of content: who had it, how much room it takes, where others reach it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..ids import JobId
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


@dataclass(frozen=True)
class PeerTold(Notice):
    """The IPFS node is connected to one that has a job's package, as somebody told of the job."""

    job_id: JobId
    peer: str

    @property
    def sentence(self) -> str:
        return f"The IPFS node is connected to {self.peer}, which job {self.job_id} names for its package"


@dataclass(frozen=True)
class AddressTold(Notice):
    """Everybody can read now where the artist's node is that has a job's package."""

    job_id: JobId
    peers: str

    @property
    def sentence(self) -> str:
        return f"Job {self.job_id} names where your IPFS node is, for everybody to read: {self.peers}"


@dataclass(frozen=True)
class AddressNotTold(Notice):
    """Workers look for the job's package as for any."""

    level: ClassVar[Level] = Level.WARNING
    job_id: JobId
    reason: str

    @property
    def sentence(self) -> str:
        return (
            f"Job {self.job_id} does not name your IPFS node, so workers look for its package: {self.reason}"
        )
