"""Results that are withheld, late, or slow to come hold up nobody else's, and are not forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.arrivals import AT_ONCE, DOUBT_S, MORE_PATIENCE_S, PATIENCE_S, Arrivals
from renderchain.app.requester.job_report import JobReport
from renderchain.core.board_events import LeaseAccepted
from renderchain.core.errors import StoreAway, StoreError
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.checks import LeaseChecked
from renderchain.core.notices.jobs import ResultsMissing
from renderchain.ports.content_store import BytesDone

from devkit.fakes.clock import run
from devkit.fakes.content_store import MemoryStore
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.reporter import RecordingReporter
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=1500, lease_timeout_s=1000)
NOBODY = StoreError("Nobody has it.")
LEASE, NEXT = LeaseId(7), LeaseId(8)
HANGS = float("inf")


class Withholding(MemoryStore):
    """Does not find the first results of all so many times, or hangs where it is asked for them."""

    def __init__(self, times: float, error: StoreError = NOBODY) -> None:
        super().__init__()
        self.withheld = ""
        self._times = times
        self._error = error

    async def add_folder(self, folder: Path, on_bytes: BytesDone) -> str:
        cid = await super().add_folder(folder, on_bytes)
        if not self.withheld and "sealed.json" in self.folders[cid]:
            self.withheld = cid
        return cid

    async def fetch_folder(
        self, cid: str, folder: Path, *, max_bytes: int, max_files: int, on_bytes: BytesDone
    ) -> None:
        if cid == self.withheld and self._times:
            if self._times == HANGS:
                await asyncio.Event().wait()
            self._times -= 1
            raise self._error
        await super().fetch_folder(cid, folder, max_bytes=max_bytes, max_files=max_files, on_bytes=on_bytes)


def whole(world: World, artist: Artist, machine: Machine, store: MemoryStore) -> JobReport:
    """A job of four leases, from its submission to its end."""
    world.store = store
    artist.own_checks = 1

    async def life() -> JobReport:
        job = await artist.submit(4, SHORT)
        async with machine.working():
            return await artist.watching(job)

    return world.live(life())


@pytest.mark.parametrize("times", [10**6, HANGS], ids=["not found", "hangs"])
def test_a_worker_that_withholds_its_results_holds_up_no_others(
    world: World, artist: Artist, machine: Machine, times: float
) -> None:
    report = whole(world, artist, machine, Withholding(times))
    (lost,) = report.refused
    assert report.state is JobState.COMPLETED and sorted(report.frames) == sorted(report.rendered_by)
    assert len(report.frames) == len(artist.frames()) == 3
    assert len(artist.reporter.heard(LeaseChecked)) == 3, "leases behind it were not checked"
    accepted = [one.lease_id for one in world.network.told(LeaseAccepted)]
    assert len(accepted) == 4 and accepted[-1] == lost, "it was accepted before its window was over"
    (told,) = artist.reporter.heard(ResultsMissing)
    assert told.lease_id == lost and lost in artist.reporter.doubts


@pytest.mark.parametrize("times", [1, 3])
def test_results_that_come_late_are_kept_checked_and_accepted(
    world: World, artist: Artist, machine: Machine, times: int
) -> None:
    report = whole(world, artist, machine, Withholding(times))
    assert report.refused == {} and sorted(report.frames) == [1, 2, 3, 4] and len(artist.frames()) == 4
    assert len(artist.reporter.heard(LeaseChecked)) == 4
    assert artist.reporter.heard(ResultsMissing) == []


@pytest.mark.parametrize(("times", "is_doubted"), [(8, False), (10**6, True)])
def test_results_that_came_after_all_are_doubted_no_more_nor_offered_to_be_ordered_again(
    world: World, artist: Artist, machine: Machine, times: int, is_doubted: bool
) -> None:
    report = whole(world, artist, machine, Withholding(times))
    (told,) = artist.reporter.heard(ResultsMissing)
    (one,) = world.live(artist.requester().overview())
    assert (told in one.notes) is is_doubted and one.doubted == ()
    assert bool(one.missing) is is_doubted and len(report.frames) == (3 if is_doubted else 4)


def test_a_node_of_ones_own_that_is_away_accuses_nobody(
    world: World, artist: Artist, machine: Machine
) -> None:
    with pytest.raises(StoreAway, match="Start it"):
        whole(world, artist, machine, Withholding(1, StoreAway("The IPFS node is away. Start it.")))
    assert artist.reporter.heard(ResultsMissing) == []


class Asked:
    """Results that come when ``here`` is set."""

    def __init__(self) -> None:
        self.asked = 0
        self.here = False
        self.failure: Exception | None = None

    async def take(self) -> str:
        await asyncio.sleep(0)
        self.asked += 1
        if self.failure:
            raise self.failure
        return "" if self.here else "Nobody has them."


def arrivals() -> tuple[Arrivals, RecordingReporter]:
    reporter = RecordingReporter()
    return Arrivals(reporter, JobId(3)), reporter


def test_results_of_a_lost_lease_are_asked_for_no_more() -> None:
    async def life() -> None:
        one, reporter = arrivals()
        results = Asked()
        await one.begin(LEASE, 1, results.take)
        one.drop(LEASE)
        asked = results.asked
        await asyncio.sleep(2 * DOUBT_S)
        assert results.asked == asked and await one.finish() == {} and reporter.told == []
        await one.end()

    run(life())


def test_what_goes_wrong_with_late_results_is_told_to_who_follows_the_job() -> None:
    async def life() -> None:
        one, _ = arrivals()
        results = Asked()
        await one.begin(LEASE, 1, results.take)
        results.failure = OSError("no room")
        with pytest.raises(OSError, match="no room"):
            await one.run()
        one.drop(LEASE)
        with pytest.raises(OSError, match="no room"):
            await one.finish()
        await one.end()

    run(life())


def test_the_next_of_a_worker_that_is_late_is_not_waited_for() -> None:
    async def life() -> None:
        one, _ = arrivals()
        never = asyncio.Event()

        async def hang() -> str:
            await never.wait()
            return ""

        clock = asyncio.get_running_loop()
        began_s = clock.time()
        await one.begin(LEASE, 1, hang)
        assert clock.time() - began_s == PATIENCE_S
        await one.begin(NEXT, 1, hang)
        assert clock.time() - began_s == PATIENCE_S
        await one.begin(LeaseId(9), 2, hang)
        waited_s = PATIENCE_S + 2 * MORE_PATIENCE_S
        assert clock.time() - began_s == waited_s, "another worker is not waited for"
        never.set()
        await asyncio.sleep(1)
        assert await one.finish() == {}
        await one.end()

    run(life())


def test_workers_that_always_come_just_in_time_are_not_waited_for_each_time() -> None:
    """Twenty leases held up what came behind them for forty minutes, and windows closed meanwhile."""

    async def life() -> None:
        one, _ = arrivals()
        arrived = list[int]()

        async def just_in_time() -> str:
            await asyncio.sleep(PATIENCE_S - 1)
            arrived.append(1)
            return ""

        clock = asyncio.get_running_loop()
        began_s = clock.time()
        for number in range(20):
            await one.begin(LeaseId(number), number % 5, just_in_time)
        assert clock.time() - began_s <= PATIENCE_S + 20 * MORE_PATIENCE_S
        assert await one.finish() == {} and len(arrived) == 20
        await one.end()

    run(life())


def test_of_one_worker_few_leases_are_fetched_at_a_time() -> None:
    async def life() -> None:
        one, _ = arrivals()
        at_work = most = 0

        async def slow() -> str:
            nonlocal at_work, most
            at_work += 1
            most = max(most, at_work)
            await asyncio.sleep(2 * PATIENCE_S)
            at_work -= 1
            return ""

        for number in range(3 * AT_ONCE):
            await one.begin(LeaseId(number), 1, slow)
        assert await one.finish() == {} and most == AT_ONCE
        await one.end()

    run(life())


def test_results_that_are_told_again_are_fetched_by_one_at_a_time() -> None:
    async def life() -> None:
        one, _ = arrivals()
        at_work = 0

        async def slow() -> str:
            nonlocal at_work
            at_work += 1
            try:
                assert at_work == 1, "two are at the same folder"
                await asyncio.sleep(2 * PATIENCE_S)
            finally:
                await asyncio.sleep(5)  # it takes a while to leave
                at_work -= 1
            return ""

        await one.begin(LEASE, 1, slow)
        one.forget()
        await one.begin(LEASE, 1, slow)
        assert await one.finish() == {}
        await one.end()
        assert at_work == 0

    run(life())
