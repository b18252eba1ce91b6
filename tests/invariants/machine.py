"""One call at a time, on the chain and in the model, and what must hold after each."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine
from renderchain.core.audit.economics import PHASES
from renderchain.core.audit.state import AuditPhase
from renderchain.core.lifecycle import LeaseState

from devkit.model.audits import Model
from devkit.model.ledger import HELD, Refused, Rules
from devkit.network.deploy import Rules as NetworkRules
from tests.invariants.actors import NAMES, PAYOUTS, Actors
from tests.invariants.calls import CHANCE, Calls

NETWORK = NetworkRules(
    cooldown_s=8500,
    minimum_stake_fri=500,
    lease_timeout_s=300,
    window_s=1500,
    audit_s=PHASES * 100,
    slowest_block_s=100,
    seat_unit_fri=100,
    epoch_blocks=10,
    unjudged_cap_fri=300,
)


class Machine(RuleBasedStateMachine):
    """Without rules; ``port`` and ``loop`` are set before it runs."""

    port = 0
    loop: asyncio.AbstractEventLoop
    total = 0
    done: dict[str, int] = {}  # calls that were not refused, by name

    def deploy(self) -> None:
        """A new network."""
        self.actors = self.loop.run_until_complete(Actors.open(self.port, NETWORK))
        names = [name for name in Rules.__dataclass_fields__ if name != "phase_s"]
        rules = Rules(**{name: getattr(NETWORK, name) for name in names}, phase_s=NETWORK.audit_s // PHASES)
        self.model = Model(rules)
        self.calls = Calls(self.actors, self.model)
        self.fees: dict[str, int] = {}
        everyone = [*NAMES, *PAYOUTS]
        self.start = {name: self.loop.run_until_complete(self.actors.tokens(name)) for name in everyone}

    def teardown(self) -> None:
        if hasattr(self, "model"):
            self.loop.run_until_complete(self.check_all())
            type(self).total += self.actors.calls
            self.loop.run_until_complete(self.actors.close())

    def do(self, caller: str, name: str, *arguments: Any) -> bool:
        """One call; whether it was done."""
        return self.loop.run_until_complete(self.compare(caller, name, *arguments))

    async def compare(self, caller: str, name: str, *arguments: Any) -> bool:
        self.calls.model = self.model
        contract, function, given, pay = await self.calls.of(name, arguments)
        outcome = await self.actors.call(caller, contract, function, given, pay)
        self.fees[caller] = self.fees.get(caller, 0) + outcome.fee_fri
        after = copy.deepcopy(self.model)
        after.now, after.block = outcome.time_s, outcome.block
        after.facts = await self.calls.facts(arguments[1]) if name in CHANCE else {}
        try:
            getattr(after, name)(caller, *arguments)
        except Refused as refused:
            assert outcome.reason == str(refused), f"{caller} {name}{arguments}: {outcome.reason}"
        else:
            assert outcome.reason == "", f"{caller} {name}{arguments}: {outcome.reason}"
            self.model = after
            self.done[name] = self.done.get(name, 0) + 1
        assert await self.actors.tokens("board") == self.model.board_fri, f"{caller} {name}{arguments}"
        assert await self.actors.tokens("registry") == self.model.registry_fri, f"{caller} {name}{arguments}"
        return not outcome.reason

    async def check_all(self) -> None:
        """Every job, worker, lease, audit and account stands as the model says."""
        await self.check_jobs()
        await self.check_workers()
        await self.check_audits()
        ask, model = self.actors.ask, self.model
        assert await ask("registry", "burned_fri") == model.burned_fri
        for name, before in self.start.items():
            paid = self.fees.get(name, 0)
            assert await self.actors.tokens(name) == before + model.tokens.get(name, 0) - paid, name
            owed = await ask("board", "balance_of", self.actors.addresses[name])
            assert owed == model.unpaid.get(name, 0), name

    async def check_jobs(self) -> None:
        for number, job in self.model.jobs.items():
            said = await self.actors.ask("board", "job", number)
            if number in self.model.replaced:
                assert not said["price"]["tasks"]
                continue
            progress = said["progress"]
            counts = [progress[name] for name in ("cursor", "accepted", "refunded", "held", "stopped")]
            assert counts == [job.cursor, job.accepted, job.refunded, job.held, job.stopped]
            assert progress["reopened_ranges"] == len(job.reopened)
            assert said["times"]["audit_pool_fri"] == job.pool_fri

    async def check_workers(self) -> None:
        ask, model = self.actors.ask, self.model
        for number, worker in model.workers.items():
            raw = await ask("registry", "worker", number)
            assert raw["stake"] == {"stake_fri": worker.stake_fri, "locked_fri": worker.locked_fri}
            assert raw["unstaking"]["unstaking_fri"] == worker.unstaking_fri
            record = {name: getattr(worker, name) for name in ("audited", "losses", "audited_fri")}
            assert dict(raw["record"]) == record
            held = [one for one in model.slots.values() if one.worker == number and one.state in HELD]
            said = await ask("board", "open_leases", number)
            assert sorted(said) == sorted(lease.number for lease in held)
            assert await ask("registry", "locked_by", self.actors.board, number) == worker.locked_fri

    async def check_audits(self) -> None:
        for lease in self.model.slots.values():
            raw = await self.actors.ask("board", "lease", lease.number)
            assert (LeaseState(raw["state"]), raw["draw_outcome"]) == (lease.state, lease.draw_outcome)
            said, audit = await self.actors.ask("board", "audit_of", lease.number), lease.audit
            if not audit:
                assert said["phase"] == AuditPhase.NONE
                continue
            assert [said[name] for name in ("kind", "phase", "round", "verdict", "redraws")] == [
                *(audit.kind, audit.phase, audit.round, audit.verdict, audit.redraws)
            ]
            for round_, seats in enumerate(audit.rounds):
                verifiers = await self.actors.ask("board", "verifiers_of", lease.number, round_)
                votes = [(verifier["worker_id"], verifier["vote"]) for verifier in verifiers]
                assert votes == [(seat.worker, seat.vote) for seat in seats]
