"""What the model knows of a network: jobs, leases, audits, workers, and who is owed what.

Amounts are in fri. ``now`` and ``block`` are those of the block that holds the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from renderchain.core.audit.economics import SEATS, drawn_leaves, fee_of, least_lock, lock_at
from renderchain.core.audit.state import AuditKind, AuditPhase, DrawOutcome, Verdict, Vote
from renderchain.core.lifecycle import LeaseState

HELD = (LeaseState.CLAIMED, LeaseState.SUBMITTED, LeaseState.REPORTED)
Facts = dict[int, dict[str, Any]]
PLACES = 2**24  # a later job in the same place has a number that is so much higher


class Refused(Exception):
    """The call reverts with this reason."""


def need(condition: object, reason: str) -> None:
    """Refuse unless it holds."""
    if not condition:
        raise Refused(f"RC: {reason}")


@dataclass
class Rules:
    """What the network was deployed with."""

    cooldown_s: int
    minimum_stake_fri: int
    slowest_block_s: int
    seat_unit_fri: int
    epoch_blocks: int
    unjudged_cap_fri: int
    phase_s: int


@dataclass
class Seat:
    worker: int
    vote: Vote = Vote.DRAWN
    sealed: str = ""  # what the verifier saw, see pixels.Rendering


@dataclass
class Audit:
    kind: AuditKind
    phase: AuditPhase
    since_s: int
    since_block: int
    round: int = 0
    verdict: Verdict = Verdict.NONE
    named: int = 0
    redraws: int = 0
    rounds: list[list[Seat]] = field(default_factory=lambda: [[]])
    reserved_fri: int = 0  # taken from the pool for rounds that run
    bonds: dict[int, tuple[str, int]] = field(default_factory=dict)  # by round: payer, amount

    @property
    def seats(self) -> list[Seat]:
        """Of the present round."""
        return self.rounds[self.round]

    @property
    def held_fri(self) -> int:
        """What the board holds for it."""
        return self.reserved_fri + sum(amount for _, amount in self.bonds.values())

    def count(self, *votes: Vote) -> int:
        """Seats of the present round that voted so."""
        return sum(seat.vote in votes for seat in self.seats)


@dataclass
class Lease:
    job: int
    worker: int
    slot: int
    generation: int
    first: int
    count: int
    attempt: int
    exp: int
    level: int
    since_s: int
    since_block: int
    state: LeaseState = LeaseState.CLAIMED
    draw_outcome: DrawOutcome = DrawOutcome.NOT_DRAWN
    submitted: bool = False
    audit: Audit | None = None

    @property
    def number(self) -> int:
        return (self.worker << 8 | self.slot) << 32 | self.generation


@dataclass
class Job:
    requester: str
    scheduler: str
    tasks: int
    rewards: list[int]  # by level
    pool_fri: int
    audit: tuple[int, int, int, int]  # tiles of a task, leaves wanted, fee, fee of a leaf
    longest: int
    floor: int
    lease_timeout_s: int
    window_s: int
    grace_s: int
    expires_at_s: int
    expires_block: int
    heard_s: int
    heard_block: int
    bytes: int
    cursor: int = 0
    accepted: int = 0
    refunded: int = 0
    held: int = 0
    stopped: bool = False
    reopened: list[tuple[int, int, int]] = field(default_factory=list)
    number: int = 0

    @property
    def settled(self) -> bool:
        return self.accepted + self.refunded == self.tasks

    @property
    def escrow_fri(self) -> int:
        unsettled = self.tasks - self.accepted - self.refunded
        return self.rewards[-1] * unsettled + (0 if self.settled else self.pool_fri)

    def fee_fri(self, count: int, named: int = 0, round_: int = 0) -> int:
        """What each verifier gets for so many tasks."""
        tiles, wanted, fee, tile = self.audit
        drawn = drawn_leaves(count * tiles, wanted)
        return fee_of(fee, tile, named + drawn * (2 if round_ else 1))

    def audit_fri(self, count: int) -> int:
        """The first audit of so many tasks."""
        return SEATS[0] * self.fee_fri(count)

    def price_of(self, level: int, count: int) -> tuple[int, int]:
        """Pay and least lock of a lease."""
        pay = self.rewards[level] * count
        return pay, least_lock(pay, self.audit_fri(count))

    def stakes_of(self, lease: Lease) -> tuple[int, int]:
        """Pay and lock of a lease."""
        pay, least = self.price_of(lease.level, lease.count)
        return pay, lock_at(pay, least, lease.exp)

    def take_from_pool(self, wanted: int) -> int:
        """As far as it goes."""
        taken = min(wanted, self.pool_fri)
        self.pool_fri -= taken
        return taken


@dataclass
class Worker:
    owner: str
    operator: str
    payout: str
    stake_fri: int
    supported: bool = True
    locked_fri: int = 0
    unstaking_fri: int = 0
    since_s: int = 0
    since_block: int = 0
    # least reward, largest package, slots, until, fee of an audit
    offer: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    seats: int = 0
    seats_from: int = 0  # the epoch from which on they may change
    seated: list[list[int]] = field(default_factory=list)  # first epoch, and the one when it ended
    audited: int = 0
    audited_fri: int = 0
    losses: int = 0

    @property
    def free_fri(self) -> int:
        return self.stake_fri - self.locked_fri - self.unstaking_fri


class Ledger:
    """A network of one board."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.now = self.block = 0
        self.jobs: dict[int, Job] = {}
        self.places = 0
        self.left: list[int] = []  # settled jobs whose places are free
        self.replaced: set[int] = set()  # jobs whose places others have
        self.workers: dict[int, Worker] = {}
        self.slots: dict[tuple[int, int], Lease] = {}
        self.unpaid: dict[str, int] = {}
        self.tokens: dict[str, int] = {}
        self.burned_fri = 0
        self.paused = False
        self.facts: Facts = {}  # what chance decided in this call, as the chain tells

    @property
    def board_fri(self) -> int:
        """What the board must hold."""
        audits = sum(lease.audit.held_fri for lease in self.slots.values() if lease.audit)
        return sum(job.escrow_fri for job in self.jobs.values()) + audits + sum(self.unpaid.values())

    @property
    def registry_fri(self) -> int:
        """What the registry must hold."""
        return sum(worker.stake_fri for worker in self.workers.values()) + self.burned_fri

    @property
    def epoch(self) -> int:
        return self.block // self.rules.epoch_blocks

    def passed(self, since_s: int, since_block: int, seconds: int) -> bool:
        """In seconds and in blocks."""
        blocks = seconds // self.rules.slowest_block_s
        return self.now >= since_s + seconds and self.block >= since_block + blocks

    def credit(self, name: str, amount: int) -> None:
        """Owe somebody."""
        self.unpaid[name] = self.unpaid.get(name, 0) + amount

    def move(self, name: str, amount: int) -> None:
        """Tokens that an account gains (or pays, if negative)."""
        self.tokens[name] = self.tokens.get(name, 0) + amount

    def slash(self, worker: Worker, amount: int, reward: int) -> None:
        """Take so much locked stake; what is no reward is burned."""
        worker.stake_fri -= amount
        worker.locked_fri -= amount
        self.burned_fri += amount - reward

    def next_job(self) -> int:
        """The number of a new job, in a place that was left last or a new one."""
        if self.left:
            left = self.left.pop()
            self.replaced.add(left)
            return left + PLACES
        self.places += 1
        return self.places

    def job(self, number: int) -> Job:
        need(number in self.jobs and number not in self.replaced, "unknown job")
        return self.jobs[number]

    def requested(self, caller: str, number: int) -> Job:
        job = self.job(number)
        need(caller == job.requester, "not the requester")
        return job

    def lease(self, number: int) -> Lease | None:
        found = self.slots.get((number >> 40, number >> 32 & 0xFF))
        return found if found and found.number == number else None

    def of_operator(self, caller: str, number: int) -> None:
        worker = self.workers.get(number >> 40)
        need(worker and caller == worker.operator, "not the lease operator")

    def claimed(self, number: int) -> Lease:
        lease = self.lease(number)
        need(lease and lease.state == LeaseState.CLAIMED, "lease in another state")
        assert lease
        return lease

    @staticmethod
    def batch(entries: Iterable[Any], work: Callable[[Any], None]) -> None:
        """Refused only if every entry is."""
        listed = list(entries)
        need(0 < len(listed) <= 100, "batch is empty or too long")
        reasons = []
        for entry in listed:
            try:
                work(entry)
            except Refused as refused:
                reasons.append(refused)
        if len(reasons) == len(listed):
            raise reasons[0]
