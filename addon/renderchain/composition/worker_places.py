"""What a worker keeps of each board: its folder, its evidence, and the pins of both."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..adapters.machine import lacks_room
from ..adapters.starknet.chain import StarknetChain
from ..app.audit.evidence_room import EvidenceRoom
from ..app.audit.kept_content import private_folder
from ..app.audit.proof_store import ProofStore
from ..app.exchange.pins import Pins
from ..app.worker.readiness import Check
from ..ports.content_store import ContentStore
from ..settings import Settings
from .board_folders import evidence_folder, working_folder


@dataclass(frozen=True)
class Place:
    """A board, and where is kept what belongs to it."""

    chain: StarknetChain
    folder: Path
    proof_store: ProofStore


def place_of(settings: Settings, chain: StarknetChain, first: int) -> Place:
    """Of a board; ``first`` is the Directory's first one."""
    all_evidence = settings.folder / "evidence"
    private_folder(all_evidence)
    evidence = evidence_folder(all_evidence, chain.board, first)
    return Place(chain, working_folder(settings.folder, chain.board, first), ProofStore(evidence))


def pins_of(settings: Settings, store: ContentStore, place: Place) -> Pins:
    """In one file for all boards: they have one store, where none may unpin what a lease of another needs."""
    return Pins(store, settings.folder / "pins.json", place.chain.board, place.proof_store.knows)


def room_checks(settings: Settings, stores: Sequence[ProofStore]) -> list[Check]:
    """Of the disk, and of the evidence in ``stores``, to which those of later boards may be added."""
    checks: list[Check] = [lambda: lacks_room(settings.folder, settings.least_free_bytes)]
    if settings.most_evidence_bytes:
        checks.append(EvidenceRoom(stores, settings.most_evidence_bytes, time.time).lacks)
    return checks
