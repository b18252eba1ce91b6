"""A network's events by whole blocks: none missing, none twice, whatever nodes and chain do."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.starknet.feed import StarknetFeed
from renderchain.adapters.starknet.node import Node
from renderchain.adapters.starknet.nodes import Nodes
from renderchain.core.network_events import BoardAnnounced
from renderchain.ports.event_feed import Alive, Block, BlockId, NetworkEvent, Rollback

from devkit.made_up_job import TERMS
from devkit.network.clients import Chains, Views
from devkit.network.devnet import header_of_block, tell
from devkit.network.services import start_devnet, stop
from tests.chain.proxy import Answer, Proxy, error, proxy_before, result

PATIENCE_S = 60


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renderchain.adapters.starknet.new_heads.ASK_S", 0.05)
    monkeypatch.setattr("renderchain.adapters.starknet.feed.FIRST_PAUSE_S", 0.05)


def board_named(event: NetworkEvent) -> int | None:
    return event.board if isinstance(event, BoardAnnounced) else None


@asynccontextmanager
async def feed_of(node: Node) -> AsyncIterator[StarknetFeed]:
    nodes = await Nodes.connect(node)
    try:
        yield StarknetFeed(nodes)
    finally:
        await nodes.close()


class Heard:
    """What a feed told of a network so far."""

    def __init__(self, net: Views, feed: StarknetFeed, known: list[BlockId] | None = None) -> None:
        addresses = [net.deployed.directory, net.deployed.registry]
        self.stream = feed.follow(addresses, known or [], 0, board_named)
        self.blocks: list[Block] = []
        self.rollbacks: list[int] = []

    async def until(self, name: str) -> None:
        while not any(name == type(one.event).__name__ for block in self.blocks for one in block.events):
            await self.more()

    async def until_block(self, number: int) -> None:
        while not self.blocks or self.blocks[-1].number < number:
            await self.more()

    async def more(self) -> None:
        one = await asyncio.wait_for(anext(self.stream), PATIENCE_S)
        if isinstance(one, Block):
            self.blocks.append(one)
        elif isinstance(one, Rollback):
            self.rollbacks.append(one.to_block)
            self.blocks = [block for block in self.blocks if block.number <= one.to_block]
        else:
            assert isinstance(one, Alive)

    @property
    def names(self) -> list[str]:
        return [type(one.event).__name__ for block in self.blocks for one in block.events]

    @property
    def places(self) -> list[tuple[int, int, int]]:
        return [(block.number, one.transaction, one.index) for block in self.blocks for one in block.events]


def newest(net: Views) -> int:
    question = {"jsonrpc": "2.0", "id": 1, "method": "starknet_blockNumber", "params": []}
    request = urllib.request.Request(
        net.node.rpc_url, json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return int(json.load(answer)["result"])


def test_a_network_is_told_whole_from_its_first_block_on(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            job_id = await net.artist.create_job(TERMS)
            lease_id = await net.worker.claim_lease(job_id, 0)
            async with feed_of(opened.node) as feed:
                heard = Heard(net, feed)
                async with aclosing(heard.stream):
                    await heard.until("LeaseClaimed")
                    await net.worker.give_back(lease_id, "away")
                    await heard.until("LeaseEnded")
            for name in (
                "BoardAnnounced",
                "WorkerRegistered",
                "StakeChanged",
                "FamiliesChanged",
                "JobCreated",
            ):
                assert name in heard.names, heard.names
            assert heard.places == sorted(set(heard.places))
            for before, after in zip(heard.blocks, heard.blocks[1:], strict=False):
                if after.number == before.number + 1:
                    assert after.parent == before.hash
            last = heard.blocks[-1]
            price = header_of_block(opened.node.rpc_url, last.number)["l2_gas_price"]["price_in_fri"]
            assert last.gas_price_fri == int(price, 16) > 0
            tellers = {one.address for block in heard.blocks for one in block.events}
            assert tellers == {net.deployed.directory, net.deployed.registry, net.artist.board}

    asyncio.run(run())


def test_what_is_known_is_not_told_again(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            await net.artist.create_job(TERMS)
            async with feed_of(opened.node) as feed:
                first = Heard(net, feed)
                async with aclosing(first.stream):
                    await first.until("JobCreated")
                    await first.until_block(newest(net))
                known = [block.id for block in first.blocks]
                await net.artist.create_job(TERMS)
                addresses = [net.deployed.directory, net.deployed.registry, net.artist.board]
                async with aclosing(feed.follow(addresses, known)) as stream:
                    told = await asyncio.wait_for(anext(stream), PATIENCE_S)
            assert isinstance(told, Block) and told.number == known[-1].number + 1
            assert told.parent == known[-1].hash

    asyncio.run(run())


def test_blocks_that_the_chain_drops_are_rolled_back_to_the_last_common_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a devnet of its own: aborting blocks would take other tests' blocks too."""

    async def run() -> None:
        from contextlib import AsyncExitStack

        async with AsyncExitStack() as stack:
            pid, port = start_devnet(tmp_path, 8, archive=True)
            stack.callback(stop, pid)
            opened = Chains(port, tmp_path, stack)
            net = await opened.network()
            kept = newest(net)
            job_id = await net.artist.create_job(TERMS)
            async with feed_of(opened.node) as feed:
                heard = Heard(net, feed)
                async with aclosing(heard.stream):
                    await heard.until("JobCreated")
                    await heard.until_block(newest(net))
                    tell(net.node.rpc_url, "abortBlocks", starting_block_id={"block_number": kept + 1})
                    for _ in range(3):
                        tell(net.node.rpc_url, "createBlock")
                    await heard.until_block(kept + 3)
                    assert heard.rollbacks == [kept]
                    assert "JobCreated" not in heard.names
                async with aclosing(feed.follow([net.deployed.directory], [BlockId(kept, 1)])) as stream:
                    assert await asyncio.wait_for(anext(stream), PATIENCE_S) == Rollback(-1)
                older = next(block.id for block in heard.blocks if block.number == kept - 3)
                for reach, to_block in ((3, kept - 3), (2, -1)):  # however few were kept since
                    monkeypatch.setattr("renderchain.adapters.starknet.feed.KEPT_BLOCKS", reach)
                    known = [older, BlockId(kept, 1)]
                    async with aclosing(feed.follow([net.deployed.directory], known)) as stream:
                        assert await asyncio.wait_for(anext(stream), PATIENCE_S) == Rollback(to_block)
            assert job_id

    asyncio.run(run())


