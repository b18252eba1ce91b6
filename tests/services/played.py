"""Blocks as a chain might make them, out of random calls of the reference model."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from renderchain.core.ids import JobId, LeaseId
from renderchain.core.lifecycle import HELD
from renderchain.core.network_events import BoardAnnounced, FamiliesChanged, StakeChanged, WorkerRegistered
from renderchain.ports.event_feed import Block, NetworkEvent, PlacedEvent

import tests.draws  # noqa: F401
from devkit.model.records import Job, Lease
from services.index.store import Network
from tests.invariants.memory import InMemory
from tests.invariants.rounds import play_round
from tests.invariants.world import FAMILY

NETWORK = Network(chain=0x534E, directory=0xD1, registry=0x2E6)
BOARD = 0xB0A2D
STEPS = 120


@dataclass(frozen=True)
class Played:
    """What happened, and the jobs as the model has them in the end, and the leases that go on."""

    blocks: tuple[Block, ...]
    jobs: dict[JobId, Job]
    leases: dict[LeaseId, Lease]


class _Recorded(InMemory):
    told_in: list[tuple[int, int, tuple[NetworkEvent, ...]]]
    last: Played

    def deploy(self) -> None:
        super().deploy()
        self.told_in = []

    def count(self, name: str) -> None:
        super().count(name)
        self.told_in.append((self.clock.block, self.clock.now_s, tuple(self.model.events)))

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "told_in"):
            blocks = [
                block_of(0, 1, announcement()),
                *(block_of(*one, BOARD) for one in merged(self.told_in)),
            ]
            leases = {one.number: one for one in self.model.slots.values() if one.state in HELD}
            type(self).last = Played(tuple(blocks), dict(self.model.jobs), leases)


def announcement() -> tuple[tuple[int, NetworkEvent], ...]:
    """The board, and two workers, who are there before all else."""
    workers = [
        (NETWORK.registry, event)
        for worker in (1, 2)
        for event in (
            WorkerRegistered(0, worker, 0x10 + worker, 0xA1),  # type: ignore[arg-type]
            StakeChanged(0, worker, 10**12, 0, 0),  # type: ignore[arg-type]
            FamiliesChanged(0, worker, (FAMILY,), True),  # type: ignore[arg-type]
        )
    ]
    return ((NETWORK.directory, BoardAnnounced(0, BOARD, 1)), *workers)


def merged(
    told: list[tuple[int, int, tuple[NetworkEvent, ...]]],
) -> list[tuple[int, int, tuple[tuple[int, NetworkEvent], ...]]]:
    """Blocks in order, with all calls that one of them has."""
    found: dict[int, tuple[int, list[tuple[int, NetworkEvent]]]] = {}
    for block, time_s, events in told:
        found.setdefault(block, (time_s, []))[1].extend((BOARD, one) for one in events)
    return [(number, time_s, tuple(events)) for number, (time_s, events) in sorted(found.items())]


def block_of(number: int, time_s: int, told: tuple[tuple[int, NetworkEvent], ...], _: int = 0) -> Block:
    """A block that holds these events, each in a transaction of its own."""
    events = [PlacedEvent(at, 0, number * 1000 + at, address, one) for at, (address, one) in enumerate(told)]
    price_fri = (1 + number % 7) * 10**9
    return Block(number, 0xAA0000 + number, 0xA9FFFF + number, time_s, tuple(events), number, price_fri)


@functools.cache
def played(number: int) -> Played:
    """The same for the same number."""
    _Recorded.chance = number
    play_round(_Recorded, number, STEPS)
    return _Recorded.last
