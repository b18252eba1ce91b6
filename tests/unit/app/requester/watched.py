"""A watch that ends in the midst of its work, and another one that takes the job up again."""

from __future__ import annotations

import asyncio

from renderchain.app.requester.job_report import JobReport
from renderchain.core.ids import JobId

from devkit.fakes.people import Artist, Machine
from devkit.fakes.turns import Turns
from devkit.fakes.wire import PowerCut, Wire


async def watched_twice(
    artist: Artist, machine: Machine, job: JobId, turn: int, *, cut: bool
) -> tuple[Turns, Wire, JobReport]:
    """Watch a job until that turn, where the watch is stopped or its power cut, and then to the job's end.

    With turn 0 the first watch ends by itself. Returns its turns, its wire and what the second one reports.
    """
    wire = Wire()
    process: list[asyncio.Task[object]] = []

    def end() -> None:
        if cut:
            wire.cut()
        process[0].cancel()

    turns = Turns(turn, end)
    async with machine.working():
        process.append(turns.start(artist.requester(wire).watch(job)))
        (first,) = await asyncio.gather(*process, return_exceptions=True)
        report = await artist.watching(job)
    assert isinstance(first, asyncio.CancelledError | PowerCut) == bool(turn), repr(first)
    return turns, wire, report
