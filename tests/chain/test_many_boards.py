"""A network of three boards on a real chain: one stake for all of them, and jobs that spread over them."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from renderchain.adapters.journal import sqlite
from renderchain.adapters.starknet.boards import active_boards, board_loads
from renderchain.adapters.starknet.contracts import open_contract
from renderchain.adapters.starknet.registry import StarknetRegistry
from renderchain.adapters.starknet.view import ask
from renderchain.app.requester.create_job import intent_of_job
from renderchain.composition.boards import NetworkBoards
from renderchain.core import boards as core_boards
from renderchain.core.boards import Board
from renderchain.core.contract_errors import StakeNotFree
from renderchain.core.errors import WrongNetwork
from renderchain.core.ids import JobId
from renderchain.core.money import FRI_PER_STRK

from devkit.fakes.reporter import RecordingReporter
from devkit.made_up_job import FAMILY, PAYOUT, RULES, TERMS
from devkit.network.clients import Chains
from devkit.network.deploy import Deployed, deploy_network
from devkit.network.local import Account

STAKE_FRI = 5 * FRI_PER_STRK
PRICEY = replace(TERMS, tasks=20, longest_lease=1, reward_fri=3 * FRI_PER_STRK, audit_pool_fri=FRI_PER_STRK)


async def deploy(opened: Chains) -> Deployed:
    """Three boards, of whose network the first account commands."""
    return await deploy_network(await opened.account(opened.accounts[0]), RULES, boards=3)


async def person(opened: Chains, index: int, deployed: Deployed, board: int = 0) -> NetworkBoards:
    """Somebody's boards."""
    one = opened.accounts[index]
    account, sender = await opened.sender(one)
    parts = (account, sender, opened.journal(one), deployed.directory, board)
    return NetworkBoards(*parts, reporter=RecordingReporter())


async def registry_of(opened: Chains, one: Account, deployed: Deployed) -> StarknetRegistry:
    """As somebody uses it."""
    account, sender = await opened.sender(one)
    return await StarknetRegistry.connect(account, sender, deployed.directory)


def test_an_artists_first_job_goes_to_a_quiet_board_and_the_next_ones_beside_it(
    chains: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core_boards, "EQUAL_EVENTS", 2)

    async def run() -> None:
        async with chains() as opened:
            deployed = await deploy(opened)
            artist, other = [await person(opened, index, deployed) for index in (0, 1)]
            busy, quiet, calm = deployed.boards
            assert [one.board for one in await artist.all()] == [busy, quiet, calm]
            assert await artist.first() == busy
            for _ in range(4):
                await (await artist.of(busy)).create_job(TERMS)
            account = await opened.account(opened.accounts[0])
            assert await board_loads(account, deployed.boards) == {busy: 4, quiet: 0, calm: 0}
            chosen = {(await other.of()).board for _ in range(20)}
            assert chosen == {quiet, calm}, "chance decides among equals"

            journal = opened.journal(opened.accounts[1])
            entry = journal.add_job(busy, "job", "bafy", "", 0)
            assert (await other.of()).board == busy, "it may be created there yet"
            journal.set_job(entry, job_id=JobId(0), state="refused")
            assert (await other.of()).board != busy
            entry = journal.add_job(quiet, "job", "bafy", "", 0)
            journal.set_job(entry, job_id=JobId(1), state="completed")
            assert {(await other.of()).board for _ in range(5)} == {quiet}

            directory = await open_contract("Directory", deployed.directory, account)
            retire = await directory.functions["retire_board"].invoke_v3(quiet, auto_estimate=True)
            await retire.wait_for_acceptance(check_interval=0.1)
            assert {(await other.of()).board for _ in range(5)} == {calm}
            known = await active_boards(account, deployed.directory)
            assert known == [Board(busy, True), Board(quiet, False), Board(calm, True)]
            assert [one.board for one in await (await person(opened, 2, deployed, quiet)).all()] == [quiet]
            with pytest.raises(WrongNetwork, match="no active board"):
                await other.of(0x1234)

    asyncio.run(run())


def test_what_all_boards_lock_of_a_stake_adds_up(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            deployed = await deploy(opened)
            artist, worker = [await person(opened, index, deployed) for index in (0, 2)]
            owner, operator = opened.accounts[1:3]
            number = await (await registry_of(opened, owner, deployed)).register(
                operator.address, PAYOUT, [FAMILY], STAKE_FRI
            )
            await (await registry_of(opened, operator, deployed)).accept_operator(number)
            jobs = {one: await (await artist.of(one)).create_job(PRICEY) for one in deployed.boards}
            claimed = Counter[int]()
            with pytest.raises(StakeNotFree):
                for slot in range(16):
                    for board in deployed.boards:
                        await (await worker.of(board)).claim_lease(jobs[board], slot)
                        claimed[board] += 1
            assert min(claimed.values()) >= 1 and len(claimed) == 3
            contract = await open_contract(
                "WorkerRegistry", deployed.registry, await opened.account(operator)
            )
            locked = [await ask(contract, "locked_by", board, number) for board in deployed.boards]
            view = await worker.of(deployed.board)
            known = await view.worker(number)
            assert sum(locked) == known.locked_fri <= STAKE_FRI
            assert all(locked)
            for board in deployed.boards:
                with pytest.raises(StakeNotFree):
                    await (await worker.of(board)).claim_lease(jobs[board], 15)
            for board in deployed.boards:
                chain = await worker.of(board)
                for lease_id in await chain.open_leases():
                    await chain.give_back(lease_id, "enough")
            assert (await view.worker(number)).locked_fri == 0

    asyncio.run(run())


def test_a_job_that_a_crash_cut_off_is_found_on_its_board(
    chains: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with chains() as opened:
            deployed = await deploy(opened)
            first, *_, last = deployed.boards
            artist = await person(opened, 0, deployed)
            chain = await artist.of(last)
            calls = [chain._approval(TERMS.escrow_fri), chain._call("create_job", TERMS.as_dict())]
            journal, address = opened.journal(opened.accounts[0]), opened.accounts[0].address
            plain = [(int(one.to_addr), int(one.selector), list(map(int, one.calldata))) for one in calls]
            with monkeypatch.context() as earlier:  # another process of this machine, which is gone
                earlier.setattr(sqlite, "OWNER", f"{socket.gethostname()}/{2**22 + 1}/0")
                journal.intend(intent_of_job(7), address, "Creating the job", plain)

            created = await (await artist.of(first)).recover()
            assert created == {intent_of_job(7): 1}
            assert (await chain.job(JobId(1))).tasks == TERMS.tasks

    asyncio.run(run())
