"""Nodes that are down, lie, lag or lose things: each has its sentence, and nothing is paid twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.adapters.starknet.node import Node, node_gas_price_fri, read_headers
from renderchain.adapters.starknet.nodes import Nodes
from renderchain.core.errors import (
    ChainError,
    KeyStoreError,
    NodeAway,
    SettingsError,
    StuckTransaction,
    WrongNetwork,
)

from devkit.made_up_job import TERMS
from tests.chain.proxy import Proxy, error, proxy_before, result


def behind(proxy: Proxy) -> Node:
    return Node(proxy.rpc_url, proxy.ws_url)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"<html>hello</html>", "answered nonsense|can't be reached"),
        (b'{"jsonrpc": "2.0", "result": ', "answered nonsense|can't be reached"),
        (b'{"jsonrpc": "2.0", "id": 0, "result": {"a": 1}}', "answered nonsense"),
        (429, "429"),
        (500, "500"),
        (error(-32603, "database is gone"), "answered nonsense"),
    ],
)
def test_an_answer_that_makes_no_sense_is_named(chains: Callable[[], Any], answer: Any, said: str) -> None:
    async def run() -> None:
        async with chains() as opened, proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
            proxy.rule = lambda method, question: answer
            with pytest.raises(ChainError, match=said):
                await opened.account(opened.accounts[0], behind(proxy))

    asyncio.run(run())


def test_a_node_that_is_down_at_the_start_is_named(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            with pytest.raises(ChainError, match="127.0.0.1:9/rpc .*can't be reached"):
                await opened.account(opened.accounts[0], Node("http://127.0.0.1:9/rpc", ""))

    asyncio.run(run())


def test_another_chain_another_version_and_a_bad_key_are_refused(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened, proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
            one = opened.accounts[0]
            with pytest.raises(WrongNetwork, match="serves SN_SEPOLIA, the settings say SN_MAIN"):
                await opened.account(one, replace(opened.node, chain_id="SN_MAIN"))
            proxy.rule = lambda method, question: result("0.9.0") if method == "specVersion" else None
            with pytest.raises(WrongNetwork, match="speaks version 0.9.0 .* 0.10 is needed"):
                await opened.account(one, behind(proxy))
            with pytest.raises(KeyStoreError, match="no Stark key"):
                await opened.account(replace(one, private_key=0))

    asyncio.run(run())


def test_a_wrong_contract_at_the_address_is_refused(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            account, sender = await opened.sender(opened.accounts[5])
            for address, said in ((0x1234, "no contract at"), (net.deployed.board, "is not the Directory")):
                with pytest.raises(WrongNetwork, match=said):
                    await StarknetChain.connect(account, sender, address)
            with pytest.raises(WrongNetwork, match="no active board"):
                await StarknetChain.connect(account, sender, net.deployed.directory, 0x1234)

    asyncio.run(run())


def test_a_node_that_shows_the_past_is_refused(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            account = await opened.account(opened.accounts[0])
            newest = (await account.client.get_block(block_number="latest")).timestamp
            node = replace(opened.node, oldest_head_s=600)
            await (await Nodes.connect(node, now=lambda: newest + 600)).close()
            with pytest.raises(NodeAway, match="newest block is 10 minutes old: it is behind"):
                await Nodes.connect(node, now=lambda: newest + 601)
            with pytest.raises(NodeAway, match="10 minutes in this machine's future"):
                await Nodes.connect(node, now=lambda: newest - 601)

    asyncio.run(run())


def test_a_price_of_gas_that_is_absurd_is_refused_with_and_without_an_account(
    chains: Callable[[], Any],
) -> None:
    async def run() -> None:
        async with chains() as opened, proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
            honest_fri = await node_gas_price_fri(behind(proxy))
            assert honest_fri > 0
            net = await opened.network()
            chain = await opened.chain(opened.accounts[5], net.deployed, behind(proxy))
            assert await chain.gas_price_fri() == honest_fri
            dear = {"price_in_fri": hex(10**12 + 1), "price_in_wei": "0x1"}

            async def block() -> dict[str, Any]:
                asked = {"jsonrpc": "2.0", "id": 1, "method": "starknet_getBlockWithTxs"}
                params = {"params": {"block_id": "latest"}}
                url = opened.node.rpc_url
                async with ClientSession() as session, session.post(url, json=asked | params) as answer:
                    return dict((await answer.json())["result"])

            lie = result(await block() | {"l2_gas_price": dear})
            proxy.rule = lambda method, question: lie if method == "getBlockWithTxs" else None
            with pytest.raises(ChainError, match="absurd.* Nothing was sent"):
                await node_gas_price_fri(behind(proxy))
            fresh = await opened.chain(opened.accounts[5], net.deployed, behind(proxy))
            with pytest.raises(ChainError, match="absurd.* Nothing was sent"):
                await fresh.gas_price_fri()

    asyncio.run(run())


def test_a_node_that_is_down_when_gas_is_asked_for_is_named() -> None:
    with pytest.raises(ChainError, match="Asking for gas prices failed: the node can't be reached"):
        asyncio.run(node_gas_price_fri(Node("http://127.0.0.1:9/rpc", "")))


def test_a_node_that_goes_away_in_the_middle_is_waited_for(
    chains: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with chains() as opened, proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
            net = await opened.network()
            chain = await opened.chain(opened.accounts[5], net.deployed, behind(proxy))
            away = {"left": 3}

            def rule(method: str, question: dict[str, Any]) -> Any:
                if method == "getTransactionReceipt" and away["left"]:
                    away["left"] -= 1
                    return 503
                return None

            proxy.rule = rule
            assert await chain.create_job(TERMS) == 1
            assert away["left"] == 0
            assert (
                "Creating the job failed: the node answers" in caplog.text and "asking again" in caplog.text
            )

    asyncio.run(run())


def test_a_node_that_stays_away_in_the_middle_of_a_job_is_named(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            async with proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
                chain = await opened.chain(opened.accounts[5], net.deployed, behind(proxy))
                job_id = await chain.create_job(TERMS)
                proxy.rule = lambda method, question: 503
                with pytest.raises(
                    ChainError, match="Extending job .* node answers .*503.* use another node"
                ):
                    await chain.extend(job_id, 1)
            with pytest.raises(ChainError, match="can't be reached .* Check its address and your connection"):
                await chain.extend(job_id, 1)

    asyncio.run(run())


def test_a_transaction_that_the_node_lost_is_sent_again_for_more(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened, proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
            net = await opened.network()
            options = {"resend_s": 0.2, "give_up_s": 20.0}
            chain = await opened.chain(opened.accounts[5], net.deployed, behind(proxy), **options)
            prices: list[int] = []

            def rule(method: str, question: dict[str, Any]) -> Any:
                if method != "addInvokeTransaction":
                    return None
                bounds = question["params"]["invoke_transaction"]["resource_bounds"]
                prices.append(int(bounds["l2_gas"]["max_price_per_unit"], 16))
                return result({"transaction_hash": "0x1"}) if len(prices) == 1 else None

            proxy.rule = rule
            assert await chain.create_job(TERMS) == 1
            assert len(prices) == 2 and prices[1] > prices[0]
            assert await chain.tokens_fri(net.deployed.board) == TERMS.escrow_fri

    asyncio.run(run())


def test_a_stuck_transaction_is_said_to_be_open_and_finished_later(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened, proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
            net = await opened.network()
            options = {"resend_s": 0.2, "give_up_s": 0.6}
            chain = await opened.chain(opened.accounts[5], net.deployed, behind(proxy), **options)
            swallowed = result({"transaction_hash": "0x1"})
            proxy.rule = lambda method, question: swallowed if method == "addInvokeTransaction" else None
            with pytest.raises(StuckTransaction, match="It may still happen, but only once"):
                await chain.create_job(TERMS, intent_name="stuck")
            proxy.rule = lambda method, question: None
            assert await chain.create_job(TERMS, intent_name="stuck") == 1
            assert await chain.tokens_fri(net.deployed.board) == TERMS.escrow_fri

    asyncio.run(run())


def test_authentication_headers_reach_the_node_and_no_error(
    chains: Callable[[], Any], tmp_path: Path
) -> None:
    async def run() -> None:
        async with chains() as opened, proxy_before(opened.node.rpc_url, opened.node.ws_url) as proxy:
            file = tmp_path / "headers.json"
            file.write_text('{"x-apikey": "very-secret"}')
            node = Node(proxy.rpc_url, proxy.ws_url, headers=read_headers(file))
            await opened.account(opened.accounts[0], node)
            assert proxy.headers["x-apikey"] == "very-secret"
            proxy.rule = lambda method, question: 401
            with pytest.raises(ChainError) as refused:
                await opened.account(opened.accounts[0], node)
            assert "very-secret" not in repr(refused.value) + repr(node)
            file.write_text("[1]")
            with pytest.raises(SettingsError, match="one JSON object of texts"):
                read_headers(file)

    asyncio.run(run())
