"""A worker's news across nodes that break off and chains that are reorganised: each once, and in order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.starknet.node import Node
from renderchain.core.board_events import BoardEvent, CaughtUp, JobClosed, JobCreated
from renderchain.core.interest import Interest

from devkit.made_up_job import FAMILY, TERMS
from devkit.network.clients import Chains
from devkit.network.devnet import tell
from devkit.network.services import start_devnet, stop
from tests.chain.proxy import proxy_before, result

PATIENCE_S = 40
STEPS = 25
News = AsyncGenerator[BoardEvent, None]


async def until(stream: News, wanted: Callable[[BoardEvent], bool]) -> list[BoardEvent]:
    told = list[BoardEvent]()
    while not told or not wanted(told[-1]):
        told.append(await asyncio.wait_for(anext(stream), PATIENCE_S))
    return told


def kinds(told: list[BoardEvent]) -> list[str]:
    return [type(one).__name__ for one in told]


def is_caught_up(event: BoardEvent) -> bool:
    return isinstance(event, CaughtUp)


@pytest.mark.parametrize("fault", ["cut", "deaf", "refused", "none at all"])
def test_news_survive_a_broken_websocket_each_once(
    chains: Callable[[], Any], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("renderchain.adapters.starknet.news.PING_S", 0.5)
    monkeypatch.setattr("renderchain.adapters.starknet.events.POLL_S", 0.2)
    monkeypatch.setattr("renderchain.adapters.starknet.events.FIRST_RETRY_S", 0.1)
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)

    async def run() -> None:
        async with chains() as opened, proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
            net = await opened.network()
            node = Node(proxy.rpc_url, "" if fault == "none at all" else proxy.ws_url)
            listening = await opened.chain(opened.accounts[2], net.deployed, node)  # as the worker
            proxy.sockets_open = fault != "refused"
            start = await net.artist.block_number()
            async with aclosing(listening.news(start, {FAMILY}, 0.0)) as stream:
                await until(stream, is_caught_up)
                telling = asyncio.create_task(work(net, chance, proxy, fault))
                told, jobs = list[BoardEvent](), list[int]()
                while not jobs or not (
                    told and isinstance(told[-1], JobClosed) and told[-1].job_id == jobs[-1]
                ):
                    told.append(await asyncio.wait_for(anext(stream), PATIENCE_S))
                    jobs = await telling if telling.done() else jobs
            assert told == await wanted_of(net, start)

    asyncio.run(run())


async def work(net: Any, chance: random.Random, proxy: Any, fault: str) -> list[int]:
    """Jobs and leases that come and go, while the connection does; the last job is closed last."""
    jobs = [await net.artist.create_job(TERMS)]
    for _ in range(STEPS):
        if fault == "cut" and chance.random() < 0.3:
            await proxy.cut()
        if fault == "deaf" and chance.random() < 0.1:
            proxy.go_deaf()
        if chance.random() < 0.3:
            jobs.append(await net.artist.create_job(TERMS))
        lease = await net.worker.claim_lease(chance.choice(jobs), 0, 1)
        await net.worker.give_back(lease, "away")
    for job in jobs:
        await net.artist.cancel(job)
    return jobs


async def wanted_of(net: Any, start: int) -> list[BoardEvent]:
    """What concerns the worker of all that was told since a block."""
    interest, wanted = Interest({FAMILY}, net.worker.address, net.worker_id), list[BoardEvent]()
    async with aclosing(net.outsider.events(start)) as stream:
        closing = await net.artist.create_job(TERMS)
        told = await until(stream, lambda one: isinstance(one, JobCreated) and one.job_id == closing)
    for event in told[:-1]:
        interest.grow([event])
        wanted += [event] if interest.wants(event) else []
    return wanted


def test_a_node_that_pushes_before_it_can_be_read_is_waited_for(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened, proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
            net = await opened.network()
            listening = await opened.chain(
                opened.accounts[2], net.deployed, Node(proxy.rpc_url, proxy.ws_url)
            )
            async with aclosing(listening.news(0, {FAMILY}, 0.0)) as stream:
                await until(stream, is_caught_up)
                heard = asyncio.create_task(until(stream, lambda one: isinstance(one, JobCreated)))
                head = await net.outsider._account.client.get_block_hash_and_number()
                behind = result({"block_number": head.block_number, "block_hash": hex(head.block_hash)})
                asked = asyncio.Event()

                def rule(method: str, question: dict[str, Any]) -> Any:
                    if method != "blockHashAndNumber" or asked.is_set():
                        return None
                    return behind

                proxy.rule = rule
                await net.artist.create_job(TERMS)
                asked.set()
                assert kinds(await heard) == ["JobCreated"]

    asyncio.run(run())


def test_a_reorganised_chain_tells_its_news_again(tmp_path: Path) -> None:
    """On a devnet of its own: aborting blocks would take other tests' blocks too."""
    pid, port = start_devnet(tmp_path / "devnet", 8, archive=True)

    async def run() -> None:
        async with AsyncExitStack() as stack:
            opened = Chains(port, tmp_path, stack)
            net = await opened.network()
            start = await net.artist.block_number()
            job = await net.artist.create_job(TERMS)
            async with aclosing(net.worker.news(start, {FAMILY}, 0.0)) as news:
                assert kinds(await until(news, is_caught_up)) == ["JobCreated", "CaughtUp"]
                kept = await net.artist.block_number()
                await net.worker.claim_lease(job, 0)
                assert kinds(await until(news, lambda _: True)) == ["LeaseClaimed"]
                tell(opened.node.rpc_url, "abortBlocks", starting_block_id={"block_number": kept + 1})
                assert kinds(await until(news, is_caught_up)) == ["Reorganised", "JobCreated", "CaughtUp"]
                fresh = await opened.chain(opened.accounts[2], net.deployed)
                lease = await fresh.claim_lease(job, 3)
                await fresh.give_back(lease, "away")
                told = await until(news, lambda one: type(one).__name__ == "LeaseEnded")
                assert kinds(told) == ["LeaseClaimed", "TasksGivenBack", "LeaseEnded"]

    try:
        asyncio.run(run())
    finally:
        stop(pid)
