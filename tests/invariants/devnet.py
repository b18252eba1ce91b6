"""Random callers of the contracts on a devnet, and of the model, which must say the same of each call."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from renderchain.core.audit.state import AuditInfo, AuditPhase
from renderchain.core.board_events import BoardEvent, JobImproved
from renderchain.core.lifecycle import HELD, LeaseState

from devkit.model.challenges import Model
from devkit.model.records import Lease
from tests.invariants.actors import Actors
from tests.invariants.calls import Calls
from tests.invariants.machine import NETWORK
from tests.invariants.verifiers import OnSeveralBoards
from tests.invariants.world import FAMILY, NAMES, PAYOUTS, RARE_FAMILY

CLOCK_S = 10  # a busy machine was seen to be 3 off
COUNTS = tuple(name for name in AuditInfo.__dataclass_fields__ if not name.startswith("since"))


class OnDevnet(OnSeveralBoards):
    """``port`` and ``loop`` are set before it runs."""

    port = 0
    loop: asyncio.AbstractEventLoop
    actors: Actors

    def deploy(self) -> None:
        """A new network."""
        self.actors = self.loop.run_until_complete(Actors.open(self.port, NETWORK))
        self.world = self.actors
        self.model = Model(NETWORK, self.actors.contracts, self.actors.hash_of_block)
        self.calls = Calls(self.actors, self.model)
        self.fees: dict[str, int] = {}
        for name in (*NAMES, *PAYOUTS):
            tokens_fri = self.loop.run_until_complete(self.actors.tokens(name))
            self.model.fund(self.actors.addresses[name], tokens_fri)

    def teardown(self) -> None:
        if hasattr(self, "model"):
            for board in self.world.boards:
                self.turn_to(board)
                self.loop.run_until_complete(self.check_all())
            type(self).total += self.actors.calls
            self.loop.run_until_complete(self.actors.close())

    def do(self, caller: str, name: str, *arguments: Any) -> bool:
        """One call; whether it was done."""
        return self.loop.run_until_complete(self.compare(caller, name, *arguments))

    async def compare(self, caller: str, name: str, *arguments: Any) -> bool:
        self.calls.model = self.model
        given = self.calls.of(name, arguments)
        outcome = await self.actors.call(caller, name, *self.calls.given_to_chain(name, given))
        self.fees[caller] = self.fees.get(caller, 0) + outcome.fee_fri
        reason = self.play(caller, name, given, outcome.time_s, outcome.block)
        assert outcome.reason == reason, f"{caller} {name}{arguments}: {outcome.reason}, {reason}"
        told = [] if reason else self.model.events
        known = list(map(_as_told, told, outcome.events))
        assert outcome.events == known, f"{caller} {name}{arguments}: {outcome.events}, {known}"
        assert len(outcome.events) == len(told), f"{caller} {name}{arguments}: {told}"
        board_fri, registry_fri = [await self.actors.tokens(one) for one in ("board", "registry")]
        assert board_fri == self.model.board_fri, f"{caller} {name}{arguments}"
        assert registry_fri == self.model.registry_fri, f"{caller} {name}{arguments}"
        await self.check_family(FAMILY)
        return not outcome.reason

    async def check_all(self) -> None:
        """Every job, worker, lease, audit and account stands as the model says."""
        await self.check_jobs()
        await self.check_workers()
        for family in (FAMILY, RARE_FAMILY):
            await self.check_family(family)
        for lease in self.model.slots.values():
            await self.check_lease(lease)
        ask, model = self.actors.ask, self.model
        assert await ask("registry", "burned_fri") == model.burned_fri
        assert await ask("board", "burned_fri") == model.board_burned_fri
        for name in (*NAMES, *PAYOUTS):
            address, paid = self.actors.addresses[name], self.fees.get(name, 0)
            assert await self.actors.tokens(name) == model.tokens.get(address, 0) - paid, name
            assert await ask("board", "balance_of", address) == model.unpaid.get(address, 0), name

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
            times = said["times"]
            assert (times["audit_pool_fri"], times["pending"]) == (job.pool_fri, job.pending)
            assert said["audit_price"]["spares"] == job.spares

    async def check_family(self, family: int) -> None:
        """What is open of its pay is what its judged leases would earn."""
        said, model = await self.actors.ask("registry", "family", family), self.model
        seats, age = model.seats_in(family), NETWORK.seat_age_epochs
        assert said["open_pay_fri"] == model.open_pay_fri(family)
        assert said["units"] == seats.units
        epoch = await self.actors.ask("registry", "epoch")
        assert said["mature_units"] == seats.mature_units(epoch, age)
        assert said["from_epoch"] == model.verifiers_from(family)

    async def check_workers(self) -> None:
        ask, model = self.actors.ask, self.model
        for number, worker in model.workers.items():
            raw = await ask("registry", "worker", number)
            assert raw["operator"] == worker.operator
            assert raw["stake"] == {"stake_fri": worker.stake_fri, "locked_fri": worker.locked_fri}
            assert raw["unstaking"]["unstaking_fri"] == worker.unstaking_fri
            assert raw["seat_stake_fri"] == worker.seat_stake_fri
            assert raw["seat_unstaking"]["unstaking_fri"] == worker.seat_unstaking_fri
            held = [one for one in model.slots.values() if one.worker == number and one.state in HELD]
            said = await ask("board", "open_leases", number)
            assert sorted(said) == sorted(lease.number for lease in held)
            locked_fri = await ask("registry", "locked_by", self.actors.contracts.board, number)
            assert locked_fri == self.locked_fri(number)
            for family in (FAMILY, RARE_FAMILY):
                assert dict(await ask("registry", "record", number, family)) == vars(
                    model.record_of(number, family)
                )
                units = model.seats_in(family).held_by(number).units
                assert await ask("registry", "seats_of", number, family) == units

    async def check_lease(self, lease: Lease) -> None:
        raw = await self.actors.ask("board", "lease", lease.number)
        said_of = (LeaseState(raw["state"]), raw["draw_outcome"], raw["paid"], raw["twin"])
        assert said_of == (lease.state, lease.draw_outcome, lease.paid, lease.twin)
        said, audit = await self.actors.ask("board", "audit_of", lease.number), lease.audit
        if not audit:
            assert said["phase"] == AuditPhase.NONE
            return
        assert {name: said[name] for name in COUNTS} == {name: getattr(audit, name) for name in COUNTS}
        verifiers = await self.actors.ask("board", "verifiers_of", lease.number)
        for verifier, seat in zip(verifiers, audit.seats, strict=True):
            masks = (verifier["mean"], verifier["near"], verifier["differs"])
            assert (verifier["worker_id"], verifier["vote"]) == (seat.worker, seat.vote)
            assert masks == (seat.mean, seat.near, seat.differs)
        if lease.job not in self.model.replaced:
            leaves = self.model.leaves_in(self.model.jobs[lease.job], lease, audit)
            places = [(one.leaf, one.position) for one in leaves]
            assert list(await self.actors.ask("board", "drawn_leaves", lease.number)) == places


def _as_told(event: BoardEvent, told: BoardEvent) -> BoardEvent:
    """A devnet's calls see a time that is not quite their block's, so an end may be a little off."""
    if isinstance(event, JobImproved) and isinstance(told, JobImproved):
        off_s = abs(event.expires_at_s - told.expires_at_s)
        return replace(event, expires_at_s=told.expires_at_s) if off_s <= CLOCK_S else event
    return event
