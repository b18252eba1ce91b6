"""Who votes how, what the worker opens, and who shows what of the votes."""

from __future__ import annotations

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.gas import (
    CLOSE_GAS,
    COMMIT_GAS,
    OPEN_GAS,
    REVEAL_GAS,
    REVEAL_PRINTS_GAS,
    SHOW_GAS,
)
from renderchain.core.audit.state import NO, YES, AuditKind, AuditPhase, Vote, answer_of, differing, mark_of
from renderchain.ports.audit_chain import Reveal, ShownVote

from devkit.made_up_pixels import RESULTS_KEY
from devkit.model.records import Seat
from devkit.strategies.coalition import HONEST_HAND, Hand, Scene, Way
from devkit.strategies.looks import FALSE, NEAR, SHOWN, TRUE, contents, felts
from devkit.strategies.play import Play, name_of
from devkit.strategies.stage import (
    FRIEND,
    LEAF_FRI,
    OPERATOR,
    OPERATOR_OF,
    OUTSIDER,
    opened,
)

NONCE = 7
NEAR_ENOUGH = frozenset((SHOWN, NEAR))  # looks that are within the limits of what the worker shows


class Voting(Play):
    """The steps of an audit."""

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

    def hand_of(self, place: int) -> Hand:
        return self.hands.get(place, HONEST_HAND)

    def looks_of(self, place: int) -> list[str]:
        """What a seat's vote says of each leaf."""
        way = self.hand_of(place).way
        fixed = {Way.AGREE: SHOWN, Way.FALSE: FALSE, Way.LIAR: NEAR, Way.LONE: f"lone {place}"}
        fixed[Way.LAZY] = fixed[Way.LONE]
        return [fixed.get(way) or self.true_look(position, place) for _, position in self.drawn()]

    def vote_of(self, place: int) -> int:
        """One felt of it."""
        if self.audit.kind is AuditKind.DELIVERY:
            way = self.hand_of(place).way
            says_yes = way is Way.AGREE or (way is Way.TRUE and self.coalition.delivers)
            return YES if says_yes else NO
        leaves = [leaf for leaf, _ in self.drawn()]
        return answer_of(hash_many, contents(leaves, self.looks_of(place)))

    def present(self) -> list[tuple[int, Seat]]:
        """Seats of the present draw with their numbers."""
        return list(enumerate(self.audit.seats))[self.audit.first :]

    def word_of(self, place: int) -> Vote | None:
        """What a seat says instead of a vote."""
        if self.hand_of(place) != HONEST_HAND:
            return self.hand_of(place).word
        if not self.coalition.serves and not (self.coalition.serves_late and self.audit.round):
            return Vote.NO_PACKAGE
        return Vote.OVER_TIME if self.coalition.scene is Scene.HEAVY else None

    def commit(self) -> None:
        """All seats of the present draw answer, but for those that are absent."""
        for place, seat in self.present():
            if seat.vote is not Vote.DRAWN or self.hand_of(place).absent:
                continue
            caller, who, word = OPERATOR_OF + seat.worker, name_of(seat.worker), self.word_of(place)
            self.spend_gas(who, COMMIT_GAS)
            if word:
                self.stage.decline(caller, self.lease_id, place, word)
                continue
            is_rendered = self.hand_of(place).way in (Way.TRUE, Way.LIAR)
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
        openings, siblings = opened(self.pixels, tuple(leaves))
        seed = self.stage.seeds[(self.lease.worker, self.lease.slot), self.audit.round]
        prints = [felts(leaf, SHOWN) for leaf in leaves]
        self.stage.open(OPERATOR, self.lease_id, seed, self.pixels.result, openings, siblings, prints)
        self.spend_prover_gas(OPEN_GAS + CLOSE_GAS)

    def reveal(self) -> None:
        """All sealed votes are shown, but for those of who is silent."""
        for place, seat in self.present():
            hand = self.hand_of(place)
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
        far = [position for (_, position), look in zip(drawn, looks, strict=True) if look not in NEAR_ENOUGH]
        way = self.hand_of(place).way
        if way in (Way.LIAR, Way.LAZY):
            far = [position for _, position in drawn] if way is Way.LIAR else []
        prints = [felts(leaves[at], looks[at]) for at in differing(mine, answer)]
        is_mean = 10 * len(far) > len(drawn) and way is not Way.LIAR  # half of a far leaf's bits differ
        differs = sum(1 << position for position in far)
        caller = OPERATOR_OF + seat.worker
        self.stage.reveal_prints(caller, self.lease_id, place, NONCE, mine, answer, prints, differs, is_mean)

    def show(self) -> None:
        """Contradictions are struck; objectors who agree are shown."""
        drawn = self.drawn()
        leaves = [leaf for leaf, _ in drawn]
        answer = contents(leaves, [SHOWN] * len(leaves))
        counted = [(place, seat) for place, seat in self.present() if seat.vote is Vote.COUNTED]
        for place, _ in counted:
            if self.hand_of(place).way in (Way.LIAR, Way.LAZY):
                look, leaf = self.looks_of(place)[0], leaves[0]
                mine, prints = contents(leaves, self.looks_of(place)), [felts(leaf, look)]
                shown = (mine, answer, prints, [felts(leaf, SHOWN)])
                self.stage.strike(OUTSIDER, self.lease_id, place, 0, *shown)
                self.spend_gas("outsider", SHOW_GAS)
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
                    caller, who = (FRIEND, "friends") if look == FALSE else (OUTSIDER, "outsider")
                    self.stage.show(caller, self.lease_id, index, False, votes, answer, [])
                    self.spend_gas(who, SHOW_GAS)
        self.advance_late()

    def reveal_key(self) -> None:
        if not self.coalition.shows_key:
            self.advance_late()
            return
        halves = [int.from_bytes(RESULTS_KEY[at : at + 16], "big") for at in (0, 16)]
        self.stage.reveal_key(OPERATOR, self.lease_id, self.pixels.result, *halves)
