"""When a worker takes no leases: paused, draining, once, too poor; and what it does all the same."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

from renderchain.app.worker.readiness import Readiness
from renderchain.core.board_events import LeaseClaimed, ResultSubmitted
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.conditions import ClaimsPaused, ClaimsResumed, ReserveRunsOut
from renderchain.core.notices.process import Stopped
from renderchain.core.worker_control import Control

from devkit.fakes.people import FUNDS_FRI, OFFER, Artist, Machine
from devkit.fakes.wire import Wire
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)


def test_a_paused_worker_goes_on_when_it_is_resumed(world: World, artist: Artist, machine: Machine) -> None:
    machine.control = Control(paused=True)

    async def life() -> None:
        job = await artist.submit(1, SHORT)
        async with machine.working():
            await asyncio.sleep(600)
            assert not world.network.told(LeaseClaimed)
            machine.control = Control()
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    assert len(machine.reporter.heard(ClaimsPaused)) == 1 and len(machine.reporter.heard(ClaimsResumed)) == 1


def test_a_worker_that_drains_sees_what_it_has_settled_and_ends(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.renderer.frame_s = 100

    async def life() -> None:
        await artist.submit(3, SHORT)  # nobody watches: leases are accepted after their window
        process = asyncio.create_task(machine.run(asyncio.Event()))
        while not world.network.told(LeaseClaimed):
            await asyncio.sleep(1)
        machine.control = Control(draining=True)
        await process
        assert await machine.chain.open_leases() == []

    world.live(life())
    assert len(world.network.told(LeaseClaimed)) == 1 and machine.reporter.heard(Stopped)


def test_a_worker_for_one_lease_counts_the_one_that_an_earlier_process_left(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.renderer.frame_s, machine.once = 100, True

    async def life() -> None:
        await artist.submit(3, SHORT)
        wire = Wire()
        process = asyncio.create_task(machine.worker(wire).run(asyncio.Event()))
        while not world.network.told(LeaseClaimed):
            await asyncio.sleep(1)
        wire.cut()
        process.cancel()
        await asyncio.gather(process, return_exceptions=True)
        assert len(await machine.chain.open_leases()) == 1
        await machine.worker().run(asyncio.Event())
        assert await machine.chain.open_leases() == []

    world.live(life())
    assert len(world.network.told(LeaseClaimed)) == 1 and len(world.network.told(ResultSubmitted)) == 1


def test_a_worker_that_drains_takes_leases_again_once_it_is_resumed(
    world: World, artist: Artist, machine: Machine
) -> None:
    """The command said that it works as usual, and it ended all the same."""

    async def life() -> None:
        job = await artist.submit(2, SHORT)
        process = asyncio.create_task(machine.worker().run(stop := asyncio.Event()))
        while not world.network.told(LeaseClaimed):
            await asyncio.sleep(1)
        machine.control = Control(draining=True)
        await asyncio.sleep(100)
        assert len(world.network.told(LeaseClaimed)) == 1
        machine.control = Control()
        assert (await artist.watching(job)).state is JobState.COMPLETED
        assert not process.done()
        stop.set()
        await process

    world.live(life())


def test_below_its_reserve_a_worker_claims_nothing_until_it_has_more(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.reserve_fri = FUNDS_FRI + 1

    async def life() -> None:
        job = await artist.submit(1, SHORT)
        async with machine.working():
            await asyncio.sleep(600)
            assert not world.network.told(LeaseClaimed)
            world.network.fund(machine.address, 1)
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    (paused,) = machine.reporter.heard(ClaimsPaused)
    assert "send it some" in paused.reason


def test_the_reserves_end_is_told_days_before_and_once_a_day(world: World, machine: Machine) -> None:
    machine.reserve_fri = FUNDS_FRI // 2

    async def life() -> None:
        async with machine.working():
            for _ in range(48):
                await asyncio.sleep(3600)
                world.network.fund(machine.address, -FUNDS_FRI // 200)

    world.live(life(), longest_s=3 * 86400)
    warnings = machine.reporter.heard(ReserveRunsOut)
    assert len(warnings) == 2 and 3 < warnings[0].left_s / 86400 < 5


def test_who_is_operator_no_more_says_so_and_goes_on_when_it_is_again(
    world: World, artist: Artist, machine: Machine
) -> None:
    """It said of one job after the other that worker 0 is unknown, and never looked at them again."""

    async def operate(address: int) -> None:
        await world.network.registry(machine.owner).set_operator(machine.worker_id, address)
        await world.network.registry(address).accept_operator(machine.worker_id)

    async def life() -> None:
        async with machine.working():
            await asyncio.sleep(60)
            await operate(0xF00F)
            await asyncio.sleep(60)
            job = await artist.submit(1, SHORT)
            await asyncio.sleep(600)
            assert not world.network.told(LeaseClaimed)
            await operate(machine.address)
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life(), longest_s=10**5)
    assert "no worker's operator" in machine.reporter.heard(ClaimsPaused)[0].reason


def test_the_boards_events_do_not_have_the_chain_asked_for_each(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.rules = replace(machine.rules, families=frozenset())
    wire = Wire()

    async def life() -> int:
        stop = asyncio.Event()
        process = asyncio.create_task(machine.worker(wire).run(stop))
        await asyncio.sleep(15)
        before = wire.calls.count("worker")
        for _ in range(20):
            await artist.submit(1, SHORT)
        await asyncio.sleep(5)
        stop.set()
        await process
        return wire.calls.count("worker") - before

    assert world.live(life()) < 10


def test_what_a_machine_takes_long_to_say_holds_up_nothing_else(machine: Machine) -> None:
    """A desktop's answer may take seconds. The world's own loop has no threads."""
    has_gone_on = threading.Event()

    def check() -> str:
        return "" if has_gone_on.wait(60) else "Nothing went on."

    async def life() -> None:
        readiness = Readiness(
            machine.chain, machine.reporter, Control, [check, lambda: "Somebody."], lambda: 0.0
        )
        allowed = asyncio.create_task(readiness.allows())
        await asyncio.sleep(0)
        has_gone_on.set()
        assert not await allowed

    asyncio.run(life())
    assert [one.reason for one in machine.reporter.heard(ClaimsPaused)] == ["Somebody."]
