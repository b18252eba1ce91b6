"""People on a network, whichever it is: a devnet or the board in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from renderchain.core.contract_errors import ContractError
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import Place, StandingOffer
from renderchain.ports.audit_chain import AuditChain
from renderchain.ports.package_keys import KeyChain
from renderchain.ports.requester_chain import RequesterChain
from renderchain.ports.worker_chain import WorkerChain

from devkit.rules import Rules


class Board(RequesterChain, WorkerChain, AuditChain, KeyChain, Protocol):
    """All that an account can do on a board: the ports, and what neither loop does by itself."""

    async def extend(self, job_id: JobId, more_s: int) -> None:
        """As the requester, let the job last longer."""
        ...

    async def top_up(self, job_id: JobId, reward_fri: int, more_pool_fri: int) -> None:
        """As the requester, raise the reward of new leases, add to the audit pool, or both."""
        ...

    async def refund(self, job_id: JobId) -> None:
        """Refund an expired job to its requester; anyone may."""
        ...

    async def assign(self, job_id: JobId, places: Sequence[Place]) -> list[ContractError]:
        """As the job's scheduler, give each place its tasks; returns the refusals."""
        ...

    async def expire(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """End claimed leases that timed out; anyone may. Returns the refusals."""
        ...

    async def burned_fri(self) -> int:
        """Stake that was burned since the network exists."""
        ...


class Registry(Protocol):
    """The owner's side of a worker."""

    async def register(
        self, operator: int, payout: int, families: Sequence[int], stake_fri: int, intent_name: str = ""
    ) -> WorkerId:
        """Stake for a worker that this account will own; returns its number."""
        ...

    async def add_stake(self, worker_id: WorkerId, amount_fri: int, intent_name: str = "") -> None:
        """Add to a worker's stake; with the same intent it is added once."""
        ...

    async def request_unstake(self, worker_id: WorkerId, amount_fri: int) -> None:
        """As the owner, start the cool-down of free stake."""
        ...

    async def stake_seats(self, worker_id: WorkerId, amount_fri: int) -> None:
        """As the owner, move free stake into the seat purse."""
        ...

    async def unstake_seats(self, worker_id: WorkerId, amount_fri: int) -> None:
        """As the owner, start the cool-down of seat stake that no seat needs."""
        ...

    async def cancel_unstake(self, worker_id: WorkerId) -> None:
        """As the owner, let all that is unstaking stay."""
        ...

    async def complete_unstake(self, worker_id: WorkerId) -> None:
        """As the owner, take out what has cooled down."""
        ...

    async def set_operator(self, worker_id: WorkerId, operator: int) -> None:
        """As the owner, name another operator account, which has to accept."""
        ...

    async def accept_operator(self, worker_id: WorkerId) -> None:
        """As the account that the owner named, operate the worker from now on."""
        ...

    async def set_payout(self, worker_id: WorkerId, payout: int) -> None:
        """As the owner, have the worker's pay go elsewhere."""
        ...

    async def set_families(self, worker_id: WorkerId, families: Sequence[int], supported: bool) -> None:
        """As the owner, add or remove what the worker renders."""
        ...

    async def set_offer(self, worker_id: WorkerId, offer: StandingOffer) -> None:
        """As the owner or operator, say what schedulers may assign without asking."""
        ...

    async def set_key(self, worker_id: WorkerId, key: int) -> None:
        """As the owner or operator, publish the worker's X25519 key."""
        ...

    async def set_signer(self, worker_id: WorkerId, key: int) -> None:
        """As the owner or operator, name a public key that signs results; 0 for none."""
        ...

    async def set_seats(self, worker_id: WorkerId, family: int, units: int) -> None:
        """As the owner, take that many seats in a family."""
        ...


class Network(Protocol):
    """A network with an artist, one worker with its owner, and somebody else, who have accounts 0 to 3."""

    @property
    def artist(self) -> Board: ...
    @property
    def worker(self) -> Board: ...
    @property
    def outsider(self) -> Board: ...
    @property
    def owner(self) -> Registry: ...
    @property
    def worker_id(self) -> WorkerId: ...

    @property
    def registry(self) -> int:
        """The registry's address."""
        ...

    async def person(self, index: int) -> tuple[Board, Registry]:
        """Somebody with an account, 0 to 7."""
        ...

    def pass_time(self, seconds: int, blocks: int = 10) -> None:
        """Let time pass, and make blocks in which it shows."""
        ...

    def pass_draw_block(self) -> None:
        """Make the block that decides on what was just submitted, and those until contracts can read it."""
        ...


AnyNetwork = TypeVar("AnyNetwork", bound=Network, covariant=True)


class Networks(Protocol[AnyNetwork]):
    """Where networks are made."""

    async def network(self, rules: Rules) -> AnyNetwork:
        """A new one."""
        ...
