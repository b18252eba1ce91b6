"""One network for all attacks: a devnet, a Kubo, an artist, and workers of which each has its own owner.

Nothing runs by itself: a test says who does what, and time and blocks pass when it says so. The parts
are the worker's own: RenderLease renders, ProverDuties answer for its leaves, VerifierDuties verify.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import tempfile
import urllib.request
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from renderchain.adapters.images.exr import read_noisy
from renderchain.adapters.ipfs.kubo import KuboStore
from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.adapters.poseidon import hash_many
from renderchain.adapters.sealing import AccountUnwrapper, ChaChaSealer
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.adapters.starknet.node import Node, close_account, open_account
from renderchain.adapters.starknet.registry import StarknetRegistry
from renderchain.adapters.starknet.sender import Sender
from renderchain.adapters.starknet.view import ask
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.audit.prover import ProverDuties
from renderchain.app.audit.rerender import Rerender
from renderchain.app.audit.showing import Showing, ShowLimits
from renderchain.app.audit.verifier import VerifierDuties
from renderchain.app.exchange.package import PinnedPackage, pin_package
from renderchain.app.exchange.pins import Pins
from renderchain.app.requester.offer import Offer
from renderchain.app.requester.quote import quote_of, terms_of
from renderchain.app.worker.lane import Lane
from renderchain.app.worker.render_lease import RenderLease
from renderchain.core.audit.economics import PHASES
from renderchain.core.ids import NO_WORKER, JobId, LeaseId, WorkerId
from renderchain.core.job import JobTerms, StandingOffer, family_of
from renderchain.core.lease_id import MAX_SLOTS, split_lease_id
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.print_limits import LEAST
from renderchain.core.sealed import SECRET_BITS
from renderchain.ports.content_store import ContentStore
from renderchain.ports.journal import LeaseEntry
from renderchain.ports.renderer import Renderer
from renderchain.ports.sealer import Sealer

from devkit.fakes.renderer import look_away
from devkit.network.deploy import Deployed, deploy_network
from devkit.network.devnet import pass_time, tell
from devkit.network.local import Account, SilentReporter, predeployed
from devkit.network.services import start_devnet, start_kubo, stop
from devkit.renderings import HONEST, Renderings
from devkit.rules import AT_ONCE, Rules

PHASE_S = 600  # of chain time, which passes at once; more than a busy machine takes for a step
TIMEOUT_S = 5000
RULES = Rules(
    cooldown_s=90_000,
    lease_timeout_s=TIMEOUT_S,
    window_s=20_000,
    audit_s=PHASES * PHASE_S,
    slowest_block_s=10**6,
    epoch_blocks=10,
    **AT_ONCE,
)
FAMILY = family_of((4, 5), "CYCLES", "CPU")
REWARD_FRI = FRI_PER_STRK // 10
STAKE_FRI = 100 * FRI_PER_STRK
SEATS = 5
MOST_BLOCKS = 5000
OFFER = StandingOffer(1, 2**40, 4, 2**39, audit_fee_fri=1, memory_mib=1024, audits_until_epoch=2**31)
FEE_LIMIT_FRI = 50 * FRI_PER_STRK
SILENT = SilentReporter()


@dataclass
class Worker:
    """A provider: its operator's chain, its owner's registry, and what it keeps on its own disk."""

    chain: StarknetChain
    registry: StarknetRegistry
    worker_id: WorkerId
    payout: int
    folder: Path
    store: ContentStore
    renderer: Renderer

    @property
    def proof_store(self) -> ProofStore:
        """Opened anew each time, as after a restart."""
        return ProofStore(self.folder / "evidence")

    @property
    def journal(self) -> SqliteJournal:
        """Opened anew each time, as after a restart."""
        return SqliteJournal(self.folder / "journal.sqlite")

    @property
    def prover(self) -> ProverDuties:
        """For its own leases."""
        parts = (self.chain, self.proof_store, SILENT, hash_many, self.showing)
        return ProverDuties(*parts, appeals=True)

    @property
    def showing(self) -> Showing:
        """With money enough for all that can be shown."""
        return Showing(self.chain, SILENT, ShowLimits(10**10, FEE_LIMIT_FRI))

    def rerender(self, renderer: Renderer | None = None) -> Rerender:
        """What renders leaves of others again, with that renderer."""
        parts = (self.store, renderer or self.renderer, SILENT, self.folder)
        return Rerender(*parts, hash_many=hash_many, sealer=ChaChaSealer(), read_noisy=read_noisy)

    def verifier_duties(
        self, renderer: Renderer | None = None, now: Callable[[], float] = lambda: 0.0
    ) -> VerifierDuties:
        """For leases of others, which it verifies with that renderer."""
        rerender = self.rerender(renderer)
        nonce = secrets.randbits(SECRET_BITS)
        return VerifierDuties(
            self.chain,
            rerender,
            self.proof_store,
            SILENT,
            hash_many,
            self.showing,
            lambda: nonce,
            now,
            appeals=True,
        )

    async def claim(self, job_id: JobId) -> LeaseId:
        """Take a lease into a free slot and note it, as the agent does."""
        taken = {split_lease_id(one)[1] for one in await self.chain.open_leases()}
        slot = min(set(range(MAX_SLOTS)) - taken)
        lease_id = await self.chain.claim_lease(job_id, slot)
        secret = secrets.randbits(SECRET_BITS)
        self.journal.save_lease(LeaseEntry(self.chain.board, lease_id, job_id, secret, "claimed"))
        return lease_id

    async def render(
        self,
        lease_id: LeaseId,
        renderer: Renderer | None = None,
        store: ContentStore | None = None,
        frames: int | None = None,
        sealer: Sealer | None = None,
    ) -> None:
        """Render, seal, pin and submit all frames, or the first ones."""
        lease = await self.chain.lease(lease_id)
        lease = replace(lease, count=frames or lease.count)
        (entry,) = [one for one in self.journal.leases(self.chain.board) if one.lease_id == lease_id]
        store = store or self.store
        work = RenderLease(
            self.chain,
            store,
            SILENT,
            self.folder,
            hash_many=hash_many,
            sealer=sealer or ChaChaSealer(),
            proof_store=self.proof_store,
            pins=Pins(store, self.folder / "pins.json", self.chain.board, self.proof_store.knows),
            journal=self.journal,
            images_in=look_away,
        )
        turn = Lane(1, renderer or self.renderer, None).give(entry)
        await work.run(turn, lease, await self.chain.job(lease.job_id))


@dataclass(frozen=True)
class Books:
    """Money at one moment, in fri: stakes and what the board owes or paid, by worker; 0 is the artist.

    ``operators``: what the board owes them of bonds and of fees for strikes and showings; 0 is the outsider.
    """

    stakes: dict[WorkerId, int]
    locked: dict[WorkerId, int]
    owed: dict[WorkerId, int]
    operators: dict[WorkerId, int]
    burned_fri: int

    def since(self, before: Books) -> Books:
        """What changed; zeros are left out."""

        def change(now: dict[WorkerId, int], then: dict[WorkerId, int]) -> dict[WorkerId, int]:
            return {key: now[key] - then[key] for key in now if now[key] != then[key]}

        return Books(
            change(self.stakes, before.stakes),
            change(self.locked, before.locked),
            change(self.owed, before.owed),
            change(self.operators, before.operators),
            self.burned_fri - before.burned_fri,
        )


@dataclass
class Arena:
    """Made by ``arena``. Workers have the numbers 1, 2, … in the registry."""

    node: Node
    deployed: Deployed
    artist: StarknetChain
    artist_key: int
    outsider: StarknetChain
    workers: list[Worker]
    store: KuboStore
    kubo_port: int
    renderings: Renderings
    folder: Path
    packages: dict[int, PinnedPackage] = field(default_factory=dict)

    def worker(self, worker_id: WorkerId) -> Worker:
        """By its number in the registry."""
        return self.workers[worker_id - 1]

    @property
    def unwrapper(self) -> AccountUnwrapper:
        """The artist's key for results."""
        return AccountUnwrapper(self.artist_key, self.artist.chain_id)

    def blocks(self, count: int) -> None:
        """Make blocks; so many only wait for votes that nobody gives."""
        assert count <= MOST_BLOCKS, f"{count} blocks"
        for _ in range(count):
            tell(self.node.rpc_url, "createBlock")

    def late(self, seconds: int = PHASE_S + 1) -> None:
        """Let a step's time pass."""
        pass_time(self.node.rpc_url, seconds, 1)

    def drop_blocks(self, first: int) -> None:
        """A reorganisation from that block on."""
        tell(self.node.rpc_url, "abortBlocks", starting_block_id={"block_number": first})

    async def package(self, frames: int) -> PinnedPackage:
        """The scene as a package of so many frames, pinned."""
        if frames not in self.packages:
            folder = self.folder / f"package-{frames}"
            shutil.copytree(self.renderings.package, folder)
            manifest = self.renderings.with_frames(frames)
            key = self.unwrapper.public_key
            self.packages[frames] = await pin_package(self.store, folder, manifest, key, SILENT)
        return self.packages[frames]

    async def terms(self, frames: int = 2, lease: int = 2, **changes: Any) -> JobTerms:
        """A job's terms; its audits cost a little more than a twentieth of its pay."""
        pay_fri = min(lease, frames) * REWARD_FRI
        offer = Offer(
            REWARD_FRI,
            audit_floor_exp=0,
            audit_fee_fri=pay_fri // 50,
            longest_lease=lease,
            lease_timeout_s=TIMEOUT_S,
            window_s=RULES.window_s,
        )
        package = await self.package(frames)
        leaves, layers = package.manifest.leaves_per_frame, len(package.manifest.view_layers)
        terms = terms_of(package, quote_of(offer, frames, leaves, layers, gas_price_fri=0))
        pool_fri = terms.audit_pool_fri + frames * REWARD_FRI
        limits = {"tile_limit_percent": LEAST.tile_percent, "mean_limit_percent": LEAST.mean_percent}
        own = {"audit_tile_fri": pay_fri // 2000, "audit_pool_fri": pool_fri, **limits}
        return replace(terms, **{**own, **changes})

    async def job(self, frames: int = 2, lease: int = 2, **changes: int) -> JobId:
        """A new job of the artist."""
        return await self.artist.create_job(await self.terms(frames, lease, **changes))

    async def submitted(self, worker: Worker, renderer: Renderer | None = None, **terms: int) -> LeaseId:
        """A lease of a job of its own that the worker claimed, rendered so, and submitted."""
        lease_id = await worker.claim(await self.job(**terms))
        await worker.render(lease_id, renderer)
        return lease_id

    async def books(self) -> Books:
        """Where all money is."""
        stakes, locked = {}, {}
        owed = {NO_WORKER: await self.artist.balance_fri(self.artist.address)}
        operators = {NO_WORKER: await self.artist.balance_fri(self.outsider.address)}
        for one in self.workers:
            info = await self.artist.worker(one.worker_id)
            stakes[one.worker_id] = info.stake_fri + info.seat_stake_fri
            locked[one.worker_id] = info.locked_fri
            paid_fri = await self.artist.tokens_fri(one.payout)  # an address that never pays
            owed[one.worker_id] = paid_fri + await self.artist.balance_fri(one.payout)
            operators[one.worker_id] = await self.artist.balance_fri(one.chain.address)
        return Books(stakes, locked, owed, operators, await self.artist.burned_fri())

    async def check_books(self) -> None:
        """What the registry holds is stake or burned there: nothing is lost and nothing is made."""
        stakes = (await self.books()).stakes
        held_fri = await self.artist.tokens_fri(self.deployed.registry)
        assert held_fri == sum(stakes.values()) + int(await ask(self.artist._registry, "burned_fri"))

    def forget(self, cid: str) -> None:
        """Have Kubo lose what is not pinned, and that."""
        self._kubo(f"pin/rm?arg={cid}")
        self._kubo("repo/gc")

    def _kubo(self, path: str) -> Any:
        address = f"http://127.0.0.1:{self.kubo_port}/api/v0/{path}"
        with urllib.request.urlopen(urllib.request.Request(address, method="POST")) as answer:
            return [json.loads(line) for line in answer]


class _Opener:
    """Accounts and clients of one devnet."""

    def __init__(self, node: Node, folder: Path, stack: AsyncExitStack) -> None:
        self._node = node
        self._folder = folder
        self._stack = stack

    async def sender(self, one: Account, folder: Path) -> tuple[Any, Sender]:
        """A starknet-py account and its sender, which keeps its journal in the folder."""
        account = await open_account(self._node, one.address, one.private_key)
        self._stack.push_async_callback(close_account, account)
        folder.mkdir(parents=True, exist_ok=True)
        return account, Sender(account, SqliteJournal(folder / "journal.sqlite"), FEE_LIMIT_FRI)

    async def chain(self, one: Account, folder: Path, deployed: Deployed) -> StarknetChain:
        """A network as an account sees it."""
        account, sender = await self.sender(one, folder)
        return await StarknetChain.connect(account, sender, deployed.directory)

    async def worker(
        self, accounts: Sequence[Account], deployed: Deployed, folder: Path
    ) -> tuple[StarknetChain, StarknetRegistry, WorkerId, int]:
        """Its owner stakes, offers and takes seats; its pay goes to an address of its own."""
        owner, operator = accounts
        account, sender = await self.sender(owner, folder / "owner")
        registry = await StarknetRegistry.connect(account, sender, deployed.directory)
        payout = owner.address ^ 1
        worker_id = await registry.register(operator.address, payout, [FAMILY], STAKE_FRI)
        await registry.set_offer(worker_id, OFFER)
        await registry.stake_seats(worker_id, SEATS * RULES.seat_unit_fri)
        await registry.set_seats(worker_id, FAMILY, SEATS)
        working, own = await self.sender(operator, folder)
        await (await StarknetRegistry.connect(working, own, deployed.directory)).accept_operator(worker_id)
        chain = await StarknetChain.connect(working, own, deployed.directory)
        return chain, registry, worker_id, payout


@asynccontextmanager
async def arena(workers: int, renderings: Renderings) -> AsyncIterator[Arena]:
    """A network with so many workers; everything ends with the block."""
    folder = Path(tempfile.mkdtemp(prefix="renderchain-attacks-"))
    pids = []
    try:
        devnet, port = start_devnet(folder, 2 + 2 * workers, archive=True)
        pids.append(devnet)
        kubo, kubo_port = start_kubo(folder)
        pids.append(kubo)
        node = Node(f"http://127.0.0.1:{port}/rpc", f"ws://127.0.0.1:{port}/ws")
        artist, outsider, *others = predeployed(node.rpc_url)
        store = KuboStore(f"/ip4/127.0.0.1/tcp/{kubo_port}")
        honest = await renderings.of(HONEST)
        async with AsyncExitStack() as stack:
            opener = _Opener(node, folder, stack)
            account, _ = await opener.sender(artist, folder / "deployer")
            deployed = await deploy_network(account, RULES)
            found = []
            for number in range(workers):
                pair, place = others[2 * number : 2 * number + 2], folder / f"worker-{number + 1}"
                found.append(
                    Worker(*await opener.worker(pair, deployed, place), place, store=store, renderer=honest)
                )
            views = [
                await opener.chain(one, folder / name, deployed)
                for one, name in ((artist, "artist"), (outsider, "outsider"))
            ]
            made = Arena(
                node,
                deployed,
                views[0],
                artist.private_key,
                views[1],
                found,
                store,
                kubo_port,
                renderings,
                folder,
            )
            # Seats count from the next epoch on, and draws are over the one before a submission.
            made.blocks(2 * RULES.epoch_blocks)
            yield made
    finally:
        for pid in pids:
            stop(pid)
        await asyncio.to_thread(shutil.rmtree, folder, True)
