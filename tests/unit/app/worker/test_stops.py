"""A worker that is stopped, or loses its power, in any of its awaits: the next start finds nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from renderchain.core.lifecycle import JobState, LeaseState

from devkit.fakes.people import FUNDS_FRI, OFFER, STAKE_FRI, Artist, Machine
from devkit.fakes.renderer import FakeRenderer
from devkit.fakes.turns import Turns
from devkit.fakes.wire import PowerCut, Wire
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)
TASKS = 2
PAY_FRI = TASKS * SHORT.reward_fri
FINISHING = {"add_folder", "is_pinned", "submit"}


@dataclass
class Life:
    """What became of a job whose worker ended once on the way."""

    turns: Turns
    left: set[LeaseState]  # the states of leases that the worker held after the first end
    attempts: int
    calls: set[str]
    ended_in: set[str]


class Stop:
    """Ends a worker in good order."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.wire = Wire()

    def end(self, process: asyncio.Task[None]) -> None:
        self.stop.set()


class PowerCutAt(Stop):
    """Ends it so that nothing gets out any more."""

    def end(self, process: asyncio.Task[None]) -> None:
        self.wire.cut()
        process.cancel()


async def first_run(machine: Machine, watching: asyncio.Task[object], turn: int, end: Stop) -> Turns:
    """Work until that turn, or until the job is over."""
    process: list[asyncio.Task[None]] = []
    turns = Turns(turn, lambda: end.end(process[0]))
    process.append(turns.start(machine.worker(end.wire).run(end.stop)))
    await asyncio.wait([*process, watching], return_when=asyncio.FIRST_COMPLETED)
    if not turns.is_held:
        await asyncio.sleep(10)  # all that is to be done after its job
        end.stop.set()
    (ended,) = await asyncio.gather(*process, return_exceptions=True)
    assert ended is None or isinstance(ended, asyncio.CancelledError | PowerCut), repr(ended)
    return turns


def life(disk: Path, turn: int, kind: Callable[[], Stop], lanes: int) -> Life:
    """A job from its submission until it is paid, with a worker that ends at that turn and starts again."""
    world = World(disk, block_s=1, blocks=6)
    artist, machine = Artist(world, 0xA271), Machine(world, 0xF001)
    machine.renderer.frame_s = 1
    machine.other_renderers = [FakeRenderer(frame_s=1) for _ in range(1, lanes)]

    async def live() -> Life:
        await machine.join()
        job = await artist.submit(TASKS, SHORT)
        watching = artist.watching(job)
        end = kind()
        turns = await first_run(machine, watching, turn, end)
        chain = machine.chain
        left = {(await chain.lease(one)).state for one in await chain.open_leases()}
        async with machine.working():
            report = await watching
            await asyncio.sleep(10)
        assert report.state is JobState.COMPLETED and report.paid_fri == PAY_FRI and not report.refused
        assert sorted(report.frames) == list(range(1, TASKS + 1))
        assert await chain.open_leases() == []
        worker = await chain.worker(machine.worker_id)
        assert (worker.stake_fri, worker.locked_fri) == (STAKE_FRI, 0)
        assert await chain.tokens_fri(machine.owner) == FUNDS_FRI - STAKE_FRI + PAY_FRI
        claims = len(machine.journal.leases(chain.board))
        return Life(turns, left, claims, set(end.wire.calls), end.wire.ended_in)

    found = world.live(live())
    assert not list((machine.folder / "leases").iterdir())
    return found


@pytest.mark.parametrize("lanes", [1, 2])
@pytest.mark.parametrize("kind", [Stop, PowerCutAt])
def test_a_worker_may_end_in_any_await(disk: Path, kind: Callable[[], Stop], lanes: int) -> None:
    whole = life(disk / "whole", 0, kind, lanes)
    turns = whole.turns.each_place(2)
    assert whole.attempts == TASKS and len(turns) > 50
    lives = [life(disk / str(turn), turn, kind, lanes) for turn in turns]
    ended_in = set().union(*(one.ended_in for one in lives))
    if kind is Stop:  # what is rendered is submitted before the end
        assert not ended_in & FINISHING
        ended_in |= FINISHING
    assert ended_in == whole.calls, "an end did not come everywhere"
    claimed = [one for one in lives if LeaseState.CLAIMED in one.left]
    if kind is Stop:  # it gives back what it holds, if it had heard that it holds it
        assert all("claim_lease" in one.ended_in for one in claimed)
    else:
        assert len(claimed) >= 15
