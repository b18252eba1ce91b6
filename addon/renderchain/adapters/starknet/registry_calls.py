"""Calls of the registry as a provider makes them up, without sending them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ...core.ids import WorkerId
from ...core.job import StandingOffer
from ...core.provider import PlainCall

Calls = tuple[PlainCall, ...]


class StarknetProviderCalls:
    """Made of starknet-py's contracts; nothing here asks the node."""

    def __init__(self, token: Any, registry: Any) -> None:
        self._token = token
        self._registry = registry

    def register(self, operator: int, payout: int, families: Sequence[int], stake_fri: int) -> Calls:
        """Stake for a new worker that the sender owns."""
        call = plain_call(self._registry, "register", operator, payout, list(families), stake_fri)
        return (self._approval(stake_fri), call)

    def add_stake(self, worker_id: WorkerId, amount_fri: int) -> Calls:
        """Add work stake."""
        return (
            self._approval(amount_fri),
            plain_call(self._registry, "add_stake", worker_id, amount_fri),
        )

    def stake_seats(self, worker_id: WorkerId, amount_fri: int) -> Calls:
        """Move free work stake into the seat purse."""
        return self._one("stake_seats", worker_id, amount_fri)

    def request_unstake(self, worker_id: WorkerId, amount_fri: int) -> Calls:
        """Start the cool-down of free work stake."""
        return self._one("request_unstake", worker_id, amount_fri)

    def unstake_seats(self, worker_id: WorkerId, amount_fri: int) -> Calls:
        """Start the cool-down of seat stake that no seat needs."""
        return self._one("unstake_seats", worker_id, amount_fri)

    def cancel_unstake(self, worker_id: WorkerId) -> Calls:
        """Let all that is unstaking stay."""
        return self._one("cancel_unstake", worker_id)

    def complete_unstake(self, worker_id: WorkerId) -> Calls:
        """Take out what has cooled down, to the owner."""
        return self._one("complete_unstake", worker_id)

    def set_operator(self, worker_id: WorkerId, operator: int) -> Calls:
        """Name another operator, who must accept."""
        return self._one("set_operator", worker_id, operator)

    def accept_operator(self, worker_id: WorkerId) -> Calls:
        """Operate the worker from now on."""
        return self._one("accept_operator", worker_id)

    def set_payout(self, worker_id: WorkerId, payout: int) -> Calls:
        """Have the pay go elsewhere."""
        return self._one("set_payout", worker_id, payout)

    def set_families(self, worker_id: WorkerId, families: Sequence[int], supported: bool) -> Calls:
        """Add or remove what the worker renders."""
        return self._one("set_families", worker_id, list(families), supported)

    def set_offer(self, worker_id: WorkerId, offer: StandingOffer) -> Calls:
        """Set the standing offer."""
        return self._one("set_offer", worker_id, dataclasses.asdict(offer))

    def set_seats(self, worker_id: WorkerId, family: int, units: int) -> Calls:
        """Take so many seats in a family, 0 to give them up."""
        return self._one("set_seats", worker_id, family, units)

    def set_signer(self, worker_id: WorkerId, key: int) -> Calls:
        """Have results checked by this public Stark key; 0 for the account."""
        return self._one("set_signer", worker_id, key)

    def _one(self, name: str, *arguments: Any) -> Calls:
        return (plain_call(self._registry, name, *arguments),)

    def _approval(self, amount_fri: int) -> PlainCall:
        return plain_call(self._token, "approve", self._registry.address, amount_fri)


def plain_call(contract: Any, name: str, *arguments: Any) -> PlainCall:
    """A call of a contract's function, its arguments as its ABI has them."""
    made = contract.functions[name].prepare_invoke_v3(*arguments)
    return PlainCall(int(made.to_addr), name, tuple(int(one) for one in made.calldata))
