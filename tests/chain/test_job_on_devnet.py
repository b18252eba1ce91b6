"""The client and the compiled contracts on a real devnet, with its real STRK."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from renderchain.adapters.starknet.account import open_account
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.core.contract_errors import FamilyNotSupported, NotRequester
from renderchain.core.errors import ChainError
from renderchain.core.job import JobTerms, family_of
from renderchain.core.lifecycle import JobState, LeaseState
from starknet_py.net.account.account import Account
from starknet_py.net.full_node_client import FullNodeClient
from starknet_py.net.models import StarknetChainId

from tools.network.deploy import deploy_network
from tools.network.local import predeployed

FAMILY = family_of((4, 5), "CYCLES", "CPU")
PAYOUT = 0xC01D
TERMS = JobTerms(
    package_hi=2**127,
    package_lo=1,
    package_bytes=1000,
    package_files=2,
    tasks=3,
    reward_fri=10**17,
    audit_pool_fri=10**16,
    family=FAMILY,
    longest_lease=2,
)


async def accounts(port: int) -> list[Any]:
    """The devnet's funded accounts as starknet-py opens them."""
    url = f"http://127.0.0.1:{port}/rpc"
    return [await open_account(url, one.address, one.private_key) for one in predeployed(url)]


async def network(port: int) -> tuple[StarknetChain, StarknetChain, StarknetChain, int]:
    """The same new network as its artist, worker owner and operator see it, and the operator."""
    artist, owner, operator = (await accounts(port))[:3]
    deployed = await deploy_network(artist, cooldown_s=100, minimum_stake_fri=10**18)
    where = (deployed.directory, deployed.board, f"ws://127.0.0.1:{port}/ws")
    views = [await StarknetChain.connect(one, *where) for one in (artist, owner, operator)]
    await views[1].register(operator.address, PAYOUT, [FAMILY], 2 * 10**18)
    return views[0], views[1], views[2], operator.address


def test_a_job_is_escrowed_worked_on_accepted_and_paid(devnet: int) -> None:
    async def run() -> None:
        artist, _, worker, operator = await network(devnet)
        paid_before = await artist.tokens_fri(PAYOUT)
        job_id = await artist.create_job(TERMS)
        job = await worker.job(job_id)
        assert (job.terms, job.state, await artist.escrow_fri()) == (TERMS, JobState.ACTIVE, TERMS.escrow_fri)
        leases = [await worker.claim_lease(job_id), await worker.claim_lease(job_id)]
        assert [(await worker.lease(one)).count for one in leases] == [2, 1]
        assert (await worker.worker(operator)).locked_fri == 9 * 10**16
        for one in leases:
            await worker.submit(one, 123, (4, 5), 6)
        await artist.accept(leases)
        assert (await artist.job(job_id)).state is JobState.COMPLETED
        assert (await artist.lease(leases[0])).state is LeaseState.ACCEPTED
        await worker.withdraw(PAYOUT)
        await artist.withdraw(job.requester)
        assert await artist.tokens_fri(PAYOUT) - paid_before == 3 * 10**17
        assert await artist.escrow_fri() == 0
        assert (await worker.worker(operator)).locked_fri == 0

    asyncio.run(run())


def test_a_refusal_says_what_was_refused_why_and_what_to_do(devnet: int) -> None:
    async def run() -> None:
        artist, owner, worker, _ = await network(devnet)
        job_id = await artist.create_job(TERMS)
        with pytest.raises(FamilyNotSupported, match="Register the worker for"):
            await owner.claim_lease(job_id)
        lease_id = await worker.claim_lease(job_id)
        with pytest.raises(NotRequester):
            await worker.cancel(job_id)
        await artist.cancel(job_id)
        await worker.give_back(lease_id)
        me = (await artist.job(job_id)).requester
        assert await artist.balance_fri(me) == TERMS.escrow_fri

    asyncio.run(run())


def test_a_node_that_is_down_is_named_in_the_error(devnet: int) -> None:
    async def run() -> None:
        account = (await accounts(devnet))[0]
        dead = FullNodeClient(node_url="http://127.0.0.1:9/rpc")
        account = Account(
            address=account.address, client=dead, signer=account.signer, chain=StarknetChainId.SEPOLIA
        )
        with pytest.raises(ChainError, match="can't be reached"):
            await StarknetChain.connect(account, 1, 2, "ws://127.0.0.1:9/ws")

    asyncio.run(run())


def test_events_arrive_once_and_in_order_also_when_the_stream_starts_late(devnet: int) -> None:
    async def run() -> None:
        artist, _, worker, _ = await network(devnet)
        start = await artist.block_number()
        job_id = await artist.create_job(TERMS)
        lease_id = await worker.claim_lease(job_id)

        async def next_of(stream: Any, count: int) -> list[str]:
            return [type(await asyncio.wait_for(anext(stream), 10)).__name__ for _ in range(count)]

        async with aclosing(artist.events(start)) as stream:
            assert await next_of(stream, 2) == ["JobCreated", "LeaseClaimed"]
            await worker.submit(lease_id, 1, (2, 3), 0)
            await artist.accept([lease_id])
            assert await next_of(stream, 2) == ["ResultSubmitted", "LeaseAccepted"]

    asyncio.run(run())


def test_a_second_network_can_be_deployed_on_the_same_chain(devnet: int) -> None:
    async def run() -> None:
        owner = (await accounts(devnet))[0]
        first, second = [await deploy_network(owner, cooldown_s=1, minimum_stake_fri=1) for _ in range(2)]
        assert first.directory != second.directory

    asyncio.run(run())
