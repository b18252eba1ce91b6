"""A provider's worker with leases on several boards of a real chain: what it is told and has done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.adapters.starknet.provider import StarknetProvider
from renderchain.adapters.starknet.registry import StarknetRegistry
from renderchain.app.provider.changes import Changes
from renderchain.app.provider.earnings import csv_of, earnings_of
from renderchain.app.provider.signing import carry_out
from renderchain.app.provider.status import status_of
from renderchain.core.errors import ChangeRefused
from renderchain.core.ids import WorkerId
from renderchain.core.job import LeaseResult
from renderchain.core.money import FRI_PER_STRK, format_strk
from renderchain.core.worker_control import Control

from devkit.made_up_job import FAMILY, RULES, TERMS
from devkit.network.clients import LIMIT_FRI, Chains
from devkit.network.deploy import Deployed, deploy_network
from devkit.network.devnet import pass_draw_block

RESULT = LeaseResult(123, 4, 5, 6)
PAY_FRI = TERMS.reward_fri * TERMS.longest_lease
BACK_FRI = TERMS.audit_pool_fri  # of a job that is over
WHOLE = replace(TERMS, tasks=TERMS.longest_lease)  # is one lease


async def on_board(opened: Chains, index: int, deployed: Deployed, board: int) -> StarknetChain:
    """One of the accounts there."""
    account, sender = await opened.sender(opened.accounts[index])
    return await StarknetChain.connect(account, sender, deployed.directory, board)


async def provider(opened: Chains, deployed: Deployed, board: int = 0) -> StarknetProvider:
    """The worker's account, which owns and operates it."""
    account, sender = await opened.sender(opened.accounts[1])
    return await StarknetProvider.connect(account, sender, deployed.directory, board, limit_fri=LIMIT_FRI)


async def registered(opened: Chains, deployed: Deployed) -> WorkerId:
    """Its number; it is paid to who is the artist, too, whose money comes back from boards."""
    account, sender = await opened.sender(opened.accounts[1])
    registry = await StarknetRegistry.connect(account, sender, deployed.directory)
    payout, address = (one.address for one in opened.accounts[:2])
    return await registry.register(address, payout, [FAMILY], 5 * FRI_PER_STRK)


def test_a_provider_sees_and_withdraws_what_all_boards_owe_and_gives_back_where_it_means(
    chains: Callable[[], Any],
) -> None:
    async def run() -> None:
        async with chains() as opened:
            deployed = await deploy_network(await opened.account(opened.accounts[0]), RULES, boards=2)
            number = await registered(opened, deployed)
            first, second = deployed.boards
            held = {}
            for board in deployed.boards:
                artist, worker = [await on_board(opened, index, deployed, board) for index in (0, 1)]
                goes_on, whole = [await artist.create_job(one) for one in (TERMS, WHOLE)]
                held[board] = await worker.claim_lease(goes_on, 0)
                paid = await worker.claim_lease(whole, 1)
                await worker.submit(paid, WHOLE.tasks, RESULT)
                pass_draw_block(opened.node.rpc_url)
                await artist.accept(whole, [paid])
            assert held[first] == held[second], "each board counts by itself"

            chain = await provider(opened, deployed)
            assert [one.board for one in chain.boards] == [first, second]
            said = await status_of(chain, number, Control())
            for board in deployed.boards:
                owed = f"owed by the board {board:#x} to the payout account: {format_strk(BACK_FRI)} STRK"
                assert owed in said and f"leases on the board {board:#x}:" in said
            earned = await earnings_of(chain, number, 0)
            assert [one.board for one in earned.entries] == [first, second]
            assert (earned.paid_fri, earned.owed_fri) == (2 * PAY_FRI, 2 * BACK_FRI)
            assert f"{second:#x}" in csv_of(earned)

            with pytest.raises(ChangeRefused, match=f"on each of the boards {first:#x} and {second:#x}"):
                await Changes(chain).give_back(number, held[first], "enough")
            there = await provider(opened, deployed, second)
            assert [one.board for one in there.boards] == [second]
            change = await Changes(there).give_back(number, held[first], "enough")
            assert await carry_out(there, change, lambda _: None, lambda: True)
            change = await Changes(chain).give_back(number, held[first], "enough")
            assert [one.to for one in change.calls] == [first], "it is the only one that is left"

            told = list[str]()
            payout = opened.accounts[0].address
            change = await Changes(chain).withdraw(payout)
            assert await carry_out(chain, change, told.append, lambda: True)
            assert f"{format_strk(BACK_FRI)} STRK of it are of the board {second:#x}." in "\n".join(told)
            earned = await earnings_of(chain, number, 0)
            assert (earned.withdrawn_fri, earned.owed_fri) == (2 * BACK_FRI, 0)
            with pytest.raises(ChangeRefused, match="The boards owe 0x.* nothing"):
                await Changes(chain).withdraw(payout)

    asyncio.run(run())
