"""What people do: mostly sensible calls by the right ones, with wrong ones among them."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from renderchain.core.audit.economics import PAY_FEES, audit_pool, drawn_leaves, fee_of
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import Place
from renderchain.core.lease_id import split_lease_id
from renderchain.core.lifecycle import LeaseState, Twin

from devkit.model.records import Job, Lease
from tests.invariants.calls import family
from tests.invariants.machine import NETWORK, Machine
from tests.invariants.world import NAMES, PAYOUTS, WORKERS

ANYONE = st.sampled_from(NAMES)
ARTISTS = st.sampled_from(["artist-1", "artist-2", "owner-5"])
WRONGLY = st.integers(0, 9).map(lambda number: number == 0)
PICK = st.integers(1, 10**6)
TERMS = st.fixed_dictionaries(
    {
        "tasks": st.integers(1, 7),
        "reward_fri": st.integers(1, 300),
        "longest_lease": st.integers(1, 3),
        "lease_timeout_s": st.sampled_from([11, 50, 200, 300]),  # the first is too short to be assigned
        "window_s": st.sampled_from([100, 1500]),
        "expires_in_s": st.sampled_from([3000, 20_000]),
        "audit_floor_exp": st.integers(0, 2),
        "audit_tiles": st.integers(1, 32),
        "tiles": st.sampled_from([1, 4, 50]),
        "audit_fee_fri": st.integers(1, 5),
        "audit_tile_fri": st.integers(0, 2),
        "package_bytes": st.just(1000),
        "second_look": st.booleans(),
        "takes_unjudged": st.booleans(),
        "family": WRONGLY.map(family),
    }
)
FIRST_JOB = {"tasks": 12, "reward_fri": 15, "audit_pool_fri": 36, "longest_lease": 1, "package_bytes": 1000}
FIRST_JOB |= {"lease_timeout_s": 300, "window_s": 1500, "expires_in_s": 20_000, "scheduler_grace_s": 0}
FIRST_JOB |= {"tiles": 1, "audit_tiles": 1, "audit_floor_exp": 1, "audit_fee_fri": 1, "audit_tile_fri": 0}
FIRST_JOB |= {"family": family(False), "second_look": False, "takes_unjudged": True}

FOR_LONG = 2**31  # epochs
OPEN_OFFER = (1, 10**6, 16, 2**39, 3, 0, FOR_LONG)


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
            self.do(owner, "register", f"operator-{number}", f"payout-{number % 3 + 1}", 9800)
            self.do(f"operator-{number}", "accept_operator", number)
            self.do(owner, "stake_seats", number, 4800)
            self.do(owner, "set_seats", number, False, 8)
            self.do(owner, "set_offer", number, (0, 2000, 5, 2**39, 1, 0, FOR_LONG))
        self.world.pass_time(1, (2 + NETWORK.family_age_epochs) * NETWORK.epoch_blocks)
        self.do("artist-1", "create_job", FIRST_JOB, "")
        if veteran:
            self.make_record()

    def make_record(self) -> None:
        """The first worker has ten leases accepted by verifiers."""
        for slot in range(10):
            self.do("operator-1", "claim_lease", 1, 1, slot, 0)
        leases = [lease.number for lease in self.model.slots.values()]
        for lease in leases:
            self.do("operator-1", "submit", lease)
        self.world.pass_time(1, 12)
        self.do("outsider", "draw", 1, leases)
        seats: dict[str, list[tuple[int, int, str]]] = {}
        for number in leases:
            found = self.model.lease(number)
            assert found and found.audit
            for place, seat in enumerate(found.audit.seats):
                operator = self.name(self.model.workers[seat.worker].operator)
                seats.setdefault(operator, []).append((number, place, "SAME"))
        for operator, entries in seats.items():
            self.do(operator, "commit", entries)
        for lease in leases:
            self.do("operator-1", "open", lease, "")
        self.do("outsider", "reveal", [entry for entries in seats.values() for entry in entries])
        self.world.pass_time(NETWORK.audit_s, 30)
        self.do("outsider", "advance", 1, leases)
        self.do("artist-1", "accept", 1, leases)

    def any_worker(self, pick: int) -> WorkerId:
        """Of all that there are."""
        return WorkerId(pick % (len(self.model.workers) + 1) or 1)

    def job_number(self, pick: int) -> JobId:
        """Mostly one with tasks to claim, else any."""
        found = self.open_jobs()
        if found and pick % 7:
            return found[pick % len(found)]
        return list(self.model.jobs)[pick % len(self.model.jobs)]

    def open_jobs(self) -> list[JobId]:
        return [
            number
            for number, job in self.model.jobs.items()
            if self.model.takes_claims(job) and (job.cursor < job.terms.tasks or job.reopened)
        ]

    def some_tasks(self, pick: int, job: Job | None) -> tuple[int, int]:
        """What a scheduler may name: mostly tasks that are open, often in the middle of a range."""
        if not job or pick % 4 == 0:
            return pick % 9, 0
        rest = (job.cursor, job.terms.tasks - job.cursor, 0, 0)
        first, length, *_ = (*job.reopened, rest)[pick % (len(job.reopened) + 1)]
        return first + pick % (length + 1), pick // 3 % (job.terms.longest_lease + 2)

    def sparing_jobs(self) -> list[Job]:
        """Jobs whose scheduler may still give tasks twice."""
        jobs = [job for number, job in self.model.jobs.items() if number not in self.model.replaced]
        return [job for job in jobs if job.spares and self.model.takes_claims(job)]

    def held_in(self, job: Job) -> list[Lease]:
        """Its claimed leases, of which there may be a spare."""
        claimed = [one for one in self.model.slots.values() if one.state is LeaseState.CLAIMED]
        return [one for one in claimed if one.job == job.number and one.twin is Twin.NONE]

    def has(self, *states: LeaseState) -> bool:
        return any(lease.state in states for lease in self.model.slots.values())

    def a_lease(self, pick: int, *states: LeaseState) -> LeaseId:
        """Mostly one in such a state, else any number."""
        found = [lease for lease in self.model.slots.values() if lease.state in states or pick % 7 == 0]
        return found[pick % len(found)].number if found else LeaseId(pick)

    def operator(self, lease: LeaseId, other: str, wrong: bool) -> str:
        worker = self.model.workers.get(split_lease_id(lease)[0])
        return other if wrong or not worker else self.name(worker.operator)

    def requester(self, job: JobId, other: str, wrong: bool) -> str:
        return other if wrong or job not in self.model.jobs else self.name(self.model.jobs[job].requester)

    @precondition(lambda self: len(self.open_jobs()) < 3)
    @rule(artist=ARTISTS, terms=TERMS, more=st.integers(-1, 300), scheduled=st.booleans())
    def create_job(self, artist: str, terms: dict[str, int], more: int, scheduled: bool) -> None:
        names = ("tasks", "longest_lease", "tiles", "audit_tiles", "audit_fee_fri", "audit_tile_fri")
        least = audit_pool(*(terms[name] for name in names), second_look=bool(terms["second_look"]))
        if more % 5:  # so that the fee of a vote is mostly within its bound
            longest = min(terms["longest_lease"], terms["tasks"])
            drawn = drawn_leaves(longest * terms["tiles"], terms["audit_tiles"])
            fee = fee_of(terms["audit_fee_fri"], terms["audit_tile_fri"], drawn)
            terms = {**terms, "reward_fri": max(terms["reward_fri"], PAY_FEES * fee // longest + 1)}
        given = {**terms, "audit_pool_fri": least + more, "scheduler_grace_s": 500 if scheduled else 0}
        given["spare_tasks"] = max(more, 0) % (terms["tasks"] + 2) if scheduled else max(more - 290, 0)
        self.do(artist, "create_job", given, "scheduler" if scheduled else "")

    @precondition(lambda self: self.open_jobs())
    @rule(
        pick=PICK,
        other=ANYONE,
        wrong=WRONGLY,
        slot=st.integers(0, 5),
        by_scheduler=st.booleans(),
        how=st.sampled_from(["", "", "", "none", "few", "own", "twice"]),
    )
    def take(self, pick: int, other: str, wrong: bool, slot: int, by_scheduler: bool, how: str) -> None:
        job, worker = self.job_number(pick), self.any_worker(pick)
        found = self.model.jobs.get(job)
        scheduler = found.terms.scheduler if by_scheduler and found else 0
        if scheduler:
            first, count = self.some_tasks(pick, found)
            places = [Place(worker, slot, first, count), Place(worker, slot + pick % 3)]
            places = [*places, Place(WorkerId(worker + 1), slot, first + pick % 5, count)][: pick % 4]
            caller = other if wrong else self.name(scheduler)
            self.do(caller, "assign", job if pick % 5 else 0, places, how)
        else:
            caller = other if wrong else self.name(self.model.workers[worker].operator)
            most = max(pick % 7 - 3, 0)
            self.do(caller, "claim_lease", job, worker, slot * 5 if wrong else slot, most, how)

    @precondition(lambda self: any(self.model.jobs[job].terms.scheduler for job in self.open_jobs()))
    @rule(pick=PICK, slot=st.integers(0, 5), count=st.integers(1, 3))
    def schedule(self, pick: int, slot: int, count: int) -> None:
        """A scheduler gives tasks that are open to a worker that takes what it gets."""
        jobs = [job for job in self.open_jobs() if self.model.jobs[job].terms.scheduler]
        job, worker = jobs[pick % len(jobs)], self.any_worker(pick)
        self.do(self.name(self.model.workers[worker].owner), "set_offer", worker, OPEN_OFFER)
        places = []
        for place in range(slot, slot + count):
            first, length = self.some_tasks(pick + place, self.model.jobs[job])
            places.append(Place(worker, place, first, length))
        self.do("scheduler", "assign", job, places)

    @precondition(lambda self: self.sparing_jobs())
    @rule(pick=PICK, slot=st.integers(0, 9), late=WRONGLY)
    def spare(self, pick: int, slot: int, late: bool) -> None:
        """A scheduler gives tasks a second time; some come back, or are submitted in part."""
        job = self.sparing_jobs()[pick % len(self.sparing_jobs())]
        first, second = (WorkerId((pick + more) % WORKERS + 1) for more in (0, 1 + pick % (WORKERS - 1)))
        for worker in (first, second):
            self.do(self.name(self.model.workers[worker].owner), "set_offer", worker, OPEN_OFFER)
        if not self.held_in(job):
            self.do("scheduler", "assign", job.number, [Place(first, slot)])
        if not (held := self.held_in(job)):
            return
        if late:
            timeout_s = job.terms.lease_timeout_s
            self.world.pass_time(timeout_s // 2, timeout_s // 2 // NETWORK.slowest_block_s)
        again = held[pick % len(held)]
        places = [Place(second, slot + more, spare_of=again.number) for more in (1, 2)]
        self.do("scheduler", "assign", job.number, places[: pick % 4 + 1])
        given = self.model.lease(again.twin_id)
        if given and given.state is LeaseState.CLAIMED and pick % 2:
            self.do(self.name(self.model.workers[given.worker].operator), "give_back", given.number)
        elif given and pick % 3 == 0:
            one = given if pick % 4 else again
            self.do(self.name(self.model.workers[one.worker].operator), "submit", one.number, 1)

    @precondition(lambda self: self.open_jobs())
    @rule(pick=PICK, slot=st.integers(0, 9))
    def work(self, pick: int, slot: int) -> None:
        """One of the workers does a lease at once."""
        worker = WorkerId(pick % WORKERS + 1)
        operator = self.name(self.model.workers[worker].operator)
        if self.do(operator, "claim_lease", self.job_number(pick), worker, slot, 0):
            self.do(operator, "submit", self.model.slots[worker, slot].number)

    @precondition(lambda self: self.has(LeaseState.CLAIMED))
    @rule(pick=PICK, other=ANYONE, wrong=WRONGLY, signed=st.booleans(), part=st.integers(0, 5))
    def submit(self, pick: int, other: str, wrong: bool, signed: bool, part: int) -> None:
        lease = self.a_lease(pick, LeaseState.CLAIMED)
        if signed and (lease >> 40) in self.model.workers:
            self.do(other, "submit_signed", lease, part)
        else:
            self.do(self.operator(lease, other, wrong), "submit", lease, part)

    @precondition(lambda self: self.has(LeaseState.SUBMITTED))
    @rule(picks=st.lists(PICK, min_size=1, max_size=4), other=ANYONE, wrong=WRONGLY, late=WRONGLY)
    def accept(self, picks: list[int], other: str, wrong: bool, late: bool) -> None:
        leases = [self.a_lease(pick, LeaseState.SUBMITTED) for pick in picks]
        found = self.model.lease(leases[0])
        job = found.job if found else self.job_number(picks[0])
        caller = other if late else self.requester(job, other, wrong)
        self.do(caller, "accept_late" if late else "accept", job, leases)

    @precondition(lambda self: self.has(LeaseState.CLAIMED))
    @rule(
        picks=st.lists(PICK, min_size=1, max_size=4),
        other=ANYONE,
        wrong=WRONGLY,
        how=st.sampled_from(["expire", "give_back"]),
    )
    def leave(self, picks: list[int], other: str, wrong: bool, how: str) -> None:
        leases = [self.a_lease(pick, LeaseState.CLAIMED) for pick in picks]
        found = self.model.lease(leases[0])
        if how == "expire":
            self.do(other, "expire", found.job if found else self.job_number(picks[0]), leases)
        else:
            reason = "away"[: picks[0] % 5]
            self.do(self.operator(leases[0], other, wrong), "give_back", leases[0], reason)

    @precondition(lambda self: self.model.jobs)
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

    @precondition(lambda self: self.model.jobs)
    @rule(pick=PICK, how=st.sampled_from(["withdraw", "register", "pause", "retire"]))
    def keep_books(self, pick: int, how: str) -> None:
        if how == "withdraw":
            everyone = sorted({*map(self.name, self.model.unpaid), *PAYOUTS, "artist-1"})
            self.do("outsider", "withdraw", everyone[pick % len(everyone) :][: pick % 4 + 1])
        elif how == "register" and len(self.model.workers) <= WORKERS:
            operator = "operator-1" if pick % 3 else f"operator-{WORKERS + 1}"
            if self.do("owner-2", "register", operator, f"payout-{pick % 3 + 1}", pick % 2000) and pick % 5:
                self.do(operator, "accept_operator", len(self.model.workers))
        elif how == "retire":
            self.do("outsider" if pick % 19 else "admin", "retire_board")
        else:
            self.do(("admin", "outsider")[pick % 2], "set_paused", pick % 4 == 0 and not self.model.paused)

    @precondition(lambda self: self.model.jobs)
    @rule(
        pick=PICK,
        other=ANYONE,
        wrong=WRONGLY,
        how=st.sampled_from(
            [
                "add_stake",
                "request_unstake",
                "cancel_unstake",
                "complete_unstake",
                "set_seats",
                "stake_seats",
                "unstake_seats",
            ]
        ),
    )
    def change_stake(self, pick: int, other: str, wrong: bool, how: str) -> None:
        worker = self.any_worker(pick)
        owner = other if wrong or how == "add_stake" else self.name(self.model.workers[worker].owner)
        if how == "set_seats":
            self.do(owner, how, worker, pick % 11 == 0, pick % 60)
        else:
            one = how in ("cancel_unstake", "complete_unstake")
            self.do(owner, how, worker, *(() if one else (pick % 2000,)))

    @precondition(lambda self: self.model.jobs)
    @rule(
        pick=PICK,
        other=ANYONE,
        wrong=WRONGLY,
        how=st.sampled_from(["payout", "operator", "families", "offer", "drop"]),
    )
    def change_worker(self, pick: int, other: str, wrong: bool, how: str) -> None:
        worker, rare = self.any_worker(pick), pick % 11 == 0
        owner = other if wrong else self.name(self.model.workers[worker].owner)
        if how == "payout":
            self.do(owner, "set_payout", worker, f"payout-{pick % 3 + 1}")
        elif how == "operator":
            operator = f"operator-{pick % (WORKERS + 1) + 1}"
            if self.do(owner, "set_operator", worker, operator) or wrong:
                self.do(operator, "accept_operator", worker)
        elif how == "families":
            self.do(owner, "set_families", worker, rare, pick % 4 != 0)
        elif how == "offer":
            end = self.model.epoch + 2 if pick % 5 == 0 else FOR_LONG
            offer = (pick % 100, 980 + pick % 300, pick % 6, 2**39, pick // 7 % 4, 0, end)
            self.do(owner, "set_offer", worker, offer)
        else:
            self.do(other, "drop_seats", worker, rare)

    @rule(seconds=st.sampled_from([20, 110, 250, 1200]), blocks=st.integers(0, 12))
    def wait(self, seconds: int, blocks: int) -> None:
        self.world.pass_time(seconds, blocks)
