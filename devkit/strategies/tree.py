"""All ways in which a lease may go, with their chances, and what everybody chooses who has a choice."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from renderchain.core.audit.economics import SEATS
from renderchain.core.audit.gas import CLOSE_GAS, DRAW_GAS
from renderchain.core.audit.state import FIRST_DRAWN, AuditKind, AuditPhase, DrawOutcome, Vote
from renderchain.core.lifecycle import LeaseState

from devkit.model.draws import BATCH
from devkit.strategies.appeals import appellants
from devkit.strategies.choices import Act, Choice
from devkit.strategies.coalition import HONEST_HAND, Coalition, Hand
from devkit.strategies.doubts import doubt, named_leaves, pay_at_once
from devkit.strategies.sameness import start_of, state_of
from devkit.strategies.stage import (
    HELD,
    OPERATOR,
    PAY_FRI,
    REQUESTER,
    Stage,
    set_up,
)
from devkit.strategies.voting import Voting

NEVER_SUBMITS = ("give back", "give back late", "expire")
Payoffs = dict[str, float]


@dataclass
class Node:
    """``kind``: chance (weights), seats (binomial), friends (their choice), appeal, lease, or end.

    ``payoffs`` are those of the lease that ends there; after ``lease`` its worker's next one follows.
    """

    kind: str
    children: list[Node]
    weights: tuple[float, ...] = ()
    callers: tuple[str, ...] = ()  # who brings a child about
    payoffs: Payoffs | None = None
    told: str = ""


class Explorer:
    """Plays one coalition at one rate in all ways."""

    def __init__(self, coalition: Coalition, exp: int, kind: type[Stage] = Stage) -> None:
        self.coalition, self.exp = coalition, exp
        self.known: dict[Hashable, Node] = {}  # what follows a state
        self.begun: dict[Hashable, Node] = {}  # what follows the start of a lease
        place = set_up(
            kind,
            exp,
            second_look=coalition.second_look,
            thin=coalition.thin,
            wide=coalition.wide,
            spare=coalition.spare,
        )
        self.first = Voting(coalition, *place, left=coalition.leases - 1)

    def tree(self) -> Node:
        """From the claim on."""
        return self.grow(self.first.fork())

    def grow(self, play: Voting) -> Node:
        lease_id, told, choice = play.lease_id, "", None
        while choice is None and "over" not in play.done and play.lease_id == lease_id:
            told = self.told(play)
            choice = self.step(play)
        if play.lease_id != lease_id:
            return self.next_lease(play, told)
        state = state_of(play)
        if state not in self.known:
            self.known[state] = self.node(play, choice)
        return self.known[state]

    def next_lease(self, play: Voting, told: str) -> Node:
        """Another one has begun; ways to it that leave everything alike but the money are continued once."""
        payoffs, start = self.payoffs(play), start_of(play)
        if start not in self.begun:
            play.begin()
            self.begun[start] = self.grow(play)
        end = (start, told, *payoffs.items())
        if end not in self.known:
            self.known[end] = Node("lease", [self.begun[start]], payoffs=payoffs, told=told)
        return self.known[end]

    def node(self, play: Voting, choice: Choice | None) -> Node:
        """With all that may follow."""
        if choice is None:
            return Node("end", [], payoffs=self.payoffs(play), told=self.told(play))
        children = []
        for act in choice.acts:
            child = play.fork()
            act(child)
            children.append(self.grow(child))
        return Node(choice.kind, children, choice.weights, choice.callers)

    def told(self, play: Voting) -> str:
        """How it ended."""
        audit = play.lease.audit
        return f"{audit.verdict.name.lower()} in round {audit.round + 1}" if audit else "spared"

    def payoffs(self, play: Voting) -> Payoffs:
        """What each has more than before, in the lease's pay; frames are worth it to the requester."""
        now, found = play.wealth(), Payoffs()
        for who, fri in now.items():
            found[who] = (fri - play.had[who] - play.costs[who]) / PAY_FRI
        found["spent"] = play.spent_fri() / PAY_FRI
        found["requester"] += play.frames
        return found

    def step(self, play: Voting) -> Choice | None:
        """Do what follows by itself; what has to be chosen is returned."""
        if self.coalition.ends in NEVER_SUBMITS:
            play.end_early()
            return None
        if "submitted" not in play.done:
            play.done.add("submitted")
            play.submit()
            if self.coalition.cancels:
                play.stage.cancel(REQUESTER, play.job_id)
            return None
        lease = play.lease
        if lease.state is LeaseState.SUBMITTED and lease.draw_outcome is DrawOutcome.NOT_DRAWN:
            return self.first_draw(play)
        if lease.state is LeaseState.SUBMITTED and self.coalition.pays and "checked" not in play.done:
            return pay_at_once(play)
        if lease.state is LeaseState.SUBMITTED and lease.draw_outcome is DrawOutcome.IN_AUDIT:
            return self.in_audit(play)
        if lease.state is LeaseState.SUBMITTED:
            choice = doubt(play)
            if choice or play.lease.draw_outcome is DrawOutcome.IN_AUDIT:
                return choice
        play.finish()
        return None

    def first_draw(self, play: Voting) -> Choice:
        rate = 2.0**-play.lease.exp  # which a record that was lost makes 1
        if rate == 1:
            return self.draw_seats(play)

        def spared(child: Voting) -> None:
            child.stage.is_drawn = False
            child.stage.draw(OPERATOR, child.job_id, [child.lease_id])
            child.stage.is_drawn = True

        if "drawn" in play.done:
            return self.draw_seats(play)
        return Choice("chance", [lambda child: child.done.add("drawn"), spared], (rate, 1 - rate))

    def draw_seats(self, play: Voting) -> Choice:
        """Whose votes the next ones are."""
        audit = play.lease.audit
        round_, votes = audit.round if audit else 0, SEATS[0]
        if audit:
            fee = play.stage.fee_of(play.job, play.lease, audit, audit.round)
            votes = min(BATCH, audit.purse_fri // fee) if audit.present else SEATS[audit.round]
        bought = round_ < self.coalition.bribes
        is_first = not (audit and audit.seats)

        def act(held: int) -> Act:
            def draw(child: Voting) -> None:
                if is_first:  # of a lease that chance spares nobody sends one
                    child.spend_prover_gas(DRAW_GAS)
                child.stage.held = held
                child.stage.draw(OPERATOR, child.job_id, [child.lease_id])

            return draw

        is_redraw = bool(audit and audit.redraws)
        # Friends who play for a delivery are honest about the pixels before.
        is_delivery = bool(audit and audit.kind is AuditKind.DELIVERY)
        is_other = self.coalition.challenges == "delivery" and not is_delivery
        # Nor do they play against a lease of their own.
        is_other = is_other or (play.is_friends and not self.coalition.owns_worker)
        if bought or is_other or not self.plays(round_, is_redraw=is_redraw):
            return Choice("chance", [act(votes if bought else 0)], (1.0,))
        return Choice("seats", [act(held) for held in range(votes + 1)])

    def plays(self, round_: int, *, is_redraw: bool) -> bool:
        """Whether friends do in such a draw what the honest would not; else nobody tells them apart."""
        return any(self.is_played(hand, round_, is_redraw=is_redraw) for hand in self.coalition.hands)

    @staticmethod
    def is_played(hand: Hand, round_: int, *, is_redraw: bool) -> bool:
        """Who declines or is absent is so until all is drawn anew."""
        declines = hand.word or hand.absent
        is_due = hand.since <= round_ < hand.rounds
        return hand != HONEST_HAND and is_due and not (declines and is_redraw)

    def in_audit(self, play: Voting) -> Choice | None:
        audit = play.audit
        if audit.phase is AuditPhase.DRAW:
            return self.draw_seats(play)
        if audit.phase is AuditPhase.COMMIT:
            return self.commit(play)
        if audit.phase is AuditPhase.APPEAL:
            return self.appeals(play)
        if audit.phase is AuditPhase.LOOK:

            def toss(coin: int) -> Act:
                def act(child: Voting) -> None:
                    child.stage.coin = coin
                    child.stage.draw(OPERATOR, child.job_id, [child.lease_id])

                return act

            return Choice("chance", [toss(0), toss(1)], (0.5, 0.5))
        acts = {
            AuditPhase.KEY: play.reveal_key,
            AuditPhase.OPEN: play.open,
            AuditPhase.REVEAL: play.reveal,
            AuditPhase.SHOW: play.show,
        }
        acts[audit.phase]()
        play.tick()
        return None

    def commit(self, play: Voting) -> Choice | None:
        unknown = [position for _, position in play.drawn() if position not in play.false]
        if unknown:
            return self.fake(play, unknown[0])
        friends = [(place, seat) for place, seat in play.present() if seat.worker == HELD]
        drawn = [place for place, seat in friends if seat.vote is Vote.DRAWN and place not in play.hands]
        if drawn:
            acts = [self.take(hand, drawn) for hand in self.hands(play, len(friends))]
            if len(acts) > 1:
                return Choice("friends", acts)
            acts[0](play)
        play.commit()
        play.tick()
        return None

    @staticmethod
    def take(hand: Hand, places: list[int]) -> Act:
        def act(child: Voting) -> None:
            child.hands.update(dict.fromkeys(places, hand))

        return act

    def hands(self, play: Voting, held: int) -> list[Hand]:
        """What the coalition may play with the votes drawn now; with batches it has so many in all."""
        found, audit = [], play.audit
        is_decisive = 2 * held > len(play.present())
        for hand in self.coalition.hands:
            plays = self.is_played(hand, audit.round, is_redraw=audit.redraws > 0)
            found.append(hand if plays and (is_decisive or not hand.lurks) else HONEST_HAND)
        return list(dict.fromkeys(found))

    def fake(self, play: Voting, position: int) -> Choice | None:
        """Whether a leaf that nobody looked at before is one of the faked ones."""
        faked = play.faked

        def act(is_false: bool) -> Act:
            def learn(child: Voting) -> None:
                child.false[position] = is_false

            return learn

        if faked in (0, 1) or position < FIRST_DRAWN:  # who names leaves knows one
            act(faked > 0)(play)
            return None
        return Choice("chance", [act(True), act(False)], (faked, 1 - faked))

    def appeals(self, play: Voting) -> Choice:
        """Nobody appeals; a friend does; somebody honest does who was judged wrongly."""
        may = play.audit.round < 2 and not play.stage.is_late(play.audit)
        acts: list[Act] = [lambda child: child.advance_late()]
        callers = [""]
        for who, account in appellants(play) if may else ():
            if play.stage.may_appeal(play.lease, play.audit, account):
                acts.append(self.appeal(who, account))
                callers.append(who)
        return Choice("appeal", acts, callers=tuple(callers))

    @staticmethod
    def appeal(who: str, account: int) -> Act:
        def act(child: Voting) -> None:
            child.stage.appeal(account, child.lease_id, named_leaves(child, account))
            child.spend_gas(who, CLOSE_GAS)
            child.tick()

        return act
