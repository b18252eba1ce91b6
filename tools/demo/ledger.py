"""What the chain says of a run: transactions, gas, and where every fri went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.adapters.starknet.events import EventStream
from renderchain.adapters.starknet.node import Node
from renderchain.adapters.starknet.nodes import Nodes
from renderchain.core.board_events import BoardEvent
from starknet_py.hash.selector import get_selector_from_name

from devkit.network.local import Network

CALLS = (
    "approve",
    "create_job",
    "claim_lease",
    "submit",
    "accept",
    "accept_late",
    "cancel",
    "withdraw",
    "register",
    "give_back",
    "draw",
    "commit",
    "open",
    "reveal",
    "reveal_prints",
    "decline",
    "strike",
    "show",
    "advance",
    "appeal",
    "challenge_pixels",
)
NAMES = {get_selector_from_name(name): name for name in CALLS}
FORFEITED = get_selector_from_name("Forfeited")


@dataclass(frozen=True)
class Transaction:
    """One transaction: who sent it, what it called, what it cost, what the board told in it.

    ``forfeits``: which workers lost how much of their seat stake (fri) in it.
    """

    sender: int
    calls: str
    l2_gas: int
    fee_fri: int
    told: tuple[BoardEvent, ...] = ()
    forfeits: tuple[tuple[int, int], ...] = ()


async def transactions(
    network: Network, first_block: int, before_block: int | None = None
) -> list[Transaction]:
    """All transactions from a block on, and before another where that is named."""
    nodes = await Nodes.connect(Node(network.rpc_url, network.ws_url))
    try:
        end = await nodes.client.get_block_number() + 1 if before_block is None else before_block
        return await _transactions(network, range(first_block, end), nodes)
    finally:
        await nodes.close()


async def _transactions(network: Network, blocks: range, nodes: Nodes) -> list[Transaction]:
    client, stream, found = nodes.client, EventStream(nodes, network.contracts.board), []
    for number in blocks:
        block = await client.get_block(block_number=number)
        for sent in block.transactions:
            receipt = await client.get_transaction_receipt(sent.hash)
            gas, fee = receipt.execution_resources.l2_gas, receipt.actual_fee.amount
            told = (tuple(stream.told_in(receipt)), _forfeits(network, receipt))
            found.append(Transaction(sent.sender_address, _calls(sent.calldata), gas, fee, *told))
    return found


def _forfeits(network: Network, receipt: Any) -> tuple[tuple[int, int], ...]:
    """Workers and what was taken of their seat stake: an event's second key, and the last of its data."""
    registry = network.contracts.registry
    told = [one for one in receipt.events if one.from_address == registry and one.keys[0] == FORFEITED]
    return tuple((one.keys[1], one.data[-1]) for one in told)


def _calls(calldata: list[int]) -> str:
    """The functions that an account's multicall names: count, then (to, selector, length, …) each."""
    names, at = [], 1
    for _ in range(calldata[0]):
        names.append(NAMES.get(calldata[at + 1], hex(calldata[at + 1])[:10]))
        at += 3 + calldata[at + 2]
    return " + ".join(names)


async def balances(network: Network) -> dict[str, int]:
    """STRK of every account and of the contracts, in fri."""
    async with network.chain("artist") as chain:
        return await _balances(network, chain)


async def _balances(network: Network, chain: StarknetChain) -> dict[str, int]:
    places = {role: account.address for role, account in network.accounts.items()}
    places |= {"board": network.contracts.board, "registry": network.contracts.registry}
    return {role: await chain.tokens_fri(address) for role, address in places.items()}


async def burned_fri(network: Network) -> int:
    """What registry and board burned so far."""
    async with network.chain("artist") as chain:
        return await chain.burned_fri()


async def is_settled(network: Network) -> bool:
    """Whether the board holds nothing but what it burned."""
    return not await held_fri(network)


async def held_fri(network: Network) -> int:
    """What the board holds and has not burned."""
    async with network.chain("artist") as chain:
        return await chain.tokens_fri(network.contracts.board) - await chain.board_burned_fri()


def moved(before: dict[str, int], after: dict[str, int], sent: list[Transaction]) -> dict[str, int]:
    """How much each place gained (fri), the fees as the network's gain; must sum to zero."""
    gains: dict[str, int] = {role: after[role] - before[role] for role in after}
    gains["fees"] = sum(one.fee_fri for one in sent)
    return {role: gain for role, gain in gains.items() if gain}


def roles_of(network: Network) -> dict[int, str]:
    """Role by address."""
    return {account.address: role for role, account in network.accounts.items()}


def gas_rows(sent: list[Transaction], roles: dict[int, str]) -> list[tuple[Any, ...]]:
    """Per role and call: how often, and the L2 gas of all of them."""
    rows: dict[tuple[str, str], list[int]] = {}
    for one in sent:
        rows.setdefault((roles.get(one.sender, "?"), one.calls), []).append(one.l2_gas)
    return [(role, calls, len(gas), sum(gas)) for (role, calls), gas in sorted(rows.items())]
