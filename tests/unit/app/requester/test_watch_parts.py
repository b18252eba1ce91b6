"""What pays for a job and looks after it may fail for a while: frames come, and it is done later."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.app.requester.job_report import JobReport
from renderchain.core.audit.draw import DRAW_AGE
from renderchain.core.board_events import LeaseAccepted
from renderchain.core.errors import ContentError, FeeTooHigh, InsufficientFunds, NodeAway, StoreError
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.conditions import PartFailed
from renderchain.core.notices.jobs import FinalsUnchecked
from renderchain.ports.content_store import BytesDone

from devkit.board.chain import MemoryChain
from devkit.fakes.content_store import MemoryStore
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import BLOCK_S, World

SHORT = replace(OFFER, longest_lease=1, window_s=3000, lease_timeout_s=1000)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("accept", InsufficientFunds("The account is empty.")),
        ("accept", FeeTooHigh("Gas is too dear.")),
        ("lease", NodeAway("The node is away.")),
        ("audit", KeyError("nobody foresaw that")),
    ],
)
def test_frames_come_while_what_pays_for_them_fails(
    world: World,
    artist: Artist,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    error: Exception,
) -> None:
    """The watch ended with the first, and after each new beginning again: nothing was fetched any more."""
    real, fails = getattr(MemoryChain, call), [True]

    async def failing(chain: MemoryChain, *asked: Any) -> Any:
        if chain.address == artist.address and fails:
            raise error
        return await real(chain, *asked)

    async def life() -> tuple[JobReport, float]:
        job = await artist.submit(2, SHORT)
        monkeypatch.setattr(MemoryChain, call, failing)
        watching = artist.watching(job)
        async with machine.working():
            while len(artist.frames()) < 2:
                assert not watching.done()
                await asyncio.sleep(10)
            await asyncio.sleep(2 * DRAW_AGE * BLOCK_S)  # a lease is paid when its draw is over
            said = artist.reporter.heard(PartFailed)
            assert said and all(str(error).strip("'") in one.reason for one in said), "in silence"
            assert world.network.told(LeaseAccepted) == [] and not watching.done()
            fails.clear()
            report = await watching
        return report, asyncio.get_running_loop().time()

    artist.own_checks = 1
    report, took_s = world.live(life())
    assert report.state is JobState.COMPLETED and len(report.frames) == 2 and not report.refused
    assert took_s < SHORT.window_s, "it was only paid when anybody could have it paid"


class WithoutPackage(MemoryStore):
    """Gives the package to everybody but the artist, who has its results all the same."""

    def __init__(self, packages: Path, error: Exception) -> None:
        super().__init__()
        self._packages = packages
        self._error = error

    async def fetch_folder(
        self, cid: str, folder: Path, *, max_bytes: int, max_files: int, on_bytes: BytesDone
    ) -> None:
        if folder.is_relative_to(self._packages):
            raise self._error
        await super().fetch_folder(cid, folder, max_bytes=max_bytes, max_files=max_files, on_bytes=on_bytes)


@pytest.mark.parametrize("error", [StoreError("Nobody has it."), ContentError("It is another one: refused.")])
def test_where_the_artist_can_not_have_its_package_frames_are_kept_and_their_workers_not_blamed(
    world: World, artist: Artist, machine: Machine, error: Exception
) -> None:
    """Final images are made again with it: the watch ended, or the lease was told to be false."""
    world.store = WithoutPackage(artist.folder / "own-packages", error)
    artist.final_checks = 1

    async def life() -> JobReport:
        job = await artist.submit(2, SHORT)
        async with machine.working():
            return await artist.watching(job)

    report = world.live(life())
    assert report.state is JobState.COMPLETED and not report.refused and len(artist.frames()) == 2
    told = artist.reporter.heard(FinalsUnchecked)
    assert sorted(one.frames for one in told) == [(1,), (2,)] and str(error) == told[0].reason
