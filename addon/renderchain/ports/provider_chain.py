"""The network as a provider's owner and operator use it beside the work itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..core.board_events import BoardEvent
from ..core.ids import LeaseId, WorkerId
from ..core.job import LeaseInfo, StandingOffer
from ..core.provider import RegistryRules, StakeLoss, Standing
from .signing_chain import Calls, SigningChain


class ProviderCalls(Protocol):
    """Calls that are only made up, not sent; amounts in fri. Those that take STRK allow it first."""

    def register(self, operator: int, payout: int, families: Sequence[int], stake_fri: int) -> Calls:
        """Stake for a new worker that the sender owns."""
        ...

    def add_stake(self, worker_id: WorkerId, amount_fri: int) -> Calls:
        """Add work stake."""
        ...

    def stake_seats(self, worker_id: WorkerId, amount_fri: int) -> Calls:
        """Move free work stake into the seat purse."""
        ...

    def request_unstake(self, worker_id: WorkerId, amount_fri: int) -> Calls:
        """Start the cool-down of free work stake."""
        ...

    def unstake_seats(self, worker_id: WorkerId, amount_fri: int) -> Calls:
        """Start the cool-down of seat stake that no seat needs."""
        ...

    def cancel_unstake(self, worker_id: WorkerId) -> Calls:
        """Let all that is unstaking stay."""
        ...

    def complete_unstake(self, worker_id: WorkerId) -> Calls:
        """Take out what has cooled down, to the owner."""
        ...

    def set_operator(self, worker_id: WorkerId, operator: int) -> Calls:
        """Name another operator, who must accept."""
        ...

    def accept_operator(self, worker_id: WorkerId) -> Calls:
        """Operate the worker from now on."""
        ...

    def set_payout(self, worker_id: WorkerId, payout: int) -> Calls:
        """Have the pay go elsewhere."""
        ...

    def set_families(self, worker_id: WorkerId, families: Sequence[int], supported: bool) -> Calls:
        """Add or remove what the worker renders."""
        ...

    def set_offer(self, worker_id: WorkerId, offer: StandingOffer) -> Calls:
        """Set the standing offer."""
        ...

    def set_seats(self, worker_id: WorkerId, family: int, units: int) -> Calls:
        """Take so many seats in a family, 0 to give them up."""
        ...

    def set_signer(self, worker_id: WorkerId, key: int) -> Calls:
        """Have results checked by this public Stark key; 0 for the account."""
        ...


class ProviderBoard(Protocol):
    """One board of the network; what it tells and its leases' numbers are its own."""

    @property
    def board(self) -> int:
        """Its address."""
        ...

    async def balance_fri(self, account: int) -> int:
        """What the board owes an account."""
        ...

    async def open_leases(self, worker_id: WorkerId) -> list[LeaseInfo]:
        """The leases that a worker holds here, claimed or submitted."""
        ...

    async def past(self, names: Sequence[str], from_block: int) -> list[BoardEvent]:
        """The board's events of those kinds since a block, in the chain's order within each kind."""
        ...

    def calls_to_give_back(self, lease_id: LeaseId, reason: str) -> Calls:
        """Return a lease before its submission."""
        ...

    def calls_to_withdraw(self, account: int) -> Calls:
        """Send an account what the board owes it."""
        ...


class ProviderChain(SigningChain, Protocol):
    """All raise ContractError or ChainError."""

    @property
    def calls(self) -> ProviderCalls:
        """What can be asked of the registry."""
        ...

    @property
    def boards(self) -> Sequence[ProviderBoard]:
        """That which the settings name, or all that are active, in the Directory's order."""
        ...

    async def rules(self) -> RegistryRules:
        """What the network asks of workers."""
        ...

    async def standing(self, worker_id: WorkerId, families: Sequence[int]) -> Standing:
        """How a worker stands, in those families; raises UnknownWorker."""
        ...

    async def worker_id_of(self, operator: int) -> WorkerId:
        """The worker that an account operates; 0 if none."""
        ...

    async def workers_of(self, owner: int) -> list[WorkerId]:
        """The workers that an account registered."""
        ...

    async def families_of(self, worker_id: WorkerId) -> list[int]:
        """The families that a worker ever announced or had seats in, in that order."""
        ...

    async def losses_of(self, worker_id: WorkerId, from_block: int) -> list[StakeLoss]:
        """What boards took of a worker's stake since a block, each purse in the chain's order."""
        ...

    async def public_key(self) -> int:
        """The key that the account checks signatures by, 0 where it does not say: wallets differ in that."""
        ...

    async def newest_block(self) -> tuple[int, int]:
        """Its number, and when it was made in seconds since 1970."""
        ...

    async def block_time_s(self, block: int) -> int:
        """When a block was made, in seconds since 1970."""
        ...
