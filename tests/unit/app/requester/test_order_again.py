"""Frames that are missing or doubted are ordered once more: out of the same package, into the same folder."""

from __future__ import annotations

from dataclasses import replace

import pytest
from renderchain.core.errors import LocalError
from renderchain.core.lifecycle import JobState

from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)


def test_some_frames_are_rendered_once_more_into_the_same_folder(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(4, SHORT)
        async with machine.working():
            await artist.watching(job)
            for frame in (2, 4):
                (artist.output / f"{frame:04d}.png").unlink()
            quote = await artist.requester().order_quote(job, (4, 2))
            assert quote.cost.pay_fri == 2 * SHORT.reward_fri and quote.notices
            made = await artist.requester().order_again(job, (4, 2), quote.chosen)
            again = made.job_id
            assert again != job
            report = await artist.watching(again)
        assert report.state is JobState.COMPLETED and sorted(report.frames) == [2, 4]
        newest, first = artist.journal.jobs()
        assert newest.output == first.output and newest.name == "job 2,4"

    world.live(life())
    assert artist.frames() == ["0001.png", "0002.png", "0003.png", "0004.png"]


def test_files_are_called_as_the_artist_has_it_also_those_that_are_ordered_again(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(2, SHORT, names="film_###")
        async with machine.working():
            await artist.watching(job)
            assert artist.frames() == ["film_001.png", "film_002.png"]
            (artist.output / "film_002.png").unlink()
            await artist.watching((await artist.requester().order_again(job, (2,))).job_id)

    world.live(life())
    assert artist.frames() == ["film_001.png", "film_002.png"]


@pytest.mark.parametrize("frames", [(), (5,), (1, 9)])
def test_frames_of_another_job_are_not_ordered(world: World, artist: Artist, frames: tuple[int, ...]) -> None:
    async def life() -> None:
        job = await artist.submit(4, SHORT)
        before_fri = await artist.chain.tokens_fri(artist.address)
        with pytest.raises(LocalError, match="Nothing was paid"):
            await artist.requester().order_again(job, frames)
        assert await artist.chain.tokens_fri(artist.address) == before_fri

    world.live(life())


def test_frames_of_a_private_job_are_not_ordered_out_of_a_package_that_is_sealed_for_it(
    world: World, artist: Artist
) -> None:
    async def life() -> None:
        job = await artist.submit(2, SHORT, private=True)
        before_fri = await artist.chain.tokens_fri(artist.address)
        with pytest.raises(LocalError, match=f"Nothing was paid: job {job} is private; submit its scene"):
            await artist.requester().order_again(job, (1,))
        assert await artist.chain.tokens_fri(artist.address) == before_fri

    world.live(life())
