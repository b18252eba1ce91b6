"""A devnet with our contracts and as many workers as a benchmark wants."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.adapters.starknet.node import Node, close_account, open_account
from renderchain.adapters.starknet.registry import StarknetRegistry
from renderchain.adapters.starknet.sender import Sender
from renderchain.core.audit.economics import PAY_FEES, PHASES, audit_pool
from renderchain.core.job import JobTerms, StandingOffer, family_of
from renderchain.core.money import FRI_PER_STRK
from starknet_py.net.signer.stark_curve_signer import KeyPair

from devkit.network.deploy import Deployed, deploy_network
from devkit.network.devnet import pass_time
from devkit.network.local import Account, predeployed
from devkit.network.services import start_devnet, stop
from devkit.rules import AT_ONCE, Rules

FAMILY = family_of((4, 5), "CYCLES", "CPU")
REWARD_FRI = FRI_PER_STRK // 1000
DEAR_FRI = FRI_PER_STRK // 5  # a frame, whose audit earns verifiers what gives credit for a whole lease
TILES = 40  # of a frame
AUDIT_FEE_FRI, AUDIT_TILE_FRI = REWARD_FRI // 100, REWARD_FRI // 1000
PHASE_S = 3600
SEATS = 5  # of each worker
STAKE_FRI = 10 * FRI_PER_STRK
OFFER = StandingOffer(1, 10**9, 16, 2**39, audit_fee_fri=1, audits_until_epoch=2**31)
RULES = Rules(
    slowest_block_s=PHASE_S,
    audit_s=PHASES * PHASE_S,
    seat_unit_fri=FRI_PER_STRK,
    epoch_blocks=10,
    **AT_ONCE,
)


@dataclass
class ManyWorkers:
    """The artist's, an aggregator's and workers' clients; ``account`` opens plain accounts."""

    node: Node
    deployed: Deployed
    artist: StarknetChain
    aggregator: StarknetChain
    workers: list[StarknetChain]
    accounts: list[Account]
    artist_account: Any

    def terms(
        self, tasks: int, lease: int, *, scheduled: bool = True, floor_exp: int = 0, dear: bool = False
    ) -> JobTerms:
        """A job of so many frames in leases of at most so many; a dear one gives its workers credit."""
        reward_fri, fee_fri = (DEAR_FRI, DEAR_FRI // PAY_FEES) if dear else (REWARD_FRI, AUDIT_FEE_FRI)
        tile_fri = 0 if dear else AUDIT_TILE_FRI
        scheduler = (self.artist.address, 3600) if scheduled else (0, 0)
        audit = (TILES, 16, fee_fri, tile_fri)
        times: dict[str, Any] = {"scheduler": scheduler[0], "scheduler_grace_s": scheduler[1]}
        return JobTerms(
            *(2**127, 1, 10**6, 9, tasks, reward_fri, audit_pool(tasks, lease, *audit), FAMILY),
            audit_floor_exp=floor_exp,
            audit_tiles=audit[1],
            longest_lease=lease,
            tiles=TILES,
            audit_fee_fri=fee_fri,
            audit_tile_fri=tile_fri,
            **times,
        )


@asynccontextmanager
async def many_workers(workers: int) -> AsyncIterator[ManyWorkers]:
    """Everything ends with the block."""
    folder = Path(tempfile.mkdtemp(prefix="renderchain-bench-"))
    pid, port = start_devnet(folder, 2 + 2 * workers)
    node = Node(f"http://127.0.0.1:{port}/rpc", f"ws://127.0.0.1:{port}/ws")
    accounts = predeployed(node.rpc_url)
    try:
        async with AsyncExitStack() as stack:

            async def opened(one: Account) -> tuple[Any, Sender]:
                account = await open_account(node, one.address, one.private_key)
                stack.push_async_callback(close_account, account)
                journal = SqliteJournal(folder / f"{one.address:#x}.sqlite")
                return account, Sender(account, journal, 100 * FRI_PER_STRK)

            artist_account, artist = await opened(accounts[0])
            deployed = await deploy_network(artist_account, RULES)
            connect = StarknetChain.connect
            views = [await connect(artist_account, artist, deployed.directory)]
            views.append(await connect(*await opened(accounts[1]), deployed.directory))
            for owner, operator in zip(accounts[2::2], accounts[3::2], strict=True):
                registry = await StarknetRegistry.connect(*await opened(owner), deployed.directory)
                number = await registry.register(operator.address, owner.address, [FAMILY], STAKE_FRI)
                await registry.stake_seats(number, SEATS * RULES.seat_unit_fri)
                await registry.set_seats(number, FAMILY, SEATS)
                await registry.set_offer(number, OFFER)
                working = await opened(operator)
                await (await StarknetRegistry.connect(*working, deployed.directory)).accept_operator(number)
                await registry.set_signer(number, KeyPair.from_private_key(operator.private_key).public_key)
                views.append(await connect(*working, deployed.directory))
            pass_time(node.rpc_url, 1, 2 * RULES.epoch_blocks)
            yield ManyWorkers(node, deployed, views[0], views[1], views[2:], accounts, artist_account)
    finally:
        stop(pid)
