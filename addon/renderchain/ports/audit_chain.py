"""Audits and challenges, as one account takes part in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..core.audit.state import AuditInfo, Content, Verifier
from ..core.contract_errors import ContractError
from ..core.ids import JobId, LeaseId
from ..core.job import LeaseResult
from .chain_view import ChainView


@dataclass(frozen=True)
class Reveal:
    """What a verifier sealed."""

    lease_id: LeaseId
    seat: int
    nonce: int
    vote: int


class AuditChain(ChainView, Protocol):
    """Writes wait until they are in a block. All raise ContractError or ChainError."""

    async def draw(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """Draw what chance decides about these leases; anyone may. Returns what was refused."""
        ...

    async def commit(self, marks: Sequence[tuple[int, int, int]]) -> list[ContractError]:
        """As a verifier, seal votes: (lease, seat, mark) each. Returns what was refused."""
        ...

    async def open_leaves(
        self,
        lease_id: LeaseId,
        seed: int,
        result: LeaseResult,
        openings: Sequence[tuple[int, Content]],
        siblings: Sequence[int],
    ) -> None:
        """Show the drawn leaves: (salt, content) each, and their proofs in a row."""
        ...

    async def reveal(self, reveals: Sequence[Reveal]) -> list[ContractError]:
        """As a verifier, show votes that equal the worker's answer, or are yes or no."""
        ...

    async def reveal_prints(
        self,
        reveal: Reveal,
        contents: Sequence[Content],
        answer: Sequence[Content],
        prints: Sequence[Sequence[int]],
    ) -> None:
        """As a verifier, show a vote that differs, with the print of each leaf of another digest."""
        ...

    async def compare(
        self,
        lease_id: LeaseId,
        seat: int,
        contents: Sequence[Content],
        answer: Sequence[Content],
        prints: Sequence[Sequence[int]],
        answer_prints: Sequence[Sequence[int]],
    ) -> None:
        """Count a verifier that differs by its prints and the worker's."""
        ...

    async def advance(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """Go on where everybody voted or a deadline passed; anyone may. Returns what was refused."""
        ...

    async def appeal_bond_fri(self, lease_id: LeaseId) -> int:
        """What the next appeal costs unless one is right."""
        ...

    async def appeal(self, lease_id: LeaseId) -> None:
        """As who lost the last round, pay a bond and ask for more verifiers."""
        ...

    async def reveal_key(self, lease_id: LeaseId, result: LeaseResult, key: bytes) -> None:
        """Reveal the key of the lease's results."""
        ...

    async def audit(self, lease_id: LeaseId) -> AuditInfo:
        """The lease's audit; phase NONE if it has none."""
        ...

    async def seed(self, lease_id: LeaseId, round_: int) -> int:
        """The draw of a round."""
        ...

    async def drawn_leaves(self, lease_id: LeaseId) -> list[int]:
        """The leaves of the present round, counted over the lease: by task, tile and view layer."""
        ...

    async def verifiers(self, lease_id: LeaseId, round_: int) -> list[Verifier]:
        """The seats of a round."""
        ...

    async def opened(self, lease_id: LeaseId, round_: int, from_block: int) -> list[Content]:
        """What the worker's leaves hold; empty if they were not opened since that block."""
        ...

    async def shown(
        self, lease_id: LeaseId, round_: int, seat: int, from_block: int
    ) -> tuple[list[Content], dict[int, tuple[int, ...]]]:
        """What a verifier that differs has: its contents, and the prints by their index."""
        ...

    async def result_hash(self, lease_id: LeaseId) -> int:
        """The Poseidon hash of what the worker of a submitted lease answers for."""
        ...

    async def submitted(self, lease_id: LeaseId, from_block: int) -> LeaseResult | None:
        """What the worker submitted since that block."""
        ...

    async def revealed_key(self, lease_id: LeaseId, from_block: int) -> bytes | None:
        """The results' key, if it was revealed since that block."""
        ...

    async def phase_s(self) -> int:
        """Seconds that a step of an audit may take."""
        ...
