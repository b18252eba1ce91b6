"""A clock that was wrong and is set: what was begun by it holds nobody up for as long as it was wrong."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from renderchain.app.audit.evidence_room import EvidenceRoom
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.audit.workload import Workload
from renderchain.app.exchange.probe_cache import ProbeCache
from renderchain.app.worker.held import LONGEST_WAIT_S, HeldLeases
from renderchain.app.worker.job_probe import JobProbe
from renderchain.app.worker.readiness import Readiness
from renderchain.core.errors import StoreError
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.notices.conditions import ReserveRunsOut
from renderchain.core.spans import NEVER_S, is_over
from renderchain.core.worker_control import Control

from devkit.fakes.clock import run
from devkit.fakes.people import Machine
from devkit.fakes.reporter import RecordingReporter
from devkit.fakes.world import World

YEAR_S = 365 * 86400.0
NOW_S = 1.8e9
LOOK_S = 60.0


class Clock:
    """Stands where it is put."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


def test_a_span_is_over_after_its_seconds_and_where_its_begin_is_still_to_come() -> None:
    assert not is_over(NOW_S, 10, NOW_S) and not is_over(NOW_S, 10, NOW_S + 9.9)
    assert is_over(NOW_S, 10, NOW_S + 10) and is_over(NOW_S, 10, NOW_S - 1)
    assert is_over(NEVER_S, YEAR_S, NOW_S) and is_over(NOW_S, 0, NOW_S)


def test_whether_leases_may_be_taken_is_asked_again_after_the_clock_was_set_back(
    world: World, machine: Machine
) -> None:
    clock, reporter = Clock(NOW_S + YEAR_S), RecordingReporter()
    tokens = world.network.model.tokens
    readiness = Readiness(machine.chain, reporter, Control, [], clock, reserve_fri=10**18)
    before_fri = tokens[machine.address]

    async def life() -> None:
        assert await readiness.allows()
        tokens[machine.address] = 0
        clock.now_s = NOW_S
        assert not await readiness.allows(), "it went on without money for gas"
        clock.now_s = NOW_S + YEAR_S
        assert not await readiness.allows()
        tokens[machine.address] = before_fri
        clock.now_s = NOW_S
        assert await readiness.allows()

    world.live(life())
    assert not reporter.heard(ReserveRunsOut)


def test_a_job_that_was_put_off_is_tried_again_when_it_was_to_be_by_a_right_clock(tmp_path: Path) -> None:
    clock, nobody = Clock(NOW_S + YEAR_S), object()
    parts: Any = (nobody, nobody, nobody, ProbeCache(tmp_path), RecordingReporter())
    probe, job = JobProbe(*parts, seconds=0, now=clock), JobId(3)
    probe.put_off(job, StoreError("It was away."))
    assert probe.is_put_off(job) and clock.now_s < probe.next_try_s < clock.now_s + 100
    clock.now_s = NOW_S
    assert not probe.is_put_off(job)


def test_the_room_of_evidence_is_looked_at_again(tmp_path: Path) -> None:
    clock, store = Clock(NOW_S + YEAR_S), ProofStore(tmp_path / "evidence")
    room = EvidenceRoom([store], 100, clock)
    assert room.lacks() == ""
    (tmp_path / "evidence" / "7.0.vote").write_bytes(bytes(200))
    clock.now_s = NOW_S
    assert "most_evidence_bytes" in room.lacks()


@pytest.mark.parametrize("set_s", [YEAR_S, -YEAR_S])
def test_a_look_during_which_the_clock_was_set_makes_no_verifier_busy_for_ever(set_s: float) -> None:
    """Each vote that a busy verifier declines costs it two fees."""
    clock = Clock(NOW_S)

    async def life() -> None:
        workload = Workload(clock, asyncio.get_running_loop().time)
        async with workload.look():
            await asyncio.sleep(LOOK_S)
            clock.now_s += set_s
            assert not workload.is_too_much(0, clock.now_s + LOOK_S)
        assert not workload.is_too_much(0, clock.now_s + 1.1 * LOOK_S)
        assert workload.is_too_much(0, clock.now_s + 0.9 * LOOK_S)

    run(life())


class Settling:
    """A board that owes nothing, and notes what is accepted."""

    def __init__(self) -> None:
        self.accepted = list[LeaseId]()

    async def accept_late(self, _: JobId, lease_ids: list[LeaseId]) -> None:
        """As anyone may."""
        self.accepted += lease_ids

    async def worker_id(self) -> int:
        """Somebody's."""
        return 1

    async def worker(self, _: int) -> Any:
        """Whose pay goes nowhere yet."""
        return type("Worker", (), {"payout": 5})

    async def balance_fri(self, _: int) -> int:
        """Nothing."""
        return 0


def test_a_lease_whose_window_ended_in_a_wrong_clocks_far_future_is_settled_within_an_hour() -> None:
    """A machine without a battery for its clock starts in another year."""
    clock, chain = Clock(NOW_S - 20 * YEAR_S), Settling()

    async def life() -> None:
        held = HeldLeases(chain, RecordingReporter(), clock, lambda: None)  # type: ignore[arg-type]
        held.hold(LeaseId(9), JobId(3), NOW_S)
        settling = asyncio.create_task(held.run())
        await asyncio.sleep(60)
        assert not chain.accepted
        clock.now_s = NOW_S + 60
        await asyncio.sleep(LONGEST_WAIT_S)
        settling.cancel()
        await asyncio.gather(settling, return_exceptions=True)

    run(life())
    assert chain.accepted[0] == LeaseId(9)
