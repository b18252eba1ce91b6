"""A whole network in one folder: services, contracts, accounts, and a settings file for each role."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from renderchain.adapters.keys import KeystoreFile
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.adapters.starknet.node import Node, close_account, open_account
from renderchain.composition.network import open_chain, open_registry
from renderchain.core.audit.economics import PHASES
from renderchain.core.job import StandingOffer, family_of
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.notices import Notice
from renderchain.settings import load_settings

from devkit.rules import AT_ONCE, Rules

from .deploy import Deployed, deploy_network
from .devnet import tell
from .heartbeat import make_blocks
from .services import start_devnet, start_heartbeat, start_kubo, stop

PHASE_S = 60  # a step of an audit; the machine may be busy
RULES = Rules(slowest_block_s=86400, audit_s=PHASES * PHASE_S, epoch_blocks=10, **AT_ONCE)
STAKE_FRI = 100 * FRI_PER_STRK
OFFER = StandingOffer(1, 2**40, 4, 2**39, audit_fee_fri=1, memory_mib=1024, audits_until_epoch=2**31)
FAMILIES = ("4.5", "5.2")


class SilentReporter:
    """For what nobody watches."""

    def say(self, text: str) -> None:
        """Say nothing."""

    def tell(self, notice: Notice) -> None:
        """Tell nothing."""

    def progress(self, what: str, done: int, total: int) -> None:
        """Show nothing."""


@dataclass(frozen=True)
class Account:
    """A funded account of the devnet."""

    address: int
    private_key: int


@dataclass(frozen=True)
class SeatHolding:
    """Seats of a worker in each family that it renders, and the least fee for which it verifies."""

    seats: int = 5
    least_fee_fri: int = 1
    families: tuple[str, ...] = FAMILIES


USUAL = SeatHolding()


@dataclass(frozen=True)
class Network:
    """A running network; ``accounts`` by role: deployer, artist, artist-2 and so on, owner-N, worker-N and
    scheduler-N.

    The registry counts as we do: worker-N has the number N.
    """

    folder: Path
    pids: tuple[int, ...]
    rpc_url: str
    ws_url: str
    ipfs_api: str
    contracts: Deployed
    accounts: dict[str, Account]

    def settings_file(self, role: str) -> Path:
        """The settings of a role."""
        return self.folder / f"{role}.toml"

    def chain(self, role: str) -> AbstractAsyncContextManager[StarknetChain]:
        """The network as a role sees it; a network's settings also hold for its owners."""
        return open_chain(load_settings(self.settings_file(role)), SilentReporter())


def predeployed(rpc_url: str) -> list[Account]:
    """The devnet's own funded accounts."""
    known = tell(rpc_url, "getPredeployedAccounts")
    return [Account(int(one["address"], 16), int(one["private_key"], 16)) for one in known]


def start_network(
    folder: Path,
    workers: int,
    *,
    artists: int = 1,
    boards: int = 1,
    schedulers: int = 0,
    holdings: Mapping[int, SeatHolding] | None = None,
    archive: bool = False,
) -> Network:
    """Start everything below the folder, which must not hold another network.

    ``holdings`` are those of workers, by their numbers, that have others than the usual. ``archive`` is the
    devnet's (``start_devnet``).
    """
    folder.mkdir(parents=True)
    pids: list[int] = []
    try:
        roles = roles_of(workers, artists, schedulers)
        devnet, port = start_devnet(folder, len(roles), archive=archive)
        pids.append(devnet)
        kubo, api = start_kubo(folder)
        pids.append(kubo)
        rpc_url = f"http://127.0.0.1:{port}/rpc"
        accounts = dict(zip(roles, predeployed(rpc_url), strict=True))
        contracts = asyncio.run(deploy(rpc_url, accounts["deployer"], boards))
        network = Network(
            folder,
            tuple(pids),
            rpc_url,
            f"ws://127.0.0.1:{port}/ws",
            f"/ip4/127.0.0.1/tcp/{api}",
            contracts,
            accounts,
        )
        write_settings(network)
        asyncio.run(register(network, workers, holdings or {}))
        pids.append(start_heartbeat(folder, rpc_url))
        return replace(network, pids=tuple(pids))
    except BaseException:
        for pid in pids:
            stop(pid)
        raise


def roles_of(workers: int, artists: int, schedulers: int) -> list[str]:
    """Who has an account."""
    roles = ["deployer", "artist", *(f"artist-{number}" for number in range(2, artists + 1))]
    roles += [f"{kind}-{number}" for number in range(1, workers + 1) for kind in ("owner", "worker")]
    return roles + [f"scheduler-{number}" for number in range(1, schedulers + 1)]


