"""The chain as a watchtower needs it: nothing that only a worker may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..core.contract_errors import ContractError
from ..core.ids import JobId, LeaseId
from .audit_chain import AuditChain


class WatchtowerChain(AuditChain, Protocol):
    """Writes wait until they are in a block. All raise ContractError or ChainError."""

    async def accept_late(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """Accept leases whose window is over; anyone may. Returns what was refused."""
        ...
