"""What the model keeps of jobs, leases, audits and workers. Amounts are in fri."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from renderchain.core.audit.economics import (
    MAX_NAMED,
    drawn_leaves,
    fee_in,
    fee_of,
    least_lock,
    lock_at,
    reserved_fees,
)
from renderchain.core.audit.state import AuditKind, AuditPhase, DrawOutcome, Verdict, Vote
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import JobTerms, StandingOffer
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import HELD, LeaseState, Twin

from devkit.model.seats import Purse

Slot = tuple[WorkerId, int]  # a worker and one of its places for leases
Range = tuple[int, int, int, int]  # first task, tasks, how often they were given before, and found wrong
NO_OFFER = StandingOffer(0, 0, 0, 0)


LEAST_VOTES = 3  # with fewer sealed ones nothing is decided


@dataclass
class Seat:
    """A vote of an audit; its masks are over positions of leaves."""

    worker: WorkerId
    vote: Vote = Vote.DRAWN
    mark: int = 0  # the sealed vote, then the one shown
    differs: int = 0
    mean: bool = False
    near: int = 0


@dataclass
class Audit:
    """Seats are numbered through all rounds; counts are of the present draw, from seat ``first`` on."""

    lease_id: LeaseId
    kind: AuditKind
    phase: AuditPhase
    since_s: int
    since_block: int
    draw_block: int
    round: int = 0
    verdict: Verdict = Verdict.NONE
    decided: int = 0
    first: int = 0
    ends: tuple[int, int, int] = (0, 0, 0)
    batches: int = 0
    redraws: int = 0
    sealed: int = 0
    said: int = 0
    revealed: int = 0
    proved: bool = False
    prints: bool = False
    answer: int = 0  # of the worker's opened leaves, or yes
    leaves: list[int] = field(default_factory=list)  # that somebody named
    raised: tuple[int, int, int] = (0, 0, 0)  # notches by which a round's fee was raised before any was drawn
    raisers: dict[int, tuple[int, int]] = field(default_factory=dict)  # by round: who paid it, amount held
    saw: dict[int, int] = field(default_factory=dict)  # positions, by round
    bad: int = 0  # positions of the rejection, and above them the mean
    seats: list[Seat] = field(default_factory=list)
    bonds: dict[int, tuple[int, int]] = field(default_factory=dict)  # by round: payer, amount held
    verdicts_against: dict[int, Verdict] = field(default_factory=dict)  # what a round is paid for against
    shower: int = 0
    purse_fri: int = 0
    reserved_fri: int = 0  # the lease's, for the first round and a second look
    moved_fri: int = 0  # out of the purse, for votes added or drawn anew; less fees of those that declined

    @property
    def named(self) -> int:
        return len(self.leaves)

    @property
    def bonded(self) -> int:
        return sum(1 << round_ for round_ in self.bonds)

    @property
    def against(self) -> int:
        """Two bits a round."""
        return sum(verdict << 2 * round_ for round_, verdict in self.verdicts_against.items())

    def seats_of(self, round_: int) -> list[Seat]:
        """All of a round, of each of its draws."""
        return self.seats[self.start_of(round_) : self.ends[round_]]

    def start_of(self, round_: int) -> int:
        return self.ends[round_ - 1] if round_ else 0

    @property
    def present(self) -> list[Seat]:
        """Of the present draw."""
        return self.seats[self.first :]

    def with_vote(self, vote: Vote) -> list[Seat]:
        """Seats of the present draw that voted so."""
        return [seat for seat in self.present if seat.vote is vote]

    @property
    def has_enough(self) -> bool:
        return self.sealed >= LEAST_VOTES and 2 * self.sealed > len(self.present)

    @property
    def is_second_look(self) -> bool:
        """Whether nobody pays for round 1 but the lease's own reserve."""
        return self.verdicts_against.get(1) is Verdict.ACCEPTED and 1 not in self.bonds

    def free_fee(self, fee: int) -> None:
        """The fee of a vote that declined, for one in its place."""
        self.purse_fri += fee
        self.moved_fri -= fee

    @property
    def may_be_raised(self) -> bool:
        """Whether the round's own votes, which somebody paid for, were looked for and not found."""
        is_first = not self.present and not self.redraws and self.is_funded(self.round)
        was_tried = self.phase is AuditPhase.DRAW and self.draw_block != self.since_block
        return is_first and was_tried

    def end_in_vain(self) -> None:
        """The present round can't decide: a rejection that somebody pays to doubt does not stand."""
        if self.round in self.bonds and self.verdict is Verdict.REJECTED:
            self.verdict = Verdict.UNDECIDED

    def is_funded(self, round_: int) -> bool:
        """Whether a round's own votes have their fees from elsewhere than the purse."""
        return round_ == 0 or round_ in self.bonds or (round_ == 1 and self.is_second_look)

    @property
    def held_fri(self) -> int:
        """What the board holds for it."""
        paid_in = sum(amount for _, amount in [*self.bonds.values(), *self.raisers.values()])
        return self.purse_fri + self.reserved_fri + self.moved_fri + paid_in


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
    paid: bool = False  # before its end
    twin: Twin = Twin.NONE
    twin_id: LeaseId = LeaseId(0)  # the other lease of its tasks, if there ever was one
    audit: Audit | None = None

    @property
    def reserves(self) -> bool:
        """Whether the board holds for it what its first audit would cost."""
        undrawn = self.draw_outcome is DrawOutcome.NOT_DRAWN
        return undrawn and self.state in HELD

    @property
    def counts_for_cap(self) -> bool:
        """Whether it lives, and somebody judges it."""
        return self.state in HELD and self.draw_outcome is not DrawOutcome.UNJUDGED

    @property
    def has_own_pay(self) -> bool:
        """Whether what it would earn was set aside for it, as it is a spare."""
        return self.twin is Twin.SPARE and self.state in HELD and not self.paid

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
    pending: int = 0  # leases that are paid and not over, and spares
    spares: int = 0  # tasks that may still be given a second time
    reopened: list[Range] = field(default_factory=list)

    @property
    def free(self) -> int:
        """Tasks that no lease holds and that are not settled."""
        return self.terms.tasks - self.accepted - self.refunded - self.held

    @property
    def settled(self) -> bool:
        return self.accepted + self.refunded == self.terms.tasks and not self.pending

    @property
    def next_reserve_fri(self) -> int:
        """What the next lease may reserve."""
        return self.reserve_fri(min(self.terms.longest_lease, self.terms.tasks))

    def open_leases(self, reopened: Sequence[Range], cursor: int) -> int:
        """Into how many leases what is open falls at least, if nobody splits it: a range that a scheduler
        passed over may be longer than a lease.
        """
        untouched, longest = self.terms.tasks - cursor, self.terms.longest_lease
        tasks = untouched + sum(count for _, count, *_ in reopened)
        return max(len(reopened) + -(-untouched // longest), -(-tasks // longest))

    def can_split(self, lease: Lease, kept: int) -> bool:
        """Whether the pool can also pay for the lease that arises where all but some of a lease's tasks are
        given back, besides those of all ranges that nobody holds.
        """
        leases = self.open_leases(self.reopened, self.cursor) + 1
        pool_fri = self.pool_fri + self.reserved_fri(lease) - self.reserved_fri(replace(lease, count=kept))
        return self.stopped or pool_fri >= self.next_reserve_fri * leases

    @property
    def escrow_fri(self) -> int:
        return 0 if self.settled else self.rewards[-1] * (self.free + self.held + self.spares) + self.pool_fri

    def first_leaves(self, count: int) -> int:
        """Leaves that a first round on so many tasks draws."""
        return drawn_leaves(count * self.terms.tiles, self.terms.audit_tiles)

    def fee_fri(self, count: int, round_: int = 0, *, named: bool = False, notches: int = 0) -> int:
        """What a vote on so many tasks is paid; where leaves are named, for as many as may be."""
        leaves = self.first_leaves(count) + (MAX_NAMED if named else 0)
        return fee_in(round_, fee_of(self.terms.audit_fee_fri, self.terms.audit_tile_fri, leaves), notches)

    def reserved_fri(self, lease: Lease) -> int:
        """What the board holds for a lease that is claimed, or submitted and not drawn yet."""
        return self.reserve_fri(lease.count) if lease.draw_outcome is DrawOutcome.NOT_DRAWN else 0

    def reserve_fri(self, count: int) -> int:
        """What a lease of so many tasks reserves: that, and a second look."""
        return reserved_fees(self.terms.second_look) * self.fee_fri(count)

    def price_of(self, level: int, count: int) -> tuple[int, int]:
        """Pay and least lock of a lease."""
        pay = self.rewards[level] * count
        return pay, least_lock(pay, self.fee_fri(count))

    def stakes_of(self, lease: Lease) -> tuple[int, int]:
        """Pay and lock of a lease."""
        pay, least = self.price_of(lease.level, lease.count)
        return pay, lock_at(pay, least, lease.exp)

    def stakes_of_first(self, lease: Lease, count: int) -> tuple[int, int]:
        """The same of its first tasks alone."""
        return self.stakes_of(replace(lease, count=count)) if count else (0, 0)


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
