"""Several nodes of one chain: where one is away, lies or lags another is used, and nothing is paid twice."""

from __future__ import annotations

import asyncio
import json
import re
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.adapters.starknet.events import EventStream
from renderchain.adapters.starknet.node import Node
from renderchain.adapters.starknet.nodes import Nodes
from renderchain.composition.network import network_name
from renderchain.core.contract_errors import UnknownJob
from renderchain.core.errors import NodeAway, WrongNetwork
from renderchain.core.notices import Notice
from renderchain.core.notices.conditions import HeadSeen, NodeLeft, NodeUsable
from renderchain.settings import Settings
from starknet_py.net.client_errors import ClientError

from devkit.made_up_job import TERMS
from devkit.network.clients import Views
from devkit.network.services import start_devnet, stop
from tests.chain.proxy import Proxy, error, proxy_before, result

AWAY = 503
ABSURD = 10**15


@dataclass
class Two:
    """A network, two ways to its devnet, and an artist's client that knows both."""

    net: Views
    first: Proxy
    second: Proxy
    node: Node
    told: list[Notice]

    async def chain(self, **options: Any) -> StarknetChain:
        opened = self.net.chains
        return await opened.chain(opened.accounts[5], self.net.deployed, self.node, **options)

    def heard(self, kind: type[Notice]) -> list[Any]:
        return [one for one in self.told if isinstance(one, kind)]


@pytest.fixture
def two(chains: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    monkeypatch.setattr("renderchain.adapters.starknet.events.POLL_S", 0.05)
    monkeypatch.setattr("renderchain.adapters.starknet.events.FIRST_RETRY_S", 0.05)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Two]:
        async with chains() as one:
            here = (one.node.rpc_url, one.node.ws_url)
            async with proxy_before(*here) as first, proxy_before(*here) as second:
                spare = Node(second.rpc_url, second.ws_url)
                node = Node(first.rpc_url, first.ws_url, others=(spare,))
                yield Two(await one.network(), first, second, node, [])

    return opened


def down(method: str, question: dict[str, Any]) -> int:
    return AWAY


