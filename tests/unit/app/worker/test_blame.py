"""A lease that failed counts against its job only where that is to blame."""

from __future__ import annotations

import asyncio
import errno
from dataclasses import replace

import pytest
from renderchain.app.worker.blame import BLAME, Fault, blame_of
from renderchain.core.audit.errors import DrawIsAhead
from renderchain.core.contract_errors import NotLeaseOperator, SplitNotFunded
from renderchain.core.errors import (
    ContentError,
    DeviceBroken,
    DiskFull,
    JournalError,
    KeyStoreError,
    NoAllowance,
    PackageUnfit,
    ProcessKilled,
    RenderFailed,
    StoreAway,
    WrongNetwork,
)
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.leases import LeaseFailed

from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.wire import Wire
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300)
TIMES = 3  # one more than a job may fail on a machine
MOST_LETTERS = 31  # of a felt


class Refusing(Wire):
    """A chain that refuses the first submissions."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    def check(self, where: str) -> None:
        if where == "submit" and self.left:
            self.left -= 1
            raise NotLeaseOperator("Submitting")


def test_what_the_chain_refuses_is_not_the_jobs_doing(world: World, artist: Artist, machine: Machine) -> None:
    wire = Refusing(TIMES)

    async def life() -> None:
        job = await artist.submit(1, SHORT)
        stop = asyncio.Event()
        process = asyncio.create_task(machine.worker(wire).run(stop))
        report = await artist.watching(job)
        assert report.state is JobState.COMPLETED
        stop.set()
        await process

    world.live(life())
    assert len(machine.reporter.heard(LeaseFailed)) == TIMES
    states = [one.state for one in machine.journal.leases(machine.chain.board)]
    assert "failed" not in states and states.count("given_back") == TIMES


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (RenderFailed("crashed"), Fault.LANE),
        (ProcessKilled("killed"), Fault.LANE),
        (RecursionError("too deep"), Fault.LANE),
        (OSError(errno.ENAMETOOLONG, "File name too long"), Fault.LANE),
        (ContentError("broken"), Fault.JOB),
        (PackageUnfit("another family"), Fault.JOB),
        (SplitNotFunded("Submitting"), Fault.JOB),
        (DeviceBroken("noise"), Fault.MACHINE),
        (OSError(errno.ENOSPC, "No space left on device"), Fault.MACHINE),
        (DiskFull("No room."), Fault.MACHINE),
        (MemoryError(), Fault.MACHINE),
        (JournalError("locked"), Fault.MACHINE),
        (StoreAway("away"), Fault.MACHINE),
        (DrawIsAhead("Submitting"), Fault.MACHINE),
        (NoAllowance("none"), Fault.MACHINE),
        (WrongNetwork("another"), Fault.MACHINE),
        (KeyStoreError("locked"), Fault.MACHINE),
    ],
    ids=lambda one: type(one).__name__,
)
def test_each_error_is_somebodys(error: Exception, fault: Fault) -> None:
    assert blame_of(error).fault is fault


def test_every_reason_fits_onto_the_chain() -> None:
    assert all(0 < len(blame.reason.encode("ascii")) <= MOST_LETTERS for _, blame in BLAME)
