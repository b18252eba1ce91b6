"""Events across nodes that break off, lag, forget, tell the unknown, or have another past: each once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from renderchain.adapters.starknet.node import Node

from devkit.made_up_job import TERMS
from devkit.network.clients import Chains
from devkit.network.devnet import tell
from devkit.network.services import start_devnet, stop
from tests.chain.proxy import proxy_before, result


async def names(stream: Any, count: int) -> list[str]:
    return [type(await asyncio.wait_for(anext(stream), 40)).__name__ for _ in range(count)]


@asynccontextmanager
async def polling(chains: Callable[[], Any]) -> AsyncIterator[tuple[Any, Any, Any]]:
    """A network, a chain that asks its node for events through a proxy, and the proxy."""
    async with chains() as opened, proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
        net = await opened.network()
        yield net, await opened.chain(opened.accounts[5], net.deployed, Node(proxy.rpc_url, "")), proxy


@pytest.mark.parametrize("fault", ["cut", "deaf", "refused", "none at all"])
def test_events_survive_a_broken_websocket_each_once(
    chains: Callable[[], Any], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("renderchain.adapters.starknet.events.PING_S", 0.5)
    monkeypatch.setattr("renderchain.adapters.starknet.events.POLL_S", 0.2)
    monkeypatch.setattr("renderchain.adapters.starknet.events.FIRST_RETRY_S", 0.1)

    async def run() -> None:
        async with chains() as opened, proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
            net = await opened.network()
            node = Node(proxy.rpc_url, "" if fault == "none at all" else proxy.ws_url)
            chain = await opened.chain(opened.accounts[5], net.deployed, node)
            proxy.sockets_open = fault != "refused"
            start = await chain.block_number()
            job_id = await net.artist.create_job(TERMS)
            async with aclosing(chain.events(start)) as stream:
                assert await names(stream, 1) == ["JobCreated"]
                if fault == "cut":
                    await proxy.cut()
                if fault == "deaf":
                    proxy.go_deaf()
                lease_id = await net.worker.claim_lease(job_id, 0)
                assert await names(stream, 1) == ["LeaseClaimed"]
                await net.worker.give_back(lease_id, "away")
                assert await names(stream, 2) == ["TasksGivenBack", "LeaseEnded"]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("refused", "the WebSocket ws://.* does not work: .* Check ws_url, or use a node that has one"),
        ("none at all", "no ws_url is set: .* Set ws_url to the node's WebSocket address, or use"),
    ],
    ids=("refused", "none at all"),
)
def test_polling_is_a_way_out_that_the_log_names_once(
    chains: Callable[[], Any],
    fault: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name, value in (("FIRST_RETRY_S", 0.05), ("POLL_S", 0.05), ("POLL_FOR_S", 0.2), ("MAX_FAILURES", 4)):
        monkeypatch.setattr(f"renderchain.adapters.starknet.events.{name}", value)

    def logged(pattern: str) -> int:
        return sum(bool(re.search(pattern, record.getMessage())) for record in caplog.records)

    async def run() -> None:
        async with chains() as opened, proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
            net = await opened.network()
            node = Node(proxy.rpc_url, "" if fault == "none at all" else proxy.ws_url)
            chain = await opened.chain(opened.accounts[5], net.deployed, node)
            proxy.sockets_open = False
            start = await chain.block_number()
            async with aclosing(chain.events(start)) as stream:
                heard = asyncio.create_task(names(stream, 1))
                await asyncio.sleep(3)  # the WebSocket is tried again and again meanwhile
                await net.artist.create_job(TERMS)
                assert await heard == ["JobCreated"]
                assert logged(said) == 1 and logged("asked for events") == 1
                proxy.sockets_open = True
                heard = asyncio.create_task(names(stream, 1))
                await asyncio.sleep(1)
                await net.artist.create_job(TERMS)
                assert await heard == ["JobCreated"]
                assert logged("works again") == (fault == "refused")

    asyncio.run(run())


def test_a_node_that_forgot_the_subscription_is_asked(
    chains: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("renderchain.adapters.starknet.events.WATCH_S", 0.3)

    async def run() -> None:
        async with chains() as opened, proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
            net = await opened.network()
            chain = await opened.chain(opened.accounts[5], net.deployed, Node(proxy.rpc_url, proxy.ws_url))
            start = await chain.block_number()
            async with aclosing(chain.events(start)) as stream:
                await net.artist.create_job(TERMS)
                assert await names(stream, 1) == ["JobCreated"]
                proxy.go_deaf()  # the connection's pings are ten seconds apart
                job_id = await net.artist.create_job(TERMS)
                assert await names(stream, 1) == ["JobCreated"] and job_id == 2

    asyncio.run(run())


def test_a_node_that_lags_is_waited_for_and_is_no_reorganisation(
    chains: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("renderchain.adapters.starknet.events.POLL_S", 0.05)

    async def run() -> None:
        async with polling(chains) as (net, chain, proxy):
            start = await chain.block_number()
            async with aclosing(chain.events(start)) as stream:
                await net.artist.create_job(TERMS)
                assert await names(stream, 1) == ["JobCreated"]
                heard = asyncio.create_task(names(stream, 1))
                late = result({"block_number": start, "block_hash": "0x1"})
                proxy.rule = lambda method, question: late if method == "blockHashAndNumber" else None
                await net.artist.create_job(TERMS)
                while "nothing is forgotten" not in caplog.text:
                    await asyncio.sleep(0.05)
                await asyncio.sleep(0.5)
                assert not heard.done() and caplog.text.count("nothing is forgotten") == 1
                proxy.rule = lambda method, question: None
                assert await heard == ["JobCreated"]

    asyncio.run(run())


def test_events_that_this_version_can_not_read_are_left_out_and_said_once(
    chains: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("renderchain.adapters.starknet.events.POLL_S", 0.05)

    async def run() -> None:
        async with polling(chains) as (net, chain, proxy):
            start = await chain.block_number()
            await net.artist.create_job(TERMS)
            (told,) = await past(proxy.rpc_url, net.deployed.board, start)
            strange, short = {"keys": ["0x123"]}, {"data": told["data"][:1]}
            changes: tuple[dict[str, Any], ...] = (strange, short, strange, short, {})
            page = result({"events": [told | one | {"event_index": at} for at, one in enumerate(changes)]})
            proxy.rule = lambda method, question: page if method == "getEvents" else None
            async with aclosing(chain.events(start)) as stream:
                assert await names(stream, 1) == ["JobCreated"]
            assert caplog.text.count("can't read") == 2 and caplog.text.count("0x123") == 1

    asyncio.run(run())


async def past(rpc_url: str, board: int, first: int) -> list[dict[str, Any]]:
    """The board's events as the node gives them."""
    wanted = {"address": hex(board), "from_block": {"block_number": first}, "chunk_size": 100}
    question = {"jsonrpc": "2.0", "id": 1, "method": "starknet_getEvents", "params": {"filter": wanted}}
    async with ClientSession() as session, session.post(rpc_url, json=question) as answer:
        return list((await answer.json())["result"]["events"])


def test_a_reorganised_chain_tells_its_events_again(tmp_path: Path) -> None:
    """On a devnet of its own: aborting blocks would take other tests' blocks too."""
    pid, port = start_devnet(tmp_path / "devnet", 8, archive=True)

    async def run() -> None:
        from contextlib import AsyncExitStack

        async with AsyncExitStack() as stack:
            opened = Chains(port, tmp_path, stack)
            net = await opened.network()
            start = await net.artist.block_number()
            job_id = await net.artist.create_job(TERMS)
            async with aclosing(net.outsider.events(start)) as stream:
                assert await names(stream, 1) == ["JobCreated"]
                kept = await net.artist.block_number()
                await net.worker.claim_lease(job_id, 0)
                assert await names(stream, 1) == ["LeaseClaimed"]
                tell(opened.node.rpc_url, "abortBlocks", starting_block_id={"block_number": kept + 1})
                assert await names(stream, 2) == ["Reorganised", "JobCreated"]
                assert await net.worker.open_leases() == []
                fresh = await opened.chain(opened.accounts[2], net.deployed)
                await fresh.claim_lease(job_id, 3)
                assert await names(stream, 1) == ["LeaseClaimed"]

    try:
        asyncio.run(run())
    finally:
        stop(pid)
