"""What people do in audits: the next step by the party it belongs to, and wrong ones among them."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from renderchain.core.audit.state import AuditKind, AuditPhase, DrawOutcome, Vote
from renderchain.core.lifecycle import AUDITABLE, LeaseState

from devkit.model.records import Audit, Lease
from tests.invariants.people import ANYONE, PICK, WRONGLY, People

VIEWS = st.one_of(
    st.just(["SAME"]),
    st.just(["OTHER"]),
    st.just(["MACHINE"]),
    st.lists(st.sampled_from(["SAME", "MACHINE", "OTHER", "UNEVEN", "LOST"]), min_size=3, max_size=5),
)
MISTAKES = ("result", "seed", "count", "root")


class Verifiers(People):
    """Audits, appeals, challenges and failure reports; ``seen`` is what each seat sealed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[tuple[int, int, int], str] = {}

    def in_audit(self) -> list[Lease]:
        found = [lease for lease in self.model.slots.values() if lease.audit]
        return [lease for lease in found if lease.audit and lease.audit.phase is not AuditPhase.OVER]

    def waiting(self) -> list[Lease]:
        """Submitted leases of which chance said nothing yet."""
        found = [one for one in self.model.slots.values() if one.state is LeaseState.SUBMITTED]
        return [one for one in found if one.draw_outcome is DrawOutcome.NOT_DRAWN]

    @precondition(lambda self: self.waiting())
    @rule(pick=PICK, other=ANYONE, wrong=WRONGLY)
    def draw(self, pick: int, other: str, wrong: bool) -> None:
        first = self.waiting()[pick % len(self.waiting())]
        leases = [lease.number for lease in self.waiting() if lease.job == first.job or wrong]
        if pick % 9:
            self.actors.pass_time(1, 12)
        self.do(other, "draw", first.job, leases)

    @precondition(lambda self: self.in_audit())
    @rule(pick=PICK, other=ANYONE, wrong=WRONGLY, views=VIEWS)
    def go_on(self, pick: int, other: str, wrong: bool, views: list[str]) -> None:
        self.step(pick, other, wrong, views)

    @precondition(lambda self: self.in_audit())
    @rule(pick=PICK, views=VIEWS)
    def go_on_and_on(self, pick: int, views: list[str]) -> None:
        """Three steps of one audit."""
        for _ in range(3):
            if self.in_audit():
                self.step(pick, "outsider", False, views)

    def step(self, pick: int, other: str, wrong: bool, views: list[str]) -> None:
        found = self.in_audit()
        lease = found[pick % len(found)]
        audit = lease.audit
        assert audit
        if pick % 11 == 0 and audit.phase is not AuditPhase.DRAW:
            self.late(lease)
        elif audit.phase is AuditPhase.COMMIT:
            self.commit(lease, audit, pick, other, wrong, views)
        elif audit.phase is AuditPhase.REVEAL:
            self.reveal(lease, audit, pick, other, wrong)
        elif audit.phase is AuditPhase.DRAW:
            self.actors.pass_time(1, 0 if wrong else 12)
            self.do(other, "draw", lease.job, [lease.number])
        elif audit.phase is AuditPhase.APPEAL:
            self.appeal(lease, audit, pick, other, wrong)
        else:
            operator = self.name(self.model.workers[lease.worker].operator)
            caller = other if pick % 2 else operator
            if audit.phase is AuditPhase.KEY:
                self.do(caller, "reveal_key", lease.number, not wrong)
            else:
                self.do(caller, "open", lease.number, MISTAKES[pick % 4] if wrong else "")

    def late(self, lease: Lease) -> None:
        self.actors.pass_time(110, 2)
        self.do("outsider", "advance", lease.job, [lease.number])

    def commit(
        self, lease: Lease, audit: Audit, pick: int, other: str, wrong: bool, views: list[str]
    ) -> None:
        for place, seat in enumerate(audit.seats):
            if seat.vote is Vote.DRAWN and (pick + place) % 9:
                caller = other if wrong else self.name(self.model.workers[seat.worker].operator)
                seen = views[place % len(views)]
                if self.do(caller, "commit", [(lease.number, place + (wrong and 9 * (pick % 2)), seen)]):
                    self.seen[lease.number, audit.round, place] = seen

    def reveal(self, lease: Lease, audit: Audit, pick: int, other: str, wrong: bool) -> None:
        for place, seat in enumerate(audit.seats):
            seen = "OTHER" if wrong else self.seen.get((lease.number, audit.round, place), "SAME")
            entry = (lease.number, place + (wrong and 9 * (pick % 2)), seen)
            if seat.vote is Vote.COMMITTED and (pick + place) % 9:
                if audit.kind is AuditKind.PIXELS and (seen != "SAME" or pick % 5 == 0):
                    self.do(other, "reveal_prints", *entry)
                else:
                    self.do(other, "reveal", [entry])
            elif seat.vote is Vote.SHOWN and (pick + place) % 8:
                self.do(other, "compare", *entry)
        self.do(other, "advance", lease.job, [lease.number])

    def appeal(self, lease: Lease, audit: Audit, pick: int, other: str, wrong: bool) -> None:
        job, worker = self.model.jobs[lease.job], self.model.workers[lease.worker]
        losers = sorted(map(self.name, self.model.losers(job, worker, audit.verdict)))
        if pick % 2:
            self.do(other if wrong else losers[pick % len(losers)], "appeal", lease.number)
        else:
            self.late(lease)

    def doubtful(self) -> list[Lease]:
        """Leases that their requesters may doubt, some of them too late."""
        found = [lease for lease in self.model.slots.values() if lease.state is LeaseState.SUBMITTED]
        return [
            lease
            for lease in found
            if lease.draw_outcome not in (DrawOutcome.NOT_DRAWN, DrawOutcome.IN_AUDIT)
        ]

    @precondition(lambda self: self.doubtful())
    @rule(pick=PICK, other=ANYONE, wrong=WRONGLY, leaves=st.lists(st.integers(0, 3), max_size=4))
    def challenge(self, pick: int, other: str, wrong: bool, leaves: list[int]) -> None:
        lease = self.doubtful()[pick % len(self.doubtful())]
        number, caller = lease.number, self.requester(lease.job, other, wrong)
        if leaves:
            tiles = lease.count * self.model.jobs[lease.job].terms.tiles
            named = leaves * 3 if wrong else [leaf % tiles for leaf in leaves]
            self.do(caller, "challenge_pixels", number, named)
        else:
            self.do(caller, "challenge_delivery", number)

    @precondition(lambda self: self.has(*AUDITABLE))
    @rule(pick=PICK, other=ANYONE, place=st.integers(0, 4), views=VIEWS)
    def out_of_turn(self, pick: int, other: str, place: int, views: list[str]) -> None:
        """Any step, whatever the audit waits for."""
        number, seen = self.a_lease(pick, *AUDITABLE), views[0]
        operator = self.operator(number, other, False)
        calls = (
            (other, "open", number, ""),
            (other, "reveal_key", number, True),
            (other, "reveal", [(number, place, seen)]),
            (other, "reveal_prints", number, place, seen),
            (other, "compare", number, place, "OTHER" if seen == "LOST" else seen),
            (operator, "appeal", number),
            (operator, "commit", [(number, place, seen)]),
            (other, "advance", number % 3 + 1, [number, pick]),
        )
        self.do(*calls[pick % len(calls)])
