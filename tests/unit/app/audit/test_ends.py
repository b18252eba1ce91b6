"""Processes that end in any await of an audit, and chains that drop its blocks: nobody honest loses stake."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.core.audit.events import AuditClosed, AuditEvent, LeaseDrawn
from renderchain.core.audit.state import Verdict
from renderchain.core.notices.audits import LeavesDiffer, VoteRevealed

from devkit.fakes.people import Machine
from devkit.fakes.turns import Turns
from devkit.fakes.wire import PowerCut, Wire
from tests.unit.app.audit.network import PAY_FRI, SHORT, Network

ONE = replace(SHORT, longest_lease=1)
STEPS = 9  # drawn, seated, sealed, opened, three votes, verdict, closed


def small(disk: Path) -> Network:
    """As few as can be audited: every verifier is in each committee."""
    network = Network(disk, verifiers=4, blocks=6)
    for one in (network.worker, *network.verifiers):
        one.renderer.frame_s = one.verifying_renderer.frame_s = 1
    return network


class Ended:
    """A process of one machine that ends once and starts again at once; the audit goes on all the time."""

    def __init__(self, network: Network, machine: Machine, turn: int, *, cut: bool) -> None:
        self._network = network
        self._machine = machine
        self._stop = asyncio.Event()
        self._cut = cut
        self._process: asyncio.Task[None] | None = None
        self.wire = Wire()
        self.turns = Turns(turn, self._end)
        self.drawn_at = 0  # how many turns there were when the audit began

    def _end(self) -> None:
        if self._cut:
            self.wire.cut()
            assert self._process
            self._process.cancel()
        else:
            self._stop.set()

    async def run(self, over: asyncio.Event) -> None:
        """Work until it is over, with the end in between."""
        self._process = self.turns.start(self._machine.worker(self.wire).run(self._stop))
        begun = asyncio.create_task(self._note_draw())
        last = asyncio.create_task(over.wait())
        await asyncio.wait([self._process, last], return_when=asyncio.FIRST_COMPLETED)
        if over.is_set():
            self._stop.set()
        (ended,) = await asyncio.gather(self._process, return_exceptions=True)
        assert ended is None or isinstance(ended, asyncio.CancelledError | PowerCut), repr(ended)
        async with self._machine.working():
            await last
        begun.cancel()

    async def _note_draw(self) -> None:
        while not self._network.told(LeaseDrawn):
            await asyncio.sleep(1)
        self.drawn_at = self.turns.count


def life(disk: Path, who: str, turn: int, *, cut: bool) -> Ended:
    """An audit from the draw to its end, in which the worker or a verifier ends at that turn."""
    network = small(disk)
    ends, *others = network.verifiers if who == "verifier" else (network.worker, *network.verifiers)
    if who == "verifier":
        others.append(network.worker)
    ended = Ended(network, ends, turn, cut=cut)

    async def live() -> None:
        await network.open()
        job = await network.artist.submit(1, ONE)
        over = asyncio.Event()
        async with network.working(*others):
            process = asyncio.create_task(ended.run(over))
            report = await network.artist.watching(job)
            await asyncio.sleep(30)
            over.set()
            await process
        assert report.paid_fri == PAY_FRI // 2
        await network.check_honest()

    network.world.live(live())
    assert [one.verdict for one in network.told(AuditClosed)] == [Verdict.ACCEPTED]
    assert len(ends.reporter.heard(VoteRevealed)) + len(ends.reporter.heard(LeavesDiffer)) <= 1
    return ended


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("who", ["worker", "verifier"])
def test_a_process_may_end_in_any_await_of_an_audit(disk: Path, who: str, cut: bool) -> None:
    whole = life(disk / "whole", who, 0, cut=cut)
    turns = whole.turns.each_place(1, after=whole.drawn_at)
    ended = set().union(*(life(disk / str(turn), who, turn, cut=cut).wire.ended_in for turn in turns))
    wanted = {"open_leaves", "advance"} if who == "worker" else {"commit", "reveal"}
    assert wanted <= ended, "an end did not come everywhere"


async def drop_after(network: Network, number: int, delay_s: float) -> None:
    """Drop the block of the audit event with that number, and all after it, so long after it came."""
    while len(network.told(AuditEvent)) <= number:
        await asyncio.sleep(0.25)
    event = network.told(AuditEvent)[number]
    await asyncio.sleep(delay_s)
    network.world.network.reorganise(event.block)


@pytest.mark.parametrize("delay_s", [0, 7, 40])
def test_the_block_of_each_step_may_be_dropped(disk: Path, delay_s: float) -> None:
    for number in range(STEPS):
        network = small(disk / str(number))

        async def live(network: Network, number: int) -> None:
            await network.open()
            job = await network.artist.submit(1, ONE)
            beside = asyncio.create_task(drop_after(network, number, delay_s))
            async with network.working():
                report = await network.artist.watching(job)
                await beside
                while await network.worker.chain.open_leases():
                    await asyncio.sleep(10)
                await asyncio.sleep(30)
            assert report.paid_fri == PAY_FRI // 2
            await network.check_honest()

        network.world.live(live(network, number))
        verdicts = {one.verdict for one in network.told(AuditClosed)}
        assert verdicts == {Verdict.ACCEPTED}, number
        assert len(network.told(AuditEvent)) >= STEPS
