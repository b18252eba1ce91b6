"""The client and the compiled contracts on a real devnet, with its real STRK."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.starknet_chain import StarknetChain
from renderchain.core.errors import ChainError, ContractError
from renderchain.core.job import JobTerms, family_of
from renderchain.core.lifecycle import JobState, LeaseState
from starknet_py.net.account.account import Account
from starknet_py.net.full_node_client import FullNodeClient
from starknet_py.net.models import StarknetChainId
from starknet_py.net.signer.key_pair import KeyPair

from tools.deploy import deploy_network

REPO = Path(__file__).resolve().parents[2]
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


@pytest.fixture
def devnet(tmp_path: Path) -> Iterator[str]:
    """The address of a fresh devnet, which ends with the test."""
    setup = [sys.executable, str(REPO / "tools" / "setup.py"), "devnet-path"]
    root = subprocess.check_output(setup, text=True).strip()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (tmp_path / "devnet.log").open("wb")
    command = [f"{root}/bin/starknet-devnet", "--port", str(port), "--seed", "7", "--accounts", "3"]
    process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_until_open(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        log.close()


def wait_until_open(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("devnet did not start within 30 s")


def accounts(url: str) -> list[Any]:
    question = {"jsonrpc": "2.0", "id": 1, "method": "devnet_getPredeployedAccounts", "params": {}}
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url + "/rpc", json.dumps(question).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        known = json.load(answer)["result"]
    client = FullNodeClient(node_url=url + "/rpc")
    chain = StarknetChainId.SEPOLIA
    pairs = [(one["address"], KeyPair.from_private_key(int(one["private_key"], 16))) for one in known]
    return [Account(address=a, client=client, key_pair=pair, chain=chain) for a, pair in pairs]


async def network(url: str) -> tuple[StarknetChain, StarknetChain, StarknetChain, int]:
    """The same new network as its artist, worker owner and operator see it, and the operator."""
    artist, owner, operator = accounts(url)
    deployed = await deploy_network(artist, cooldown_s=100, minimum_stake_fri=10**18)
    where = (deployed.directory, deployed.board)
    views = [await StarknetChain.connect(one, *where) for one in (artist, owner, operator)]
    await views[1].register(operator.address, PAYOUT, [FAMILY], 2 * 10**18)
    return views[0], views[1], views[2], operator.address


def test_a_job_is_escrowed_worked_on_accepted_and_paid(devnet: str) -> None:
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


def test_a_refusal_says_what_was_refused_why_and_what_to_do(devnet: str) -> None:
    async def run() -> None:
        artist, owner, worker, _ = await network(devnet)
        job_id = await artist.create_job(TERMS)
        with pytest.raises(ContractError, match="Register the worker for") as refused:
            await owner.claim_lease(job_id)
        assert refused.value.code == "RC: family not supported"
        lease_id = await worker.claim_lease(job_id)
        with pytest.raises(ContractError, match="not the requester"):
            await worker.cancel(job_id)
        await artist.cancel(job_id)
        await worker.give_back(lease_id)
        me = (await artist.job(job_id)).requester
        assert await artist.balance_fri(me) == TERMS.escrow_fri

    asyncio.run(run())


def test_a_node_that_is_down_is_named_in_the_error(devnet: str) -> None:
    async def run() -> None:
        account = accounts(devnet)[0]
        dead = FullNodeClient(node_url="http://127.0.0.1:9/rpc")
        account = Account(
            address=account.address, client=dead, signer=account.signer, chain=StarknetChainId.SEPOLIA
        )
        with pytest.raises(ChainError, match="can't be reached"):
            await StarknetChain.connect(account, 1, 2)

    asyncio.run(run())
