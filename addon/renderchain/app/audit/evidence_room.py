"""How much room a worker's evidence may take: leases that have settled go first, others never."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...core.spans import NEVER_S, is_over
from .proof_store import ProofStore

LOOK_S = 300.0


class EvidenceRoom:
    """Of all boards together. ``now`` gives seconds since 1970."""

    def __init__(self, proof_stores: Sequence[ProofStore], most_bytes: int, now: Callable[[], float]) -> None:
        self._proof_stores = proof_stores
        self._most_bytes = most_bytes
        self._now = now
        self._looked_s = NEVER_S
        self._lacks = ""

    def lacks(self) -> str:
        """Why no lease should be taken, "" if there is room; looked at now and then."""
        if is_over(self._looked_s, LOOK_S, self._now()):
            self._looked_s = self._now()
            self._lacks = self._look()
        return self._lacks

    def _look(self) -> str:
        while (size := sum(one.size_bytes() for one in self._proof_stores)) > self._most_bytes:
            if not any(one.forget_oldest(self._now()) for one in self._proof_stores):
                return (
                    f"The evidence of leases that have not settled has {size} bytes, and {self._most_bytes} "
                    "are allowed: an audit may need all of it. Wait, or raise most_evidence_bytes."
                )
        return ""