async def deploy(rpc_url: str, deployer: Account, boards: int) -> Deployed:
    """The contracts, with the rules of networks on one machine."""
    owner = await open_account(Node(rpc_url, ""), deployer.address, deployer.private_key)
    try:
        return await deploy_network(owner, RULES, boards)
    finally:
        await close_account(owner)


async def register(network: Network, workers: int, holdings: Mapping[int, SeatHolding]) -> None:
    """Every owner stakes for its worker and gets what the worker earns."""
    for number in range(1, workers + 1):
        operator = network.accounts[f"worker-{number}"].address
        owner = network.accounts[f"owner-{number}"].address
        holding = holdings.get(number, USUAL)
        families = [family_of(_version(text), "CYCLES", "CPU") for text in holding.families]
        settings = load_settings(network.settings_file(f"owner-{number}"))
        async with open_registry(settings, SilentReporter()) as registry:
            seats_fri = len(families) * holding.seats * RULES.seat_unit_fri
            worker_id = await registry.register(operator, owner, families, STAKE_FRI + seats_fri)
            await registry.set_offer(worker_id, replace(OFFER, audit_fee_fri=holding.least_fee_fri))
            await registry.stake_seats(worker_id, seats_fri)
            for family in families:
                await registry.set_seats(worker_id, family, holding.seats)
        settings = load_settings(network.settings_file(f"worker-{number}"))
        async with open_registry(settings, SilentReporter()) as registry:
            await registry.accept_operator(worker_id)
    # Seats count from the next epoch on, and draws are over the one before a submission.
    make_blocks(network.rpc_url, 2 * RULES.epoch_blocks)


def _version(text: str) -> tuple[int, int]:
    major, minor = text.split(".")
    return int(major), int(minor)


def write_settings(network: Network) -> None:
    """A file for each role but the deployer, and its key beside it."""
    password = network.folder / "keystore.password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_hex(16))
    for role, account in network.accounts.items():
        if role == "deployer":
            continue
        keystore = network.folder / f"{role}.keystore.json"
        KeystoreFile(keystore, password).save(account.address, account.private_key)
        values = {
            "rpc_url": network.rpc_url,
            "ws_url": network.ws_url,
            "ipfs_api": network.ipfs_api,
            "network": "devnet",
            "directory": hex(network.contracts.directory),
            "account": hex(account.address),
            "keystore": keystore.name,
            "password_file": password.name,
            "folder": role,
            "device": "CPU",
            "takes_unjudged": "true",  # a network of few workers has too few verifiers
        }
        lines = "".join(f'{name} = "{value}"\n' for name, value in values.items())
        network.settings_file(role).write_text(lines)


@contextmanager
def running_network(
    folder: Path,
    workers: int,
    *,
    artists: int = 1,
    boards: int = 1,
    schedulers: int = 0,
    holdings: Mapping[int, SeatHolding] | None = None,
    archive: bool = False,
) -> Iterator[Network]:
    """A network that ends with the block; its logs stay in the folder."""
    network = start_network(
        folder,
        workers,
        artists=artists,
        boards=boards,
        schedulers=schedulers,
        holdings=holdings,
        archive=archive,
    )
    try:
        yield network
    finally:
        end(network)


def end(network: Network) -> None:
    """Stop the services and delete what only they need; keys go first."""
    for pid in reversed(network.pids):
        stop(pid)
    for keystore in network.folder.glob("*.keystore.json"):
        keystore.unlink()
    shutil.rmtree(network.folder / "kubo", ignore_errors=True)


def save(network: Network) -> None:
    """Leave a note for ``load``; it holds devnet's throw-away keys, so only its user may read it."""
    values: dict[str, Any] = asdict(network) | {"folder": str(network.folder)}
    path = network.folder / "network.json"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(values, file)


def load(folder: Path) -> Network:
    """The network that ``save`` noted; raises FileNotFoundError if there is none."""
    values = json.loads((folder / "network.json").read_text())
    accounts = {role: Account(**account) for role, account in values["accounts"].items()}
    fixed = {"folder": folder, "pids": tuple(values["pids"]), "accounts": accounts}
    known = values["contracts"]
    contracts = Deployed(known["directory"], known["registry"], tuple(known["boards"]))
    return Network(**{**values, **fixed, "contracts": contracts})
