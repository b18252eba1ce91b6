"""The steps of an audit that anyone may take, as one account takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..core.contract_errors import ContractError
from ..core.ids import JobId, LeaseId
from .chain_view import ChainView


class StepChain(ChainView, Protocol):
    """Writes wait until they are in a block. All raise ContractError or ChainError."""

    async def draw(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """Draw what chance decides about these leases; anyone may. Returns what was refused."""
        ...

    async def advance(
        self, job_id: JobId, lease_ids: Sequence[LeaseId], company_until_s: float = 0.0
    ) -> list[ContractError]:
        """Go on where everybody voted or a deadline passed; anyone may. Returns what was refused."""
        ...

    async def phase_s(self) -> int:
        """Seconds that a step of an audit may take."""
        ...
