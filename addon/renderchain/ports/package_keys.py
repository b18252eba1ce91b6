"""Keys of private packages: who has them, who wraps them, and how they come to workers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ..core.ids import JobId, WorkerId
from ..core.job import JobInfo
from ..core.private_package import KeyPlace, PrivateHeader, WrappedKey
from ..core.sealed import FileSeal
from .chain_view import ChainView


class PackageKeys(Protocol):
    """Where the keys of private packages come from."""

    async def key_of(self, job: JobInfo, header: PrivateHeader) -> bytes:
        """The key of a job's package.

        Raises KeyMissing where nobody has given it yet, WrongKey where it can't be had, ContractError or
        ChainError.
        """
        ...


class PackageSealer(Protocol):
    """Wraps keys of packages and encrypts their objects, a chunk at a time."""

    def wrap_package_key(self, key: bytes, worker_key: bytes, place: KeyPlace) -> WrappedKey:
        """The key for a worker's X25519 key: of the same always the same. Raises ContentError for no key."""
        ...

    def seal_object(self, source: Path, target: Path, seal: FileSeal) -> None:
        """Encrypt a file, filled up, into a new one."""
        ...

    def open_object(self, source: Path, target: Path, seal: FileSeal) -> None:
        """Decrypt an object into a new file; raises ContentError and then leaves none."""
        ...


class SceneKey(Protocol):
    """A worker's own X25519 key."""

    @property
    def public_key(self) -> bytes:
        """What keys of packages are wrapped for."""
        ...

    def unwrap_package_key(self, wrapped: WrappedKey, place: KeyPlace) -> bytes | None:
        """The key; None if it was not wrapped for this worker and job."""
        ...


class KeyChain(ChainView, Protocol):
    """The chain as keys of packages go over it. Writes wait until they are in a block.

    All raise ContractError or ChainError.
    """

    async def scene_key(self, worker_id: WorkerId) -> bytes | None:
        """The X25519 key that a worker published, if it did."""
        ...

    async def publish_scene_key(self, key: bytes) -> None:
        """As a worker's operator, publish it."""
        ...

    async def supports(self, worker_id: WorkerId, family: int) -> bool:
        """Whether a worker renders a family."""
        ...

    async def ask_key(self, job_id: JobId) -> None:
        """As a worker's operator, ask for the key of a job's package."""
        ...

    async def asked_keys(self, job_id: JobId, from_block: int) -> list[WorkerId]:
        """Who asked for it since that block, in order."""
        ...

    async def drawn_verifiers(self, job_id: JobId, from_block: int) -> set[WorkerId]:
        """Who was drawn since that block to vote on leases of the job."""
        ...

    async def give_keys(self, job_id: JobId, keys: Sequence[tuple[WorkerId, WrappedKey]]) -> None:
        """Give 1 to 100 workers the key of a job's package; anyone may."""
        ...

    async def given_keys(
        self, job_id: JobId, from_block: int, worker_id: WorkerId | None = None, most: int | None = None
    ) -> list[tuple[WorkerId, WrappedKey]]:
        """What was given of a job since that block, to one worker or to all; the first so many."""
        ...
