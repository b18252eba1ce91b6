"""The reference model with its chance in our hand: who is drawn, whether a lease is, how a coin falls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from functools import cache
from typing import TypeVar
from unittest.mock import patch

from poseidon_py import poseidon_hash
from renderchain.core.audit.economics import BOND_FEES, CREDIT_FEES, PHASES, SEATS
from renderchain.core.audit.gas import audit_gas
from renderchain.core.audit.prices import AUDITS_A_LEASE, vote_fee_fri
from renderchain.core.audit.state import AuditKind, Content, DrawnLeaf, Vote
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import JobTerms, Place, Record, StandingOffer
from renderchain.core.merkle import LeaseIdentity

from devkit.made_up_job import FAMILY
from devkit.made_up_pixels import LeasePixels
from devkit.model.challenges import Model
from devkit.model.holders import VoteRequest
from devkit.model.ledger import Addresses
from devkit.model.records import Audit, Job, Lease, Slot, Worker
from devkit.rules import Rules

STEP_S, WINDOW_S, TIMEOUT_S = 14_400, 86_400, 80_000
RULES = Rules(
    cooldown_s=15 * 86_400,
    lease_timeout_s=86_400,
    window_s=WINDOW_S,
    audit_s=PHASES * STEP_S,
    slowest_block_s=86_400,
    unjudged_cap_fri=2**120,
)
GAS_FRI = 3 * 10**9
TASKS, TILES = 4, 64  # of the lease; a round draws one leaf, which sees least
# The smallest lease that makes sense at that price, and the client's own fees for it (core/audit/prices.py).
REWARD_FRI = AUDITS_A_LEASE * audit_gas(prints=False) * GAS_FRI // TASKS
PAY_FRI = TASKS * REWARD_FRI
LEAF_FRI = 2 * REWARD_FRI // TILES
FEE_FRI = vote_fee_fri(GAS_FRI, prints=False)
VOTE_FRI = FEE_FRI + LEAF_FRI  # of a vote in the first round
FIRST_HONEST, HONEST = 2, 18  # workers: 1 renders, then so many honest verifiers
HELD = FIRST_HONEST + HONEST  # and friends, all under one number: units are drawn, not names
RICH_FRI = 1000 * PAY_FRI
SPARE = HELD + 1  # a worker of theirs whom a scheduler gives a lease that another has
REQUESTER, OWNER, OPERATOR, PAYOUT, FRIEND, OUTSIDER, SCHEDULER = range(1, 8)
FIRST_PLACE: Slot = (WorkerId(1), 0)
SPARE_PLACE: Slot = (WorkerId(SPARE), 0)
GRACE_S = 120
START_S, YEAR_S = 1_800_000_000, 365 * 86_400
OFFER = StandingOffer(0, 1, slots=1, until_s=START_S + YEAR_S)
OWNER_OF, OPERATOR_OF, PAYOUT_OF = 1000, 2000, 3000  # plus the worker's number
NAMED = [WorkerId(HELD)]
RECORD = Record(fees_fri=-(-PAY_FRI // CREDIT_FEES))  # for any rate
ADDRESSES = Addresses(chain_id=1, board=11, registry=12, admin=13)


def no_hash(block: int) -> int:
    """Nothing depends on it: all draws are forced."""
    return block


Copied = TypeVar("Copied")
LEAVES: dict[tuple[AuditKind, int, int, int, tuple[int, ...]], list[DrawnLeaf]] = {}


class Stage(Model):
    """``held``: how many votes of the next draw are the coalition's; they stand first in its order."""

    held: int | None = None
    is_drawn = True
    coin = 0
    drawn_honest = 0
    appellants: tuple[Vote, ...] = (Vote.COUNTED,)  # honest votes whose holders appeal what is false

    def need_verifiers(self, worker: Worker, named: Sequence[WorkerId], asked: VoteRequest) -> None:
        """Whoever is named will do: all draws are forced."""

    def need_room(self, family: int, pay_fri: int) -> None:
        """The family is large."""

    def fork(self) -> Stage:
        """The same network once more; what a play of one lease changes is copied."""
        new = twin(self)
        new.events = []
        new.jobs = {number: twin(job) for number, job in self.jobs.items()}
        for job in new.jobs.values():
            job.reopened = list(job.reopened)
        new.workers = {number: copy_of_worker(worker) for number, worker in self.workers.items()}
        new.slots = {place: twin(lease) for place, lease in self.slots.items()}
        new.audits = {}
        for place, lease in new.slots.items():
            if lease.audit:
                lease.audit = new.audits[place] = copy_of(lease.audit)
        for name in ("left", "records", "results", "seeds", "unpaid", "tokens"):
            setattr(new, name, copy(getattr(self, name)))
        return new

    def leaves_in(self, job: Job, lease: Lease, audit: Audit | None) -> list[DrawnLeaf]:
        """Seeds are the same in all plays, so a round's leaves follow from its positions."""
        if audit is None:
            return []
        saw = self.saw(job, lease, audit, audit.round)
        key = (audit.kind, lease.count, audit.round, saw, tuple(audit.leaves))
        if key not in LEAVES:
            LEAVES[key] = super().leaves_in(job, lease, audit)
        return LEAVES[key]

    def draw_seed(self, lease: Lease, since_block: int, round_: int = 0) -> int:
        return 64 * (round_ + 1) + (0 if self.is_drawn else 1)

    def drawn_hash(self, since_block: int) -> int:
        return self.coin

    def draw_votes(
        self, job: Job, lease: Lease, audit: Audit, block: int, seed: int, wanted: int
    ) -> list[WorkerId]:
        assert self.held is not None
        honest = [FIRST_HONEST + (self.drawn_honest + at) % HONEST for at in range(wanted - self.held)]
        self.drawn_honest += len(honest)
        found = [WorkerId(one) for one in [HELD] * self.held + honest]
        self.held = None
        return found


