"""The owner's side of a worker, on the board in memory."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.core.ids import WorkerId
from renderchain.core.job import StandingOffer

from devkit.board.account import MemoryAccount


class MemoryRegistry(MemoryAccount):
    """The registry as one account uses it; make it with ``MemoryNetwork.registry``."""

    async def register(
        self, operator: int, payout: int, families: Sequence[int], stake_fri: int, intent_name: str = ""
    ) -> WorkerId:
        """Stake for a worker that this account will own; returns its number."""
        worker = (operator, payout, list(families), stake_fri)
        return await self._do(
            "Registering the worker",
            lambda model: model.register(self.address, *worker),
            intent_name=intent_name,
        )

    async def add_stake(self, worker_id: WorkerId, amount_fri: int, intent_name: str = "") -> None:
        """Add to a worker's stake; with the same intent it is added once."""
        action = f"Adding stake to worker {worker_id}"
        given = (self.address, worker_id, amount_fri)
        await self._do(action, lambda model: model.add_stake(*given), intent_name=intent_name)

    async def request_unstake(self, worker_id: WorkerId, amount_fri: int) -> None:
        """As the owner, start the cool-down of free stake."""
        given = (self.address, worker_id, amount_fri)
        await self._do(f"Unstaking from worker {worker_id}", lambda model: model.request_unstake(*given))

    async def stake_seats(self, worker_id: WorkerId, amount_fri: int) -> None:
        """As the owner, move free stake into the seat purse, which answers for votes."""
        given = (self.address, worker_id, amount_fri)
        action = f"Staking for seats of worker {worker_id}"
        await self._do(action, lambda model: model.stake_seats(*given))

    async def unstake_seats(self, worker_id: WorkerId, amount_fri: int) -> None:
        """As the owner, start the cool-down of seat stake that no seat needs."""
        given = (self.address, worker_id, amount_fri)
        action = f"Unstaking from the seats of worker {worker_id}"
        await self._do(action, lambda model: model.unstake_seats(*given))

    async def cancel_unstake(self, worker_id: WorkerId) -> None:
        """As the owner, let all that is unstaking stay."""
        action = f"Keeping the stake of worker {worker_id}"
        await self._do(action, lambda model: model.cancel_unstake(self.address, worker_id))

    async def complete_unstake(self, worker_id: WorkerId) -> None:
        """As the owner, take out what has cooled down."""
        action = f"Taking out stake of worker {worker_id}"
        await self._do(action, lambda model: model.complete_unstake(self.address, worker_id))

    async def set_operator(self, worker_id: WorkerId, operator: int) -> None:
        """As the owner, name another operator account; it takes over leases in work once it accepts."""
        given = (self.address, worker_id, operator)
        action = f"Changing the operator of worker {worker_id}"
        await self._do(action, lambda model: model.set_operator(*given))

    async def accept_operator(self, worker_id: WorkerId) -> None:
        """As the account that the owner named, operate the worker from now on."""
        action = f"Accepting to operate worker {worker_id}"
        await self._do(action, lambda model: model.accept_operator(self.address, worker_id))

    async def set_payout(self, worker_id: WorkerId, payout: int) -> None:
        """As the owner, have the worker's pay go elsewhere."""
        given = (self.address, worker_id, payout)
        action = f"Changing the payout of worker {worker_id}"
        await self._do(action, lambda model: model.set_payout(*given))

    async def set_families(self, worker_id: WorkerId, families: Sequence[int], supported: bool) -> None:
        """As the owner, add or remove what the worker renders."""
        given = (self.address, worker_id, list(families), supported)
        action = f"Changing the families of worker {worker_id}"
        await self._do(action, lambda model: model.set_families(*given))

    async def set_offer(self, worker_id: WorkerId, offer: StandingOffer) -> None:
        """As the owner or operator, say what schedulers may assign without asking."""
        given = (self.address, worker_id, offer)
        action = f"Setting the offer of worker {worker_id}"
        await self._do(action, lambda model: model.set_offer(*given))

    async def set_key(self, worker_id: WorkerId, key: int) -> None:
        """As the owner or operator, publish the worker's X25519 key (256 bits)."""
        given = (self.address, worker_id, key)
        await self._do(f"Setting the key of worker {worker_id}", lambda model: model.set_key(*given))

    async def set_signer(self, worker_id: WorkerId, key: int) -> None:
        """As the owner or operator, have results checked by this public Stark key; 0 for none."""
        given = (self.address, worker_id, key)
        await self._do(f"Setting the signer of worker {worker_id}", lambda model: model.set_signer(*given))

    async def set_seats(self, worker_id: WorkerId, family: int, units: int) -> None:
        """As the owner, take that many seats in a family, from the next epoch on; 0 gives them up."""
        given = (self.address, worker_id, family, units)
        action = f"Taking {units} seats for worker {worker_id}"
        await self._do(action, lambda model: model.set_seats(*given))
