"""How often it was begun in vain to look at a lease's leaves: what ends the agent each time, or fails each
time, must not do so for ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from ...core.errors import RenderChainError, RenderFailed
from ...core.ids import LeaseId
from .proof_store import ProofStore

MOST_LOOKS = 8
log = logging.getLogger(__name__)


class Looks:
    """Counts them where they outlast the agent."""

    def __init__(self, proof_store: ProofStore) -> None:
        self._proof_store = proof_store

    def in_vain(self, lease_id: LeaseId, seed: int | None = None) -> int:
        """How many of a lease came to nothing, of that draw or of the last one."""
        return self._proof_store.looks(lease_id, seed)

    def are_enough(self, lease_id: LeaseId, seed: int) -> bool:
        """Whether one more would be no better."""
        return self.in_vain(lease_id, seed) >= MOST_LOOKS

    @contextmanager
    def begun(self, lease_id: LeaseId, seed: int) -> Iterator[None]:
        """A look, which counts unless it comes to its end, also where the rendering fails.

        That something is missing, or that the worker stops, is no look in vain.
        """
        before = self.in_vain(lease_id, seed)
        self._note(lease_id, seed, before + 1)
        try:
            yield
        except (RenderChainError, TimeoutError, asyncio.CancelledError) as error:
            if not isinstance(error, RenderFailed):
                self._note(lease_id, seed, before)
            raise
        else:
            self._note(lease_id, seed, 0)

    def _note(self, lease_id: LeaseId, seed: int, count: int) -> None:
        try:
            self._proof_store.note_looks(lease_id, seed, count)
        except OSError as error:  # the vote does not hang on it
            log.warning("looks at lease %s can't be counted: %s", lease_id, error)
