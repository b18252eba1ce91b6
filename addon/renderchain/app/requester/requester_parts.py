"""What an artist's use cases work with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from ...core.ids import JobId
from ...core.merkle import HashMany
from ...ports.boards import Boards
from ...ports.content_store import ContentStore
from ...ports.journal import Journal
from ...ports.package_keys import PackageSealer
from ...ports.receipt_chain import ReceiptChain, ReceiptSigner
from ...ports.reporter import Reporter
from ...ports.sealer import Sealer, Unwrapper
from ..exchange.lease_result import ReadNoisy
from ..exchange.probe import Probe
from ..indexed.artist import IndexedArtist
from ..upkeep.store_upkeep import StoreUpkeep
from .final_check import FinalCheck
from .own_check import OwnCheck
from .own_keys import OwnKeys


@dataclass(frozen=True)
class RequesterParts:
    """What the use cases work with; ``open_boards`` connects the artist's account.

    ``turn_of`` has a board's job to one process at a time; it raises AgentRunsAlready. ``now`` gives seconds
    since 1970.
    """

    open_boards: Callable[[], AbstractAsyncContextManager[Boards]]
    store: ContentStore
    journal: Journal
    unwrapper: Callable[[ReceiptChain], Unwrapper]
    sealer: Sealer
    final_check: Callable[[Reporter], FinalCheck]
    own_check: Callable[[Reporter], OwnCheck]
    turn_of: Callable[[int, JobId], AbstractAsyncContextManager[None]]
    most_challenges: int
    package_sealer: PackageSealer
    package_keys: Callable[[ReceiptChain], OwnKeys]
    most_private_workers: int
    probe: Probe
    fetched_parts: Path  # where is kept what came of results whose fetch broke off
    receipt_parts: Path  # where is kept what receipts of jobs need
    signer: Callable[[ReceiptChain], ReceiptSigner]
    hash_many: HashMany
    read_noisy: ReadNoisy
    packages: Path  # where those of jobs lie that are followed
    from_block: int
    upkeep: StoreUpkeep
    now: Callable[[], float]
    index: IndexedArtist | None = None
