"""Several leases at once, each in a lane of its own: none is in another's way, and none is lost."""

from __future__ import annotations

import asyncio
import errno
from dataclasses import replace
from itertools import product

import pytest
from renderchain.app.worker.failed_jobs import DEFAULT_FAILURES
from renderchain.core.board_events import LeaseEnded
from renderchain.core.errors import ChainError, ContentError, RenderFailed
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.notices.leases import (
    FramesTakenOver,
    LeaseClaimed,
    LeaseFailed,
    LeaseResumed,
    LeaseSubmitted,
    RenderStarted,
)
from renderchain.core.worker_control import Control

from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.renderer import FakeRenderer
from devkit.fakes.wire import PowerCut, Wire
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=3000)
FRAME_S = 100


@pytest.fixture
def two(machine: Machine) -> Machine:
    """A worker with two lanes."""
    machine.other_renderers = [FakeRenderer(frame_s=FRAME_S)]
    machine.renderer.frame_s = FRAME_S
    return machine


def test_leases_are_rendered_side_by_side(world: World, artist: Artist, two: Machine) -> None:
    async def life() -> None:
        job = await artist.submit(6, SHORT)
        async with two.working():
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    (other,) = two.other_renderers
    assert len(two.renderer.rendered) == len(other.rendered) == 3
    beside = [1 for one, more in product(two.renderer.spans, other.spans) if max(one[0], more[0]) < one[1]]
    assert len(beside) > 3
    assert {one.lane for one in two.reporter.heard(RenderStarted)} == {1, 2}
    assert not world.network.told(LeaseEnded)


@pytest.mark.parametrize(
    "error", [RenderFailed("crashed"), ChainError("Nonsense."), KeyError("field")], ids=lambda one: repr(one)
)
def test_what_one_lane_meets_is_not_the_others_matter(
    world: World, artist: Artist, two: Machine, error: Exception
) -> None:
    (other,) = two.other_renderers
    other.fail("render", *[error] * 1000)

    async def life() -> set[JobState]:
        jobs = [await artist.submit(1, SHORT) for _ in range(6)]
        async with two.working():
            watched = [artist.watching(job) for job in jobs]
            done, _ = await asyncio.wait(watched, timeout=3000)
            for one in watched:
                one.cancel()
        return {one.result().state for one in done}

    assert world.live(life()) == {JobState.COMPLETED}
    assert len(two.reporter.heard(LeaseSubmitted)) >= 3 and not other.rendered


def test_a_lane_that_can_not_render_a_job_leaves_it_to_the_other(
    world: World, artist: Artist, two: Machine
) -> None:
    """Two failures of one device had the whole machine leave the job."""
    (other,) = two.other_renderers
    two.renderer.frame_s = 4 * FRAME_S
    other.fail("render", *[RenderFailed("out of memory")] * 1000)

    async def life() -> None:
        job = await artist.submit(6, SHORT)
        async with two.working():
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    assert len(two.reporter.heard(LeaseFailed)) == DEFAULT_FAILURES and not other.rendered
    assert len(two.renderer.rendered) == 6


@pytest.mark.parametrize("most", [1, 3])
def test_a_provider_says_how_many_leases_of_a_job_may_fail(
    world: World, artist: Artist, two: Machine, most: int
) -> None:
    two.other_renderers.clear()
    two.rules = replace(two.rules, most_failures=most)
    two.renderer.fail("render", *[RenderFailed("crashed")] * 1000)

    async def life() -> None:
        await artist.submit(20, SHORT)
        for _ in range(2):  # a restart forgets none
            async with two.working():
                await asyncio.sleep(3000)

    world.live(life())
    assert most <= len(two.reporter.heard(LeaseFailed)) <= most + 1, "one may have been claimed ahead"


@pytest.mark.parametrize(("error", "most"), [(RenderFailed("crashed"), 3), (ContentError("harmed"), 3)])
def test_a_job_that_fails_in_every_lane_is_left_after_a_few_leases(
    world: World, artist: Artist, two: Machine, error: Exception, most: int
) -> None:
    two.other_renderers.append(FakeRenderer(frame_s=FRAME_S))
    for one in (two.renderer, *two.other_renderers):
        one.fail("render", *[error] * 1000)

    async def life() -> None:
        await artist.submit(20, SHORT)
        for _ in range(2):  # a restart forgets none
            async with two.working():
                await asyncio.sleep(3000)

    world.live(life())
    # Each lane may have claimed one before it was known.
    assert 2 <= len(two.reporter.heard(LeaseFailed)) <= most + len(two.other_renderers)


