"""Accounts that call the contracts as fast as a devnet takes it, and say what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from renderchain.adapters.starknet.contracts import open_contract, open_token
from renderchain.adapters.starknet.events import EventStream
from renderchain.adapters.starknet.node import Node, close_account, nodes_of, open_account
from renderchain.adapters.starknet.submission import typed_result
from renderchain.core.board_events import BoardEvent
from renderchain.core.job import LeaseInfo, LeaseResult
from starknet_py.net.client_models import ResourceBounds, ResourceBoundsMapping

from devkit.model.ledger import Addresses
from devkit.network.deploy import deploy_network
from devkit.network.devnet import hash_of_block, tell
from devkit.network.local import predeployed
from devkit.rules import Rules
from tests.invariants.world import NAMES, PAYOUTS

PRICE = 2 * 10**9
BOUNDS = ResourceBoundsMapping(
    l1_gas=ResourceBounds(0, 10**15),
    l1_data_gas=ResourceBounds(10**5, 10**15),
    l2_gas=ResourceBounds(10**9, PRICE),
)
REASON = re.compile(r"RC: [a-z0-9 -]+")


@dataclass(frozen=True)
class Outcome:
    """``reason`` is empty if the call was done; what the board told; the block's number and time."""

    reason: str
    events: list[BoardEvent]
    block: int
    time_s: int
    fee_fri: int


class Actors:
    """One network and everybody on it; ``open`` makes it."""

    def __init__(
        self, node: Node, accounts: dict[str, Any], contracts: dict[str, Any], boards: Sequence[Any]
    ) -> None:
        self._node = node
        self._accounts = accounts
        self._nonces: dict[str, int] = {}
        self._contracts = contracts
        self._boards = {int(one.address): one for one in boards}
        self.boards = tuple(self._boards)
        self.turn_to(self.boards[0])
        self.addresses = {name: int(one.address) for name, one in accounts.items()} | PAYOUTS
        self.names = {address: name for name, address in self.addresses.items()}
        self.calls = 0

    @classmethod
    async def open(cls, port: int, rules: Rules) -> Actors:
        """Deploy a new network."""
        node = Node(f"http://127.0.0.1:{port}/rpc", "")
        accounts = {}
        for name, one in zip(NAMES, predeployed(node.rpc_url), strict=True):
            accounts[name] = await open_account(node, one.address, one.private_key)
        deployed = await deploy_network(accounts["admin"], rules, boards=2)
        anyone = accounts["outsider"]
        contracts = {
            "directory": await open_contract("Directory", deployed.directory, anyone),
            "registry": await open_contract("WorkerRegistry", deployed.registry, anyone),
        }
        boards = [await open_contract("JobBoard", one, anyone) for one in deployed.boards]
        (token,) = await contracts["directory"].functions["token"].call()
        contracts["token"] = open_token(token, anyone)
        actors = cls(node, accounts, contracts, boards)
        blocks = rules.cooldown_s // rules.slowest_block_s
        actors.pass_time(rules.cooldown_s + 2, blocks + 1)  # then the second board is active too
        return actors

    def turn_to(self, board: int) -> None:
        """Calls go to that board from now on."""
        self._contracts["board"] = self._boards[board]
        self._stream = EventStream(nodes_of(self._accounts["outsider"]), board)

    async def close(self) -> None:
        """Close all connections."""
        for account in self._accounts.values():
            await close_account(account)

    async def call(
        self, name: str, function: str, contract: str, given: Sequence[Any], pay_fri: int
    ) -> Outcome:
        """Have an account call a function, after approving what it pays."""
        wanted = self._contracts[contract]
        calls = [wanted.functions[function].prepare_invoke_v3(*given)]
        if pay_fri:
            approve = self._contracts["token"].functions["approve"]
            calls.insert(0, approve.prepare_invoke_v3(wanted.address, pay_fri))
        account = self._accounts[name]
        if name not in self._nonces:
            self._nonces[name] = await account.get_nonce()
        nonce = self._nonces[name]
        signed = await account.sign_invoke_v3(calls, nonce=nonce, resource_bounds=BOUNDS, tip=0)
        sent = await account.client.send_transaction(signed)
        self._nonces[name] += 1
        self.calls += 1
        receipt = await account.client.get_transaction_receipt(sent.transaction_hash)
        block = await account.client.get_block_with_tx_hashes(block_number=receipt.block_number)
        said = receipt.revert_reason
        found = REASON.search(said) if said else None
        assert not said or found, said
        reason = found[0].strip() if found else ""
        events = list(self._stream.told_in(receipt))
        return Outcome(reason, events, block.block_number, block.timestamp, receipt.actual_fee.amount)

    async def ask(self, contract: str, function: str, *arguments: Any) -> Any:
        """Read."""
        (value,) = await self._contracts[contract].functions[function].call(*arguments)
        return value

    async def tokens(self, name: str) -> int:
        """STRK of a name or a contract, in fri."""
        contract = self._contracts.get(name)
        address = contract.address if contract else self.addresses[name]
        return int(await self.ask("token", "balance_of", address))

    @property
    def contracts(self) -> Addresses:
        """Where they are, with the board that is called."""
        board, registry = (int(self._contracts[name].address) for name in ("board", "registry"))
        chain_id = int(self._accounts["outsider"].signer.chain_id)
        return Addresses(chain_id, board, registry, self.addresses["admin"])

    @cached_property
    def hash_of_block(self) -> Callable[[int], int]:
        """From which chance follows; no method, which would be copied with each copy of the model."""
        rpc_url = self._node.rpc_url
        return lambda number: hash_of_block(rpc_url, number)

    def sign(self, operator: str, lease: LeaseInfo, result: LeaseResult) -> list[int]:
        """An operator's signature on a result."""
        message = typed_result(self.contracts.chain_id, self.contracts.board, lease, result)
        return list(self._accounts[operator].sign_message(message))

    def pass_time(self, seconds: int, blocks: int) -> None:
        """Let the chain grow older."""
        tell(self._node.rpc_url, "increaseTime", time=seconds)
        for _ in range(blocks):
            tell(self._node.rpc_url, "createBlock")
