"""One way in which a lease may go: who votes how, who shows what, and what each has in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.gas import (
    CLAIM_GAS,
    CLOSE_GAS,
    COMMIT_GAS,
    COMPARE_GAS,
    DRAW_GAS,
    OPEN_GAS,
    REVEAL_GAS,
    REVEAL_PRINTS_GAS,
    SUBMIT_GAS,
)
from renderchain.core.audit.phases import steps_of
from renderchain.core.audit.state import NO, YES, AuditKind, AuditPhase, Vote, answer_of, differing, mark_of
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.lifecycle import LeaseState
from renderchain.ports.audit_chain import Reveal, ShownVote

from devkit.made_up_pixels import RESULTS_KEY, LeasePixels
from devkit.model.records import Audit, Job, Lease, Seat
from devkit.strategies.coalition import HONEST_HAND, Coalition, Hand, Scene, Way
from devkit.strategies.looks import FALSE, NEAR, SHOWN, TRUE, contents, felts
from devkit.strategies.stage import (
    FRIEND,
    GAS_FRI,
    HELD,
    LEAF_FRI,
    OPERATOR,
    OPERATOR_OF,
    OWNER,
    OWNER_OF,
    PAY_FRI,
    PAYOUT,
    PAYOUT_OF,
    REQUESTER,
    RICH_FRI,
    STEP_S,
    STRANGER,
    Stage,
    pixels,
)

NONCE = 7
NEVER = frozenset((SHOWN, NEAR))  # looks that are within the limits of what the worker shows


def name_of(number: int) -> str:
    """Who a verifier is."""
    return "friends" if number == HELD else f"verifier {number}"


@dataclass
class Play:
    """``false``: positions of leaves that the worker faked; ``costs`` in fri, of gas and rendering."""

    coalition: Coalition
    stage: Stage
    job_id: JobId
    lease_id: LeaseId
    costs: Counter[str] = field(default_factory=Counter)
    false: dict[int, bool] = field(default_factory=dict)
    hand: Hand | None = None  # of the present draw
    done: set[str] = field(default_factory=set)

    def fork(self) -> Play:
        """The same once more, to go on otherwise."""
        stage, costs = self.stage.fork(), Counter(self.costs)
        place = (self.coalition, stage, self.job_id, self.lease_id)
        return Play(*place, costs, dict(self.false), self.hand, set(self.done))

    @property
    def job(self) -> Job:
        return self.stage.jobs[self.job_id]

    @property
    def lease(self) -> Lease:
        return self.stage.slots[WorkerId(1), 0]

    @property
    def audit(self) -> Audit:
        assert self.lease.audit
        return self.lease.audit

    @property
    def pixels(self) -> LeasePixels:
        """What the worker submitted."""
        return pixels(self.lease.count)

    def tick(self, seconds: int = 1) -> None:
        """Time passes, and blocks with it."""
        self.stage.enter_block(self.stage.now_s + seconds, self.stage.block + 20)

    def spend_gas(self, who: str, gas: int) -> None:
        self.costs[who] += gas * GAS_FRI

    def advance_late(self) -> None:
        """Nobody does more in this step."""
        self.tick(steps_of(self.audit.phase, self.audit.batches) * STEP_S)
        self.stage.advance(STRANGER, self.job_id, [self.lease_id])

    def submit(self) -> None:
        """The worker has rendered what it does not fake."""
        cost, kept = int((1 - self.coalition.faked) * PAY_FRI), self.lease.count
        if self.coalition.ends == "cheap half":  # its frames cost a third of the others, all are paid the same
            self.tick(STEP_S)
            cost, kept = PAY_FRI // 4, kept // 2
        self.stage.submit(OPERATOR, self.lease_id, kept, pixels(kept).result)
        self.costs["worker"] += cost
        self.spend_gas("worker", CLAIM_GAS + SUBMIT_GAS + DRAW_GAS)
        self.tick()

    def end_early(self) -> None:
        """The worker does not render the lease; ``ends`` says how."""
        ends = self.coalition.ends
        self.spend_gas("worker", CLAIM_GAS)
        if ends == "expire":
            self.tick(self.job.terms.lease_timeout_s)
            self.stage.expire(STRANGER, self.job_id, [self.lease_id])
        else:
            self.tick(STEP_S if ends == "give back late" else 1)
            self.stage.give_back(OPERATOR, self.lease_id, "no")
        self.stage.cancel(REQUESTER, self.job_id)

    def drawn(self) -> list[tuple[int, int]]:
        """The round's leaves, each with its position."""
        found = self.stage.leaves_in(self.job, self.lease, self.audit)
        return [(one.leaf, one.position) for one in found]

    def true_look(self, position: int, place: int) -> str:
        """What an honest verifier makes of a leaf."""
        if self.coalition.scene is Scene.CHAOTIC:
            return f"chaos {place}"
        unfair = self.coalition.scene is Scene.UNFAIR
        return TRUE if self.false.get(position) or unfair else SHOWN

    def hand_of(self, seat: Seat) -> Hand:
        return (self.hand or HONEST_HAND) if seat.worker == HELD else HONEST_HAND

    def looks_of(self, place: int) -> list[str]:
        """What a seat's vote says of each leaf."""
        way = self.hand_of(self.audit.seats[place]).way
        fixed = {Way.AGREE: SHOWN, Way.FALSE: FALSE, Way.LIAR: NEAR, Way.LONE: f"lone {place}"}
        fixed[Way.LAZY] = fixed[Way.LONE]
        return [fixed.get(way) or self.true_look(position, place) for _, position in self.drawn()]

    def vote_of(self, place: int) -> int:
        """One felt of it."""
        if self.audit.kind is AuditKind.DELIVERY:
            way = self.hand_of(self.audit.seats[place]).way
            says_yes = way is Way.AGREE or (way is Way.TRUE and self.coalition.delivers)
            return YES if says_yes else NO
        leaves = [leaf for leaf, _ in self.drawn()]
        return answer_of(hash_many, contents(leaves, self.looks_of(place)))

    def present(self) -> list[tuple[int, Seat]]:
        """Seats of the present draw with their numbers."""
        return list(enumerate(self.audit.seats))[self.audit.first :]

    def word_of(self, seat: Seat) -> Vote | None:
        """What a seat says instead of a vote."""
        if seat.worker == HELD and self.hand != HONEST_HAND:
            return self.hand_of(seat).word
        if not self.coalition.serves:
            return Vote.NO_PACKAGE
        return Vote.OVER_TIME if self.coalition.scene is Scene.HEAVY else None

    def commit(self) -> None:
        """All seats of the present draw answer, but for those that are absent."""
        for place, seat in self.present():
            if seat.vote is not Vote.DRAWN or self.hand_of(seat).absent:
                continue
            caller, who, word = OPERATOR_OF + seat.worker, name_of(seat.worker), self.word_of(seat)
            self.spend_gas(who, COMMIT_GAS)
            if word:
                self.stage.decline(caller, self.lease_id, place, word)
                continue
            is_rendered = self.hand_of(seat).way in (Way.TRUE, Way.LIAR)
            self.costs[who] += LEAF_FRI * len(self.drawn()) * is_rendered
            mark = self.mark_of(place, seat)
            self.stage.commit(caller, [(self.lease_id, place, mark)])
        if self.audit.phase is AuditPhase.COMMIT:
            self.advance_late()

    def mark_of(self, place: int, seat: Seat) -> int:
        audit = self.audit
        return mark_of(
            *(hash_many, self.stage.addresses.board, self.lease_id, audit.round),
            seed=self.stage.seeds[(self.lease.worker, self.lease.slot), audit.round],
            worker_id=seat.worker,
            nonce=NONCE,
            vote=self.vote_of(place),
        )

    def open(self) -> None:
        """The worker answers for its leaves, or is silent."""
        if not self.coalition.opens:
            self.advance_late()
            return
        leaves = [leaf for leaf, _ in self.drawn()]
        openings, siblings = self.pixels.opened(leaves)
        seed = self.stage.seeds[(self.lease.worker, self.lease.slot), self.audit.round]
        prints = [felts(leaf, SHOWN) for leaf in leaves]
        self.stage.open(OPERATOR, self.lease_id, seed, self.pixels.result, openings, siblings, prints)
        self.spend_gas("worker", OPEN_GAS + CLOSE_GAS)

    def reveal(self) -> None:
        """All sealed votes are shown, but for those of who is silent."""
        for place, seat in self.present():
            hand = self.hand_of(seat)
            if seat.vote is not Vote.SEALED or (hand.silent and hand.rounds > self.audit.round):
                continue
            self.spend_gas(name_of(seat.worker), REVEAL_GAS)
            is_pixels = self.audit.kind is AuditKind.PIXELS
            if is_pixels and set(self.looks_of(place)) != {SHOWN}:
                self.reveal_prints(place, seat)
            else:
                reveal = Reveal(self.lease_id, place, NONCE, self.vote_of(place))
                self.stage.reveal(OPERATOR_OF + seat.worker, [reveal])
        if self.audit.phase is AuditPhase.REVEAL:
            self.advance_late()

    def reveal_prints(self, place: int, seat: Seat) -> None:
        self.spend_gas(name_of(seat.worker), REVEAL_PRINTS_GAS - REVEAL_GAS)
        drawn, looks = self.drawn(), self.looks_of(place)
        leaves = [leaf for leaf, _ in drawn]
        mine, answer = contents(leaves, looks), contents(leaves, [SHOWN] * len(leaves))
        far = [position for (_, position), look in zip(drawn, looks, strict=True) if look not in NEVER]
        way = self.hand_of(seat).way
        if way in (Way.LIAR, Way.LAZY):
            far = [position for _, position in drawn] if way is Way.LIAR else []
        prints = [felts(leaves[at], looks[at]) for at in differing(mine, answer)]
        is_mean = 10 * len(far) > len(drawn) and way is not Way.LIAR  # half of a far leaf's bits differ
        masks = {"differs": sum(1 << position for position in far), "mean": is_mean}
        caller = OPERATOR_OF + seat.worker
        self.stage.reveal_prints(caller, self.lease_id, place, NONCE, mine, answer, prints, **masks)

    def show(self) -> None:
        """Contradictions are struck; objectors who agree are shown."""
        drawn = self.drawn()
        leaves = [leaf for leaf, _ in drawn]
        answer = contents(leaves, [SHOWN] * len(leaves))
        counted = [(place, seat) for place, seat in self.present() if seat.vote is Vote.COUNTED]
        for place, seat in counted:
            if self.hand_of(seat).way in (Way.LIAR, Way.LAZY):
                look, leaf = self.looks_of(place)[0], leaves[0]
                mine, prints = contents(leaves, self.looks_of(place)), [felts(leaf, look)]
                shown = (mine, answer, prints, [felts(leaf, SHOWN)])
                self.stage.strike(STRANGER, self.lease_id, place, 0, *shown)
                self.spend_gas("stranger", COMPARE_GAS)
        counted = [(place, seat) for place, seat in counted if seat.vote is Vote.COUNTED]
        looks = {place: self.looks_of(place) for place, _ in counted}
        for index, (leaf, position) in enumerate(drawn):
            objects = [place for place, seat in counted if seat.differs >> position & 1]
            for look in {looks[place][index] for place in objects}:
                same = [place for place in objects if looks[place][index] == look]
                if 2 * len(same) > len(counted):
                    votes = [
                        ShownVote(place, contents(leaves, looks[place]), [felts(leaf, look)])
                        for place in same
                    ]
                    caller, who = (FRIEND, "friends") if look == FALSE else (STRANGER, "stranger")
                    self.stage.show(caller, self.lease_id, index, False, votes, answer, [])
                    self.spend_gas(who, COMPARE_GAS)
        self.advance_late()

    def reveal_key(self) -> None:
        if not self.coalition.shows_key:
            self.advance_late()
            return
        halves = [int.from_bytes(RESULTS_KEY[at : at + 16], "big") for at in (0, 16)]
        self.stage.reveal_key(OPERATOR, self.lease_id, self.pixels.result, *halves)

    def finish(self) -> None:
        """It is paid, or the requester takes back what nobody rendered."""
        if self.lease.state is LeaseState.SUBMITTED:
            self.tick(self.job.terms.window_s)
            self.stage.accept_late(OPERATOR, self.job_id, [self.lease_id])
        elif not self.job.stopped and not self.job.settled:
            self.stage.cancel(REQUESTER, self.job_id)

    def worth(self, *accounts: int, workers: tuple[int, ...] = ()) -> int:
        """What accounts have, with what they are owed, and stakes."""
        model = self.stage
        money = sum(model.tokens.get(one, 0) + model.unpaid.get(one, 0) for one in accounts)
        return money + sum(model.workers[WorkerId(one)].stake_fri for one in workers)

    def spent_fri(self) -> int:
        """What the coalition lost of its stakes and bonds, and its requester more than it paid for work."""
        model, coalition = self.stage, self.coalition
        began = self.stage.stakes_before
        held = WorkerId(HELD)
        spent = began[held] - model.workers[held].stake_fri + max(0, RICH_FRI - self.worth(FRIEND))
        if coalition.owns_worker:
            spent += began[WorkerId(1)] - model.workers[WorkerId(1)].stake_fri
            spent += max(0, RICH_FRI - RICH_FRI // 2 - self.worth(OWNER))
        if coalition.owns_requester:
            spent += max(0, RICH_FRI - self.worth(REQUESTER) - self.worth(PAYOUT))
        return spent

    def wealth(self) -> dict[str, int]:
        """Of everybody."""
        found = {
            "worker": self.worth(OWNER, OPERATOR, PAYOUT, workers=(1,)),
            "requester": self.worth(REQUESTER),
            "stranger": self.worth(STRANGER),
            "burned": self.stage.burned_fri + self.stage.board_burned_fri,
        }
        for number in self.stage.workers:
            if number > 1:
                accounts = (OWNER_OF + number, OPERATOR_OF + number, PAYOUT_OF + number)
                found[name_of(number)] = self.worth(*accounts, workers=(number,))
        found["friends"] += self.worth(FRIEND)
        return found
