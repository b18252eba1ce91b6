"""Random calls by many accounts on a real devnet: each does what the model says, to the fri.

make test-invariants makes 20,000 of them.
"""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.invariants.actors import FAMILY, NAMES, PAYOUTS, Actors, offer_of, plain_result, terms_of
from tests.invariants.model import CLAIMED, SUBMITTED, Model, Refused, Rules
from tools.network.deploy import Rules as NetworkRules
from tools.network.services import start_devnet, stop

NETWORK = NetworkRules(
    cooldown_s=1000,
    minimum_stake_fri=500,
    lease_timeout_s=300,
    window_s=200,
    audit_s=400,
    slowest_block_s=100,
    seat_unit_fri=100,
    epoch_blocks=10,
)
STEPS = 400
ANYONE = st.sampled_from(NAMES)
SMALL = st.integers(0, 5)
AMOUNT = st.integers(0, 2000)


def words(text: str) -> st.SearchStrategy[str]:
    """One of the words."""
    return st.sampled_from(text.split())


BOARD_PLAIN = {"top_up", "extend", "cancel", "refund", "claim_lease", "give_back"}
BOARD_PLAIN |= {"expire", "accept", "accept_late"}
REGISTRY_PLAIN = set(["add_stake", "request_unstake", "cancel_unstake", "complete_unstake"])
# How the model's arguments become the contract's.
SHAPED: dict[str, tuple[str, str, Callable[..., tuple[Any, ...]]]] = {
    "assign": ("board", "assign", lambda _, job, worker, slot: (job, [{"worker_id": worker, "slot": slot}])),
    "submit": ("board", "submit", lambda _, lease: (lease, plain_result())),
    "withdraw": ("board", "withdraw", lambda address, names: ([address[one] for one in names],)),
    "set_payout": ("registry", "set_payout", lambda address, worker, payout: (worker, address[payout])),
    "set_supported": ("registry", "set_families", lambda _, worker, yes: (worker, [FAMILY], yes)),
    "set_offer": ("registry", "set_offer", lambda _, worker, offer: (worker, offer_of(offer))),
    "set_seats": ("registry", "set_seats", lambda _, worker, units: (worker, FAMILY, units)),
    "drop_seats": ("registry", "drop_seats", lambda _, worker: (worker, FAMILY)),
}


