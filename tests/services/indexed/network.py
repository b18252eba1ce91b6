"""A network in memory, an index that follows it, and an artist's list that reads of both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from renderchain.adapters.index.http import RemoteIndex
from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.app.indexed.artist import IndexedArtist
from renderchain.app.indexed.asking import Asking
from renderchain.app.requester.overview import Overview
from renderchain.core.artist_job import JobOverview
from renderchain.core.job import LeaseResult, StandingOffer
from renderchain.core.network_events import (
    BoardAnnounced,
    FamiliesChanged,
    OfferChanged,
    StakeChanged,
    WorkerRegistered,
)
from renderchain.core.notices import Notice
from renderchain.ports.event_feed import Block, NetworkEvent, PlacedEvent
from sqlalchemy import Engine

from devkit.board.network import ADDRESSES, MemoryNetwork
from devkit.board.people import MemoryNetworks, MemoryPeople
from devkit.made_up_job import FAMILY, TERMS
from services.index.store import Network, Store
from tests.services.api.served import Served, serving

DIRECTORY = 0xD1
NETWORK = Network(ADDRESSES.chain_id, DIRECTORY, ADDRESSES.registry)
SHORT = replace(TERMS, tasks=2, longest_lease=1)
PACKAGES = (1, 2, 3, 4)


async def played() -> MemoryPeople:
    """An artist with a job that is over and whose place another one has, one that is rendered, one that
    waits; and another account's job.
    """
    people = await MemoryNetworks().network()
    artist, worker = people.artist, people.worker
    first = await artist.create_job(replace(SHORT, package_lo=PACKAGES[0]))
    await worker.give_back(await worker.claim_lease(first, 0), "tired")
    for _ in range(SHORT.tasks):
        lease = await worker.claim_lease(first, 0)
        await worker.submit(lease, 1, LeaseResult(9, 4, 5, 6))
        await artist.accept(first, [lease])
    await people.owner.set_offer(people.worker_id, StandingOffer(10**18, 2**40, 1, 2**39))
    second = await artist.create_job(replace(SHORT, package_lo=PACKAGES[1]))
    await worker.claim_lease(second, 0)
    await artist.create_job(replace(SHORT, package_lo=PACKAGES[2]))
    await people.outsider.create_job(replace(SHORT, package_lo=PACKAGES[3]))
    people.pass_time(1, 60)
    return people


def blocks_of(people: MemoryPeople) -> Iterator[Block]:
    """The chain as the index reads it; what the registry would have told comes in the first block."""
    memory = people.memory
    for number in range(memory.block + 1):
        told: list[tuple[int, NetworkEvent]] = [(ADDRESSES.board, one) for one in memory.events_of(number)]
        if number == 0:
            told = [(DIRECTORY, BoardAnnounced(0, ADDRESSES.board, 1))]
        if number == memory.block:
            told += [(ADDRESSES.registry, one) for one in registered(memory)]
        events = tuple(PlacedEvent(at, 0, number << 16 | at, *one) for at, one in enumerate(told))
        parent = memory.hash_of(number - 1) if number else 0
        yield Block(number, memory.hash_of(number), parent, memory.time_of(number), events, memory.block)


def registered(memory: MemoryNetwork) -> Iterator[NetworkEvent]:
    """What the registry tells of its workers."""
    for number, worker in memory.model.workers.items():
        offer = worker.offer
        yield WorkerRegistered(0, number, worker.owner, worker.payout)
        yield StakeChanged(0, number, worker.stake_fri, worker.locked_fri, worker.unstaking_fri)
        yield FamiliesChanged(0, number, (FAMILY,), True)
        amounts = (offer.least_reward_fri, offer.largest_package_bytes, offer.slots, offer.until_s)
        yield OfferChanged(
            0, number, *amounts, offer.audit_fee_fri, offer.memory_mib, offer.audits_until_epoch
        )


@contextmanager
def indexed(people: MemoryPeople, engine: Engine) -> Iterator[Served]:
    """The index of that network, served."""
    store = Store(engine)
    store.open(NETWORK)
    for block in blocks_of(people):
        store.apply(block)
    with serving(engine, store) as found:
        yield found


@dataclass
class Viewer:
    """An artist's machine with an index, or without one; what is said of the index is kept."""

    people: MemoryPeople
    folder: Path
    index: RemoteIndex | None = None
    now_s: float = 0.0
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journal = SqliteJournal(self.folder / "journal.sqlite")
        self.reads: IndexedArtist | None = None
        self.asking: Asking | None = None
        if self.index:
            self.asking = Asking(self.index, DIRECTORY, self._hear, lambda: self.now_s)
            self.reads = IndexedArtist(self.asking, is_asked_again=True)

    def _hear(self, notice: Notice) -> None:
        self.said.append(notice.sentence)

    async def look(self) -> list[JobOverview]:
        """The list as it is shown now."""
        now_s = self.people.memory.now_s
        overview = Overview(self.people.artist, self.journal, 0, lambda: now_s, self.reads)
        return await overview.jobs()


class Recorded(RemoteIndex):
    """An index whose answers were recorded, some of which are others; ``asked`` are the addresses."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        super().__init__("https://index.example")
        self.answers = answers
        self.asked: list[str] = []

    async def _fetched(self, url: str) -> tuple[int, bytes]:
        path = url.removeprefix("https://index.example")
        self.asked.append(path)
        raw = self.answers.get(path)
        return (404, b'{"detail":"There is none."}') if raw is None else (200, raw)


class Recording(RemoteIndex):
    """Asks a real index and keeps what it answers."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url
        self.answers: dict[str, bytes] = {}

    async def _fetched(self, url: str) -> tuple[int, bytes]:
        status, raw = await super()._fetched(url)
        self.answers[url.removeprefix(self.url)] = raw
        return status, raw


def sure(found: list[JobOverview]) -> list[Any]:
    """What of the list no index may change: all of what runs, and of what is over which it is, and that."""
    return [
        one if one.is_running else (one.entry, one.kept, one.missing, one.waits, one.cancel, one.left_s)
        for one in found
    ]
