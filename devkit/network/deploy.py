"""Declare and deploy a RenderChain network: directory, registry and boards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renderchain.adapters.starknet.artefacts import Artefacts
from renderchain.adapters.starknet.contracts import abi_of, class_hash_of, read_abis_fast
from renderchain.core.network_record import CLASSES
from renderchain.core.network_record import STRK as STRK
from starknet_py.hash.selector import get_selector_from_name
from starknet_py.net.client_errors import ClientError
from starknet_py.net.client_models import Call, ResourceBounds, ResourceBoundsMapping
from starknet_py.net.udc_deployer.deployer import Deployer
from starknet_py.utils.constructor_args_translator import translate_constructor_args

from devkit.rules import Rules

REPO = Path(__file__).resolve().parents[2]
ARTEFACTS = REPO / "contracts" / "artefacts"
_artefacts = Artefacts(ARTEFACTS)  # one for all: it remembers hashes that took seconds
DECLARATION_GAS = 8 * 10**9
DATA_GAS = 10**5


@dataclass(frozen=True)
class Deployed:
    """Contract addresses of a network."""

    directory: int
    registry: int
    boards: tuple[int, ...]

    @property
    def board(self) -> int:
        """The only one, or the first."""
        return self.boards[0]


async def deploy_network(owner: Any, rules: Rules, boards: int = 1) -> Deployed:
    """Deploy with ``owner`` (a starknet-py account) as the directory's owner, in one transaction.

    Later boards wait one second longer than the cool-down, so that workers can leave first.
    """
    read_abis_fast()
    directory = _deployment("Directory", [owner.address, STRK, rules.cooldown_s + 1])
    registry = _deployment("WorkerRegistry", [directory.address, STRK, *rules.registry_arguments()])
    added = [_board(directory.address, registry.address) for _ in range(boards)]
    set_registry = _command(directory.address, "set_registry", registry.address)
    announced = [_command(directory.address, "announce_board", one.address) for one in added]
    deployments = [one.call for one in (directory, registry, *added)]
    await _send(owner, [*deployments, set_registry, *announced])
    addresses = tuple(int(one.address) for one in added)
    return Deployed(int(directory.address), int(registry.address), addresses)


async def announce_board(owner: Any, known: Deployed) -> int:
    """Deploy one more board of a network and announce it; returns its address."""
    board = _board(known.directory, known.registry)
    await _send(owner, [board.call, _command(known.directory, "announce_board", board.address)])
    return int(board.address)


def _board(directory: int, registry: int) -> Any:
    libraries = [class_hash_of(name) for name in ("AuditLibrary", "ChallengeLibrary")]
    return _deployment("JobBoard", [directory, registry, STRK, *libraries])


def _deployment(name: str, arguments: list[Any]) -> Any:
    raw = translate_constructor_args(abi_of(name), arguments, cairo_version=1)
    return Deployer().create_contract_deployment_raw(class_hash_of(name), raw_calldata=raw)


def _command(directory: int, name: str, argument: int) -> Call:
    return Call(directory, get_selector_from_name(name), [argument])


async def _send(owner: Any, calls: list[Call]) -> None:
    """Declares the classes first, unless the chain knows them from an earlier network."""
    try:
        sent = await owner.execute_v3(calls, auto_estimate=True)
    except ClientError as error:
        if "not declared" not in str(error):
            raise
        for name in CLASSES:
            await _declare(owner, name)
        sent = await owner.execute_v3(calls, auto_estimate=True)
    await owner.client.wait_for_tx(sent.transaction_hash, check_interval=0.1)


async def _declare(owner: Any, name: str) -> None:
    """With bounds that are ample: an estimate would hash and compile the class once more."""
    block = await owner.client.get_block(block_number="latest")
    bounds = ResourceBoundsMapping(
        l1_gas=ResourceBounds(0, 2 * block.l1_gas_price.price_in_fri),
        l1_data_gas=ResourceBounds(DATA_GAS, 2 * block.l1_data_gas_price.price_in_fri),
        l2_gas=ResourceBounds(DECLARATION_GAS, 2 * block.l2_gas_price.price_in_fri),
    )
    signed = await owner.sign_declare_v3(
        _artefacts.sierra(name),
        _artefacts.compiled_hash(name, block.starknet_version),
        resource_bounds=bounds,
    )
    try:
        sent = await owner.client.declare(signed)
    except ClientError as error:
        if "already declared" in str(error):
            return  # by somebody whose network was cut off in the making
        raise
    await owner.client.wait_for_tx(sent.transaction_hash, check_interval=0.1)
