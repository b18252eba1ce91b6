"""What the model keeps of jobs, leases, audits and workers. Amounts are in fri."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from renderchain.core.audit.economics import SEATS, drawn_leaves, fee_of, least_lock, lock_at
from renderchain.core.audit.state import AuditKind, AuditPhase, DrawOutcome, Verdict, Vote
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import JobTerms, StandingOffer
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import LeaseState

from devkit.model.seats import Purse

Slot = tuple[WorkerId, int]  # a worker and one of its places for leases
Range = tuple[int, int, int, int]  # first task, tasks, how often they were given before, and found wrong
NO_OFFER = StandingOffer(0, 0, 0, 0)


@dataclass
class Seat:
    worker: WorkerId
    vote: Vote = Vote.DRAWN
    mark: int = 0  # the sealed vote, then the one shown


@dataclass
class Audit:
    """Counts are of the present round."""

    lease_id: LeaseId
    kind: AuditKind
    phase: AuditPhase
    since_s: int
    since_block: int
    named: tuple[int, ...] = ()  # leaves that the requester doubts
    round: int = 0
    verdict: Verdict = Verdict.NONE
    committed: int = 0
    agreeing: int = 0
    objecting: int = 0
    shown: int = 0
    redraws: int = 0
    draw_block: int = 0  # that called the present round
    answer: int = 0  # of the worker's opened leaves, or yes
    rounds: list[list[Seat]] = field(default_factory=lambda: [[]])
    reserved_fri: int = 0  # taken from the pool for rounds that run
    purse_fri: int = 0  # forfeits
    bonds: dict[int, tuple[int, int]] = field(default_factory=dict)  # by round: payer, amount

    @property
    def seats(self) -> list[Seat]:
        """Of the present round."""
        return self.rounds[self.round]

    @property
    def wanted(self) -> int:
        """How many votes the present round asks for."""
        return SEATS[self.round]

    @property
    def held_fri(self) -> int:
        """What the board holds for it."""
        return self.reserved_fri + self.purse_fri + sum(amount for _, amount in self.bonds.values())

    def seats_with(self, vote: Vote) -> list[int]:
        """Seats of the present round that voted so."""
        return [at for at, seat in enumerate(self.seats) if seat.vote is vote]


@dataclass
class Lease:
    job: JobId
    worker: WorkerId
    slot: int
    generation: int
    first: int
    count: int
    attempt: int
    rejections: int
    exp: int
    level: int
    since_s: int
    since_block: int
    state: LeaseState = LeaseState.CLAIMED
    draw_outcome: DrawOutcome = DrawOutcome.NOT_DRAWN
    audit: Audit | None = None

    @property
    def reserves(self) -> bool:
        """Whether the board holds for it what its first audit would cost."""
        undrawn = self.draw_outcome is DrawOutcome.NOT_DRAWN
        return self.state is LeaseState.CLAIMED or (self.state is LeaseState.SUBMITTED and undrawn)

    @property
    def number(self) -> LeaseId:
        return join_lease_id(self.worker, self.slot, self.generation)


@dataclass
class Job:
    number: JobId
    requester: int
    terms: JobTerms
    rewards: list[int]  # by level
    pool_fri: int
    expires_at_s: int
    expires_block: int
    heard_s: int
    heard_block: int
    cursor: int = 0
    accepted: int = 0
    refunded: int = 0
    held: int = 0
    stopped: bool = False
    reopened: list[Range] = field(default_factory=list)

    @property
    def free(self) -> int:
        """Tasks that no lease holds and that are not settled."""
        return self.terms.tasks - self.accepted - self.refunded - self.held

    @property
    def settled(self) -> bool:
        return self.accepted + self.refunded == self.terms.tasks

    @property
    def next_audit_fri(self) -> int:
        """What the first audit of the next lease may cost."""
        return self.audit_fri(min(self.terms.longest_lease, self.terms.tasks))

    def can_split(self, count: int, kept: int) -> bool:
        """Whether the pool can also pay for the lease that arises where some of a lease's tasks are given
        back, besides those of all ranges that nobody holds.
        """
        untouched = -(-(self.terms.tasks - self.cursor) // self.terms.longest_lease)
        pool_fri = self.pool_fri + self.audit_fri(count) - self.audit_fri(kept)
        return self.stopped or pool_fri >= self.next_audit_fri * (len(self.reopened) + untouched + 1)

    @property
    def escrow_fri(self) -> int:
        return self.rewards[-1] * (self.free + self.held) + (0 if self.settled else self.pool_fri)

    def first_leaves(self, count: int) -> int:
        """Leaves that a first round on so many tasks draws."""
        return drawn_leaves(count * self.terms.tiles, self.terms.audit_tiles)

    def fee_fri(self, count: int, named: int = 0, round_: int = 0) -> int:
        """What each verifier gets for so many tasks."""
        drawn = self.first_leaves(count) * (2 if round_ else 1)
        return fee_of(self.terms.audit_fee_fri, self.terms.audit_tile_fri, named + drawn)

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

    def stakes_of_first(self, lease: Lease, count: int) -> tuple[int, int]:
        """The same of its first tasks alone."""
        return self.stakes_of(replace(lease, count=count)) if count else (0, 0)

    def take_from_pool(self, wanted: int) -> int:
        """As far as it goes."""
        taken = min(wanted, self.pool_fri)
        self.pool_fri -= taken
        return taken


@dataclass
class Worker:
    owner: int
    operator: int
    payout: int
    families: set[int]
    stake_fri: int
    locked_fri: int = 0
    unstaking_fri: int = 0
    since_s: int = 0
    since_block: int = 0
    named: int = 0  # an operator that has not accepted yet
    purse: Purse = field(default_factory=Purse)
    offer: StandingOffer = NO_OFFER
    offered_from: int = 0  # the epoch from which on it counts for audits
    old_offer: StandingOffer = NO_OFFER
    old_offered_from: int = 0
    key: int = 0
    signer: int = 0
    audited: int = 0
    audited_fri: int = 0
    losses: int = 0

    @property
    def seat_stake_fri(self) -> int:
        return self.purse.stake_fri + self.purse.unstaking_fri

    @property
    def seat_unstaking_fri(self) -> int:
        return self.purse.unstaking_fri

    @property
    def staying_fri(self) -> int:
        return self.stake_fri - self.unstaking_fri

    @property
    def free_fri(self) -> int:
        return self.staying_fri - self.locked_fri
