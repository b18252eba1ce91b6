"""What people do in audits: the next step by the party it belongs to, and wrong ones among them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from renderchain.core.audit.economics import MOST_NOTCHES
from renderchain.core.audit.phases import steps_of
from renderchain.core.audit.state import MEAN, WORDS, AuditKind, AuditPhase, DrawOutcome, Vote
from renderchain.core.ids import WorkerId
from renderchain.core.lifecycle import LeaseState

from devkit.made_up_pixels import FAR, Rendering
from devkit.model.records import Audit, Lease, Seat
from tests.invariants.machine import NETWORK
from tests.invariants.people import ANYONE, FOR_LONG, PICK, WRONGLY, People
from tests.invariants.world import WORKERS

VIEWS = st.one_of(
    *(st.just([seen]) for seen in ("SAME", "OTHER", "MACHINE", "UNEVEN")),
    st.just(["SAME", "OTHER", "OTHER"]),
    st.just(["LIGHT", "NOISE"]),
    st.lists(st.sampled_from([*Rendering.__members__, "LOST"]), min_size=3, max_size=5),
)
MISTAKES = ("result", "seed", "count", "root", "prints")
SAYINGS = (*WORDS, Vote.BUSY, Vote.ABSENT)  # the last is no word that a seat may say
LIES = (1, 2, 3, 4)
FAR_APART = [one.name for one in FAR]


class Verifiers(People):
    """Audits, appeals and challenges; ``seen`` is what each seat sealed, by board, lease and place."""

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
            self.world.pass_time(1, 12)
        self.do(other, "draw", first.job, leases)

    @precondition(lambda self: self.in_audit())
    @rule(pick=PICK, other=ANYONE, wrong=WRONGLY, views=VIEWS)
    def go_on(self, pick: int, other: str, wrong: bool, views: list[str]) -> None:
        self.step(self.in_audit()[pick % len(self.in_audit())], pick, other, wrong, views)

    @precondition(lambda self: self.in_audit())
    @rule(pick=PICK, views=VIEWS)
    def go_on_and_on(self, pick: int, views: list[str]) -> None:
        """Many steps of one audit."""
        self.live_through(self.in_audit()[pick % len(self.in_audit())], pick, views)

    def live_through(self, lease: Lease, pick: int, views: list[str]) -> None:
        for turn in range(pick % 13):
            found = self.model.lease(lease.number)
            if not found or found not in self.in_audit():
                break
            self.step(found, pick + turn, "outsider", False, views)

    @precondition(lambda self: self.open_jobs())
    @rule(pick=PICK, slot=st.integers(0, 9), views=VIEWS)
    def work_and_be_doubted(self, pick: int, slot: int, views: list[str]) -> None:
        """A lease from its claim to its audit, and to a doubt of its delivery if it is cleared."""
        worker = WorkerId(pick % WORKERS + 1)
        operator, job = self.name(self.model.workers[worker].operator), self.job_number(pick)
        if not self.do(operator, "claim_lease", job, worker, slot, 0):
            return
        number = self.model.slots[worker, slot].number
        self.do(operator, "submit", number)
        self.world.pass_time(1, 12)
        self.do("outsider", "draw", job, [number])
        self.live_through(self.model.slots[worker, slot], pick, views)
        if self.model.slots[worker, slot] in self.doubtful():
            requester = self.name(self.model.jobs[job].requester)
            self.do(requester, "challenge_delivery", number)
            self.live_through(self.model.slots[worker, slot], pick, views)

    @precondition(lambda self: self.open_jobs())
    @rule(pick=PICK, slot=st.integers(0, 9), other=ANYONE, views=VIEWS)
    def work_for_too_little(self, pick: int, slot: int, other: str, views: list[str]) -> None:
        """All want more than a lease's votes are paid when it is drawn; somebody raises the fee, maybe."""
        worker = WorkerId(pick % WORKERS + 1)
        operator, job = self.name(self.model.workers[worker].operator), self.job_number(pick)
        if not self.do(operator, "claim_lease", job, worker, slot, 0):
            return
        lease = self.model.slots[worker, slot]
        self.all_want(2 * self.model.jobs[job].fee_fri(lease.count))
        self.do(operator, "submit", lease.number)
        for blocks in (12, 32)[: 1 + pick % 2]:
            self.world.pass_time(1, blocks)
            self.do("outsider", "draw", job, [lease.number])
        for notches in (pick % (MOST_NOTCHES + 2), pick // 3 % (MOST_NOTCHES + 1)):
            self.do(other, "raise_fee", lease.number, notches)
        self.live_through(lease, pick, views)
        self.all_want(1)

    @precondition(lambda self: self.open_jobs())
    @rule(pick=PICK, slot=st.integers(0, 9), how=st.sampled_from(("", "", "few", "none")), views=VIEWS)
    def work_unjudged(self, pick: int, slot: int, how: str, views: list[str]) -> None:
        """Nobody is named at the claim; the requester names verifiers later, and doubts the pixels."""
        worker = WorkerId(pick % WORKERS + 1)
        operator, job = self.name(self.model.workers[worker].operator), self.job_number(pick)
        if not self.do(operator, "claim_lease", job, worker, slot, 0, "none"):
            return
        lease, requester = self.model.slots[worker, slot], self.name(self.model.jobs[job].requester)
        self.do(operator, "submit", lease.number)
        self.do(requester, "name_verifiers", lease.number, how)
        if self.do(requester, "challenge_pixels", lease.number, [pick % lease.count]):
            self.live_through(lease, pick, views)

    def all_want(self, fee_fri: int) -> None:
        """All take audits from this fee on, in what is called from now on."""
        for number, worker in self.model.workers.items():
            self.do(self.name(worker.owner), "set_offer", number, (0, 2000, 5, 2**39, fee_fri, 0, FOR_LONG))
        self.world.pass_time(1, 2 * NETWORK.epoch_blocks)

    def step(self, lease: Lease, pick: int, other: str, wrong: bool, views: list[str]) -> None:
        audit = lease.audit
        assert audit
        number = lease.number
        if pick % 11 == 0:
            self.late(lease, audit)
        elif audit.phase is AuditPhase.COMMIT:
            self.commit(lease, audit, pick, other, wrong, views)
        elif audit.phase is AuditPhase.REVEAL:
            self.reveal(lease, audit, pick, other, wrong)
        elif audit.phase is AuditPhase.SHOW:
            self.show(lease, audit, pick, other, wrong)
        elif audit.may_be_raised and pick % 3:
            self.do(other, "raise_fee", number, pick % (MOST_NOTCHES + 2))
        elif audit.phase in (AuditPhase.DRAW, AuditPhase.LOOK):
            self.world.pass_time(1, 0 if wrong else (12, 32)[pick % 2])
            self.do(other, "draw", lease.job, [number])
        elif audit.phase is AuditPhase.APPEAL:
            self.appeal(lease, audit, pick, other, wrong)
        elif audit.phase is AuditPhase.KEY:
            self.do(other, "reveal_key", number, not wrong)
        else:
            self.do(other, "open", number, MISTAKES[pick % len(MISTAKES)] if wrong else "")

    def late(self, lease: Lease, audit: Audit) -> None:
        steps = steps_of(audit.phase, audit.batches)
        self.world.pass_time(steps * NETWORK.phase_s + 10, steps + 1)
        self.do("outsider", "advance", lease.job, [lease.number])

    def present(self, audit: Audit, vote: Vote) -> list[tuple[int, Seat]]:
        """Seats of the present draw that are so far, with their places."""
        return [(at, seat) for at, seat in enumerate(audit.seats) if at >= audit.first and seat.vote is vote]

    def seen_at(self, lease: Lease, place: int) -> str:
        return self.seen.get((self.world.contracts.board, lease.number, place), "SAME")

    def commit(
        self, lease: Lease, audit: Audit, pick: int, other: str, wrong: bool, views: list[str]
    ) -> None:
        for place, seat in self.present(audit, Vote.DRAWN):
            caller = other if wrong else self.name(self.model.workers[seat.worker].operator)
            seen, at = views[place % len(views)], place + (wrong and 99 * (pick % 2))
            if (pick + place) % 7 == 0:
                said = pick % 5 * (pick % 3 == 0 or place)
                self.do(caller, "decline", lease.number, at, SAYINGS[said % len(SAYINGS)])
            elif (pick + place) % 13 and self.do(caller, "commit", [(lease.number, at, seen)]):
                self.seen[self.world.contracts.board, lease.number, place] = seen

    def reveal(self, lease: Lease, audit: Audit, pick: int, other: str, wrong: bool) -> None:
        for place, _ in self.present(audit, Vote.SEALED):
            seen, at = self.seen_at(lease, place), place + (wrong and 99 * (pick % 2))
            if wrong:
                seen = "OTHER"
            if (pick + place) % 13 == 0:
                continue
            if audit.kind is AuditKind.PIXELS and (seen != "SAME" or pick % 5 == 0):
                lie = LIES[pick % len(LIES)] if (pick + place) % 5 == 0 else 0
                self.do(other, "reveal_prints", lease.number, at, seen, lie)
            else:
                self.do(other, "reveal", [(lease.number, at, seen)])
        self.do(other, "advance", lease.job, [lease.number])

    def show(self, lease: Lease, audit: Audit, pick: int, other: str, wrong: bool) -> None:
        """Votes that may be contradicted, then those who say the same, then the step is over."""
        number, drawn = lease.number, self.calls.leaves(lease.number)
        leaf = MEAN if pick % 3 == 0 else pick % max(len(drawn), 1)
        for place, _ in self.present(audit, Vote.COUNTED):
            seen = self.seen_at(lease, place)
            if seen not in ("SAME", "LOST") and (pick + place) % 3:
                self.do(other, "strike", number, place, leaf, "OTHER" if wrong else seen)
        votes = [(place, self.seen_at(lease, place)) for place, _ in self.present(audit, Vote.COUNTED)]
        off = [one for one in votes if one[1] in FAR_APART or (leaf == MEAN and one[1] == "UNEVEN")]
        if off and pick % 5:
            by_levels = {seen for _, seen in off} >= {"LIGHT", "NOISE"}
            alike = off if by_levels else [one for one in off if one[1] == off[0][1]]
            self.do(other, "show", number, leaf, by_levels != wrong, alike[: 2 if leaf == MEAN else None])
        elif votes:
            self.do(other, "show", number, leaf, pick % 2 == 0, votes[: pick % 4])
        if pick % 2:
            self.late(lease, audit)

    def appeal(self, lease: Lease, audit: Audit, pick: int, other: str, wrong: bool) -> None:
        worker, tiles = self.model.workers[lease.worker], lease.count * self.model.jobs[lease.job].terms.tiles
        seats = [self.model.workers[seat.worker].operator for seat in audit.seats]
        losers = [self.name(one) for one in (worker.owner, worker.operator, *seats)]
        if pick % 2:
            named = [(pick + at) % (tiles + wrong) for at in range(pick % 4 * (pick % 3))]
            self.do(other if pick % 5 == 0 else losers[pick % len(losers)], "appeal", lease.number, named)
        else:
            self.late(lease, audit)

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
        if lease.draw_outcome is DrawOutcome.UNJUDGED and pick % 4:
            self.do(caller, "name_verifiers", number, ("", "", "few", "none")[pick % 4])
        if leaves:
            tiles = lease.count * self.model.jobs[lease.job].terms.tiles
            named = leaves * 3 if wrong else [leaf % tiles for leaf in leaves]
            self.do(caller, "challenge_pixels", number, named)
        else:
            self.do(caller, "challenge_delivery", number)

    @precondition(lambda self: self.has(LeaseState.SUBMITTED))
    @rule(pick=PICK, other=ANYONE, place=st.integers(0, 4), views=VIEWS)
    def out_of_turn(self, pick: int, other: str, place: int, views: list[str]) -> None:
        """Any step, whatever the audit waits for."""
        number, seen = self.a_lease(pick, LeaseState.SUBMITTED), views[0]
        operator = self.operator(number, other, False)
        lie, leaf = place, MEAN if pick % 2 else pick % 2
        calls: tuple[tuple[Any, ...], ...] = (
            (other, "open", number, ""),
            (other, "reveal_key", number, True),
            (other, "reveal", [(number, place, seen)]),
            (other, "reveal_prints", number, place, seen, lie),
            (other, "strike", number, place, leaf, seen),
            (other, "show", number, leaf, pick % 3 == 0, [(place, seen)]),
            (operator, "appeal", number, []),
            (operator, "commit", [(number, place, seen)]),
            (operator, "decline", number, place, Vote.NO_PACKAGE),
            (other, "advance", number % 3 + 1, [number, pick]),
        )
        self.do(*calls[pick % len(calls)])


class OnSeveralBoards(Verifiers):
    """The same people, stake and seats; other jobs, leases and audits on each board."""

    @rule(pick=PICK)
    def go_to_another_board(self, pick: int) -> None:
        self.turn_to(self.world.boards[pick % len(self.world.boards)])
