"""Declare and deploy a RenderChain network: directory, registry and boards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renderchain.adapters.starknet.contracts import read_abis_fast
from renderchain.core.network_record import STRK as STRK
from starknet_py.contract import Contract
from starknet_py.net.client_errors import ClientError

from devkit.rules import Rules

REPO = Path(__file__).resolve().parents[2]
ARTEFACTS = REPO / "contracts" / "artefacts"
CLASSES = REPO / "addon" / "renderchain" / "adapters" / "starknet" / "abi" / "classes.json"


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
    """Deploy with ``owner`` (a starknet-py account) as the directory's owner.

    Later boards wait one second longer than the cool-down, so that workers can leave first.
    """
    read_abis_fast()
    directory = await _deploy(owner, "Directory", [owner.address, STRK, rules.cooldown_s + 1])
    registry = await _deploy(owner, "WorkerRegistry", [directory.address, STRK, *rules.registry_arguments()])
    await _command(directory, "set_registry", registry.address)
    addresses = [await _announced(owner, directory, registry.address) for _ in range(boards)]
    return Deployed(int(directory.address), int(registry.address), tuple(addresses))


async def announce_board(owner: Any, known: Deployed) -> int:
    """Deploy one more board of a network and announce it; returns its address."""
    abi = json.loads((CLASSES.parent / "Directory.json").read_text())
    directory = Contract(address=known.directory, abi=abi, provider=owner)
    return await _announced(owner, directory, known.registry)


async def _announced(owner: Any, directory: Any, registry: int) -> int:
    libraries = [await _declare(owner, name) for name in ("AuditLibrary", "ChallengeLibrary")]
    board = await _deploy(owner, "JobBoard", [directory.address, registry, STRK, *libraries])
    await _command(directory, "announce_board", board.address)
    return int(board.address)


async def _command(directory: Any, name: str, argument: int) -> None:
    sent = await directory.functions[name].invoke_v3(argument, auto_estimate=True)
    await sent.wait_for_acceptance(check_interval=0.1)


async def _deploy(owner: Any, name: str, arguments: list[Any]) -> Any:
    class_hash = await _declare(owner, name)
    abi = json.loads((CLASSES.parent / f"{name}.json").read_text())
    deployed = await Contract.deploy_contract_v3(
        owner, class_hash, abi=abi, constructor_args=arguments, auto_estimate=True
    )
    await deployed.wait_for_acceptance(check_interval=0.1)
    return deployed.deployed_contract


async def _declare(owner: Any, name: str) -> int:
    """Declare a class unless the chain knows it from an earlier network; returns its hash."""
    class_hash = int(json.loads(CLASSES.read_text())[name], 16)
    try:
        await owner.client.get_class_by_hash(class_hash)
    except ClientError:
        declared = await Contract.declare_v3(
            owner,
            compiled_contract=_artefact(name, "sierra"),
            compiled_contract_casm=_artefact(name, "casm"),
            auto_estimate=True,
        )
        await declared.wait_for_acceptance(check_interval=0.1)
    return class_hash


def _artefact(name: str, form: str) -> str:
    return (ARTEFACTS / f"{name}.{form}.json").read_text()
