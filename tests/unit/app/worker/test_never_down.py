"""Whatever goes wrong around a worker, in whatever call: no money is lost, and no duty of another part is."""

from __future__ import annotations

import asyncio
import errno
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from renderchain.core.contract_errors import AuditPoolTooSmall, ContractError
from renderchain.core.errors import (
    ChainError,
    ContentError,
    DiskFull,
    FeeTooHigh,
    InsufficientFunds,
    JournalError,
    NodeAway,
    RenderFailed,
    StoreAway,
    StoreError,
    StuckTransaction,
)
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.conditions import WaitEnded, WaitingFor
from renderchain.core.notices.leases import JobSkipped, LeaseClaimed, LeaseFailed, PackageRefused

from devkit.fakes.people import FUNDS_FRI, OFFER, STAKE_FRI, Artist, Machine
from devkit.fakes.renderer import FakeRenderer
from devkit.fakes.wire import Wire
from devkit.fakes.world import World

LEASE_TIMEOUT_S = 3000
SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=LEASE_TIMEOUT_S)
TASKS = 3
PAY_FRI = TASKS * SHORT.reward_fri
TIMES = 2  # a fault goes on for so many calls, and then it is over; of a job's own, one call of two
JOBS_OWN = (ContentError, RenderFailed, RecursionError, KeyError, ContractError)

KINDS: list[Callable[[], Exception]] = [
    lambda: NodeAway("The node can't be reached."),
    lambda: StoreAway("The IPFS node can't be reached."),
    lambda: StoreError("Nobody has it."),
    lambda: InsufficientFunds("The account has too little STRK."),
    lambda: FeeTooHigh("Gas is dear."),
    lambda: StuckTransaction("It is in no block."),
    lambda: ChainError("Nonsense."),
    lambda: DiskFull("No room."),
    lambda: OSError(errno.ENOSPC, "No space left on device"),
    lambda: OSError(errno.ENAMETOOLONG, "File name too long"),
    lambda: MemoryError(),
    lambda: RecursionError("maximum recursion depth exceeded"),
    lambda: KeyError("field"),
    lambda: JournalError("The journal is locked."),
    lambda: ContentError("It breaks a limit."),
    lambda: RenderFailed("Blender crashed."),
    lambda: AuditPoolTooSmall("Claiming"),
]
# These say that nothing was done, so they can't come after it was.
NOTHING_DONE = (InsufficientFunds, FeeTooHigh, StoreAway, DiskFull, ContractError)


class Faulty(Wire):
    """A connection on which one method fails for some calls, before or after it has had its effect."""

    def __init__(self, method: str, make: Callable[[], Exception], *, after: bool) -> None:
        super().__init__()
        self._method, self._make, self._after = method, make, after
        error = make()
        is_jobs = isinstance(error, JOBS_OWN) or getattr(error, "errno", 0) == errno.ENAMETOOLONG
        self.most = self.left = 1 if is_jobs else TIMES
        self._seen: Counter[str] = Counter()

    def check(self, where: str) -> None:
        self._seen[where] += 1
        is_after = self._seen[where] % 2 == 0
        if where == self._method and is_after == self._after and self.left:
            self.left -= 1
            if not is_after:
                self._seen[where] += 1  # there will be no answer
            raise self._make()


@cache
def calls_of_a_quiet_life(lanes: int) -> list[str]:
    wire = Wire()
    with TemporaryDirectory() as disk:
        life(Path(disk), wire, lanes)
    claims = [at for at, one in enumerate(wire.calls) if one == "claim_lease"]
    assert claims[1] < wire.calls.index("submit"), "none was claimed ahead, nor for a second lane"
    return sorted(set(wire.calls))


def life(disk: Path, wire: Wire, lanes: int = 1) -> Machine:
    """A job from its submission until it is paid; all money must be where it belongs."""
    world = World(disk)
    artist, machine = Artist(world, 0xA271), Machine(world, 0xF001)
    machine.renderer.frame_s = 20
    machine.other_renderers = [FakeRenderer(frame_s=20) for _ in range(1, lanes)]

    async def live() -> None:
        await machine.join()
        job = await artist.submit(TASKS, SHORT)
        stop = asyncio.Event()
        process = asyncio.create_task(machine.worker(wire).run(stop))
        watching = artist.watching(job)
        await asyncio.wait([watching, process], timeout=4000, return_when=asyncio.FIRST_COMPLETED)
        assert not process.done(), f"the worker ended: {process!r}"
        if not watching.done():  # it is left to others, with a word
            assert [*machine.reporter.heard(PackageRefused), *machine.reporter.heard(JobSkipped)]
            await artist.chain.cancel(job)
        report = await watching
        await asyncio.sleep(900)
        stop.set()
        await process
        assert report.paid_fri == PAY_FRI or report.state is JobState.CANCELED
        assert not report.refused
        assert await machine.chain.open_leases() == []
        worker = await machine.chain.worker(machine.worker_id)
        assert (worker.stake_fri, worker.locked_fri) == (STAKE_FRI, 0)
        assert await machine.chain.tokens_fri(machine.owner) == FUNDS_FRI - STAKE_FRI + report.paid_fri

    world.live(live())
    return machine


