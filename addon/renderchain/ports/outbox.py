"""Transactions that must neither be lost nor sent twice, whatever crashes when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class IntentState(StrEnum):
    """How far a transaction came."""

    INTENDED = "intended"  # written down; nothing was sent
    SIGNED = "signed"  # its bytes are written down and may have been sent
    CONFIRMED = "confirmed"  # it is in a block and did what it should
    FAILED = "failed"  # refused or reverted; nothing was done


@dataclass(frozen=True)
class Intent:
    """A transaction. ``calls`` are (address, selector, calldata); ``signed`` is its newest form.

    An account has at most one of each ``name``.

    ``hashes`` are those of all its forms: they share one nonce, so at most one can happen.
    """

    intent_id: int
    name: str
    account: int
    action: str
    calls: list[tuple[int, int, list[int]]]
    state: IntentState
    nonce: int | None
    hashes: tuple[int, ...]
    signed: dict[str, Any] | None


class Outbox(Protocol):
    """Kept as soon as a call returns, whatever crashes; raises JournalError.

    A power cut may take an intent of which nothing was sent, and the note that a transaction is in a block,
    which is found out again. It never takes the bytes of one that may have been sent.
    An intent belongs to the process that wrote it down until that process is gone.
    """

    def intend(self, name: str, account: int, action: str, calls: list[tuple[int, int, list[int]]]) -> Intent:
        """Write an intent down; the one that is there already if the name was used before."""
        ...

    def note_signed(self, intent: Intent, nonce: int, tx_hash: int, signed: dict[str, Any]) -> Intent:
        """Keep a form's bytes before they are sent; refused if the intent is another process's by now."""
        ...

    def note_end(self, intent: Intent, state: IntentState) -> None:
        """Note that it is in a block, or never will be."""
        ...

    def is_open(self, name: str, account: int) -> bool:
        """Whether an account's intent of that name is written down and has not ended."""
        ...

    def adopt(self, account: int) -> list[Intent]:
        """Take over open intents whose process is gone, the oldest first."""
        ...
