"""The chain as those use it who deploy and own a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from math import inf
from pathlib import Path

from ..adapters.starknet.artefacts import Artefacts
from ..adapters.starknet.contracts import class_hash_of
from ..adapters.starknet.network import StarknetNetwork
from ..adapters.starknet.node import close_account, open_reader
from ..core.network_record import CLASSES
from ..ports.reporter import Reporter
from ..settings import Settings
from .network import node_of, open_sender

PATIENCE_S = 300.0  # a node compiles each class before it says what declaring it costs
# Where a checkout of the repository has them; whoever has only the package names a folder.
ARTEFACTS = Path(__file__).resolve().parents[3] / "contracts" / "artefacts"


@asynccontextmanager
async def open_network(
    settings: Settings, reporter: Reporter, artefacts: Path = ARTEFACTS, *, signs: bool
) -> AsyncIterator[StarknetNetwork]:
    """As the settings' account uses it; without ``signs`` its key is neither needed nor used."""
    compiled, limit_fri = Artefacts(artefacts), settings.fee_limit_fri
    node = replace(node_of(settings), patience_s=PATIENCE_S)
    if signs:
        async with open_sender(settings, reporter, node=node) as (account, sender):
            await sender.recover()
            yield StarknetNetwork(account, sender, compiled, limit_fri)
        return
    reader = await open_reader(replace(node, oldest_head_s=inf), settings.account)
    try:
        yield StarknetNetwork(reader, None, compiled, limit_fri)
    finally:
        await close_account(reader)


def check_artefacts(folder: Path, names: Sequence[str]) -> None:
    """Compare classes that are to be declared with those that this version knows; raises ChangeRefused."""
    for name in names:
        Artefacts(folder).check(name)


def known_classes() -> dict[str, int]:
    """The classes that this version of RenderChain knows the contracts by."""
    return {name: class_hash_of(name) for name in CLASSES}
