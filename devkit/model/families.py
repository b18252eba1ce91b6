"""The registry's rules once more: whom a claim may name as verifiers, which is whom a draw may choose."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.core.audit.economics import BOND_FEES, audit_rate, lock_at
from renderchain.core.ids import NO_WORKER, JobId, WorkerId

from devkit.model.ledger import need
from devkit.model.records import Job, VoteTerms, Worker
from devkit.model.registry import RegistryModel

LEAST_NAMED, MOST_NAMED = 4, 8
MOST_SEEN = 500  # entries that a search looks at


class FamiliesModel(RegistryModel):
    """None of it is a call."""

    def is_able(self, worker: Worker, asked: VoteTerms) -> bool:
        """Whether it takes audits at that fee, and has what it may lose."""
        offer = worker.offer
        fits = asked.package_bytes <= offer.largest_package_bytes and self.now_s < offer.until_s
        is_paid = 0 < offer.audit_fee_fri <= asked.fee_fri
        return is_paid and fits and worker.free_fri >= BOND_FEES * asked.fee_fri

    def may_vote(self, number: WorkerId, asked: VoteTerms) -> bool:
        """Whether a draw about what is submitted from now on may choose it."""
        holding = self.seats_in(asked.family).held_by(number)
        has_counted = holding.units and holding.next_epoch < self.epoch
        return bool(has_counted) and self.is_able(self.workers[number], asked)

    def owners_of(self, named: Sequence[WorkerId], asked: VoteTerms) -> list[int]:
        """Of named verifiers, each of whom could be drawn."""
        need(len(named) <= MOST_NAMED, "too many verifiers named")
        owners: list[int] = []
        for number in named:
            owner = self.workers[number].owner if number in self.workers else 0
            is_willing = owner != asked.requester and self.may_vote(number, asked)
            need(is_willing, "named verifier may not vote")
            need(owner not in owners, "two named of one owner")
            owners.append(owner)
        return owners

    def need_verifiers(self, worker: Worker, named: Sequence[WorkerId], asked: VoteTerms) -> None:
        """Refuse unless four of them are not the worker's own."""
        owners = self.owners_of(named, asked)
        need(len(owners) >= LEAST_NAMED + (worker.owner in owners), "too few verifiers named")

    def willing_verifiers(
        self, asked: VoteTerms, worker: WorkerId, *, seed: int = 0, wanted: int = LEAST_NAMED
    ) -> list[WorkerId]:
        """Whom a claim may name, of different owners; the search begins where the seed says."""
        entries = self.seats_in(asked.family).entries
        own = self.workers.get(worker)
        owners = {asked.requester, own.owner if own else 0}
        found: list[WorkerId] = []
        for step in range(min(len(entries), MOST_SEEN)):
            entry = entries[(seed % 2**128 + step) % len(entries)]
            if entry.until_epoch or len(found) == wanted or not self.may_vote(entry.worker, asked):
                continue
            owner = self.workers[entry.worker].owner
            if owner not in owners:
                owners.add(owner)
                found.append(entry.worker)
        return found

    def lock(
        self,
        job: Job,
        place: tuple[WorkerId, int],
        price: tuple[int, int],
        operator: int,
        named: Sequence[WorkerId],
    ) -> int:
        """Lock for a lease of that pay and least lock; its audit rate as an exponent."""
        (number, slot), (pay, least) = place, price
        need(number in self.workers, "unknown worker")
        worker = self.workers[number]
        if operator:
            need(operator == worker.operator, "not the worker operator")
        else:
            need(self.is_offered(worker.offer, job, slot), "worker does not offer that")
        need(job.terms.family in worker.families, "family not supported")
        if named:
            self.need_verifiers(worker, named, job.least_vote_terms)
        floor = job.terms.audit_floor_exp if named else 0
        exp = audit_rate(pay, least, floor, worker.audited, worker.free_fri)
        need(exp is not None, "stake is not free")
        assert exp is not None
        locked_fri = worker.locked_fri + lock_at(pay, least, exp)
        need(named or locked_fri <= self.rules.unjudged_cap_fri, "too much without a jury")
        worker.locked_fri = locked_fri
        return exp

    def named_for(self, number: JobId, worker: WorkerId = NO_WORKER) -> list[WorkerId]:
        """Whom clients name: five for an assignment, so that a worker among them has four others; nobody
        where there are too few and the job takes that.
        """
        job = self.job(number or self.newest)
        wanted = LEAST_NAMED + (not worker)
        found = self.willing_verifiers(job.least_vote_terms, worker, wanted=wanted)
        return found if len(found) >= LEAST_NAMED or not job.terms.takes_unjudged else []
