"""Votes once more: sealed, answered by the worker's leaves, shown, compared, appealed against."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.economics import SEATS
from renderchain.core.audit.events import Appealed, ContentsShown, LeavesOpened, PrintShown, Voted
from renderchain.core.audit.state import AuditKind, AuditPhase, Content, Vote, answer_of, mark_of
from renderchain.core.ids import NO_JOB, LeaseId
from renderchain.core.job import LeaseResult
from renderchain.core.lifecycle import LeaseState
from renderchain.core.merkle import LeaseIdentity
from renderchain.core.print_limits import PrintLimits
from renderchain.ports.audit_chain import Reveal

from devkit.model.leaves import Prints, check_leaves, check_prints, differing_leaves, prints_agree
from devkit.model.ledger import need, slot_of
from devkit.model.records import Audit, Lease, Seat
from devkit.model.rounds import RoundsModel

Contents = Sequence[Content]


class VotesModel(RoundsModel):
    """Every method with a ``caller`` is a call."""

    def in_phase(self, number: LeaseId, phase: AuditPhase) -> tuple[Lease, Audit]:
        lease = self.lease(number)
        need(lease and lease.audit and lease.audit.phase is phase, "case in another phase")
        assert lease and lease.audit
        return lease, lease.audit

    @staticmethod
    def seat_at(audit: Audit, place: int, vote: Vote) -> Seat:
        """A seat of the present round that came so far."""
        need(place < len(audit.seats), "no such seat in the round")
        seat = audit.seats[place]
        need(seat.vote is vote, "seat has voted already")
        return seat

    def commit(self, caller: int, marks: Sequence[tuple[LeaseId, int, int]]) -> None:
        """Of each seat: lease, seat, mark."""

        def one(entry: tuple[LeaseId, int, int]) -> None:
            number, place, mark = entry
            lease, audit = self.in_phase(number, AuditPhase.COMMIT)
            seat = self.seat_at(audit, place, Vote.DRAWN)
            need(self.workers[seat.worker].operator == caller, "not that verifier")
            seat.vote, seat.mark = Vote.COMMITTED, mark
            audit.committed += 1
            if audit.committed == len(audit.seats):
                self.seal(lease, audit)

        self.batch(NO_JOB, marks, one, lambda entry: entry[0])

    def need_result(self, number: LeaseId, result: LeaseResult) -> None:
        lease = self.lease(number)
        need(lease and lease.state >= LeaseState.SUBMITTED, "lease in another state")
        need(self.results.get(slot_of(number)) == result, "not the submitted result")

    def open(
        self,
        caller: int,
        number: LeaseId,
        seed: int,
        result: LeaseResult,
        openings: Sequence[tuple[int, Content]],
        siblings: Sequence[int],
    ) -> None:
        self.need_result(number, result)
        lease, audit = self.in_phase(number, AuditPhase.OPEN)
        need(seed == self.seeds[slot_of(number), audit.round], "opened for another draw")
        job = self.job(lease.job)
        place = (self.addresses.chain_id, self.addresses.board, job.number, number)
        identity = LeaseIdentity(*place, lease.attempt, lease.worker)
        leaves = self.leaves_in(job, lease, audit)
        check_leaves(identity, lease, job.terms.tiles, result.root, leaves, openings, siblings)
        contents = [content for _, content in openings]
        audit.answer = answer_of(hash_many, contents)
        self.enter(audit, AuditPhase.REVEAL)
        self.emit(LeavesOpened, job.number, number, audit.round, tuple(contents))

    def sealed(self, reveal: Reveal) -> tuple[Lease, Audit, Seat]:
        """The seat that sealed this and may show it now."""
        lease, audit = self.in_phase(reveal.lease_id, AuditPhase.REVEAL)
        need(not self.is_late(audit), "step is over")
        seat = self.seat_at(audit, reveal.seat, Vote.COMMITTED)
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
            self.count(lease, audit, reveal.seat, seat, Vote.AGREES if agrees else Vote.OBJECTS)

        self.batch(NO_JOB, reveals, one, lambda reveal: reveal.lease_id)

    def count(self, lease: Lease, audit: Audit, place: int, seat: Seat, vote: Vote) -> None:
        if vote is Vote.AGREES:
            audit.agreeing += 1
        elif vote is Vote.OBJECTS:
            audit.objecting += 1
        else:
            audit.shown += 1
        seat.vote = vote
        self.emit(Voted, lease.job, lease.number, audit.round, place, seat.worker, vote)

    def reveal_prints(
        self,
        caller: int,
        number: LeaseId,
        place: int,
        nonce: int,
        contents: Contents,
        answer: Contents,
        prints: Prints,
    ) -> None:
        vote = answer_of(hash_many, list(contents))
        lease, audit, seat = self.sealed(Reveal(number, place, nonce, vote))
        need(audit.kind is AuditKind.PIXELS, "case in another phase")
        leaves = self.differing_from(audit, contents, answer, prints)
        for leaf, print_ in zip(leaves, prints, strict=True):
            self.emit(PrintShown, lease.job, number, audit.round, place, leaf, tuple(print_))
        self.emit(ContentsShown, lease.job, number, audit.round, place, tuple(contents))
        if leaves:
            seat.mark = vote
        self.count(lease, audit, place, seat, Vote.SHOWN if leaves else Vote.AGREES)

    @staticmethod
    def differing_from(audit: Audit, contents: Contents, answer: Contents, prints: Prints) -> list[int]:
        """The leaves with other digests than the worker's; refused unless all is what it has to be."""
        need(answer_of(hash_many, list(answer)) == audit.answer, "not the opened answer")
        leaves = differing_leaves(contents, answer)
        check_prints(contents, leaves, prints)
        return leaves

    def compare(
        self,
        caller: int,
        number: LeaseId,
        place: int,
        contents: Contents,
        answer: Contents,
        prints: Prints,
        answer_prints: Prints,
    ) -> None:
        lease, audit = self.in_phase(number, AuditPhase.REVEAL)
        seat = self.seat_at(audit, place, Vote.SHOWN)
        need(answer_of(hash_many, list(contents)) == seat.mark, "vote is not the sealed one")
        leaves = self.differing_from(audit, contents, answer, prints)
        check_prints(answer, leaves, answer_prints)
        audit.shown -= 1
        terms = self.job(lease.job).terms
        limits = PrintLimits(terms.tile_limit_percent, terms.mean_limit_percent)
        agrees = prints_agree(len(answer), prints, answer_prints, limits)
        self.count(lease, audit, place, seat, Vote.AGREES if agrees else Vote.OBJECTS)

    def appeal(self, caller: int, number: LeaseId) -> None:
        lease, audit = self.in_phase(number, AuditPhase.APPEAL)
        need(not self.is_late(audit), "step is over")
        job, worker = self.job(lease.job), self.workers[lease.worker]
        need(caller in self.losers(job, worker, audit.verdict), "only who lost may appeal")
        bond = self.appeal_bond_fri(number)
        self.collect(caller, bond)
        audit.round += 1
        audit.rounds.append([])
        audit.bonds[audit.round] = (caller, bond)
        self.call(audit)
        self.emit(Appealed, job.number, number, audit.round, bond)

    def appeal_bond_fri(self, number: LeaseId) -> int:
        """What the next appeal costs unless one is right."""
        lease, audit = self.lease(number), self.audit_of(number)
        need(lease, "unknown job")
        assert lease
        round_, named = (audit.round + 1, len(audit.named)) if audit else (1, 0)
        seats = SEATS[min(round_, len(SEATS) - 1)]
        return seats * self.job(lease.job).fee_fri(lease.count, named, round_)
