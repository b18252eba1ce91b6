"""Encryption of results: a worker seals them, the requester alone unwraps their key."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ..core.merkle import LeaseIdentity
from ..core.sealed import FileSeal, SealedHeader


class Sealer(Protocol):
    """Wraps keys and encrypts files, a chunk at a time."""

    def wrap(
        self, key: bytes, requester_key: bytes, identity: LeaseIdentity, document: bytes
    ) -> SealedHeader:
        """The header of the sealing with that result document: of the same always the same.

        Raises ContentError if ``requester_key`` is none.
        """
        ...

    def seal(self, source: Path, target: Path, seal: FileSeal) -> None:
        """Encrypt a file into a new one."""
        ...

    def open(self, source: Path, target: Path, seal: FileSeal, size_bytes: int) -> None:
        """Decrypt a file of that size into a new one; raises ContentError and then leaves none."""
        ...


class Unwrapper(Protocol):
    """The requester's X25519 key."""

    @property
    def public_key(self) -> bytes:
        """What workers wrap for."""
        ...

    def unwrap(self, header: SealedHeader, identity: LeaseIdentity) -> bytes:
        """The lease's key; raises ContentError if it was not wrapped for this requester and lease."""
        ...
