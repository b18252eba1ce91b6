"""A network of our contracts on the real devnet, and clients of it with an outbox each."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.adapters.starknet.node import Node, close_account, open_account
from renderchain.adapters.starknet.registry import StarknetRegistry
from renderchain.adapters.starknet.sender import Sender
from renderchain.core.ids import WorkerId
from renderchain.core.money import FRI_PER_STRK

from devkit.made_up_job import FAMILY, PAYOUT, RULES
from devkit.network.deploy import Deployed, deploy_network
from devkit.network.devnet import pass_draw_block, pass_time
from devkit.network.local import Account, predeployed
from devkit.rules import Rules

LIMIT_FRI = 5 * FRI_PER_STRK


@dataclass
class Views:
    """One network as its people see it; the artist deployed it too."""

    node: Node
    deployed: Deployed
    artist: StarknetChain
    worker: StarknetChain
    outsider: StarknetChain
    owner: StarknetRegistry
    worker_id: WorkerId
    chains: Chains

    @property
    def registry(self) -> int:
        """The registry's address."""
        return self.deployed.registry

    async def person(self, index: int) -> tuple[StarknetChain, StarknetRegistry]:
        """Somebody with an account."""
        account, sender = await self.chains.sender(self.chains.accounts[index])
        chain = await StarknetChain.connect(account, sender, self.deployed.directory)
        return chain, await StarknetRegistry.connect(account, sender, self.deployed.directory)

    def pass_time(self, seconds: int, blocks: int = 10) -> None:
        """Let time pass, and make blocks in which it shows."""
        pass_time(self.node.rpc_url, seconds, blocks)

    def pass_draw_block(self) -> None:
        """Make the block that decides, and those until contracts can read it."""
        pass_draw_block(self.node.rpc_url)


class Chains:
    """Opens accounts and clients; everything is closed with the block."""

    def __init__(self, port: int, folder: Path, stack: AsyncExitStack) -> None:
        self.node = Node(f"http://127.0.0.1:{port}/rpc", f"ws://127.0.0.1:{port}/ws", "SN_SEPOLIA")
        self.accounts = predeployed(self.node.rpc_url)
        self._folder = folder
        self._stack = stack

    async def account(self, one: Account, node: Node | None = None) -> Any:
        """A starknet-py account."""
        opened = await open_account(node or self.node, one.address, one.private_key)
        self._stack.push_async_callback(close_account, opened)
        return opened

    def journal(self, one: Account) -> SqliteJournal:
        """The account's own journal."""
        return SqliteJournal(self._folder / f"{one.address:#x}.sqlite")

    async def sender(self, one: Account, node: Node | None = None, **options: Any) -> tuple[Any, Sender]:
        """An account and its sender."""
        account = await self.account(one, node)
        limit_fri = options.pop("limit_fri", LIMIT_FRI)
        return account, Sender(account, self.journal(one), limit_fri, **options)

    async def chain(
        self, one: Account, deployed: Deployed, node: Node | None = None, **options: Any
    ) -> StarknetChain:
        """A network as an account sees it."""
        account, sender = await self.sender(one, node, **options)
        return await StarknetChain.connect(account, sender, deployed.directory)

    async def network(self, rules: Rules = RULES) -> Views:
        """A new network with one worker."""
        artist, owner, operator, outsider = self.accounts[:4]
        deployed = await deploy_network(await self.account(artist), rules)
        account, sender = await self.sender(owner)
        registry = await StarknetRegistry.connect(account, sender, deployed.directory)
        worker_id = await registry.register(operator.address, PAYOUT, [FAMILY], 5 * FRI_PER_STRK)
        working = await StarknetRegistry.connect(*await self.sender(operator), deployed.directory)
        await working.accept_operator(worker_id)
        first, second, third = [await self.chain(one, deployed) for one in (artist, operator, outsider)]
        return Views(self.node, deployed, first, second, third, registry, worker_id, self)
