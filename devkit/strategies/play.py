"""One way in which a lease may go: what happens besides votes, and what each has in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Self

from renderchain.core.audit.gas import CLAIM_GAS, SUBMIT_GAS, lease_gas
from renderchain.core.audit.phases import steps_of
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.lifecycle import LeaseState

from devkit.made_up_pixels import LeasePixels
from devkit.model.ledger import Refused
from devkit.model.records import Audit, Job, Lease, Slot
from devkit.strategies.coalition import Coalition, Hand
from devkit.strategies.stage import (
    FIRST_PLACE,
    FRIEND,
    GAS_FRI,
    HELD,
    OPERATOR,
    OPERATOR_OF,
    OUTSIDER,
    OWNER,
    OWNER_OF,
    PAY_FRI,
    PAYOUT,
    PAYOUT_OF,
    REQUESTER,
    SPARE_PLACE,
    STEP_S,
    TASKS,
    Stage,
    claim,
    pixels,
    staked,
)


def name_of(number: int) -> str:
    """Who a verifier is."""
    return "friends" if number >= HELD else f"verifier {number}"


@dataclass
class Play:
    """``false``: positions of leaves that the worker faked; ``costs`` in fri, of gas and rendering.

    All of it, and what everybody ``had``, is of the lease in ``place``; ``left`` are claims to come.
    ``frames`` are the true ones that it brought, in leases.
    """

    coalition: Coalition
    stage: Stage
    job_id: JobId
    lease_id: LeaseId
    costs: Counter[str] = field(default_factory=Counter)
    false: dict[int, bool] = field(default_factory=dict)
    hands: dict[int, Hand] = field(default_factory=dict)  # of friends' seats, once they chose
    done: set[str] = field(default_factory=set)
    place: Slot = FIRST_PLACE
    left: int = 0
    frames: float = 0.0
    had: dict[str, int] = field(default_factory=dict)
    pockets_before: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.had:
            self.begin()

    def begin(self) -> None:
        """What follows is counted from here on, and the honest are drawn in the same order."""
        self.stage.drawn_honest = 0
        self.had, self.pockets_before = self.wealth(), self.pockets()
        self.costs, self.frames, self.false, self.hands = Counter(), 0.0, {}, {}

    def fork(self) -> Self:
        """The same once more, to go on otherwise."""
        return replace(
            self,
            stage=self.stage.fork(),
            costs=Counter(self.costs),
            false=dict(self.false),
            hands=dict(self.hands),
            done=set(self.done),
        )

    @property
    def job(self) -> Job:
        return self.stage.jobs[self.job_id]

    @property
    def lease(self) -> Lease:
        return self.stage.slots[self.place]

    @property
    def is_friends(self) -> bool:
        """Whether a friend renders the present lease."""
        return self.coalition.owns_worker or self.place == SPARE_PLACE

    @property
    def faked(self) -> float:
        """How much of the present lease is."""
        return 0.0 if self.coalition.fakes_last and self.left else self.coalition.faked

    @property
    def audit(self) -> Audit:
        assert self.lease.audit
        return self.lease.audit

    @property
    def pixels(self) -> LeasePixels:
        """What the worker submitted."""
        return pixels(self.job_id, self.lease, self.lease.count)

    def tick(self, seconds: int = 1) -> None:
        """Time passes, and blocks with it."""
        self.stage.enter_block(self.stage.now_s + seconds, self.stage.block + 20)

    def spend_gas(self, who: str, gas: int) -> None:
        self.costs[who] += gas * GAS_FRI

    def spend_prover_gas(self, gas: int) -> None:
        """By whoever has rendered the present lease."""
        self.spend_gas("friends" if self.place == SPARE_PLACE else "worker", gas)

    def advance_late(self) -> None:
        """Nobody does more in this step."""
        self.tick(steps_of(self.audit.phase, self.audit.batches) * STEP_S)
        self.stage.advance(OUTSIDER, self.job_id, [self.lease_id])

    def submit(self) -> None:
        """The worker has rendered what it does not fake."""
        cost, kept = int((1 - self.faked) * PAY_FRI), self.lease.count
        if (
            self.coalition.ends == "cheap half"
        ):  # its frames cost a third of the others, all are paid the same
            self.tick(STEP_S)
            cost, kept = PAY_FRI // 4, kept // 2
        result = pixels(self.job_id, self.lease, kept).result
        self.stage.submit(OPERATOR, self.lease_id, kept, result)
        self.costs["worker"] += cost
        if self.coalition.spare:
            self.submit_spare(0 if self.coalition.owns_worker else cost)
        self.spend_gas("worker", lease_gas())
        self.tick()

    def submit_spare(self, cost: int) -> None:
        """The friend has the same tasks; where both are friends, one gives the other its pixels."""
        spare = self.stage.slots[SPARE_PLACE]
        result = pixels(self.job_id, spare, spare.count).result
        self.stage.submit(OPERATOR_OF + spare.worker, spare.number, spare.count, result)
        self.costs["friends"] += cost
        self.spend_gas("friends", SUBMIT_GAS)

    def end_early(self) -> None:
        """The worker does not render the lease; ``ends`` says how."""
        ends = self.coalition.ends
        self.spend_gas("worker", CLAIM_GAS)
        if ends == "expire":
            self.tick(self.job.terms.lease_timeout_s)
            self.stage.expire(OUTSIDER, self.job_id, [self.lease_id])
        else:
            self.tick(STEP_S if ends == "give back late" else 1)
            self.stage.give_back(OPERATOR, self.lease_id, "no")
        self.go_on()

    def finish(self) -> None:
        """It is paid, if it was not rejected."""
        if self.lease.state is LeaseState.SUBMITTED:
            self.tick(self.job.terms.window_s)
            self.stage.accept_late(OPERATOR, self.job_id, [self.lease_id])
        self.go_on()

    def go_on(self) -> None:
        """To the next lease; after the last one the requester takes back what nobody rendered."""
        if "submitted" in self.done and self.coalition.delivers and self.place == FIRST_PLACE:
            self.frames += (1 - self.faked) * self.lease.count / TASKS
        if self.coalition.spare and self.place == FIRST_PLACE:
            self.place, self.done = SPARE_PLACE, {"submitted"}
        elif self.left and self.has_claimed():
            self.left, self.done = self.left - 1, set()
        else:
            self.done.add("over")
            if not self.job.stopped and not self.job.settled:
                self.stage.cancel(REQUESTER, self.job_id)
            return
        self.lease_id = self.lease.number

    def has_claimed(self) -> bool:
        """Whether the board gave the worker one more lease."""
        try:
            claim(self.stage, self.job_id)
        except Refused:
            return False
        return True

    def worth(self, *accounts: int, workers: tuple[int, ...] = ()) -> int:
        """What accounts have, with what they are owed, and stakes."""
        model = self.stage
        money = sum(model.tokens.get(one, 0) + model.unpaid.get(one, 0) for one in accounts)
        return money + sum(staked(model.workers[WorkerId(one)]) for one in workers)

    def escrow_fri(self) -> int:
        """What the board holds for the requester's job, and no audit has yet."""
        job, leases = self.job, self.stage.slots.values()
        reserved = sum(job.reserve_fri(one.count) for one in leases if one.reserves)
        return job.escrow_fri + reserved + sum(job.stakes_of(one)[0] for one in leases if one.has_own_pay)

    def pockets(self) -> dict[str, int]:
        """The coalition's stakes, what it puts up bonds from, and what its requester pays work with."""
        workers, coalition = self.stage.workers, self.coalition
        found = {"seats": staked(workers[WorkerId(HELD)]), "friend": self.worth(FRIEND)}
        if coalition.spare:
            found["spare"] = staked(workers[SPARE_PLACE[0]])
        if coalition.owns_worker:
            found |= {"stake": staked(workers[WorkerId(1)]), "owner": self.worth(OWNER)}
        if coalition.owns_requester:
            found["requester"] = self.worth(REQUESTER, PAYOUT) + self.escrow_fri()
        return found

    def spent_fri(self) -> int:
        """What the coalition lost of its stakes and bonds, and its requester more than it paid for work."""
        now = self.pockets()
        return sum(max(0, before - now[name]) for name, before in self.pockets_before.items())

    def wealth(self) -> dict[str, int]:
        """Of everybody."""
        found = {
            "worker": self.worth(OWNER, OPERATOR, PAYOUT, workers=(1,)),
            "requester": self.worth(REQUESTER) + self.escrow_fri(),
            "outsider": self.worth(OUTSIDER),
            "burned": self.stage.burned_fri + self.stage.board_burned_fri,
        }
        for number in self.stage.workers:
            if number > 1:
                accounts = (OWNER_OF + number, OPERATOR_OF + number, PAYOUT_OF + number)
                who = name_of(number)
                found[who] = found.get(who, 0) + self.worth(*accounts, workers=(number,))
        found["friends"] += self.worth(FRIEND)
        return found
