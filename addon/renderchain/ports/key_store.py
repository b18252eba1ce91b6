"""Where private keys are kept."""

from __future__ import annotations

from typing import Protocol


class KeyStore(Protocol):
    """Keys by account address; raises KeyStoreError. A key is never part of an error or a log line."""

    @property
    def place(self) -> str:
        """Where keys are kept, for people."""
        ...

    def private_key(self, address: int) -> int:
        """The account's key."""
        ...

    def save(self, address: int, private_key: int) -> None:
        """Keep a key."""
        ...
