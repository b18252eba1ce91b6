"""Which heartbeats a scheduler believes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any

import pytest
from renderchain.app.scheduler.intake import COUNT_S, KEY_S
from renderchain.core.ids import WorkerId
from renderchain.core.job import WorkerInfo
from renderchain.core.scheduling.heartbeat import AGE_S, Heartbeat, HeartbeatRefused, SignedHeartbeat

from devkit.fakes.people import Machine
from devkit.fakes.world import World
from tests.unit.app.scheduler.desk import ADDRESS, Desk

SEED = 20261129


def refused(world: World, call: Coroutine[Any, Any, None], why: str) -> None:
    async def life() -> None:
        with pytest.raises(HeartbeatRefused, match=why):
            await call

    world.live(life())


def test_one_of_the_operator_is_believed(world: World, machine: Machine) -> None:
    desk = Desk(world)
    world.live(desk.beat(machine))
    assert desk.intake.counts == {"taken": 1, "refused": 0}


def test_one_that_was_sent_before_is_not(world: World, machine: Machine) -> None:
    desk = Desk(world)
    raw = desk.signed(machine, desk.beat_of(machine))
    world.live(desk.intake.hear(raw))
    refused(world, desk.intake.hear(raw), "sent this heartbeat before")
    older = desk.beat_of(machine, sent_ms=int(world.now() * 1000) - 1)
    refused(world, desk.intake.hear(desk.signed(machine, older)), "or a later one")


@pytest.mark.parametrize(("off_s", "word"), [(AGE_S + 1, "ahead"), (-AGE_S - 1, "ago")])
def test_one_of_another_time_is_not(world: World, machine: Machine, off_s: float, word: str) -> None:
    desk = Desk(world)
    beat = desk.beat_of(machine, sent_ms=int((world.now() + off_s) * 1000))
    refused(world, desk.intake.hear(desk.signed(machine, beat)), f"61 s {word}")


def test_one_that_somebody_else_signed_is_not_and_does_not_make_the_next_a_repeat(
    world: World, machine: Machine
) -> None:
    desk, other = Desk(world), Machine(world, 0xBAD)
    world.live(other.join())
    forged = desk.beat_of(machine, sent_ms=int(world.now() * 1000) + 5000)
    refused(world, desk.intake.hear(desk.signed(other, forged)), "not signed for this scheduler")
    world.live(desk.beat(machine))


def test_one_for_another_scheduler_is_not(world: World, machine: Machine) -> None:
    desk = Desk(world)
    signed = machine.chain.sign_heartbeat(desk.beat_of(machine), ADDRESS + 1)
    refused(world, desk.intake.hear(signed.to_bytes()), "compare the address")


def test_what_was_changed_on_its_way_is_not(world: World, machine: Machine) -> None:
    desk = Desk(world)
    signed = machine.chain.sign_heartbeat(desk.beat_of(machine), ADDRESS)
    changed = Heartbeat(**vars(signed.heartbeat) | {"memory_mib": 2**20})
    refused(world, desk.intake.hear(SignedHeartbeat(changed, signed.signature).to_bytes()), "not signed")


class Asked:
    """Counts what the chain is asked."""

    def __init__(self, desk: Desk) -> None:
        self.workers: list[WorkerId] = []
        self.counts = 0
        self._worker, self._count = desk.chain.worker, desk.chain.worker_count
        desk.chain.worker = self.worker  # type: ignore[method-assign]
        desk.chain.worker_count = self.worker_count  # type: ignore[method-assign]

    async def worker(self, worker_id: WorkerId) -> WorkerInfo:
        self.workers.append(worker_id)
        return await self._worker(worker_id)

    async def worker_count(self) -> int:
        self.counts += 1
        return await self._count()


def test_numbers_that_no_worker_has_cost_one_question_and_keep_nobody_out(
    world: World, machine: Machine
) -> None:
    """They took all looks of each second, so that workers that were new were not heard."""
    desk = Desk(world)
    asked = Asked(desk)
    for number in range(1000, 1100):
        beat = desk.beat_of(machine, worker_id=WorkerId(number))
        refused(world, desk.intake.hear(desk.signed(machine, beat)), f"no worker {number}: 1 are registered")
    assert (asked.workers, asked.counts) == ([], 1)
    world.live(desk.beat(machine))


def test_a_worker_that_registered_just_now_is_heard_soon(world: World, machine: Machine) -> None:
    desk, new = Desk(world), Machine(world, 0xF002)
    world.live(desk.beat(machine))
    world.live(new.join())
    refused(world, desk.beat(new), "no worker 2")
    world.network.pass_time(int(COUNT_S))
    world.live(desk.beat(new))


def test_a_heartbeat_is_not_believed_again_after_others_sent_something_in_its_workers_name(
    world: World, machine: Machine
) -> None:
    """A wrong signature had the worker forgotten, and with it what it sent."""
    desk, other = Desk(world), Machine(world, 0xBAD)
    world.live(other.join())
    world.live(desk.beat(machine))
    world.network.pass_time(int(KEY_S) + 1)
    raw = desk.signed(machine, desk.beat_of(machine))
    world.live(desk.intake.hear(raw))
    forged = desk.beat_of(machine, sent_ms=int(world.now() * 1000) + 1)
    refused(world, desk.intake.hear(desk.signed(other, forged)), "not signed for this scheduler")
    refused(world, desk.intake.hear(raw), "sent this heartbeat before")


def test_one_that_comes_twice_while_the_registry_is_asked_is_believed_once(
    world: World, machine: Machine
) -> None:
    desk = Desk(world)
    raw = desk.signed(machine, desk.beat_of(machine))

    async def both() -> Sequence[BaseException | None]:
        return await asyncio.gather(desk.intake.hear(raw), desk.intake.hear(raw), return_exceptions=True)

    found = world.live(both())
    assert [type(one) for one in found if one] == [HeartbeatRefused]
    assert desk.intake.counts == {"taken": 1, "refused": 1}


def test_whatever_comes_in_workers_names_known_ones_are_heard_each_time_and_none_is_heard_twice(
    world: World, machine: Machine
) -> None:
    rng = random.Random(SEED)
    desk, others = Desk(world), [Machine(world, 0xBAD + number) for number in range(3)]
    for one in others:
        world.live(one.join())
    honest = [machine, others[0]]
    asked = Asked(desk)
    sent: list[bytes] = []
    began_s = world.now()

    async def tried(raw: bytes) -> bool:
        try:
            await desk.intake.hear(raw)
        except HeartbeatRefused:
            return False
        return True

    for turn in range(300):
        move = rng.choice(["honest", "repeated", "forged", "made up", "later"])
        if move == "honest":
            one = rng.choice(honest)
            raw = desk.signed(one, desk.beat_of(one, sent_ms=int(world.now() * 1000) + turn))
            sent.append(raw)
            assert world.live(tried(raw)), (SEED, turn)
        elif move == "repeated" and sent:
            assert not world.live(tried(rng.choice(sent[-5:]))), (SEED, turn)
        elif move in ("forged", "made up"):
            named = rng.choice(honest).worker_id if move == "forged" else WorkerId(rng.randrange(5, 2**32))
            ahead_ms = rng.randrange(-50_000, 50_000)
            beat = desk.beat_of(machine, worker_id=named, sent_ms=int(world.now() * 1000) + ahead_ms)
            assert not world.live(tried(desk.signed(others[2], beat))), (SEED, turn)
        elif move == "later":
            world.network.pass_time(rng.choice([1, 20, int(KEY_S), 200]))
    passed_s = world.now() - began_s
    assert asked.counts <= passed_s / COUNT_S + 1, SEED
    assert len(asked.workers) <= 5 * (passed_s / KEY_S + 3) * len(honest), SEED


def test_a_new_operator_is_heard_once_its_heartbeat_does_not_fit_the_old_key(
    world: World, machine: Machine
) -> None:
    desk = Desk(world)
    world.live(desk.beat(machine))
    asked = Asked(desk)
    old = desk.intake._known[machine.worker_id]
    desk.intake._known[machine.worker_id] = replace(old, operator=0xDEAD, key=0xBEEF)  # before a change
    world.network.pass_time(1)
    refused(world, desk.beat(machine), "not signed for this scheduler")
    assert asked.workers == []
    world.network.pass_time(int(KEY_S) + 1)
    world.live(desk.beat(machine))
    assert machine.worker_id in asked.workers
