"""Audits and challenges, as one account takes part in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..core.audit.state import AuditInfo, Content, DrawnLeaf, Verifier, Vote
from ..core.contract_errors import ContractError
from ..core.ids import LeaseId
from ..core.job import LeaseResult
from .step_chain import StepChain


@dataclass(frozen=True)
class Reveal:
    """What a verifier sealed."""

    lease_id: LeaseId
    seat: int
    nonce: int
    vote: int


@dataclass(frozen=True)
class ShownVote:
    """What a seat revealed; prints of the leaves that are meant, in their order, 20 felts each."""

    seat: int
    contents: Sequence[Content]
    prints: Sequence[Sequence[int]]


@dataclass(frozen=True)
class Opened:
    """What the worker's drawn leaves hold, with their prints."""

    contents: tuple[Content, ...]
    prints: tuple[tuple[int, ...], ...]


class AuditChain(StepChain, Protocol):
    """Writes wait until they are in a block. All raise ContractError or ChainError.

    What has ``company_until_s`` may wait until then (since 1970) for another transaction of the account, to
    go with it.
    """

    async def commit(
        self, marks: Sequence[tuple[int, int, int]], company_until_s: float = 0.0
    ) -> list[ContractError]:
        """As a verifier, seal votes: (lease, seat, mark) each. Returns what was refused."""
        ...

    async def decline(self, lease_id: LeaseId, seat: int, word: Vote) -> None:
        """As a verifier, say that one is busy, that it takes too long, or that there is no package."""
        ...

    async def open_leaves(
        self,
        lease_id: LeaseId,
        seed: int,
        result: LeaseResult,
        openings: Sequence[tuple[int, Content]],
        siblings: Sequence[int],
        prints: Sequence[Sequence[int]],
    ) -> None:
        """Show the drawn leaves: (salt, content) each, their proofs in a row, and their prints."""
        ...

    async def reveal(self, reveals: Sequence[Reveal], company_until_s: float = 0.0) -> list[ContractError]:
        """As a verifier, show votes that equal the worker's answer, or are yes or no."""
        ...

    async def reveal_prints(
        self,
        reveal: Reveal,
        contents: Sequence[Content],
        answer: Sequence[Content],
        prints: Sequence[Sequence[int]],
        *,
        differs: int,
        mean: bool,
        company_until_s: float = 0.0,
    ) -> None:
        """As a verifier, show a vote with other digests: their prints, and where they are too far apart."""
        ...

    async def strike(self, lease_id: LeaseId, leaf: int, vote: ShownVote, answer: Opened) -> None:
        """Show that a vote's own prints contradict it in a leaf (an index of the round's, or MEAN).

        ``vote`` and ``answer`` have the prints that are meant: of the leaf, or of all with other digests.
        """
        ...

    async def show(
        self, lease_id: LeaseId, leaf: int, votes: Sequence[ShownVote], answer: Opened, *, by_levels: bool
    ) -> None:
        """Show that votes which differ from the worker agree with the first of them."""
        ...

    async def appeal_bond_fri(self, lease_id: LeaseId) -> int:
        """What the next appeal costs unless one is right."""
        ...

    async def appeal(self, lease_id: LeaseId, leaves: Sequence[int] = ()) -> None:
        """Pay a bond and ask for more votes; they look at these leaves of the lease besides."""
        ...

    async def price_to_raise_fri(self, lease_id: LeaseId, notches: int) -> int:
        """What raising the fee of the present round's votes by so many notches takes; the rest returns."""
        ...

    async def raise_fee(self, lease_id: LeaseId, notches: int) -> None:
        """Pay that, so that votes which could not be found are looked for at a higher fee."""
        ...

    async def has_voters(self, lease_id: LeaseId, notches: int) -> bool:
        """Whether draws of the present round's votes would stand now at its fee raised so."""
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

    async def drawn_leaves(self, lease_id: LeaseId) -> list[DrawnLeaf]:
        """The leaves of the present round, counted over the lease: by task, tile and view layer."""
        ...

    async def verifiers(self, lease_id: LeaseId) -> list[Verifier]:
        """All seats so far, of all rounds."""
        ...

    async def opened(self, lease_id: LeaseId, round_: int, from_block: int) -> Opened | None:
        """What the worker's leaves hold; None if they were not opened since that block."""
        ...

    async def shown(self, lease_id: LeaseId, round_: int, from_block: int) -> list[ShownVote]:
        """What verifiers revealed with prints since that block; prints of the leaves with other digests."""
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
