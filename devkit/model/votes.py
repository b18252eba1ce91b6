"""Votes once more: sealed or declined, answered by the worker's leaves, revealed."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.economics import BUSY_FEES
from renderchain.core.audit.events import LeavesOpened, PrintsShown
from renderchain.core.audit.state import WORDS, AuditKind, AuditPhase, Content, Vote, answer_of, mark_of
from renderchain.core.ids import NO_JOB, LeaseId
from renderchain.core.job import LeaseResult
from renderchain.core.lifecycle import LeaseState
from renderchain.core.merkle import LeaseIdentity
from renderchain.ports.audit_chain import Reveal

from devkit.model.leaves import Prints, check_leaves, check_prints, differing_leaves
from devkit.model.ledger import need, slot_of
from devkit.model.records import Audit, Lease, Seat
from devkit.model.rounds import RoundsModel
from devkit.model.verdicts import WHOLE_DELIVERY

Contents = Sequence[Content]
LEAVES_TOLD = 12  # in one event


class VotesModel(RoundsModel):
    """Every method with a ``caller`` is a call."""

    def in_phase(self, number: LeaseId, phase: AuditPhase) -> tuple[Lease, Audit]:
        lease = self.lease(number)
        need(lease and lease.audit and lease.audit.phase is phase, "case in another phase")
        assert lease and lease.audit
        return lease, lease.audit

    @staticmethod
    def seat_at(audit: Audit, place: int) -> Seat:
        """A seat of the present draw."""
        need(audit.first <= place < len(audit.seats), "no such seat in the round")
        return audit.seats[place]

    def awaited(self, caller: int, number: LeaseId, place: int) -> tuple[Lease, Audit, Seat]:
        """A vote that the caller may still give, in this step."""
        lease, audit = self.in_phase(number, AuditPhase.COMMIT)
        seat = self.seat_at(audit, place)
        need(seat.vote is Vote.DRAWN, "seat has voted already")
        need(self.workers[seat.worker].operator == caller, "not that verifier")
        return lease, audit, seat

    def commit(self, caller: int, marks: Sequence[tuple[LeaseId, int, int]]) -> None:
        """Of each seat: lease, seat, mark."""

        def one(entry: tuple[LeaseId, int, int]) -> None:
            number, place, mark = entry
            lease, audit, seat = self.awaited(caller, number, place)
            seat.vote, seat.mark = Vote.SEALED, mark
            audit.sealed += 1
            self.end_if_complete(lease, audit)

        self.batch(NO_JOB, marks, one, lambda entry: entry[0])

    def decline(self, caller: int, number: LeaseId, place: int, word: Vote) -> None:
        """Its fee pays for a vote in its place; who has no time pays for more of them."""
        need(word in WORDS, "no such word")
        lease, audit, seat = self.awaited(caller, number, place)
        fee = self.fee_of(self.jobs[lease.job], lease, audit, audit.round)
        audit.free_fee(fee)
        if word is Vote.BUSY:
            self.forfeit(audit, seat.worker, BUSY_FEES * fee)
        self.turn_vote(lease, audit, seat, word)
        audit.said += 1
        self.end_if_complete(lease, audit)

    def end_if_complete(self, lease: Lease, audit: Audit) -> None:
        if audit.sealed + audit.said == len(audit.present):
            job = self.jobs[lease.job]
            self.end_commit(job, lease, audit)
            self.finish(job)

    def need_result(self, number: LeaseId, result: LeaseResult) -> None:
        need(self.result_hash(number) == hash_many(result.felts()), "not the submitted result")

    def result_hash(self, number: LeaseId) -> int:
        lease = self.lease(number)
        need(lease and lease.state >= LeaseState.SUBMITTED, "lease in another state")
        result = self.results.get(slot_of(number))
        return hash_many(result.felts()) if result else 0  # it ended without one

    def open(
        self,
        caller: int,
        number: LeaseId,
        seed: int,
        result: LeaseResult,
        openings: Sequence[tuple[int, Content]],
        siblings: Sequence[int],
        prints: Prints,
    ) -> None:
        self.need_result(number, result)
        lease, audit = self.in_phase(number, AuditPhase.OPEN)
        need(seed == self.seeds[slot_of(number), audit.round], "opened for another draw")
        job = self.job(lease.job)
        place = (self.addresses.chain_id, self.addresses.board, job.number, number)
        identity = LeaseIdentity(*place, lease.attempt, lease.worker)
        leaves = [one.leaf for one in self.leaves_in(job, lease, audit)]
        check_leaves(identity, lease, job.terms.tiles, result.root, leaves, openings, siblings)
        contents = [content for _, content in openings]
        check_prints(contents, range(len(contents)), prints)
        audit.answer = answer_of(hash_many, contents)
        self.enter(audit, AuditPhase.REVEAL)
        for at, part in parts_of(contents):
            felts = flat(prints[at : at + len(part)])
            self.emit(LeavesOpened, job.number, number, audit.round, at, part, felts)

    def sealed(self, reveal: Reveal) -> tuple[Lease, Audit, Seat]:
        """The seat that sealed this and may show it now."""
        lease, audit = self.in_phase(reveal.lease_id, AuditPhase.REVEAL)
        need(not self.is_late(audit), "step is over")
        seat = self.seat_at(audit, reveal.seat)
        need(seat.vote is Vote.SEALED, "seat has voted already")
        mark = mark_of(
            *(hash_many, self.addresses.board, lease.number, audit.round),
            seed=self.seeds[slot_of(lease.number), audit.round],
            worker_id=seat.worker,
            nonce=reveal.nonce,
            vote=reveal.vote,
        )
        need(mark == seat.mark, "vote is not the sealed one")
        return lease, audit, seat

    def reveal(self, caller: int, reveals: Sequence[Reveal]) -> None:
        def one(reveal: Reveal) -> None:
            lease, audit, seat = self.sealed(reveal)
            agrees = reveal.vote == audit.answer
            need(agrees or audit.kind is not AuditKind.PIXELS, "another vote needs prints")
            seat.differs = 0 if agrees else WHOLE_DELIVERY
            self.note(lease, audit, seat)

        self.batch(NO_JOB, reveals, one, lambda reveal: reveal.lease_id)

    def reveal_prints(
        self,
        caller: int,
        number: LeaseId,
        place: int,
        nonce: int,
        contents: Contents,
        answer: Contents,
        prints: Prints,
        differs: int,
        mean: bool,
    ) -> None:
        vote = answer_of(hash_many, list(contents))
        lease, audit, seat = self.sealed(Reveal(number, place, nonce, vote))
        need(audit.kind is AuditKind.PIXELS, "case in another phase")
        need(answer_of(hash_many, list(answer)) == audit.answer, "not the opened answer")
        leaves = differing_leaves(contents, answer)
        check_prints(contents, leaves, prints)
        drawn = self.leaves_in(self.jobs[lease.job], lease, audit)
        may = sum(1 << drawn[leaf].position for leaf in leaves)
        need(differs & may == differs and not (mean and not may), "masks of other leaves")
        if may:
            seat.mark, audit.prints = vote, True
        seat.differs, seat.mean = differs, mean
        for at, part in parts_of(contents):
            inside = [index for index, leaf in enumerate(leaves) if at <= leaf < at + len(part)]
            felts = flat([prints[index] for index in inside])
            told = (audit.round, place, differs, mean, at, part, felts)
            self.emit(PrintsShown, lease.job, number, *told)
        self.note(lease, audit, seat)

    def note(self, lease: Lease, audit: Audit, seat: Seat) -> None:
        """A vote that is revealed; with the last one it goes on."""
        self.turn_vote(lease, audit, seat, Vote.COUNTED)
        audit.revealed += 1
        if audit.revealed != audit.sealed:
            return
        if audit.prints:
            self.enter(audit, AuditPhase.SHOW)
        else:
            job = self.jobs[lease.job]
            self.count(job, lease, audit)
            self.finish(job)


def parts_of(contents: Contents) -> list[tuple[int, tuple[Content, ...]]]:
    """What each event tells of so many leaves, and from which on."""
    starts = range(0, len(contents), LEAVES_TOLD)
    return [(at, tuple(contents[at : at + LEAVES_TOLD])) for at in starts]


def flat(prints: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Their felts in a row."""
    return tuple(felt for one in prints for felt in one)
