"""The owner's side of a worker: stake, addresses, families, offers, seats."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ...core.errors import ChainError
from ...core.ids import WorkerId
from ...core.job import StandingOffer
from .contracts import open_contract, open_token
from .errors import said
from .sender import Sender


class StarknetRegistry:
    """The registry as one account uses it; make it with ``connect``."""

    def __init__(self, sender: Sender, token: Any, registry: Any) -> None:
        self._sender = sender
        self._token = token
        self._registry = registry

    @classmethod
    async def connect(cls, account: Any, sender: Sender, directory: int) -> StarknetRegistry:
        """Find the registry from the directory; raises WrongNetwork or ChainError."""
        known = await open_contract("Directory", directory, account)
        (token,) = await said("Asking the directory", known.functions["token"].call())
        (address,) = await said("Asking the directory", known.functions["registry"].call())
        registry = await open_contract("WorkerRegistry", address, account)
        return cls(sender, open_token(token, account), registry)

    async def register(
        self, operator: int, payout: int, families: Sequence[int], stake_fri: int, intent_name: str = ""
    ) -> WorkerId:
        """Stake for a worker that this account will own; returns its number. Another operator must accept."""
        from .library import get_selector_from_name

        calls = [
            self._approval(stake_fri),
            self._call("register", operator, payout, list(families), stake_fri),
        ]
        receipt = await self._sender.send("Registering the worker", calls, intent_name=intent_name)
        for event in receipt.events:
            if event.keys[0] == get_selector_from_name("WorkerRegistered"):
                return WorkerId(int(event.keys[1]))
        raise ChainError(f"Transaction {receipt.transaction_hash:#x} registered nobody; check the node.")

    async def add_stake(self, worker_id: WorkerId, amount_fri: int, intent_name: str = "") -> None:
        """Add to a worker's stake; with the same intent it is added once."""
        calls = [self._approval(amount_fri), self._call("add_stake", worker_id, amount_fri)]
        await self._sender.send(f"Adding stake to worker {worker_id}", calls, intent_name=intent_name)

    async def request_unstake(self, worker_id: WorkerId, amount_fri: int) -> None:
        """As the owner, start the cool-down of free stake."""
        await self._invoke(f"Unstaking from worker {worker_id}", "request_unstake", worker_id, amount_fri)

    async def stake_seats(self, worker_id: WorkerId, amount_fri: int) -> None:
        """As the owner, move free stake into the seat purse, which answers for votes."""
        await self._invoke(f"Staking for seats of worker {worker_id}", "stake_seats", worker_id, amount_fri)

    async def unstake_seats(self, worker_id: WorkerId, amount_fri: int) -> None:
        """As the owner, start the cool-down of seat stake that no seat needs."""
        action = f"Unstaking from the seats of worker {worker_id}"
        await self._invoke(action, "unstake_seats", worker_id, amount_fri)

    async def cancel_unstake(self, worker_id: WorkerId) -> None:
        """As the owner, let all that is unstaking stay."""
        await self._invoke(f"Keeping the stake of worker {worker_id}", "cancel_unstake", worker_id)

    async def complete_unstake(self, worker_id: WorkerId) -> None:
        """As the owner, take out what has cooled down."""
        await self._invoke(f"Taking out stake of worker {worker_id}", "complete_unstake", worker_id)

    async def set_operator(self, worker_id: WorkerId, operator: int) -> None:
        """As the owner, name another operator account; it takes over leases in work once it accepts."""
        await self._invoke(
            f"Changing the operator of worker {worker_id}", "set_operator", worker_id, operator
        )

    async def accept_operator(self, worker_id: WorkerId) -> None:
        """As the account that the owner named, operate the worker from now on."""
        await self._invoke(f"Accepting to operate worker {worker_id}", "accept_operator", worker_id)

    async def set_payout(self, worker_id: WorkerId, payout: int) -> None:
        """As the owner, have the worker's pay go elsewhere."""
        await self._invoke(f"Changing the payout of worker {worker_id}", "set_payout", worker_id, payout)

    async def set_families(self, worker_id: WorkerId, families: Sequence[int], supported: bool) -> None:
        """As the owner, add or remove what the worker renders."""
        action = f"Changing the families of worker {worker_id}"
        await self._invoke(action, "set_families", worker_id, list(families), supported)

    async def set_offer(self, worker_id: WorkerId, offer: StandingOffer) -> None:
        """As the owner or operator, say what schedulers may assign without asking."""
        action = f"Setting the offer of worker {worker_id}"
        await self._invoke(action, "set_offer", worker_id, dataclasses.asdict(offer))

    async def set_key(self, worker_id: WorkerId, key: int) -> None:
        """As the owner or operator, publish the worker's X25519 key (256 bits)."""
        await self._invoke(f"Setting the key of worker {worker_id}", "set_key", worker_id, key)

    async def set_signer(self, worker_id: WorkerId, key: int) -> None:
        """As the owner or operator, have results checked by this public Stark key, which is cheaper than
        by the operator's account; 0 for the account again. A new operator ends it."""
        await self._invoke(f"Setting the signer of worker {worker_id}", "set_signer", worker_id, key)

    async def set_seats(self, worker_id: WorkerId, family: int, units: int) -> None:
        """As the owner, take that many seats in a family, from the next epoch on; 0 gives them up."""
        action = f"Taking {units} seats for worker {worker_id}"
        await self._invoke(action, "set_seats", worker_id, family, units)

    def _call(self, name: str, *arguments: Any) -> Any:
        return self._registry.functions[name].prepare_invoke_v3(*arguments)

    def _approval(self, amount_fri: int) -> Any:
        return self._token.functions["approve"].prepare_invoke_v3(self._registry.address, amount_fri)

    async def _invoke(self, action: str, name: str, *arguments: Any) -> Any:
        return await self._sender.send(action, [self._call(name, *arguments)])
