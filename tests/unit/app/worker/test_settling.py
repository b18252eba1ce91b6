"""Pay comes home: whatever hinders one lease, and without spending more gas than it is worth."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.audit.gas import WITHDRAW_GAS
from renderchain.core.board_events import LeaseAccepted
from renderchain.core.contract_errors import ContractError
from renderchain.core.errors import ChainError
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.notices.process import Withdrawn

from devkit.board.chain import MemoryChain
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)


@pytest.mark.parametrize("error", [ChainError("Nonsense."), ContractError("Accepting", "RC: new reason")])
@pytest.mark.parametrize("method", ["accept_late", "withdraw"])
def test_a_lease_or_a_payout_that_always_fails_keeps_no_other_lease_from_its_pay(
    world: World,
    artist: Artist,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    error: Exception,
) -> None:
    accept, tried = MemoryChain.accept_late, list[LeaseId]()

    async def accept_late(self: MemoryChain, job_id: JobId, lease_ids: list[LeaseId]) -> Any:
        tried.extend(lease_ids)
        if tried[0] in lease_ids:
            raise error
        return await accept(self, job_id, lease_ids)

    async def withdraw(self: MemoryChain, accounts: object) -> None:
        raise error

    monkeypatch.setattr(MemoryChain, method, {"accept_late": accept_late, "withdraw": withdraw}[method])

    async def life() -> None:
        if method == "withdraw":
            world.network.model.unpaid[machine.owner] = 10**18
        await artist.submit(3, SHORT)
        async with machine.working():
            await asyncio.sleep(4000)

    world.live(life())
    left = 1 if method == "accept_late" else 0
    assert len(world.network.told(LeaseAccepted)) == 3 - left


def test_what_is_owed_is_sent_once_it_is_worth_the_gas(world: World, machine: Machine) -> None:
    """Whoever had the board owe a worker one fri, and anybody can, had it pay the gas of a transaction."""
    world.network.gas_price_fri = 10**9
    gas_fri = WITHDRAW_GAS * world.network.gas_price_fri

    async def life(owed_fri: int) -> None:
        world.network.model.tokens[world.network.model.addresses.board] = owed_fri
        world.network.model.unpaid[machine.owner] = owed_fri
        async with machine.working():
            await asyncio.sleep(100)

    world.live(life(19 * gas_fri))
    assert not machine.reporter.heard(Withdrawn)
    world.live(life(20 * gas_fri))
    assert [one.amount_fri for one in machine.reporter.heard(Withdrawn)] == [20 * gas_fri]
