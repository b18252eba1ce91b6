"""The registry's rules once more: whom a claim may name as verifiers, which is whom a draw may choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from renderchain.core.audit.draw import SAMPLE_DRAWS
from renderchain.core.audit.economics import SEATS, audit_rate, lock_at
from renderchain.core.ids import NO_WORKER, JobId, WorkerId
from renderchain.core.job import Place

from devkit.model.holders import VoteRequest
from devkit.model.ledger import need
from devkit.model.records import Job, Worker
from devkit.model.registry import RegistryModel

LEAST_NAMED, MOST_NAMED = 4, 8
CAP_PART = 4  # of the seat stake may be open pay
MOST_SEEN = 500  # entries that a search looks at
MOST_ENTRIES = 16  # ... and that a client reads: where there are more, many hold them


class FamiliesModel(RegistryModel):
    """None of it is a call."""

    def could_be_drawn(self, number: WorkerId, asked: VoteRequest) -> bool:
        """Whether a draw about what is submitted now may choose it; later ones, if it changes nothing."""
        holding, epochs = (
            self.seats_in(asked.family).held_by(number),
            self.drawn_now(asked.family),
        )
        if not (epochs and holding.units and holding.next_epoch <= epochs[1]):
            return False
        return self.may_vote(self.workers[number], epochs[0], asked)

    def open_pay_fri(self, family: int) -> int:
        """What the family's judged leases would earn that have not ended."""
        boards = [(self.jobs, self.slots), *((one["jobs"], one["slots"]) for one in self.elsewhere.values())]
        leases = [(jobs[one.job], one) for jobs, slots in boards for one in slots.values()]
        counting = [(job, one) for job, one in leases if one.counts_for_cap and job.terms.family == family]
        return sum(job.stakes_of(one)[0] for job, one in counting)

    def most_pay_fri(self, family: int) -> int:
        """What it may be: a part of the seat stake that is old enough."""
        units = self.seats_in(family).mature_units(self.epoch, self.rules.seat_age_epochs)
        return units * self.rules.seat_unit_fri // CAP_PART

    def need_room(self, family: int, pay_fri: int) -> None:
        """Refuse what would go beyond the cap."""
        need(self.open_pay_fri(family) + pay_fri <= self.most_pay_fri(family), "family is at its cap")

    def owners_of(self, named: Sequence[WorkerId], asked: VoteRequest) -> list[int]:
        """Of named verifiers, each of whom could be drawn."""
        need(len(named) <= MOST_NAMED, "too many verifiers named")
        owners: list[int] = []
        for number in named:
            owner = self.workers[number].owner if number in self.workers else 0
            is_willing = owner not in asked.owners and self.could_be_drawn(number, asked)
            need(is_willing, "named verifier may not vote")
            need(owner not in owners, "two named of one owner")
            owners.append(owner)
        return owners

    def need_verifiers(self, worker: Worker, named: Sequence[WorkerId], asked: VoteRequest) -> None:
        """Refuse unless four of them are not the worker's own."""
        owners = self.owners_of(named, asked)
        need(len(owners) >= LEAST_NAMED + (worker.owner in owners), "too few verifiers named")

    def willing_verifiers(
        self, asked: VoteRequest, worker: WorkerId, *, seed: int = 0, wanted: int = LEAST_NAMED
    ) -> list[WorkerId]:
        """Whom a claim may name, of different owners; the search begins where the seed says."""
        entries = self.seats_in(asked.family).entries
        own = self.workers.get(worker)
        owners = {*asked.owners, own.owner if own else 0}
        found: list[WorkerId] = []
        for step in range(min(len(entries), MOST_SEEN)):
            entry = entries[(seed % 2**128 + step) % len(entries)]
            if entry.until_epoch or len(found) == wanted or not self.could_be_drawn(entry.worker, asked):
                continue
            owner = self.workers[entry.worker].owner
            if owner not in owners:
                owners.add(owner)
                found.append(entry.worker)
        return found

    def finds_votes(self, asked: VoteRequest, worker: WorkerId, wanted: int = SEATS[0]) -> bool:
        """Whether draws of so many votes would stand now, by a few that are made up."""
        own = self.workers.get(worker)
        request = replace(asked, owners=asked.owners | {own.owner if own else 0}, again=True)
        samples = (self.draw_holders(request, self.block, seed, wanted) for seed in range(SAMPLE_DRAWS))
        return all(len(found) == wanted for found in samples)

    def may_be_unjudged(self, family: int, worker: WorkerId) -> bool:
        """Whether nobody could judge its leases, willing or not: it is young, or few others hold seats."""
        if not self.drawn_now(family):
            return True
        entries = self.seats_in(family).entries
        held = {one.worker for one in entries if not 0 < one.until_epoch <= self.epoch}
        return len(entries) <= MOST_ENTRIES and len(held - {worker}) < LEAST_NAMED

    def least_asked(self, job: Job) -> VoteRequest:
        """What votes about any of its leases ask at least, of whoever is not its requester."""
        return self.asked(job, 1, job.requester)

    def lock(
        self,
        job: Job,
        place: Place,
        count: int,
        operator: int,
        named: Sequence[WorkerId],
    ) -> int:
        """Lock for a lease of so many tasks; its audit rate as an exponent."""
        number = place.worker_id
        need(number in self.workers and self.workers[number].operator, "unknown worker")
        worker, (pay, least) = self.workers[number], job.price_of(len(job.rewards) - 1, count)
        if operator:
            need(operator == worker.operator, "not the worker operator")
        else:
            need(self.is_offered(worker.offer, job, place.slot), "worker does not offer that")
        need(job.terms.family in worker.families, "family not supported")
        if named:
            self.need_verifiers(worker, named, self.least_asked(job))
            self.need_room(job.terms.family, pay)
        floor = job.terms.audit_floor_exp if named else 0
        fees_fri = self.record_of(number, job.terms.family).fees_fri
        exp = audit_rate(pay, least, floor, fees_fri, worker.free_fri)
        need(exp is not None, "stake is not free")
        assert exp is not None
        locked_fri = worker.locked_fri + lock_at(pay, least, exp)
        need(named or locked_fri <= self.rules.unjudged_cap_fri, "too much without a jury")
        worker.locked_fri = locked_fri
        return exp

    def named_for(self, number: JobId, worker: WorkerId = NO_WORKER) -> list[WorkerId]:
        """Whom clients name: five for an assignment, so that a worker among them has four others; nobody
        where too few have seats and the job takes that.
        """
        job = self.job(number or self.newest)
        wanted = LEAST_NAMED + (not worker)
        asked = self.least_asked(job)
        found = self.willing_verifiers(asked, worker, wanted=wanted)
        if not self.finds_votes(asked, worker):
            found = found[: LEAST_NAMED - 1]  # four may be willing, but of too many who are not
        if len(found) >= LEAST_NAMED or not job.terms.takes_unjudged:
            return found
        need(self.may_be_unjudged(job.terms.family, worker), "too few verifiers named")
        return []