def away(method: str, question: dict[str, Any]) -> Answer:
    return 503


def without_end(method: str, question: dict[str, Any]) -> Answer:
    return result({"events": [], "continuation_token": "1"}) if method == "getEvents" else None


def of_an_outsider(method: str, question: dict[str, Any]) -> Answer:
    if method != "getEvents":
        return None
    first = question["params"]["filter"]["from_block"]["block_number"]
    where = {"block_number": first, "block_hash": "0x1", "transaction_hash": "0x2"}
    event = {"from_address": "0xbad", "keys": ["0x1"], "data": [], "transaction_index": 0, "event_index": 0}
    return result({"events": [event | where]})


def broken(method: str, question: dict[str, Any]) -> Answer:
    return error(-32603, "database is gone") if method == "getBlockWithTxHashes" else None


@pytest.mark.parametrize("fault", [away, without_end, of_an_outsider, broken])
def test_what_one_node_tells_wrongly_comes_from_another_one(chains: Callable[[], Any], fault: Any) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            here = (opened.node.rpc_url, opened.node.ws_url)
            async with proxy_before(*here) as first, proxy_before(*here) as second:
                node = Node(first.rpc_url, "", others=(Node(second.rpc_url, ""),))
                async with feed_of(node) as feed:
                    first.rule = fault
                    heard = Heard(net, feed)
                    async with aclosing(heard.stream):
                        await heard.until("BoardAnnounced")
                        swap(first, second, fault)
                        await net.artist.create_job(TERMS)
                        await heard.until("JobCreated")
            assert heard.places == sorted(set(heard.places)) and not heard.rollbacks

    asyncio.run(run())


def test_a_price_of_gas_that_can_not_be_true_is_none(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            here = (opened.node.rpc_url, opened.node.ws_url)

            def absurd(method: str, question: dict[str, Any]) -> Answer:
                if method != "getBlockWithTxHashes":
                    return None
                header = header_of_block(here[0], question["params"]["block_id"]["block_number"])
                return result(header | {"l2_gas_price": {"price_in_fri": hex(10**30), "price_in_wei": "0x1"}})

            async with proxy_before(*here) as proxy, feed_of(Node(proxy.rpc_url, "")) as feed:
                proxy.rule = absurd
                heard = Heard(net, feed)
                async with aclosing(heard.stream):
                    await heard.until("BoardAnnounced")
            assert {block.gas_price_fri for block in heard.blocks} == {None}

    asyncio.run(run())


def swap(first: Proxy, second: Proxy, fault: Any) -> None:
    first.rule = lambda method, question: None
    second.rule = fault
