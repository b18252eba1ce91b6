"""A watch that is begun again: what is here is not fetched, and what was told is not forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.job_notes import notes_of
from renderchain.core.errors import AgentRunsAlready, FolderUnusable, RenderFailed
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.notices.checks import LeaseChecked
from renderchain.core.notices.following import FramesBack, FramesHere
from renderchain.core.notices.jobs import DownloadStarted, FinalsUnchecked, FrameKept

from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)


def test_frames_that_are_here_and_paid_are_not_fetched_again(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(3, SHORT)
        async with machine.working():
            await artist.watching(job)
        artist.reporter.told.clear()
        (artist.output / "0002.png").write_bytes(b"spoilt")
        report = await artist.watching(job)
        assert sorted(report.frames) == sorted(report.rendered_by) == [1, 2, 3]
        assert sum(one.frame_count for one in artist.reporter.heard(FramesHere)) == 2
        assert [one.frame for one in artist.reporter.heard(FrameKept)] == [2]

    world.live(life())
    assert (artist.output / "0002.png").read_bytes() != b"spoilt"


def test_ones_own_package_is_read_from_the_store_once_and_goes_with_its_job(
    world: World, artist: Artist, machine: Machine
) -> None:
    artist.own_checks = 1

    async def life() -> None:
        job = await artist.submit(3, SHORT)
        first = artist.watching(job)
        async with machine.working():
            while len(artist.reporter.heard(LeaseChecked)) < 1:
                await asyncio.sleep(1)
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            assert len(list((artist.folder / "own-packages").iterdir())) == 2  # with what vouches for it
            assert (await artist.watching(job)).state is JobState.COMPLETED
        assert len(artist.reporter.heard(DownloadStarted)) == 1
        assert list((artist.folder / "own-packages").iterdir()) == []

    world.live(life())


def test_one_process_at_a_time_fetches_a_job(world: World, artist: Artist, machine: Machine) -> None:
    async def life() -> None:
        job = await artist.submit(1, SHORT)
        first = artist.watching(job)
        await asyncio.sleep(1)
        with pytest.raises(AgentRunsAlready, match=f"job {job}"):
            await artist.watching(job)
        async with machine.working():
            assert (await first).state is JobState.COMPLETED

    world.live(life())


def test_what_a_worker_gives_back_is_told_with_its_reason_and_what_comes_next(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(2, SHORT)
        watching = artist.watching(job)
        lease = await machine.chain.claim_lease(job, 0)
        await machine.chain.give_back(lease, "can't render")
        late = await machine.chain.claim_lease(job, 0)
        await asyncio.sleep(1200)
        async with machine.working():
            await watching
        assert artist.reporter.heard(FramesBack) == [
            FramesBack(job, lease, 1, LeaseState.GIVEN_BACK, "can't render", reopened=True),
            FramesBack(job, late, 1, LeaseState.EXPIRED, "", reopened=True),
        ]

    world.live(life())


def test_a_warning_stays_with_its_job_and_is_noted_once(
    world: World, artist: Artist, machine: Machine
) -> None:
    artist.final_checks = 1
    artist.finals.fail("open", *[RenderFailed("the denoiser is missing")] * 2)

    async def life() -> None:
        job = await artist.submit(1, SHORT)
        async with machine.working():
            await artist.watching(job)
        (artist.output / "0001.png").unlink()  # so that it is fetched and looked at once more
        await artist.watching(job)
        assert len(artist.reporter.heard(FinalsUnchecked)) == 2
        (one,) = await artist.requester().overview()
        assert [type(note) for note in one.notes] == [FinalsUnchecked]
        assert list(one.notes) == notes_of(artist.journal, one.number)

    world.live(life())


def test_a_folder_that_can_hold_no_frames_is_said_before_anything_is_fetched(
    world: World, artist: Artist, disk: Path
) -> None:
    (disk / "file").write_text("no folder")

    async def life() -> None:
        job = await artist.submit(1, SHORT)
        with pytest.raises(FolderUnusable, match="choose another folder"):
            await artist.requester().watch(job, disk / "file" / "frames")

    world.live(life())