def test_what_failed_counts_against_no_other_job_that_has_its_number_after_a_restart(
    world: World, artist: Artist, two: Machine
) -> None:
    for one in (two.renderer, *two.other_renderers):
        one.fail("render", *[RenderFailed("crashed")] * 1000)

    async def life() -> None:
        before = world.network.block
        failing = await artist.submit(20, SHORT)
        async with two.working():
            await asyncio.sleep(3000)
        world.network.reorganise(before + 1)
        two.renderer, two.other_renderers = FakeRenderer(frame_s=FRAME_S), [FakeRenderer(frame_s=FRAME_S)]
        artist.scene = b"another scene"
        assert await artist.submit(2, SHORT) == failing
        async with two.working():
            assert (await artist.watching(failing)).state is JobState.COMPLETED

    world.live(life())


def test_a_worker_that_stops_submits_or_gives_back_what_all_its_lanes_have(
    world: World, artist: Artist, two: Machine
) -> None:
    (other,) = two.other_renderers
    two.renderer.frame_s = FRAME_S / 4

    async def life() -> None:
        await artist.submit(8, replace(SHORT, longest_lease=4))
        async with two.working():
            while len(two.renderer.rendered) < 2:
                await asyncio.sleep(1)
        states = {(await two.chain.lease(one)).state for one in await two.chain.open_leases()}
        assert states == {LeaseState.SUBMITTED}

    world.live(life())
    assert not other.rendered
    assert [one.frame_count for one in two.reporter.heard(LeaseSubmitted)] == [2]
    assert {one.state for one in world.network.told(LeaseEnded)} == {LeaseState.GIVEN_BACK}


def test_a_worker_that_was_killed_goes_on_with_all_its_leases(
    world: World, artist: Artist, two: Machine
) -> None:
    wire = Wire()

    async def life() -> None:
        job = await artist.submit(4, replace(SHORT, longest_lease=2))
        process = asyncio.create_task(two.worker(wire).run(asyncio.Event()))
        while len(two.renderer.rendered) + len(two.other_renderers[0].rendered) < 2:
            await asyncio.sleep(1)
        wire.cut()
        process.cancel()
        with pytest.raises((asyncio.CancelledError, PowerCut)):
            await process
        async with two.working():
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    assert len(two.reporter.heard(LeaseResumed)) == len(two.reporter.heard(FramesTakenOver)) == 2
    assert sorted(two.renderer.rendered + two.other_renderers[0].rendered) == [1, 2, 3, 4]


def test_leases_of_more_lanes_than_there_are_now_are_done_one_after_the_other(
    world: World, artist: Artist, two: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(3, SHORT)
        for slot in range(3):
            await two.chain.claim_lease(job, slot)  # as where a scheduler assigns
        two.other_renderers = []
        async with two.working():
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    assert len(two.reporter.heard(LeaseResumed)) == 3 and not world.network.told(LeaseEnded)


def test_a_worker_that_drains_sees_all_its_lanes_settled(world: World, artist: Artist, two: Machine) -> None:
    async def life() -> None:
        await artist.submit(6, SHORT)
        process = asyncio.create_task(two.worker().run(asyncio.Event()))
        while len(two.reporter.heard(LeaseClaimed)) < 2:
            await asyncio.sleep(1)
        two.control = Control(draining=True)
        await process
        assert await two.chain.open_leases() == []

    world.live(life())
    assert len(two.reporter.heard(LeaseClaimed)) == len(two.reporter.heard(LeaseSubmitted)) == 2


def test_with_once_a_worker_takes_one_lease_however_many_lanes_it_has(
    world: World, artist: Artist, two: Machine
) -> None:
    two.once = True

    async def life() -> None:
        await artist.submit(6, SHORT)
        await two.worker().run(asyncio.Event())

    world.live(life())
    assert len(two.reporter.heard(LeaseClaimed)) == 1


def test_a_full_disk_makes_claims_rare_however_many_lanes_there_are(
    world: World, artist: Artist, two: Machine
) -> None:
    for one in (two.renderer, *two.other_renderers):
        one.fail("render", *[OSError(errno.ENOSPC, "No space left on device")] * 1000)

    async def life() -> None:
        await artist.submit(4, SHORT)
        async with two.working():
            await asyncio.sleep(3600)

    world.live(life())
    assert 5 < len(two.reporter.heard(LeaseClaimed)) < 25
    assert not [one for one in two.journal.leases(two.chain.board) if one.state == "failed"]
    assert two.reporter.heard(LeaseFailed)
