"""Which heartbeats a scheduler believes."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

import pytest
from renderchain.core.ids import WorkerId
from renderchain.core.scheduling.heartbeat import AGE_S, Heartbeat, HeartbeatRefused, SignedHeartbeat

from devkit.fakes.people import Machine
from devkit.fakes.world import World
from tests.unit.app.scheduler.desk import ADDRESS, Desk


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


def test_an_unknown_worker_is_refused_and_many_of_them_cost_few_questions(
    world: World, machine: Machine
) -> None:
    desk = Desk(world)
    asked = [0]
    worker = desk.chain.worker

    async def counted(worker_id: WorkerId) -> Any:
        asked[0] += 1
        return await worker(worker_id)

    desk.chain.worker = counted  # type: ignore[method-assign]
    for number in range(1000, 1100):
        beat = desk.beat_of(machine, worker_id=WorkerId(number))
        refused(world, desk.intake.hear(desk.signed(machine, beat)), "unknown worker|Many workers|no worker")
    assert asked[0] <= 20
