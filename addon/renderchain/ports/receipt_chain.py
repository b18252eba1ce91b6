"""The chain as whoever writes a receipt needs it."""

from __future__ import annotations

from typing import Protocol

from ..core.ids import JobId, LeaseId
from ..core.receipt.document import AccountKey
from ..core.receipt.history import Brought
from ..core.receipt.signed_call import SignedCall
from .requester_chain import RequesterChain


class ReceiptChain(RequesterChain, Protocol):
    """That of a requester, and what stands in a receipt besides. All raise ChainError."""

    async def posted(self, job_id: JobId, from_block: int) -> dict[LeaseId, SignedCall]:
        """The transactions that posted results of a job since a block, where they are plain ones."""
        ...

    async def brought(self, job_id: JobId, from_block: int) -> list[Brought]:
        """What a job's requester paid in since a block, with its creation and with each top-up."""
        ...

    async def account_key(self, address: int) -> AccountKey:
        """Class and public key of an account; 0 where it does not say."""
        ...


class ReceiptSigner(Protocol):
    """Signs receipts as an account."""

    @property
    def public_key(self) -> int:
        """By which the signature is checked."""
        ...

    def sign(self, message: int) -> tuple[int, int]:
        """The signature of a message; raises KeyStoreError."""
        ...