class MoneyMachine(RuleBasedStateMachine):
    """Mostly sensible calls by the right people, with wrong ones among them."""

    port = 0
    loop: asyncio.AbstractEventLoop
    total = 0

    @initialize()
    def deploy(self) -> None:
        self.actors = self.loop.run_until_complete(Actors.open(self.port, NETWORK))
        rules = Rules(
            NETWORK.cooldown_s, NETWORK.minimum_stake_fri, NETWORK.slowest_block_s, NETWORK.seat_unit_fri
        )
        self.model = Model(rules)
        self.fees: dict[str, int] = {}
        everyone = [*NAMES, *PAYOUTS]
        self.start = {name: self.loop.run_until_complete(self.actors.tokens(name)) for name in everyone}
        for number in (1, 2):
            self.do(f"owner-{number}", "register", f"operator-{number}", f"payout-{number}", 5000)

    def teardown(self) -> None:
        if hasattr(self, "model"):
            self.loop.run_until_complete(self.check_all())
            type(self).total += self.actors.calls
            self.loop.run_until_complete(self.actors.close())

    # one call, on the chain and in the model
    def do(self, caller: str, name: str, *arguments: Any) -> None:
        self.loop.run_until_complete(self.compare(caller, name, *arguments))

    async def compare(self, caller: str, name: str, *arguments: Any) -> None:
        contract, function, given, pay = await self.on_chain(name, arguments)
        outcome = await self.actors.call(caller, contract, function, given, pay)
        self.fees[caller] = self.fees.get(caller, 0) + outcome.fee_fri
        after = copy.deepcopy(self.model)
        after.now, after.block = outcome.time_s, outcome.block
        try:
            getattr(after, name)(caller, *arguments)
        except Refused as refused:
            assert outcome.reason == str(refused), f"{caller} {name}{arguments}"
        else:
            assert outcome.reason == "", f"{caller} {name}{arguments}"
            self.model = after
        assert await self.actors.tokens("board") == self.model.board_fri
        assert await self.actors.tokens("registry") == self.model.registry_fri

    async def on_chain(self, name: str, given: tuple[Any, ...]) -> tuple[str, str, tuple[Any, ...], int]:
        """Contract, function, arguments, and what is approved for it."""
        if name in BOARD_PLAIN:
            return "board", name, given, 10**9 if name == "top_up" else 0
        if name in REGISTRY_PLAIN:
            return "registry", name, given, given[1] if name == "add_stake" else 0
        if name == "set_paused":
            return "directory", name, given, 0
        if name == "submit_signed":
            return "board", name, ([await self.signed(given[0])],), 0
        address = self.actors.addresses
        if name == "create_job":
            terms = terms_of(given[0], address[given[1]] if given[1] else 0)
            return "board", name, (terms.as_dict(),), terms.escrow_fri
        if name == "register":
            operator, payout, stake = given
            return "registry", name, (address[operator], address[payout], [FAMILY], stake), stake
        contract, function, shape = SHAPED[name]
        return contract, function, shape(address, *given), 0

    async def signed(self, lease: int) -> dict[str, Any]:
        """A result with the signature of the lease's operator."""
        worker = self.model.workers.get(lease >> 40)
        signature = await self.actors.sign(worker.operator if worker else "stranger", lease)
        return {"lease_id": lease, "result": plain_result(), "signature": signature}

    async def check_all(self) -> None:
        """Every job, worker, lease and account stands as the model says."""
        ask, model = self.actors.ask, self.model
        for number, job in model.jobs.items():
            progress = (await ask("board", "job", number))["progress"]
            said = [progress[name] for name in ("cursor", "accepted", "refunded", "held", "stopped")]
            assert said == [job.cursor, job.accepted, job.refunded, job.held, job.stopped]
            assert progress["reopened_ranges"] == len(job.reopened)
        for number, worker in model.workers.items():
            raw = await ask("registry", "worker", number)
            assert raw["stake"] == {"stake_fri": worker.stake_fri, "locked_fri": worker.locked_fri}
            assert raw["unstaking"]["unstaking_fri"] == worker.unstaking_fri
            held = [one for one in model.slots.values() if one.worker == number and one.state in (1, 2)]
            said = await ask("board", "open_leases", number)
            assert sorted(said) == sorted(lease.number for lease in held)
            locked = await ask("registry", "locked_by", self.actors._contracts["board"].address, number)
            assert locked == worker.locked_fri
        for name, before in self.start.items():
            paid = self.fees.get(name, 0)
            assert await self.actors.tokens(name) == before + model.tokens.get(name, 0) - paid, name

    # who is asked to do what
    def job_number(self, pick: int) -> int:
        return pick % (len(self.model.jobs) + 1) or len(self.model.jobs)

    def a_lease(self, pick: int, *states: int) -> int:
        """Mostly one in such a state, else any number."""
        found = [lease for lease in self.model.slots.values() if lease.state in states or pick % 7 == 0]
        return found[pick % len(found)].number if found else pick

    def operator(self, lease: int, other: str, wrong: bool) -> str:
        worker = self.model.workers.get(lease >> 40)
        return other if wrong or not worker else worker.operator

    def requester(self, job: int, other: str, wrong: bool) -> str:
        return other if wrong or job not in self.model.jobs else self.model.jobs[job].requester

    wrongly = st.integers(0, 9).map(lambda number: number == 0)
    pick = st.integers(1, 10**6)

    @rule(
        artist=st.sampled_from(["artist-1", "artist-2"]),
        tasks=st.integers(1, 7),
        reward=st.integers(1, 300),
        pool=AMOUNT,
        longest=st.integers(1, 3),
        timeout=st.sampled_from([50, 200, 300]),
        scheduled=st.booleans(),
    )
    def create_job(
        self, artist: str, tasks: int, reward: int, pool: int, longest: int, timeout: int, scheduled: bool
    ) -> None:
        terms = {"package_bytes": 1000, "tasks": tasks, "reward_fri": reward, "audit_pool_fri": pool}
        terms |= {"audit_floor_exp": tasks % 3, "longest_lease": longest, "lease_timeout_s": timeout}
        terms |= {"window_s": 100, "expires_in_s": 3000, "scheduler_grace_s": 500 if scheduled else 0}
        self.do(artist, "create_job", terms, "scheduler" if scheduled else "")

    @rule(pick=pick, other=ANYONE, wrong=wrongly, slot=SMALL, by_scheduler=st.booleans())
    def take(self, pick: int, other: str, wrong: bool, slot: int, by_scheduler: bool) -> None:
        job, worker = self.job_number(pick), pick % (len(self.model.workers) + 1) or 1
        found = self.model.jobs.get(job)
        if by_scheduler and found and found.scheduler:
            self.do(other if wrong else found.scheduler, "assign", job, worker, slot)
        else:
            caller = other if wrong else self.model.workers[worker].operator
            self.do(caller, "claim_lease", job, worker, slot * 5 if wrong else slot)

    @rule(pick=pick, other=ANYONE, wrong=wrongly, signed=st.booleans())
    def submit(self, pick: int, other: str, wrong: bool, signed: bool) -> None:
        lease = self.a_lease(pick, CLAIMED)
        if signed and (lease >> 40) in self.model.workers:
            self.do(other, "submit_signed", lease)
        else:
            self.do(self.operator(lease, other, wrong), "submit", lease)

    @rule(picks=st.lists(pick, min_size=1, max_size=4), other=ANYONE, wrong=wrongly, late=st.booleans())
    def accept(self, picks: list[int], other: str, wrong: bool, late: bool) -> None:
        leases = [self.a_lease(pick, SUBMITTED) for pick in picks]
        found = self.model.lease(leases[0])
        job = found.job if found else self.job_number(picks[0])
        caller = other if late else self.requester(job, other, wrong)
        self.do(caller, "accept_late" if late else "accept", job, leases)

    @rule(picks=st.lists(pick, min_size=1, max_size=4), other=ANYONE)
    def expire(self, picks: list[int], other: str) -> None:
        leases = [self.a_lease(pick, CLAIMED) for pick in picks]
        found = self.model.lease(leases[0])
        self.do(other, "expire", found.job if found else self.job_number(picks[0]), leases)

    @rule(pick=pick, other=ANYONE, wrong=wrongly)
    def give_back(self, pick: int, other: str, wrong: bool) -> None:
        lease = self.a_lease(pick, CLAIMED)
        self.do(self.operator(lease, other, wrong), "give_back", lease)

    @rule(
        pick=pick, other=ANYONE, wrong=wrongly, how=st.sampled_from(["cancel", "refund", "extend", "top_up"])
    )
    def change_job(self, pick: int, other: str, wrong: bool, how: str) -> None:
        job = self.job_number(pick)
        more: tuple[int, ...] = ()
        if how == "extend":
            more = (pick % 500,)
        elif how == "top_up":
            now = self.model.jobs[job].prices[-1][0] if job in self.model.jobs else 1
            more = (max(now + pick % 30 - 3, 0), pick % 5)
        self.do(other if how == "refund" else self.requester(job, other, wrong), how, job, *more)

    @rule(
        names=st.lists(
            st.sampled_from([*PAYOUTS, "artist-1", "artist-2"]), min_size=1, max_size=3, unique=True
        )
    )
    def withdraw(self, names: list[str]) -> None:
        self.do("stranger", "withdraw", names)

    @precondition(lambda self: len(self.model.workers) < 4)
    @rule(
        operator=st.sampled_from(["operator-1", "operator-3"]),
        payout=st.sampled_from([*PAYOUTS]),
        stake=AMOUNT,
    )
    def register(self, operator: str, payout: str, stake: int) -> None:
        self.do("owner-2", "register", operator, payout, stake)

    @rule(
        pick=pick,
        other=ANYONE,
        wrong=wrongly,
        how=st.sampled_from(
            ["add_stake", "request_unstake", "cancel_unstake", "complete_unstake", "set_seats"]
        ),
    )
    def change_stake(self, pick: int, other: str, wrong: bool, how: str) -> None:
        worker = pick % (len(self.model.workers) + 1) or 1
        owner = other if wrong or how == "add_stake" else self.model.workers[worker].owner
        amount = pick % (50 if how == "set_seats" else 2000)
        one = how in ("cancel_unstake", "complete_unstake")
        self.do(owner, how, worker, *(() if one else (amount,)))

    @rule(
        pick=pick, other=ANYONE, wrong=wrongly, how=st.sampled_from(["payout", "supported", "offer", "drop"])
    )
    def change_worker(self, pick: int, other: str, wrong: bool, how: str) -> None:
        worker = pick % (len(self.model.workers) + 1) or 1
        owner = other if wrong else self.model.workers[worker].owner
        if how == "payout":
            self.do(owner, "set_payout", worker, f"payout-{pick % 2 + 1}")
        elif how == "supported":
            self.do(owner, "set_supported", worker, pick % 4 != 0)
        elif how == "offer":
            self.do(owner, "set_offer", worker, (pick % 100, 900 + pick % 300, pick % 6, 2**39))
        else:
            self.do(other, "drop_seats", worker)

    @rule(
        caller=st.sampled_from(["admin", "stranger"]),
        paused=st.integers(0, 3).map(lambda number: number == 0),
    )
    def pause(self, caller: str, paused: bool) -> None:
        self.do(caller, "set_paused", paused)

    @rule(seconds=st.sampled_from([20, 110, 250, 1200]), blocks=st.integers(0, 8))
    def wait(self, seconds: int, blocks: int) -> None:
        self.actors.pass_time(seconds, blocks)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A devnet for this alone: it is made older as it pleases the test."""
    pid, port = start_devnet(tmp_path / "devnet", len(NAMES))
    yield port
    stop(pid)


# starknet-py raises it for the parser of its ABIs.
@pytest.mark.filterwarnings("ignore:The recursion limit")
def test_money_adds_up_after_every_random_call(port: int, request: pytest.FixtureRequest) -> None:
    wanted, number = (request.config.getoption(name) for name in ("--invariant-calls", "--invariant-seed"))
    MoneyMachine.port, MoneyMachine.total = port, 0
    MoneyMachine.loop = asyncio.new_event_loop()
    started_s, rounds = time.monotonic(), 0
    try:
        while MoneyMachine.total < wanted:
            print(f"seed {number + rounds}: {MoneyMachine.total} calls so far", flush=True)
            run_state_machine_as_test(
                seed(number + rounds)(MoneyMachine),
                settings=settings(
                    max_examples=1,
                    stateful_step_count=min(STEPS, wanted),
                    deadline=None,
                    phases=(Phase.generate,),
                    suppress_health_check=list(HealthCheck),
                    database=None,
                ),
            )
            rounds += 1
    finally:
        MoneyMachine.loop.close()
    print(f"{MoneyMachine.total} calls, {rounds} seeds from {number}, {time.monotonic() - started_s:.0f} s")