def pass_on(rpc_url: str, question: dict[str, Any]) -> None:
    """Have the devnet do what was asked; its answer is lost."""
    request = urllib.request.Request(
        rpc_url, json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        assert "result" in json.load(answer)


@pytest.mark.parametrize(
    "fault", [AWAY, 429, b"<html>no</html>", b"[]", b"{}", error(-32603, "database is gone")], ids=str
)
def test_what_one_node_can_not_answer_another_one_does(two: Callable[[], Any], fault: Any) -> None:
    async def run() -> None:
        async with two() as made:
            chain = await made.chain(resend_s=0.1)
            made.first.rule = lambda method, question: fault
            assert await chain.create_job(TERMS) == 1
            assert (await chain.job(1)).tasks == TERMS.tasks
            assert await chain.tokens_fri(made.net.deployed.board) == TERMS.escrow_fri

    asyncio.run(run())


def test_a_refusal_is_an_answer_and_no_other_node_is_asked(two: Callable[[], Any]) -> None:
    async def run() -> None:
        async with two() as made:
            chain = await made.chain()
            asked: list[str] = []
            made.second.rule = lambda method, question: asked.append(method)
            with pytest.raises(UnknownJob):
                await chain.cancel(99)
            assert asked == []

    asyncio.run(run())


def test_a_transaction_whose_answer_was_lost_is_not_sent_by_the_other_node(two: Callable[[], Any]) -> None:
    """That one would call its nonce used, as if by another program."""

    async def run() -> None:
        async with two() as made:
            chain = await made.chain()
            sent: list[str] = []

            def take(method: str, question: dict[str, Any]) -> Any:
                if method != "addInvokeTransaction":
                    return AWAY if sent else None
                sent.append("first")
                pass_on(made.net.node.rpc_url, question)
                return AWAY

            def note(method: str, question: dict[str, Any]) -> None:
                if method == "addInvokeTransaction":
                    sent.append("second")

            made.first.rule, made.second.rule = take, note
            assert await chain.create_job(TERMS) == 1
            assert sent == ["first"]
            assert await chain.tokens_fri(made.net.deployed.board) == TERMS.escrow_fri

    asyncio.run(run())


def test_what_a_crash_left_is_not_paid_twice_because_the_next_node_lags(two: Callable[[], Any]) -> None:
    async def run() -> None:
        async with two() as made:

            def die(step: str) -> None:
                if step == "sent":
                    raise KeyboardInterrupt

            dying = await made.chain(at_step=die)
            old_nonce = hex(await dying._account.get_nonce())
            with pytest.raises(KeyboardInterrupt):
                await dying.create_job(TERMS, intent_name="job 7")

            def lag(method: str, question: dict[str, Any]) -> Any:
                past = {"getNonce": result(old_nonce), "getTransactionReceipt": error(29, "Not found")}
                past["addInvokeTransaction"] = error(52, "Invalid transaction nonce")
                return past.get(method)

            made.first.rule = made.second.rule = lag
            again = await made.chain()
            with pytest.raises(NodeAway, match="nonce is refused now, .* behind.* only once"):
                await again.create_job(TERMS, intent_name="job 7")
            made.second.rule = lambda method, question: None
            made.first.rule = down
            assert await again.create_job(TERMS, intent_name="job 7") == 1
            assert await again.tokens_fri(made.net.deployed.board) == TERMS.escrow_fri

    asyncio.run(run())


def test_no_node_is_read_from_before_it_has_what_was_seen(two: Callable[[], Any]) -> None:
    async def run() -> None:
        async with two() as made:
            chain = await made.chain()
            before = await chain.block_number()
            await chain.create_job(TERMS)
            made.first.rule = down
            late = result(before)
            made.second.rule = lambda method, question: late if method == "blockNumber" else None
            with pytest.raises(NodeAway, match="503"):
                await chain.job(1)
            made.second.rule = lambda method, question: None
            assert (await chain.job(1)).tasks == TERMS.tasks

    asyncio.run(run())


def test_a_node_that_is_far_behind_is_left_aside_with_a_word_until_it_has_caught_up(
    two: Callable[[], Any],
) -> None:
    async def run() -> None:
        async with two() as made:
            old = await made.net.artist._account.client._client.call(
                "getBlockWithTxHashes", {"block_id": {"block_number": 0}}
            )
            made.net.pass_time(900, 5)
            past = result(old)
            made.first.rule = lambda method, question: past if method.startswith("getBlockWith") else None
            nodes = await Nodes.connect(made.node, made.told.append)
            try:
                assert nodes.used.node is made.node.others[0]
                (left,) = made.heard(NodeLeft)
                assert re.search(
                    r"is left aside, .* is used: it is \d+ blocks or \d+ minutes behind", left.sentence
                )
                await nodes.look()
                assert len(made.heard(NodeLeft)) == 1 and not made.heard(NodeUsable)
                made.first.rule = lambda method, question: None
                await nodes.look()
                assert nodes.used.node is made.node and len(made.heard(NodeUsable)) == 1
                assert made.heard(HeadSeen)[-1].node == made.node.shown
            finally:
                await nodes.close()

    asyncio.run(run())


def test_a_node_that_is_away_at_the_start_is_told_and_looked_at_before_it_is_used(
    two: Callable[[], Any],
) -> None:
    async def run() -> None:
        async with two() as made:
            made.first.rule = down
            nodes = await Nodes.connect(made.node, made.told.append)
            try:
                assert nodes.used.node is made.node.others[0] and len(made.heard(NodeLeft)) == 1
                made.first.rule = lambda method, question: result("0x1") if method == "chainId" else None
                await nodes.look()
                assert [one.node for one in nodes.usable()] == [made.node.others[0]]
                made.second.rule = down
                with pytest.raises(ClientError, match="503"):
                    await nodes.client.get_block_number()
            finally:
                await nodes.close()

    asyncio.run(run())


def test_a_node_of_another_chain_is_refused_at_the_start(two: Callable[[], Any]) -> None:
    async def run() -> None:
        async with two() as made:
            made.second.rule = lambda method, question: result("0x1") if method == "chainId" else None
            with pytest.raises(WrongNetwork, match="none of this network: it serves another chain"):
                await Nodes.connect(made.node)
            strict = replace(
                made.node,
                chain_id="SN_SEPOLIA",
                others=(replace(made.node.others[0], chain_id="SN_SEPOLIA"),),
            )
            with pytest.raises(WrongNetwork, match="the settings say SN_SEPOLIA"):
                await Nodes.connect(strict)

    asyncio.run(run())


def test_where_all_nodes_are_behind_everything_waits_and_goes_on(two: Callable[[], Any]) -> None:
    async def run() -> None:
        async with two() as made:
            newest = (await made.net.artist._account.client.get_block(block_number="latest")).timestamp
            now_s = [newest + 10.0]
            nodes = await Nodes.connect(
                replace(made.node, oldest_head_s=600), made.told.append, lambda: now_s[0]
            )
            try:
                now_s[0] = newest + 840.0
                await nodes.look()
                with pytest.raises(NodeAway, match="14 minutes old.*14 minutes old"):
                    await nodes.client.get_block_number()
                now_s[0] = newest + 20.0
                await nodes.look()
                assert await nodes.client.get_block_number() > 0
            finally:
                await nodes.close()

    asyncio.run(run())


def test_events_go_on_by_the_websocket_of_another_node(
    two: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with two() as made:
            chain = await made.chain()
            start = await chain.block_number()
            job_id = await made.net.artist.create_job(TERMS)
            async with aclosing(chain.events(start)) as stream:
                assert type(await asyncio.wait_for(anext(stream), 20)).__name__ == "JobCreated"
                made.first.sockets_open = False
                made.first.rule = down
                await made.first.cut()
                lease_id = await made.net.worker.claim_lease(job_id, 0)
                await made.net.worker.give_back(lease_id, "away")
                heard = [type(await asyncio.wait_for(anext(stream), 20)).__name__ for _ in range(3)]
                assert heard == ["LeaseClaimed", "TasksGivenBack", "LeaseEnded"]
                assert made.second.socket_count == 1 and "asked for events" not in caplog.text

    asyncio.run(run())


def test_a_node_with_an_absurd_block_locks_out_no_other(two: Callable[[], Any]) -> None:
    """All others were behind it for ever, and events waited."""

    def lie(method: str, question: dict[str, Any]) -> Any:
        told = {"blockNumber": ABSURD, "blockHashAndNumber": {"block_hash": "0x1", "block_number": ABSURD}}
        return result(told[method]) if method in told else None

    async def run() -> None:
        async with two() as made:
            artist = made.net.artist
            newest = (await artist._account.client.get_block(block_number="latest")).timestamp
            began_s, node = time.monotonic(), replace(made.node, oldest_head_s=600.0)
            nodes = await Nodes.connect(node, now=lambda: newest + time.monotonic() - began_s)
            try:
                start = await artist.block_number()
                await artist.create_job(TERMS)
                made.first.rule = lie
                async with aclosing(EventStream(nodes, made.net.deployed.board).follow(start)) as told:
                    assert type(await asyncio.wait_for(anext(told), 20)).__name__ == "JobCreated"
                nodes.saw(ABSURD)
                made.first.rule = down
                assert await nodes.client.get_block_number() < ABSURD
            finally:
                await nodes.close()

    asyncio.run(run())


def test_a_network_has_one_name_whatever_its_nodes_are_called_and_another_one_has_another(
    two: Callable[[], Any], tmp_path: Path
) -> None:
    def settings(node: Node, directory: int) -> Settings:
        return Settings(node.rpc_url, directory, 5, network="devnet")

    async def run() -> None:
        pid, port = start_devnet(tmp_path / "other", 2)
        try:
            async with two() as made:
                directory = made.net.deployed.directory
                other = Node(f"http://127.0.0.1:{port}/rpc", "")
                local = replace(made.node, rpc_url=made.net.node.rpc_url.replace("127.0.0.1", "localhost"))
                names = [await network_name(settings(one, directory)) for one in (made.node, local, other)]
                assert names[0] == names[1] != names[2]
                assert await network_name(settings(made.node, 7)) != names[0]
        finally:
            stop(pid)

    asyncio.run(run())
