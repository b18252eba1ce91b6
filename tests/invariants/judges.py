"""What people do in court: the next step of a case by whom it belongs to, and wrong ones among them."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from renderchain.core.case import CaseKind, CasePhase, Trial, Vote
from renderchain.core.lifecycle import LeaseState

from tests.invariants.actors import NAMES
from tests.invariants.ledger import Case, Lease
from tests.invariants.people import ANYONE, PICK, WRONGLY, People

VIEWS = st.one_of(
    st.just(["SAME"]),
    st.just(["OTHER"]),
    st.just(["MACHINE"]),
    st.lists(st.sampled_from(["SAME", "MACHINE", "OTHER", "LOST"]), min_size=3, max_size=5),
)
MISTAKES = ("result", "seed", "count", "root")
WAITING = (LeaseState.SUBMITTED, LeaseState.REPORTED)


class Judges(People):
    """Audits, appeals, challenges and failure reports."""

    def in_court(self) -> list[Lease]:
        found = [lease for lease in self.model.slots.values() if lease.case]
        return [lease for lease in found if lease.case and lease.case.phase is not CasePhase.OVER]

    @rule(picks=st.lists(PICK, min_size=1, max_size=4), other=ANYONE, soon=WRONGLY)
    def draw(self, picks: list[int], other: str, soon: bool) -> None:
        leases = [self.a_lease(pick, *WAITING) for pick in picks]
        found = self.model.lease(leases[0])
        if not soon:
            self.actors.pass_time(1, 12)
        self.do(other, "draw", found.job if found else self.job_number(picks[0]), leases)

    @rule(picks=st.lists(PICK, min_size=1, max_size=4), other=ANYONE)
    def advance(self, picks: list[int], other: str) -> None:
        leases = [self.a_lease(pick, *WAITING) for pick in picks]
        found = self.model.lease(leases[0])
        self.do(other, "advance", found.job if found else self.job_number(picks[0]), leases)

    @precondition(lambda self: self.in_court())
    @rule(pick=PICK, other=ANYONE, wrong=WRONGLY, views=VIEWS)
    def go_on(self, pick: int, other: str, wrong: bool, views: list[str]) -> None:
        self.step(pick, other, wrong, views)

    @precondition(lambda self: self.in_court())
    @rule(pick=PICK, views=VIEWS)
    def go_on_and_on(self, pick: int, views: list[str]) -> None:
        """Three steps of one case."""
        for _ in range(3):
            if self.in_court():
                self.step(pick, "stranger", False, views)

    def step(self, pick: int, other: str, wrong: bool, views: list[str]) -> None:
        found = self.in_court()
        lease = found[pick % len(found)]
        case = lease.case
        assert case
        if pick % 11 == 0 and case.phase is not CasePhase.DRAW:
            self.late(lease)
        elif case.phase is CasePhase.COMMIT:
            self.commit(lease, case, pick, other, wrong, views)
        elif case.phase is CasePhase.REVEAL:
            self.reveal(lease, case, pick, other, wrong)
        elif case.phase is CasePhase.DRAW:
            self.actors.pass_time(1, 0 if wrong else 12)
            self.do(other, "draw", lease.job, [lease.number])
        elif case.phase is CasePhase.APPEAL:
            self.appeal(lease, case, pick, other, wrong)
        else:
            operator = self.model.workers[lease.worker].operator
            caller = other if wrong and pick % 2 else operator
            if case.phase is CasePhase.KEY:
                self.do(caller, "reveal_key", lease.number, not wrong)
            else:
                self.do(caller, "open", lease.number, MISTAKES[pick % 4] if wrong else "")

    def late(self, lease: Lease) -> None:
        self.actors.pass_time(110, 2)
        self.do("stranger", "advance", lease.job, [lease.number])

    def commit(self, lease: Lease, case: Case, pick: int, other: str, wrong: bool, views: list[str]) -> None:
        for place, seat in enumerate(case.seats):
            if seat.vote is Vote.DRAWN and (pick + place) % 9:
                caller = other if wrong else self.model.workers[seat.worker].operator
                seen = views[place % len(views)]
                self.do(caller, "commit", [(lease.number, place + (wrong and 9 * (pick % 2)), seen)])

    def reveal(self, lease: Lease, case: Case, pick: int, other: str, wrong: bool) -> None:
        for place, seat in enumerate(case.seats):
            seen = "OTHER" if wrong else seat.sealed
            entry = (lease.number, place + (wrong and 9 * (pick % 2)), seen)
            if seat.vote is Vote.COMMITTED and (pick + place) % 9:
                if case.kind is CaseKind.PIXELS and (seen != "SAME" or pick % 5 == 0):
                    self.do(other, "reveal_prints", *entry)
                else:
                    self.do(other, "reveal", [entry])
            elif seat.vote is Vote.SHOWN and (pick + place) % 8:
                self.do(other, "compare", *entry)
        self.do(other, "advance", lease.job, [lease.number])

    def appeal(self, lease: Lease, case: Case, pick: int, other: str, wrong: bool) -> None:
        job, worker = self.model.jobs[lease.job], self.model.workers[lease.worker]
        losers = sorted(self.model.losers(job, worker, case.verdict))
        if pick % 2:
            self.do(other if wrong else losers[pick % len(losers)], "appeal", lease.number)
        else:
            self.late(lease)

    def doubtful(self, pick: int) -> int:
        """Mostly a lease that its requester may doubt."""
        found = [
            lease
            for lease in self.model.slots.values()
            if lease.state is LeaseState.SUBMITTED
            and lease.trial in (Trial.PASSED, Trial.UNSEATED, Trial.CLEARED)
        ]
        return found[pick % len(found)].number if found else self.a_lease(pick, LeaseState.SUBMITTED)

    @rule(pick=PICK, other=ANYONE, wrong=WRONGLY, leaves=st.lists(st.integers(0, 3), max_size=4))
    def challenge(self, pick: int, other: str, wrong: bool, leaves: list[int]) -> None:
        number = self.doubtful(pick)
        lease = self.model.lease(number)
        caller = self.requester(lease.job, other, wrong) if lease else other
        if leaves:
            self.do(caller, "challenge_pixels", number, leaves * 3 if wrong else leaves)
        else:
            self.do(caller, "challenge_delivery", number)

    @rule(pick=PICK, other=ANYONE, wrong=WRONGLY)
    def report_failure(self, pick: int, other: str, wrong: bool) -> None:
        lease = self.a_lease(pick, LeaseState.CLAIMED)
        self.do(self.operator(lease, other, wrong), "report_failure", lease, 0 if wrong else pick)

    @rule(pick=PICK, other=st.sampled_from(NAMES), place=st.integers(0, 4), views=VIEWS)
    def out_of_turn(self, pick: int, other: str, place: int, views: list[str]) -> None:
        """Any step, whatever the case waits for."""
        number, seen = self.a_lease(pick, *WAITING), views[0]
        operator = self.operator(number, other, False)
        calls = (
            (operator, "open", number, ""),
            (operator, "reveal_key", number, True),
            (other, "reveal", [(number, place, seen)]),
            (other, "reveal_prints", number, place, seen),
            (other, "compare", number, place, "OTHER" if seen == "LOST" else seen),
            (operator, "appeal", number),
            (operator, "commit", [(number, place, seen)]),
        )
        self.do(*calls[pick % len(calls)])
