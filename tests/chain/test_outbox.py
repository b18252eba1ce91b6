"""A crash anywhere between intent and confirmation neither loses nor repeats a payment."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.adapters.starknet.node import close_account, open_account
from renderchain.core.contract_errors import UnknownJob, UnknownWorker
from renderchain.core.errors import ChainError, ContractError, FeeTooHigh, InsufficientFunds, NoAllowance
from renderchain.core.notices.process import TransactionConfirmed, TransactionReverted

from devkit.made_up_job import TERMS
from devkit.network.services import REPO
from tests.chain.crash import AMOUNT_FRI

STEPS = ("begin", "intended", "signed", "sent", "confirmed")


def add_stake(arguments: list[str], step: str) -> int:
    """Run crash.py; its exit code."""
    command = [sys.executable, str(REPO / "tests" / "chain" / "crash.py"), *arguments, step]
    env = {"PATH": ""}
    return subprocess.run(command, env=env, timeout=60, check=False).returncode


@pytest.mark.parametrize("steps", [[step] for step in STEPS] + [list(STEPS[1:])], ids="-".join)
def test_a_payment_happens_once_wherever_the_process_dies(
    chains: Callable[[], Any], tmp_path: Path, steps: list[str]
) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            payer = opened.accounts[4]
            before_fri = (await net.worker.worker(1)).stake_fri
            where = [opened.node.rpc_url, hex(payer.address), hex(payer.private_key)]
            arguments = [*where, hex(net.deployed.directory), str(tmp_path / "payer.sqlite")]
            for step in steps:
                assert await asyncio.to_thread(add_stake, arguments, step) == -signal.SIGKILL
            assert await asyncio.to_thread(add_stake, arguments, "none") == 0
            assert (await net.worker.worker(1)).stake_fri == before_fri + AMOUNT_FRI
            assert SqliteJournal(tmp_path / "payer.sqlite").adopt(payer.address) == []

    asyncio.run(run())


def test_a_job_lost_to_a_crash_is_found_again_with_its_number(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            artist = opened.accounts[5]

            def die(step: str) -> None:
                if step == "sent":
                    raise KeyboardInterrupt

            chain = await opened.chain(artist, net.deployed, at_step=die)
            with pytest.raises(KeyboardInterrupt):
                await chain.create_job(TERMS, intent_name="job 7")
            again = await opened.chain(artist, net.deployed)
            assert await again.create_job(TERMS, intent_name="job 7") == 1
            assert await again.tokens_fri(net.deployed.board) == TERMS.escrow_fri

    asyncio.run(run())


def test_two_who_want_the_same_at_the_same_moment_both_get_it(chains: Callable[[], Any]) -> None:
    """Their transactions had the same bytes, so that the one that was sent was taken for both."""

    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            both = [await opened.chain(opened.accounts[5], net.deployed) for _ in range(2)]
            jobs = await asyncio.gather(*(one.create_job(TERMS) for one in both))
            assert sorted(jobs) == [1, 2]
            assert await both[0].tokens_fri(net.deployed.board) == 2 * TERMS.escrow_fri

    asyncio.run(run())


def test_a_fee_over_the_limit_sends_nothing(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            fees: list[Any] = []
            options = {"limit_fri": 10**14, "say_fee": lambda action, fee: fees.append(fee)}
            chain = await opened.chain(opened.accounts[5], net.deployed, **options)
            with pytest.raises(FeeTooHigh, match="Creating the job may cost up to .* fee_limit_fri"):
                await chain.create_job(TERMS)
            assert fees == [] and await chain.tokens_fri(net.deployed.board) == 0
            rich = await opened.chain(opened.accounts[5], net.deployed, **{**options, "limit_fri": 10**18})
            await rich.create_job(TERMS)
            assert 0 < fees[0].estimated_fri < fees[0].highest_fri

    asyncio.run(run())


def test_what_became_of_a_transaction_is_told_with_its_hash_block_and_fee(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            told: list[Any] = []
            chain = await opened.chain(opened.accounts[5], net.deployed, say_end=told.append)
            before_fri = await chain.tokens_fri(opened.accounts[5].address)
            await chain.create_job(TERMS)
            spent_fri = before_fri - await chain.tokens_fri(opened.accounts[5].address) - TERMS.escrow_fri
            (done,) = told
            assert isinstance(done, TransactionConfirmed) and done.action == "Creating the job"
            assert done.fee_fri == spent_fri > 0
            assert done.block <= await chain.block_number()
            account = await opened.account(opened.accounts[5])
            receipt = await account.client.get_transaction_receipt(done.transaction)
            assert receipt.block_number == done.block
            with pytest.raises(UnknownJob):
                await chain.cancel(9)  # refused by the node before it is sent
            assert told == [done]
            await chain.cancel(1)
            calls = [chain._call("cancel", 1), chain._call("withdraw", [chain.address])]
            with pytest.raises(ContractError):
                await chain._sender.send("Canceling", calls, checked=False)
            refused = told[-1]
            assert isinstance(refused, TransactionReverted) and refused.fee_fri > 0 and refused.reason

    asyncio.run(run())


def test_an_account_without_the_money_is_told_so(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            terms = type(TERMS)(**{**TERMS.as_dict(), "reward_fri": 10**24})
            with pytest.raises(InsufficientFunds, match="too little STRK .* add funds"):
                await net.artist.create_job(terms)

    asyncio.run(run())


def test_a_contract_that_may_not_take_what_it_needs_is_told_from_an_empty_account(
    chains: Callable[[], Any],
) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            create = net.artist._call("create_job", TERMS.as_dict())
            for calls in ([create], [net.artist._approval(TERMS.escrow_fri - 1), create]):
                with pytest.raises(
                    NoAllowance, match="Creating .* not allowed the contract .* approve the amount"
                ):
                    await net.artist._sender.send("Creating the job", calls)
            assert await net.artist.tokens_fri(net.deployed.board) == 0

    asyncio.run(run())


def test_a_nonce_that_is_taken_every_time_is_said_and_nothing_is_lost(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            artist, taken = opened.accounts[5], []
            call = net.artist._approval(1)

            async def send_first() -> None:
                account = await open_account(opened.node, artist.address, artist.private_key)
                sent = await account.execute_v3(calls=[call], auto_estimate=True)
                taken.append(await account.client.wait_for_tx(sent.transaction_hash, check_interval=0.05))
                await close_account(account)

            def be_another_program(step: str) -> None:
                if step == "signed":  # in a thread, since this one waits for the step to be over
                    other = threading.Thread(target=asyncio.run, args=(send_first(),))
                    other.start()
                    other.join()

            chain = await opened.chain(artist, net.deployed, at_step=be_another_program)
            with pytest.raises(ChainError, match="nonce taken 5 times: another program .* stop that program"):
                await chain.create_job(TERMS, intent_name="contested")
            assert len(taken) == 5 and await chain.tokens_fri(net.deployed.board) == 0
            alone = await opened.chain(artist, net.deployed)
            assert await alone.create_job(TERMS, intent_name="contested") == 1
            assert await alone.tokens_fri(net.deployed.board) == TERMS.escrow_fri

    asyncio.run(run())


def test_a_nonce_that_another_program_took_is_stepped_over(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            job_id = await net.artist.create_job(TERMS)
            outsider = await opened.chain(opened.accounts[0], net.deployed)  # the same account again
            for _ in range(3):
                await net.artist.extend(job_id, 1)
                await outsider.extend(job_id, 1)
            assert (await net.artist.job(job_id)).expires_at_s > 0

    asyncio.run(run())


def test_thirty_sent_at_once_all_happen_in_one_order(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            job_id = await net.artist.create_job(TERMS)
            first = (await net.artist.job(job_id)).expires_at_s
            await asyncio.gather(*(net.artist.extend(job_id, 1) for _ in range(30)))
            assert (await net.artist.job(job_id)).expires_at_s == first + 30

    asyncio.run(run())


def test_an_intent_whose_transaction_was_refused_is_not_sent_again(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            with pytest.raises(UnknownWorker):
                await net.owner.add_stake(99, 1, intent_name="refused")
            with pytest.raises(ChainError, match="refused before under the same name"):
                await net.owner.add_stake(99, 1, intent_name="refused")

    asyncio.run(run())
