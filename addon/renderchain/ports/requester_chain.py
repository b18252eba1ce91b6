"""The chain as a requester needs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..core.audit.events import LeaseChallenged
from ..core.audit.state import AuditInfo
from ..core.board_events import BoardEvent, JobCreated
from ..core.candidates import Candidate
from ..core.contract_errors import ContractError
from ..core.ids import JobId, LeaseId
from ..core.job import JobInfo, JobTerms
from .package_keys import KeyChain
from .step_chain import StepChain


class RequesterChain(StepChain, KeyChain, Protocol):
    """Writes wait until they are in a block. All raise ContractError or ChainError."""

    async def create_job(self, terms: JobTerms, intent_name: str = "") -> JobId:
        """Pay the escrow and create the job; returns its id. With the same intent it happens once."""
        ...

    async def has_verifiers(self, terms: JobTerms) -> bool:
        """Whether workers could name verifiers for such a job now."""
        ...

    async def seat_unit_fri(self) -> int:
        """What a verifier's seat takes in stake; a vote's fee is at most a part of it."""
        ...

    async def accepted_prices_fri(self, family: int) -> list[int]:
        """What a frame pays in the family's last jobs of which something was accepted, one a requester."""
        ...

    async def recover(self) -> dict[str, JobId]:
        """Finish what an earlier process left; returns the job ids of those that created jobs, by intent."""
        ...

    async def is_pending(self, intent_name: str) -> bool:
        """Whether a transaction of that name may still happen."""
        ...

    async def top_up(self, job_id: JobId, reward_fri: int, more_pool_fri: int) -> None:
        """As the requester, raise the reward of new leases, add to the audit pool, or both."""
        ...

    async def accept(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """As the requester, accept leases, which pays their workers; returns what was refused."""
        ...

    async def cancel(self, job_id: JobId) -> None:
        """As the requester, take back what nobody holds."""
        ...

    async def refund(self, job_id: JobId) -> None:
        """After the job's end, have what nobody holds of it come back; anyone may. Raises JobNotExpired."""
        ...

    async def expire(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """End claimed leases that timed out, at most 100; anyone may. Returns the refusals."""
        ...

    async def withdraw(self, accounts: Sequence[int]) -> None:
        """Send accounts their whole balance on the board."""
        ...

    async def name_verifiers(self, lease_id: LeaseId) -> None:
        """As the requester, name verifiers of a lease that was taken unjudged; it may be challenged then."""
        ...

    async def challenge_pixels(self, lease_id: LeaseId, leaves: Sequence[int]) -> None:
        """As the requester, pay a bond and have 1 to 8 leaves audited."""
        ...

    async def challenge_delivery(self, lease_id: LeaseId) -> None:
        """As the requester, pay a bond and have verifiers fetch the results."""
        ...

    async def has_voters(self, lease_id: LeaseId, notches: int) -> bool:
        """Whether draws of the present round's votes would stand now at its fee raised so."""
        ...

    async def price_to_raise_fri(self, lease_id: LeaseId, notches: int) -> int:
        """What raising the fee of the present round's votes by so many notches takes; the rest returns."""
        ...

    async def raise_fee(self, lease_id: LeaseId, notches: int) -> None:
        """Pay that, so that votes which could not be found are looked for at a higher fee."""
        ...

    async def audit(self, lease_id: LeaseId) -> AuditInfo:
        """The lease's audit; phase NONE if it has none."""
        ...

    async def appeal_bond_fri(self, lease_id: LeaseId) -> int:
        """What the next appeal costs unless one is right."""
        ...

    async def appeal(self, lease_id: LeaseId, leaves: Sequence[int] = ()) -> None:
        """Pay a bond and ask for more votes; they look at these leaves of the lease besides."""
        ...

    async def told_of_draws(self, from_block: int) -> list[BoardEvent]:
        """The claims, submissions and first draws since a block, of all jobs."""
        ...

    async def created(self, from_block: int) -> list[JobCreated]:
        """The jobs that this account created since a block."""
        ...

    async def kept_job(self, job_id: JobId) -> JobInfo | None:
        """A job's state; None where the board does not keep it: it is over since long, or never was."""
        ...

    async def told_of(self, job_id: JobId, from_block: int) -> list[BoardEvent]:
        """All that the board told of a job since a block, in order."""
        ...

    async def block_time_s(self, block: int) -> int:
        """When a block was made, in seconds since 1970."""
        ...

    async def candidates(self, from_block: int) -> list[Candidate]:
        """The workers that registered since a block, at most the newest ``MOST_CANDIDATES``."""
        ...

    async def challenge_bond_fri(self, lease_id: LeaseId, *, pixels: bool) -> int:
        """What a challenge of pixels, or of the delivery, takes until one is right."""
        ...

    async def challenged(self, from_block: int) -> list[LeaseChallenged]:
        """What requesters doubted since a block, of all jobs."""
        ...
