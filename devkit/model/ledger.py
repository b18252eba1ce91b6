"""What the model knows of a network, and who is owed what.

Amounts are in fri. ``now_s`` and ``block`` are those of the block that holds the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import DRAW_AFTER, DRAW_AGE, seed_of
from renderchain.core.board_events import BoardEvent, EntryRefused, JobClosed
from renderchain.core.ids import NO_JOB, JobId, LeaseId, WorkerId
from renderchain.core.job import LeaseResult, Record
from renderchain.core.lease_id import split_lease_id
from renderchain.core.lifecycle import LeaseEvent, LeaseState, after

from devkit.model.records import Audit, Job, Lease, Slot, Worker
from devkit.model.seats import FamilySeats
from devkit.rules import Rules

PLACES = 2**24  # a later job in the same place has a number that is so much higher
MAX_BATCH = 100
BROKE = "insufficient balance"  # the token's own words
OF_A_BOARD = (  # all else is the network's
    *("jobs", "newest", "places", "left", "replaced", "slots", "results", "audits", "seeds", "unpaid"),
    *("board_burned_fri", "retired"),
)
Entry = TypeVar("Entry")


class Refused(Exception):
    """The call reverts with this reason, and has changed nothing."""


def need(condition: object, reason: str) -> None:
    """Refuse unless it holds."""
    if not condition:
        raise Refused(f"RC: {reason}")


@dataclass(frozen=True)
class Addresses:
    """Of the contracts, and who may pause them; ``chain_id`` and addresses are felts."""

    chain_id: int
    board: int
    registry: int
    admin: int


class Ledger:
    """A network, as calls to one of its boards see it. Chance follows from ``hash_of_block`` alone."""

    def __init__(self, rules: Rules, addresses: Addresses, hash_of_block: Callable[[int], int]) -> None:
        self.rules = rules
        self.addresses = addresses
        self.hash_of_block = hash_of_block
        self.now_s = self.block = 0
        self.jobs: dict[JobId, Job] = {}
        self.newest = NO_JOB
        self.places = 0
        self.left: list[JobId] = []  # settled jobs whose places are free
        self.replaced: set[JobId] = set()  # jobs whose places others have
        self.workers: dict[WorkerId, Worker] = {}
        self.operators: dict[int, WorkerId] = {}  # their workers
        self.records: dict[tuple[WorkerId, int], Record] = {}  # by family
        self.families: dict[int, FamilySeats] = {}
        self.slots: dict[Slot, Lease] = {}
        # These stay in their slots until its next lease has some of its own.
        self.results: dict[Slot, LeaseResult] = {}
        self.audits: dict[Slot, Audit] = {}
        self.seeds: dict[tuple[Slot, int], int] = {}  # by round
        self.unpaid: dict[int, int] = {}
        self.tokens: dict[int, int] = {}
        self.burned_fri = self.board_burned_fri = 0  # that registry and board keep for good
        self.paused = False
        self.retired = False
        self.elsewhere: dict[int, dict[str, Any]] = {}  # what other boards have, by their addresses
        self.events: list[BoardEvent] = []  # of the present call

    def turn_to(self, board: int) -> None:
        """Calls go to another board from now on; one that nobody called before has nothing."""
        self.elsewhere[self.addresses.board] = {name: getattr(self, name) for name in OF_A_BOARD}
        self.addresses = replace(self.addresses, board=board)
        if board not in self.elsewhere:
            empty = vars(Ledger(self.rules, self.addresses, self.hash_of_block))
            self.elsewhere[board] = {name: empty[name] for name in OF_A_BOARD}
        vars(self).update(self.elsewhere.pop(board))

    def enter_block(self, now_s: int, block: int) -> None:
        """The next call is in this block."""
        self.now_s, self.block, self.events = now_s, block, []

    @property
    def board_fri(self) -> int:
        """What the board must hold."""
        audits = sum(audit.held_fri for audit in self.audits.values())
        reserves = sum(
            self.jobs[one.job].reserve_fri(one.count) for one in self.slots.values() if one.reserves
        )
        spares = sum(self.jobs[one.job].stakes_of(one)[0] for one in self.slots.values() if one.has_own_pay)
        escrow = sum(job.escrow_fri for job in self.jobs.values())
        return escrow + audits + reserves + spares + sum(self.unpaid.values()) + self.board_burned_fri

    @property
    def registry_fri(self) -> int:
        """What the registry must hold."""
        staked_fri = sum(one.stake_fri + one.seat_stake_fri for one in self.workers.values())
        return staked_fri + self.burned_fri

    def emit(self, kind: Callable[..., BoardEvent], *fields: Any) -> None:
        """Tell the world."""
        self.events.append(kind(self.block, *fields))

    def passed(self, since_s: int, since_block: int, seconds: int) -> bool:
        """In seconds and in blocks."""
        blocks = seconds // self.rules.slowest_block_s
        return self.now_s >= since_s + seconds and self.block >= since_block + blocks

    def fund(self, account: int, amount: int) -> None:
        """Tokens from elsewhere."""
        self.tokens[account] = self.tokens.get(account, 0) + amount

    def transfer(self, payer: int, payee: int, amount: int) -> None:
        """Move tokens; call it before anything else changes, as the payer may have too few."""
        if self.tokens.get(payer, 0) < amount:
            raise Refused(BROKE)
        self.fund(payer, -amount)
        self.fund(payee, amount)

    def collect(self, payer: int, amount: int) -> None:
        """Take tokens in."""
        self.transfer(payer, self.addresses.board, amount)

    def pay(self, payee: int, amount: int) -> None:
        """Send tokens at once."""
        self.transfer(self.addresses.board, payee, amount)

    def credit(self, account: int, amount: int) -> None:
        """Owe somebody."""
        self.unpaid[account] = self.unpaid.get(account, 0) + amount

    def slash(self, worker: Worker, amount: int, reward: int) -> None:
        """Take so much locked stake; what is no reward is burned."""
        worker.stake_fri -= amount
        worker.locked_fri -= amount
        self.burned_fri += amount - reward
        self.transfer(self.addresses.registry, self.addresses.board, reward)

    def job(self, number: JobId) -> Job:
        need(number in self.jobs and number not in self.replaced, "unknown job")
        return self.jobs[number]

    def record_of(self, number: WorkerId, family: int) -> Record:
        """What verifiers found of a worker's leases of a family."""
        return self.records.get((number, family), Record())

    def requested(self, caller: int, number: JobId) -> Job:
        job = self.job(number)
        need(caller == job.requester, "not the requester")
        return job

    def finish(self, job: Job) -> None:
        """With its last task a job's audit pool goes back, and its place is free."""
        if job.settled:
            refunded_fri = job.pool_fri + job.spares * job.rewards[-1]
            self.credit(job.requester, refunded_fri)
            self.left.append(job.number)
            self.emit(JobClosed, job.number, refunded_fri)

    def lease(self, number: LeaseId) -> Lease | None:
        found = self.slots.get(slot_of(number))
        return found if found and found.number == number else None

    def lease_in(self, job: Job, number: LeaseId) -> Lease:
        """A lease of that job."""
        lease = self.lease(number)
        need(lease and lease.job == job.number, "lease of another job")
        assert lease
        return lease

    def audit_of(self, number: LeaseId) -> Audit | None:
        found = self.audits.get(slot_of(number))
        return found if found and found.lease_id == number else None

    def begin_audit(self, lease: Lease, audit: Audit) -> None:
        """The lease's own from now on."""
        lease.audit = self.audits[lease.worker, lease.slot] = audit

    def of_operator(self, caller: int, number: LeaseId) -> None:
        worker = self.workers.get(split_lease_id(number)[0])
        need(worker and caller == worker.operator, "not the lease operator")

    def ready(self, number: LeaseId, event: LeaseEvent) -> Lease:
        """A lease to which that may happen now."""
        lease = self.lease(number)
        need(lease and after(lease.state, event), "lease in another state")
        assert lease
        return lease

    @staticmethod
    def turn(lease: Lease, event: LeaseEvent) -> LeaseState:
        """Let it happen; the state that it leads to."""
        state = after(lease.state, event)
        assert state, f"{event} in state {lease.state.name}"
        lease.state = state
        return state

    def drawn_hash(self, since_block: int) -> int:
        """The hash that decides about what was done in a block."""
        need(self.block >= since_block + DRAW_AGE, "block of the draw is ahead")
        return self.hash_of_block(since_block + DRAW_AFTER)

    def draw_seed(self, lease: Lease, since_block: int, round_: int = 0) -> int:
        """A round's seed."""
        place = (self.addresses.board, lease.number, lease.attempt, round_)
        return seed_of(hash_many, self.drawn_hash(since_block), *place)

    def batch(
        self,
        job_id: JobId,
        entries: Iterable[Entry],
        work: Callable[[Entry], object],
        subject: Callable[[Entry], int],
    ) -> None:
        """Refused only if every entry is."""
        listed = list(entries)
        need(0 < len(listed) <= MAX_BATCH, "batch is empty or too long")
        reasons = []
        for entry in listed:
            try:
                work(entry)
            except Refused as refused:
                reasons.append(refused)
                self.emit(EntryRefused, job_id, subject(entry), str(refused))
        if len(reasons) == len(listed):
            raise reasons[0]

    def lease_batch(
        self, job_id: JobId, leases: Iterable[LeaseId], work: Callable[[LeaseId], object]
    ) -> None:
        """A batch of leases of one job."""
        self.batch(job_id, leases, work, lambda number: number)


def slot_of(number: LeaseId) -> Slot:
    """Where a lease is."""
    worker, slot, _ = split_lease_id(number)
    return worker, slot
