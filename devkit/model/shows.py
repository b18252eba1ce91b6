"""What prints say of votes once more: one that its own contradict, and objectors who agree."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.economics import BOND_FEES
from renderchain.core.audit.events import RejectionShown
from renderchain.core.audit.state import MEAN, MEAN_BIT, AuditPhase, Content, Vote, answer_of
from renderchain.core.ids import LeaseId
from renderchain.ports.audit_chain import ShownVote

from devkit.model.leaves import (
    Prints,
    check_prints,
    differing_leaves,
    light_agrees,
    mean_agrees,
    print_agrees,
)
from devkit.model.ledger import need
from devkit.model.masks import in_more_than
from devkit.model.records import Audit, Job, Lease, Seat
from devkit.model.votes import Contents, VotesModel


class ShowsModel(VotesModel):
    """Every method with a ``caller`` is a call."""

    def in_show(self, number: LeaseId, answer: Contents) -> tuple[Job, Lease, Audit]:
        lease, audit = self.in_phase(number, AuditPhase.SHOW)
        need(not self.is_late(audit), "step is over")
        need(answer_of(hash_many, list(answer)) == audit.answer, "not the opened answer")
        return self.jobs[lease.job], lease, audit

    def counted(self, audit: Audit, place: int, contents: Contents) -> Seat:
        """A counted vote that revealed these contents."""
        seat = self.seat_at(audit, place)
        need(seat.vote is Vote.COUNTED, "vote is not contradicted")
        need(answer_of(hash_many, list(contents)) == seat.mark, "vote is not the sealed one")
        return seat

    def position_of(self, job: Job, lease: Lease, audit: Audit, leaf: int) -> int:
        """The mask of a leaf that is named by its place among the round's."""
        drawn = self.leaves_in(job, lease, audit)
        need(leaf < len(drawn), "wrong number of leaves")
        return 1 << drawn[leaf].position

    def strike(
        self,
        caller: int,
        number: LeaseId,
        place: int,
        leaf: int,
        contents: Contents,
        answer: Contents,
        prints: Prints,
        answer_prints: Prints,
    ) -> None:
        job, lease, audit = self.in_show(number, answer)
        seat, limits = self.counted(audit, place, contents), self.limits_of(job)
        if leaf == MEAN:
            leaves = differing_leaves(contents, answer)
            check_prints(contents, leaves, prints)
            check_prints(answer, leaves, answer_prints)
            objects, agrees = seat.mean, mean_agrees(len(answer), prints, answer_prints, limits)
        else:
            position = self.position_of(job, lease, audit, leaf)
            need(contents[leaf].digest != answer[leaf].digest, "vote is not contradicted")
            check_prints(contents, [leaf], prints)
            check_prints(answer, [leaf], answer_prints)
            objects = bool(seat.differs & position)
            agrees = print_agrees(prints[0], answer_prints[0], limits)
        need(objects == agrees, "vote is not contradicted")
        fee, before = self.fee_of(job, lease, audit, audit.round), audit.purse_fri
        self.forfeit(audit, seat.worker, BOND_FEES * fee)
        share = min(fee, audit.purse_fri - before)
        audit.purse_fri -= share
        self.credit(caller, share)
        self.turn_vote(lease, audit, seat, Vote.STRUCK)

    def show(
        self,
        caller: int,
        number: LeaseId,
        leaf: int,
        by_levels: bool,
        votes: Sequence[ShownVote],
        answer: Contents,
        answer_prints: Prints,
    ) -> None:
        job, lease, audit = self.in_show(number, answer)
        need(votes, "no majority is shown")
        position = MEAN_BIT
        if leaf == MEAN:
            check_prints(answer, range(len(answer)), answer_prints)
        else:
            if by_levels:
                check_prints(answer, [leaf], answer_prints)
            position = self.position_of(job, lease, audit, leaf)
        was_shown = self.is_shown(audit)
        first: Prints = []
        seats: list[Seat] = []
        for vote in votes:
            seat = self.counted(audit, vote.seat, vote.contents)
            mine = self.prints_of(seat, vote, leaf, position, answer, answer_prints)
            first = first or mine
            agrees = self.agree(job, leaf, by_levels, first, mine, answer_prints)
            need(all(seat is not one for one in seats) and agrees, "shown votes do not agree")
            seats.append(seat)
        is_majority = 2 * len(votes) > len(audit.with_vote(Vote.COUNTED))
        need(leaf == MEAN or is_majority, "no majority is shown")
        reference = votes[0].seat
        for seat in seats:
            seat.near |= 1 << reference - audit.first
        if not was_shown and self.is_shown(audit):
            audit.proved, audit.shower = True, caller
        self.emit(RejectionShown, lease.job, number, audit.round, leaf, reference)

    @staticmethod
    def is_shown(audit: Audit) -> bool:
        """Whether a majority was shown to lie near one vote."""
        counted = audit.with_vote(Vote.COUNTED)
        return in_more_than([seat.near for seat in counted], len(counted) / 2) != 0

    @staticmethod
    def prints_of(
        seat: Seat, vote: ShownVote, leaf: int, position: int, answer: Contents, theirs: Prints
    ) -> Prints:
        """Of a vote that differs there: of the leaf, or for the mean of all leaves."""
        contents: Sequence[Content] = vote.contents
        if leaf != MEAN:
            need(seat.differs & position, "shown votes do not agree")
            check_prints(contents, [leaf], vote.prints)
            return vote.prints
        need(seat.mean, "shown votes do not agree")
        leaves = differing_leaves(contents, answer)
        check_prints(contents, leaves, vote.prints)
        own = dict(zip(leaves, vote.prints, strict=True))
        return [own.get(index, theirs[index]) for index in range(len(contents))]

    def agree(
        self, job: Job, leaf: int, by_levels: bool, first: Prints, mine: Prints, theirs: Prints
    ) -> bool:
        """Whether two of them agree there; by light, both must also be off from the worker by it."""
        if leaf == MEAN:
            return mean_agrees(len(first), first, mine, self.limits_of(job))
        if by_levels:
            return light_agrees(first[0], mine[0]) and not light_agrees(theirs[0], mine[0])
        return print_agrees(first[0], mine[0], self.limits_of(job))