# The work of a worker's start: without it there is nothing that could go on, and its commands tell why.
AT_THE_START = {"worker_id"}


@pytest.mark.parametrize("lanes", [1, 2])
@pytest.mark.parametrize(
    ("kind", "after"),
    [
        pytest.param(kind, after, id=f"{type(make()).__name__}-{kind}-{'done' if after else 'not done'}")
        for kind, make in enumerate(KINDS)
        for after in (False, True)
        if not (after and isinstance(make(), NOTHING_DONE))
    ],
)
def test_any_error_in_any_call_costs_nothing_and_ends_nothing(
    disk: Path, kind: int, after: bool, lanes: int
) -> None:
    methods = [one for one in calls_of_a_quiet_life(lanes) if one not in AT_THE_START]
    assert {"claim_lease", "submit", "lease", "job", "events", "add_folder", "fetch_folder"} <= {
        *methods,
        "events",
    }
    for method in methods:
        wire = Faulty(method, KINDS[kind], after=after)
        print(f"{type(KINDS[kind]()).__name__} in {method}, {'after' if after else 'before'} its effect")
        life(disk / method, wire, lanes)
        assert wire.left < wire.most, f"{method} was not called"


@pytest.mark.parametrize("kind", range(len(KINDS)), ids=lambda one: type(KINDS[one]()).__name__)
def test_events_that_break_off_are_followed_anew(disk: Path, kind: int) -> None:
    wire = Faulty("events", KINDS[kind], after=False)
    life(disk, wire)
    assert not wire.left


def test_a_node_that_is_away_is_waited_for_and_told_once(
    world: World, artist: Artist, machine: Machine
) -> None:
    wire = Away(NodeAway("The node can't be reached."), 60, 400)

    async def life() -> None:
        job = await artist.submit(1, SHORT)
        stop = asyncio.Event()
        process = asyncio.create_task(machine.worker(wire).run(stop))
        report = await artist.watching(job)
        assert report.state is JobState.COMPLETED
        stop.set()
        await process

    machine.renderer.frame_s = 100
    world.live(life())
    assert [one.condition for one in machine.reporter.heard(WaitingFor)] == ["the node"]
    (ended,) = machine.reporter.heard(WaitEnded)
    assert 200 < ended.waited_s < 420
    assert not machine.reporter.heard(LeaseFailed)


class Away(Wire):
    """A connection on which the chain fails in a span of time."""

    def __init__(self, error: Exception, begin_s: float, end_s: float) -> None:
        super().__init__()
        self._error, self._begin_s, self._end_s = error, begin_s, end_s

    def check(self, where: str) -> None:
        is_chain = where not in ("add_folder", "fetch_folder")
        if is_chain and self._begin_s < asyncio.get_running_loop().time() < self._end_s:
            raise self._error


def test_a_worker_that_waits_for_the_node_can_be_stopped(
    world: World, artist: Artist, machine: Machine
) -> None:
    wire = Away(NodeAway("The node can't be reached."), 30, 1e9)

    async def life() -> float:
        await artist.submit(1, SHORT)
        stop = asyncio.Event()
        process = asyncio.create_task(machine.worker(wire).run(stop))
        await asyncio.sleep(500)
        stop.set()
        clock = asyncio.get_running_loop()
        began_s = clock.time()
        machine.conditions.leave()
        await process
        return clock.time() - began_s

    machine.renderer.frame_s = 100
    assert world.live(life()) < 5


def test_a_disk_that_is_full_is_no_jobs_fault_and_claims_become_rare(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.renderer.fail("render", *[OSError(errno.ENOSPC, "No space left on device")] * 1000)

    async def life() -> None:
        await artist.submit(1, SHORT)
        async with machine.working():
            await asyncio.sleep(3600)

    world.live(life())
    assert 5 < len(machine.reporter.heard(LeaseClaimed)) < 20
    assert {one.state for one in machine.journal.leases(machine.chain.board)} == {"given_back"}


def test_a_job_that_failed_twice_is_left_alone_after_a_restart_too(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.renderer.fail("render", *[RecursionError("too deep")] * 9)

    async def life() -> None:
        await artist.submit(1, SHORT)
        for _ in range(3):
            async with machine.working():
                await asyncio.sleep(300)

    world.live(life())
    assert len(machine.reporter.heard(LeaseClaimed)) == 2


def test_a_lease_that_takes_too_long_is_given_back_before_it_is_lost(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.renderer.frame_s = 10**6

    async def life() -> None:
        await artist.submit(1, SHORT)
        async with machine.working():
            await asyncio.sleep(2 * LEASE_TIMEOUT_S)
            assert await machine.chain.open_leases() == []

    world.live(life())
    assert all("all the time there was" in one.reason for one in machine.reporter.heard(LeaseFailed))
    assert machine.reporter.heard(LeaseFailed)
