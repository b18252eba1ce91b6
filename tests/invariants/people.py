"""What people do: mostly sensible calls by the right ones, with wrong ones among them."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from renderchain.core.lifecycle import LeaseState
from renderchain.core.stakes import audit_pool

from tests.invariants.actors import NAMES, PAYOUTS, WORKERS
from tests.invariants.machine import NETWORK, Machine

ANYONE = st.sampled_from(NAMES)
ARTISTS = st.sampled_from(["artist-1", "artist-2", "owner-5"])
AMOUNT = st.integers(0, 2000)
WRONGLY = st.integers(0, 9).map(lambda number: number == 0)
PICK = st.integers(1, 10**6)
TERMS = st.fixed_dictionaries(
    {
        "tasks": st.integers(1, 7),
        "reward_fri": st.integers(1, 300),
        "longest_lease": st.integers(1, 3),
        "lease_timeout_s": st.sampled_from([50, 200, 300]),
        "window_s": st.sampled_from([100, 200]),
        "expires_in_s": st.sampled_from([3000, 20_000]),
        "audit_floor_exp": st.integers(0, 2),
        "audit_tiles": st.integers(1, 32),
        "tiles": st.sampled_from([1, 4, 50]),
        "audit_fee_fri": st.integers(1, 5),
        "audit_tile_fri": st.integers(0, 2),
        "package_bytes": st.just(1000),
    }
)


class People(Machine):
    """Jobs, leases and workers."""

    @initialize(awake=st.booleans(), veteran=st.booleans())
    def begin(self, awake: bool, veteran: bool) -> None:
        """Five workers with seats and offers; one of them has a record, maybe."""
        # The first example of all is the simplest: the same refused call again and again.
        assume(awake)
        self.deploy()
        for number in range(1, WORKERS + 1):
            owner = f"owner-{number}"
            self.do(owner, "register", f"operator-{number}", f"payout-{number % 3 + 1}", 5000)
            self.do(owner, "set_seats", number, 20)
            self.do(owner, "set_offer", number, (0, 2000, 5, 2**39, 1))
        self.actors.pass_time(1, 2 * NETWORK.epoch_blocks)
        if veteran:
            self.make_record()

    def make_record(self) -> None:
        """The first worker has ten leases accepted by committees."""
        terms = {"tasks": 10, "reward_fri": 10, "longest_lease": 1, "lease_timeout_s": 300, "window_s": 200}
        terms |= {"expires_in_s": 20_000, "audit_floor_exp": 0, "audit_tiles": 1, "tiles": 1}
        terms |= {"audit_fee_fri": 1, "audit_tile_fri": 0, "package_bytes": 1000, "audit_pool_fri": 30}
        self.do("artist-1", "create_job", {**terms, "scheduler_grace_s": 0}, "")
        for slot in range(10):
            self.do("operator-1", "claim_lease", 1, 1, slot)
        leases = [lease.number for lease in self.model.slots.values()]
        for lease in leases:
            self.do("operator-1", "submit", lease)
        self.actors.pass_time(1, 12)
        self.do("stranger", "draw", 1, leases)
        seats: dict[str, list[tuple[int, int, str]]] = {}
        for number in leases:
            found = self.model.lease(number)
            assert found and found.case
            for place, seat in enumerate(found.case.seats):
                operator = self.model.workers[seat.worker].operator
                seats.setdefault(operator, []).append((number, place, "SAME"))
        for operator, entries in seats.items():
            self.do(operator, "commit", entries)
        for lease in leases:
            self.do("operator-1", "open", lease, "")
        self.do("stranger", "reveal", [entry for entries in seats.values() for entry in entries])
        self.do("stranger", "advance", 1, leases)
        self.actors.pass_time(NETWORK.audit_s, 30)
        self.do("stranger", "advance", 1, leases)
        self.do("artist-1", "accept", 1, leases)

    def job_number(self, pick: int) -> int:
        return pick % (len(self.model.jobs) + 1) or len(self.model.jobs)

    def a_lease(self, pick: int, *states: LeaseState) -> int:
        """Mostly one in such a state, else any number."""
        found = [lease for lease in self.model.slots.values() if lease.state in states or pick % 7 == 0]
        return found[pick % len(found)].number if found else pick

    def operator(self, lease: int, other: str, wrong: bool) -> str:
        worker = self.model.workers.get(lease >> 40)
        return other if wrong or not worker else worker.operator

    def requester(self, job: int, other: str, wrong: bool) -> str:
        return other if wrong or job not in self.model.jobs else self.model.jobs[job].requester

    @rule(artist=ARTISTS, terms=TERMS, more=st.integers(-1, 300), scheduled=st.booleans())
    def create_job(self, artist: str, terms: dict[str, int], more: int, scheduled: bool) -> None:
        names = ("tasks", "longest_lease", "tiles", "audit_tiles", "audit_fee_fri", "audit_tile_fri")
        least = audit_pool(*(terms[name] for name in names))
        given = {**terms, "audit_pool_fri": least + more, "scheduler_grace_s": 500 if scheduled else 0}
        self.do(artist, "create_job", given, "scheduler" if scheduled else "")

    @rule(pick=PICK, other=ANYONE, wrong=WRONGLY, slot=st.integers(0, 5), by_scheduler=st.booleans())
    def take(self, pick: int, other: str, wrong: bool, slot: int, by_scheduler: bool) -> None:
        job, worker = self.job_number(pick), pick % (len(self.model.workers) + 1) or 1
        found = self.model.jobs.get(job)
        if by_scheduler and found and found.scheduler:
            self.do(other if wrong else found.scheduler, "assign", job, worker, slot)
        else:
            caller = other if wrong else self.model.workers[worker].operator
            self.do(caller, "claim_lease", job, worker, slot * 5 if wrong else slot)

    @rule(pick=PICK, other=ANYONE, wrong=WRONGLY, signed=st.booleans())
    def submit(self, pick: int, other: str, wrong: bool, signed: bool) -> None:
        lease = self.a_lease(pick, LeaseState.CLAIMED)
        if signed and (lease >> 40) in self.model.workers:
            self.do(other, "submit_signed", lease)
        else:
            self.do(self.operator(lease, other, wrong), "submit", lease)

    @rule(picks=st.lists(PICK, min_size=1, max_size=4), other=ANYONE, wrong=WRONGLY, late=st.booleans())
    def accept(self, picks: list[int], other: str, wrong: bool, late: bool) -> None:
        leases = [self.a_lease(pick, LeaseState.SUBMITTED) for pick in picks]
        found = self.model.lease(leases[0])
        job = found.job if found else self.job_number(picks[0])
        caller = other if late else self.requester(job, other, wrong)
        self.do(caller, "accept_late" if late else "accept", job, leases)

    @rule(picks=st.lists(PICK, min_size=1, max_size=4), other=ANYONE)
    def expire(self, picks: list[int], other: str) -> None:
        leases = [self.a_lease(pick, LeaseState.CLAIMED) for pick in picks]
        found = self.model.lease(leases[0])
        self.do(other, "expire", found.job if found else self.job_number(picks[0]), leases)

    @rule(pick=PICK, other=ANYONE, wrong=WRONGLY)
    def give_back(self, pick: int, other: str, wrong: bool) -> None:
        lease = self.a_lease(pick, LeaseState.CLAIMED)
        self.do(self.operator(lease, other, wrong), "give_back", lease)

    @rule(
        pick=PICK, other=ANYONE, wrong=WRONGLY, how=st.sampled_from(["cancel", "refund", "extend", "top_up"])
    )
    def change_job(self, pick: int, other: str, wrong: bool, how: str) -> None:
        job = self.job_number(pick)
        more: tuple[int, ...] = ()
        if how == "extend":
            more = (pick % 500,)
        elif how == "top_up":
            now = self.model.jobs[job].rewards[-1] if job in self.model.jobs else 1
            more = (max(now + pick % 30 - 3, 0), pick % 5)
        self.do(other if how == "refund" else self.requester(job, other, wrong), how, job, *more)

    @rule(names=st.lists(st.sampled_from([*PAYOUTS, *NAMES[:3]]), min_size=1, max_size=3, unique=True))
    def withdraw(self, names: list[str]) -> None:
        self.do("stranger", "withdraw", names)

    @precondition(lambda self: len(self.model.workers) <= WORKERS)
    @rule(
        operator=st.sampled_from(["operator-1", f"operator-{WORKERS + 1}"]),
        payout=st.sampled_from([*PAYOUTS]),
        stake=AMOUNT,
    )
    def register(self, operator: str, payout: str, stake: int) -> None:
        self.do("owner-2", "register", operator, payout, stake)

    @rule(
        pick=PICK,
        other=ANYONE,
        wrong=WRONGLY,
        how=st.sampled_from(
            ["add_stake", "request_unstake", "cancel_unstake", "complete_unstake", "set_seats"]
        ),
    )
    def change_stake(self, pick: int, other: str, wrong: bool, how: str) -> None:
        worker = pick % (len(self.model.workers) + 1) or 1
        owner = other if wrong or how == "add_stake" else self.model.workers[worker].owner
        amount = pick % (60 if how == "set_seats" else 2000)
        one = how in ("cancel_unstake", "complete_unstake")
        self.do(owner, how, worker, *(() if one else (amount,)))

    @rule(
        pick=PICK, other=ANYONE, wrong=WRONGLY, how=st.sampled_from(["payout", "supported", "offer", "drop"])
    )
    def change_worker(self, pick: int, other: str, wrong: bool, how: str) -> None:
        worker = pick % (len(self.model.workers) + 1) or 1
        owner = other if wrong else self.model.workers[worker].owner
        if how == "payout":
            self.do(owner, "set_payout", worker, f"payout-{pick % 3 + 1}")
        elif how == "supported":
            self.do(owner, "set_supported", worker, pick % 4 != 0)
        elif how == "offer":
            self.do(owner, "set_offer", worker, (pick % 100, 980 + pick % 300, pick % 6, 2**39, pick % 4))
        else:
            self.do(other, "drop_seats", worker)

    @rule(
        caller=st.sampled_from(["admin", "stranger"]),
        paused=st.integers(0, 3).map(lambda number: number == 0),
    )
    def pause(self, caller: str, paused: bool) -> None:
        self.do(caller, "set_paused", paused)

    @rule(seconds=st.sampled_from([20, 110, 250, 1200]), blocks=st.integers(0, 12))
    def wait(self, seconds: int, blocks: int) -> None:
        self.actors.pass_time(seconds, blocks)
