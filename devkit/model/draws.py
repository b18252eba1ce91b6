"""The draws of an audit once more: whether there is one, whose votes it has, which leaves they look at."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import DRAW_AFTER, is_audited, leaf_at
from renderchain.core.audit.economics import MAX_NAMED, MOST_NOTCHES, SEATS, most_fee
from renderchain.core.audit.events import FeeRaised, LeaseDrawn, VotesDrawn
from renderchain.core.audit.state import AuditKind, AuditPhase, DrawnLeaf, DrawOutcome, Verdict, Vote
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.lifecycle import LeaseState

from devkit.model.ledger import need, slot_of
from devkit.model.masks import lowest, positions_of, run
from devkit.model.records import Audit, Job, Lease, Seat
from devkit.model.verdicts import VerdictsModel

REPEATED_AFTER = 18  # blocks from a call that found too few votes to the next draw, at the soonest
BATCH = 4


class DrawsModel(VerdictsModel):
    """``draw`` and ``raise_fee`` are calls."""

    def draw(self, caller: int, job_id: JobId, leases: Sequence[LeaseId]) -> None:
        job = self.job(job_id)
        self.lease_batch(job_id, leases, lambda number: self.draw_one(job, number))
        self.finish(job)

    def draw_one(self, job: Job, number: LeaseId) -> None:
        lease = self.lease_in(job, number)
        if lease.state is LeaseState.SUBMITTED and lease.draw_outcome is DrawOutcome.NOT_DRAWN:
            self.draw_first(job, lease, self.draw_seed(lease, lease.since_block))
            return
        audit = lease.audit
        need(audit and audit.phase in (AuditPhase.DRAW, AuditPhase.LOOK), "nothing to draw")
        assert audit
        if audit.phase is AuditPhase.LOOK:
            self.look(job, lease, audit, self.drawn_hash(audit.draw_block))
        else:
            block = audit.draw_block
            self.draw_due(job, lease, audit, block, self.draw_seed(lease, block, audit.round))

    def raise_fee(self, caller: int, number: LeaseId, notches: int) -> None:
        """Of votes that could not be found, before the block that draws next; a lower raise returns."""
        lease, audit = self.lease(number), self.audit_of(number)
        is_open = audit and audit.may_be_raised and self.block < audit.draw_block + DRAW_AFTER
        need(is_open, "no draw to raise a fee for")
        assert lease and audit
        round_ = audit.round
        need(audit.raised[round_] < notches <= MOST_NOTCHES, "raise by 1 to 15 notches")
        job = self.job(lease.job)
        pay, _ = job.stakes_of(lease)
        first_fee = self.fee_of(job, lease, audit, 0, notches)
        need(first_fee <= most_fee(self.rules.seat_unit_fri, pay), "fee of a vote is too high")
        raise_fri = self.price_to_raise_fri(number, notches)
        self.collect(caller, raise_fri)
        self.credit(*audit.raisers.get(round_, (0, 0)))
        raised = list(audit.raised)
        raised[round_] = notches
        audit.raised = (raised[0], raised[1], raised[2])
        audit.raisers[round_] = (caller, raise_fri)
        fee = self.fee_of(job, lease, audit, round_)
        self.emit(FeeRaised, job.number, number, round_, fee, caller)

    def price_to_raise_fri(self, number: LeaseId, notches: int) -> int:
        """What raising the fee of a lease's present round by so many notches takes."""
        lease = self.lease(number)
        need(lease, "unknown job")
        assert lease
        job = self.job(lease.job)
        audit = self.audit_of(number) or Audit(number, AuditKind.NONE, AuditPhase.NONE, 0, 0, 0)
        fees = SEATS[audit.round] * self.fee_of(job, lease, audit, audit.round, notches)
        return fees - self.own_fees_fri(job, lease, audit, audit.round)

    def draw_first(self, job: Job, lease: Lease, seed: int) -> None:
        """Whether a submitted lease is audited and, if so, by whom."""
        if is_audited(seed, lease.exp):
            where = (lease.number, AuditKind.PIXELS, AuditPhase.DRAW, self.now_s, self.block, self.block)
            audit = Audit(*where, reserved_fri=job.reserve_fri(lease.count))
            self.begin_audit(lease, audit)
            self.draw_due(job, lease, audit, lease.since_block, seed)
            lease.draw_outcome = DrawOutcome.IN_AUDIT
        else:
            job.pool_fri += job.reserve_fri(lease.count)
            lease.draw_outcome = DrawOutcome.PASSED
        self.emit(LeaseDrawn, job.number, lease.number, lease.exp, lease.draw_outcome)

    def draw_due(self, job: Job, lease: Lease, audit: Audit, block: int, seed: int) -> None:
        """The round's votes with its leaves, more of them, or others in their place; called by the block."""
        is_first = not audit.present and not audit.redraws
        if is_first and audit.draw_block == audit.since_block:
            self.seeds[slot_of(lease.number), audit.round] = seed
        fee = self.fee_of(job, lease, audit, audit.round)
        wanted = min(BATCH, audit.purse_fri // fee) if audit.present else SEATS[audit.round]
        found = self.draw_votes(job, lease, audit, block, seed, wanted)
        if len(found) < wanted:
            # Each time twice as late: the few who are willing are not tried until they are alone.
            audit.draw_block = self.block + max(REPEATED_AFTER, self.block - audit.since_block)
            return
        if not (is_first and audit.is_funded(audit.round)):
            own = self.own_fees_fri(job, lease, audit, audit.round)
            cost = own if is_first else wanted * fee
            audit.purse_fri -= cost
            audit.moved_fri += cost
        first_seat = len(audit.seats)
        audit.seats += [Seat(number) for number in found]
        self.end_seats(audit)
        self.enter(audit, AuditPhase.COMMIT)
        leaves_seed = self.seeds[slot_of(lease.number), audit.round]
        told = (audit.round, audit.kind, leaves_seed, first_seat, tuple(found))
        self.emit(VotesDrawn, job.number, lease.number, *told)

    @staticmethod
    def end_seats(audit: Audit) -> None:
        """The present round's seats are the last ones."""
        ends = [end if at < audit.round else 0 for at, end in enumerate(audit.ends)]
        ends[audit.round] = len(audit.seats)
        audit.ends = (ends[0], ends[1], ends[2])

    def begin_draw(self, audit: Audit) -> None:
        audit.first = len(audit.seats)
        audit.batches = audit.sealed = audit.said = audit.revealed = 0
        audit.proved = audit.prints = False
        self.enter(audit, AuditPhase.DRAW)

    def begin_round(self, job: Job, lease: Lease, audit: Audit, named: Sequence[int] = ()) -> None:
        """The next one, without seats yet: it looks at what is named now, what is in dispute, and more.

        Where nothing is in dispute, it looks again at what this round saw.
        """
        if audit.kind is AuditKind.PIXELS:
            saw, disputed = self.saw(job, lease, audit, audit.round), 0
            for seat in audit.seats:  # of all rounds: all of them are judged in the end
                disputed |= seat.differs if seat.vote is Vote.COUNTED else 0
            most = job.first_leaves(lease.count) + MAX_NAMED - len(named)
            disputed = disputed or saw
            again = run(audit.named, len(named))
        self.name_leaves(job, lease, audit, named)
        if audit.kind is AuditKind.PIXELS:
            fresh = self.fresh(job, lease, audit.round + 1)
            audit.saw[audit.round] = saw
            audit.saw[audit.round + 1] = again | lowest(disputed, most) | fresh
        audit.round += 1
        audit.redraws = 0
        self.end_seats(audit)
        self.begin_draw(audit)

    @staticmethod
    def name_leaves(job: Job, lease: Lease, audit: Audit, leaves: Sequence[int]) -> None:
        """More leaves of the lease; refused where an audit would have more than eight."""
        if leaves:
            fits = audit.kind is AuditKind.PIXELS and audit.named + len(leaves) <= MAX_NAMED
            known = max(leaves) < min(lease.count * job.terms.tiles, 2**24)
            need(fits and known, "name 1 to 8 of its leaves")
            audit.leaves += leaves

    def leaves_in(self, job: Job, lease: Lease, audit: Audit | None) -> list[DrawnLeaf]:
        """The leaves of the present round, in the order of their positions; of no draw, those of seed 0."""
        drawn, total = job.first_leaves(lease.count), lease.count * job.terms.tiles
        positions = self.fresh(job, lease, audit.round if audit else 0)
        if audit and audit.kind is AuditKind.PIXELS:
            positions = self.saw(job, lease, audit, audit.round)
        found = []
        for position in positions_of(positions):
            round_, index = divmod(position - MAX_NAMED, drawn)
            seed = self.seeds.get(((lease.worker, lease.slot), round_), 0)
            if audit and position < MAX_NAMED:
                leaf = audit.leaves[position]
            else:
                leaf = leaf_at(hash_many, seed, index, drawn, total)
            found.append(DrawnLeaf(leaf, position))
        return found

    def look(self, job: Job, lease: Lease, audit: Audit, block_hash: int) -> None:
        """Chance has half of the acceptances looked at again: the same leaves, and as many fresh ones."""
        if block_hash % 2:
            self.close(job, lease, audit)
            return
        self.begin_round(job, lease, audit)
        audit.verdicts_against[audit.round] = Verdict.ACCEPTED