def twin(record: Copied) -> Copied:
    """A copy that shares its fields; copy() is many times slower."""
    new = object.__new__(type(record))
    new.__dict__.update(record.__dict__)
    return new


def copy_of_worker(worker: Worker) -> Worker:
    """With a purse of its own."""
    new = twin(worker)
    new.purse = twin(worker.purse)
    return new


def copy_of(audit: Audit) -> Audit:
    """With seats of its own."""
    new = twin(audit)
    new.seats = [twin(seat) for seat in audit.seats]
    for name in ("leaves", "saw", "bonds", "verdicts_against"):
        setattr(new, name, copy(getattr(audit, name)))
    return new


@contextmanager
def remembered_hashes() -> Iterator[None]:
    """Plays repeat each other: what was hashed once is remembered."""
    original = poseidon_hash.poseidon_hash_many
    compute = cache(lambda values: original(list(values)))

    def remember(values: Sequence[int]) -> int:
        return int(compute(tuple(values)))

    with patch.object(poseidon_hash, "poseidon_hash_many", remember):
        yield


def terms_of(exp: int, *, second_look: bool, wide: int, spare: bool) -> JobTerms:
    """The job's: one lease, or a few whose pool is the least that it may be."""
    return JobTerms(
        package_hi=1,
        package_lo=1,
        package_bytes=1,
        package_files=1,
        tasks=wide * TASKS,
        reward_fri=REWARD_FRI,
        audit_pool_fri=17 * VOTE_FRI if wide == 1 else wide * SEATS[0] * VOTE_FRI,
        expires_in_s=YEAR_S,
        scheduler=SCHEDULER if spare else 0,
        scheduler_grace_s=GRACE_S if spare else 0,
        spare_tasks=TASKS if spare else 0,
        family=FAMILY,
        audit_floor_exp=exp,
        longest_lease=TASKS,
        lease_timeout_s=TIMEOUT_S,
        window_s=WINDOW_S,
        tiles=TILES,
        audit_tiles=1,
        audit_fee_fri=FEE_FRI,
        audit_tile_fri=LEAF_FRI,
        second_look=second_look,
    )


def set_up(
    kind: type[Stage],
    exp: int,
    *,
    second_look: bool = False,
    thin: bool = False,
    wide: int = 1,
    spare: bool = False,
) -> tuple[Stage, JobId, LeaseId]:
    """A network with a lease that is claimed at the rate 2^-exp, or assigned, and to a friend as well."""
    stage = kind(RULES, ADDRESSES, no_hash)
    stage.enter_block(START_S, 1000)
    for account in (REQUESTER, OWNER, FRIEND, OUTSIDER):
        stage.fund(account, RICH_FRI)
    join(stage, OWNER, OPERATOR, PAYOUT)
    for number in range(FIRST_HONEST, HELD + 1 + spare):
        stage.fund(OWNER_OF + number, RICH_FRI)
        worker_id = join(stage, OWNER_OF + number, OPERATOR_OF + number, PAYOUT_OF + number)
        if number == SPARE:
            stage.records[worker_id, FAMILY] = RECORD
            stage.set_offer(OPERATOR_OF + number, worker_id, OFFER)
            continue
        # What one vote of the first round may lose is all that thin seats have.
        seat_fri = BOND_FEES * VOTE_FRI if thin and number == HELD else RICH_FRI // 2
        stage.stake_seats(OWNER_OF + number, worker_id, seat_fri)
    stage.records[WorkerId(1), FAMILY] = RECORD
    terms = terms_of(exp, second_look=second_look, wide=wide, spare=spare)
    job_id = stage.create_job(REQUESTER, terms)
    if not spare:
        return stage, job_id, claim(stage, job_id)
    stage.set_offer(OPERATOR, WorkerId(1), OFFER)
    stage.assign(SCHEDULER, job_id, [Place(*FIRST_PLACE)], NAMED)
    lease_id = stage.slots[FIRST_PLACE].number
    stage.assign(SCHEDULER, job_id, [Place(*SPARE_PLACE, spare_of=lease_id)], NAMED)
    return stage, job_id, lease_id


def claim(stage: Stage, job_id: JobId) -> LeaseId:
    """The worker's next lease; raises Refused where the board gives it none."""
    return stage.claim_lease(OPERATOR, job_id, *FIRST_PLACE, 0, NAMED)


def join(stage: Stage, owner: int, operator: int, payout: int) -> WorkerId:
    """Register a worker with an operator of its own."""
    number = stage.register(owner, operator, payout, [FAMILY], RICH_FRI // 2)
    stage.accept_operator(operator, number)
    stage.fund(operator, RICH_FRI)
    return number


def staked(worker: Worker) -> int:
    """What it has in both purses."""
    return worker.stake_fri + worker.seat_stake_fri


def pixels(job_id: JobId, lease: Lease, kept: int) -> LeasePixels:
    """What its worker answers for, which are the first tasks of the lease."""
    place = (ADDRESSES.chain_id, ADDRESSES.board, job_id)
    return same_pixels(LeaseIdentity(*place, lease.number, lease.attempt, lease.worker), lease.first, kept)


@cache
def same_pixels(identity: LeaseIdentity, first: int, kept: int) -> LeasePixels:
    """They are hashed once."""
    return LeasePixels(identity, first, kept, TILES)


@cache
def opened(shown: LeasePixels, leaves: tuple[int, ...]) -> tuple[list[tuple[int, Content]], list[int]]:
    """What its worker opens, once for all ways that draw the same."""
    return shown.opened(leaves)
