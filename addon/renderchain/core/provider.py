"""What a provider's accounts do in the registry of workers: calls, rules, and how a worker stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import SettingsError
from .ids import NO_WORKER, WorkerId
from .job import StandingOffer, WorkerInfo

FAMILY = re.compile(r"[0-9]+\.[0-9]+/[a-z]+/[a-z]+")


@dataclass(frozen=True)
class PlainCall:
    """A call of a contract as any wallet can send it."""

    to: int
    entrypoint: str
    calldata: tuple[int, ...]


@dataclass(frozen=True)
class Receipt:
    """A transaction that is in a block. ``worker_id`` is what it registered, 0 if it registered none."""

    tx_hash: int
    block: int
    fee_fri: int
    worker_id: WorkerId = NO_WORKER


@dataclass(frozen=True)
class RegistryRules:
    """What a network asks of workers; a cool-down also lasts ``wait_blocks``."""

    cooldown_s: int
    wait_blocks: int
    minimum_stake_fri: int
    seat_unit_fri: int
    epoch: int


@dataclass(frozen=True)
class Leaving:
    """Stake on its way out of a purse; it may be collected once both clocks have run."""

    amount_fri: int
    ready_s: int
    ready_block: int

    def is_ready(self, now_s: int, block: int) -> bool:
        """Whether it has cooled down."""
        return bool(self.amount_fri) and now_s >= self.ready_s and block >= self.ready_block


@dataclass(frozen=True)
class Standing:
    """A worker as the registry knows it. ``named`` is an operator that has not accepted yet, 0 if none;
    ``seats`` and ``supported`` are of the families that were asked for.
    """

    worker: WorkerInfo
    named: int
    work_leaving: Leaving
    seat_leaving: Leaving
    offer: StandingOffer
    supported: tuple[int, ...]
    seats: dict[int, int]

    @property
    def free_seat_fri(self) -> int:
        """Seat stake that stays, whatever seats need of it."""
        return self.worker.seat_stake_fri - self.worker.seat_unstaking_fri


@dataclass(frozen=True)
class StakeLoss:
    """Stake that a board took from a worker: for a lease, or for a vote where ``of_seats``."""

    block: int
    amount_fri: int
    of_seats: bool


def parse_family(text: str) -> int:
    """The felt of a family's name such as 4.5/cycles/cpu; raises SettingsError."""
    if not FAMILY.fullmatch(text) or len(text) > 31:
        raise SettingsError(
            f"{text!r} is no family; write Blender's version, engine and device: 4.5/cycles/cpu."
        )
    return int.from_bytes(text.encode("ascii"), "big")
