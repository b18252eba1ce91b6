"""How much room a worker's evidence may take: leases that have settled go first, others never."""

from __future__ import annotations

from collections.abc import Callable

from .proof_store import ProofStore

LOOK_S = 300.0


class EvidenceRoom:
    """``now`` gives seconds since 1970."""

    def __init__(self, proof_store: ProofStore, most_bytes: int, now: Callable[[], float]) -> None:
        self._proof_store = proof_store
        self._most_bytes = most_bytes
        self._now = now
        self._looked_s = float("-inf")
        self._lacks = ""

    def lacks(self) -> str:
        """Why no lease should be taken, "" if there is room; looked at now and then."""
        if self._now() - self._looked_s >= LOOK_S:
            self._looked_s = self._now()
            self._lacks = self._look()
        return self._lacks

    def _look(self) -> str:
        while (size := self._proof_store.size_bytes()) > self._most_bytes:
            if not self._proof_store.forget_oldest(self._now()):
                return (
                    f"The evidence of leases that have not settled has {size} bytes, and {self._most_bytes} "
                    "are allowed: an audit may need all of it. Wait, or raise most_evidence_bytes."
                )
        return ""
