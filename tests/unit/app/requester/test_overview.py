"""The artist's jobs as the chain has them, whatever the journal of this machine says."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from renderchain.core.artist_job import REFUSED, SENDING, JobOverview
from renderchain.core.errors import LocalError
from renderchain.core.ids import NO_JOB, JobId
from renderchain.core.job import StandingOffer, family_of
from renderchain.core.lifecycle import JobState
from renderchain.core.money import FRI_PER_STRK

from devkit.fakes.package import FAMILY
from devkit.fakes.people import OFFER, STAKE_FRI, Artist, Machine
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)


async def seen(artist: Artist) -> list[JobOverview]:
    return await artist.requester().overview()


def test_a_running_job_says_frames_workers_pay_and_how_long_it_takes(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(4, SHORT)
        (new,) = await seen(artist)
        assert (new.number, new.state, new.frame_count, new.delivered_count) == (1, "active", 4, 0)
        assert new.left_s is None and new.is_running
        watching = artist.watching(job)
        async with machine.working():
            while True:
                (one,) = await seen(artist)
                if 0 < one.delivered_count < 4:
                    break
                await asyncio.sleep(1)
            assert one.left_s is not None and 0 < one.left_s < 10_000
            assert one.worker_count <= 1 and one.waits is None or not one.worker_count
            await watching
        (over,) = await seen(artist)
        assert (over.state, over.delivered_count, len(over.kept)) == ("completed", 4, 4)
        assert over.progress.paid_fri == 4 * SHORT.reward_fri and not over.is_running
        assert over.as_dict()["paid_fri"] == str(4 * SHORT.reward_fri) and over.left_s is None

    world.live(life())


def test_a_canceled_job_is_shown_as_canceled_without_being_followed(world: World, artist: Artist) -> None:
    async def life() -> None:
        job = await artist.submit(3, SHORT)
        quote = await artist.requester().cancel_quote(job)
        assert (quote.open_count, quote.back_fri, quote.held_count) == (3, 3 * SHORT.reward_fri, 0)
        before_fri = await artist.chain.tokens_fri(artist.address)
        await artist.requester().cancel(job)
        assert await artist.chain.tokens_fri(artist.address) == before_fri + quote.back_fri + quote.pool_fri
        (one,) = await seen(artist)
        assert one.state == JobState.CANCELED and one.waits is None and not one.is_running
        assert artist.journal.jobs()[0].state == "active"  # nobody followed it

    world.live(life())


def test_a_job_of_which_workers_hold_all_frames_can_be_canceled(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(1, SHORT)
        lease = await machine.chain.claim_lease(job, 0)
        quote = await artist.requester().cancel_quote(job)
        assert (quote.open_count, quote.held_count, quote.back_fri) == (0, 1, 0)
        await artist.requester().cancel(job)
        (one,) = await seen(artist)
        assert one.state == JobState.CANCELED and one.is_running and lease in one.progress.leases

    world.live(life())


def test_a_job_from_another_machine_gets_a_number_here_and_asks_where_its_frames_go(
    world: World, artist: Artist, machine: Machine
) -> None:
    other = Artist(world, artist.address)
    other.journal = type(artist.journal)(world.folder / "elsewhere.sqlite")
    other.output = world.folder / "elsewhere"

    async def life() -> None:
        job = await other.submit(2, SHORT)
        (one,) = await seen(artist)
        assert (one.number, one.entry.job_id, one.entry.output, one.frame_count) == (1, job, "", 2)
        with pytest.raises(LocalError, match="say where its frames shall go"):
            await artist.watching(job)
        async with machine.working():
            report = await artist.requester().watch(job, artist.output)
        assert report.state is JobState.COMPLETED
        (entry,) = artist.journal.jobs()
        assert entry.output == str(artist.output) and entry.state == "completed"

    world.live(life())
    assert artist.frames() == ["0001.png", "0002.png"]


def test_what_was_half_sent_is_found_on_the_chain_or_said_to_be_refused(world: World, artist: Artist) -> None:
    async def life() -> None:
        job = await artist.submit(2, SHORT)
        artist.journal.set_job(1, job_id=NO_JOB, state=SENDING)  # the process ended before it could note it
        board = artist.chain.board
        artist.journal.add_job(board, "lost", "bafy", "/frames", 0)  # and here before it could send it
        lost, found = await seen(artist)
        assert (found.entry.job_id, found.state, found.entry.name) == (job, "active", "job")
        assert (lost.entry.job_id, lost.state, lost.is_running) == (NO_JOB, REFUSED, False)

    world.live(life())


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        ("nobody", "No worker is registered on this network yet"),
        ("version", "0 of 1 worker fit: 1 has Blender 5.2"),
        ("pay", "0 of 1 worker fit: 1 wants 0.2 STRK a frame"),
        ("stake", "0 of 1 worker fit: 1 has too little free deposit for these frames"),
        ("off", "1 of 1 worker fits: none has taken them yet; it may be switched off"),
    ],
)
def test_a_job_says_why_it_waits(world: World, artist: Artist, why: str, sentence: str) -> None:
    machine = Machine(world, 0xF001)

    async def life() -> None:
        if why != "nobody":
            await machine.join()
        registry = world.network.registry(machine.owner)
        if why == "version":
            await registry.set_families(machine.worker_id, [FAMILY], supported=False)
            await registry.set_families(
                machine.worker_id, [family_of((5, 2), "CYCLES", "CPU")], supported=True
            )
        elif why == "pay":
            await registry.set_offer(machine.worker_id, StandingOffer(FRI_PER_STRK // 5, 10**6, 1, 2**39))
        elif why == "stake":
            await registry.request_unstake(machine.worker_id, STAKE_FRI)
        await artist.submit(2, SHORT)
        (one,) = await seen(artist)
        assert one.waits and one.waits.sentence.startswith(sentence), one.waits

    world.live(life())


def test_a_look_at_a_job_goes_on_until_it_is_over(world: World, artist: Artist, machine: Machine) -> None:
    async def life() -> None:
        job = await artist.submit(2, SHORT)
        watching = artist.watching(job)
        async with machine.working():
            looks = [one async for one in artist.requester().looks(job)]
            await watching
        counts = [one.delivered_count for one in looks]
        assert counts[0] == 0 and counts == sorted(counts) and counts[-1] == 2
        assert looks[-1].state == "completed" and not looks[-1].is_running
        assert all(before != after for before, after in pairwise(looks))

    world.live(life())


def test_the_jobs_of_others_are_not_looked_at(world: World, artist: Artist) -> None:
    other = Artist(world, 0xA272)

    async def life() -> None:
        job = await artist.submit(1, SHORT)
        assert await seen(other) == []
        with pytest.raises(LocalError, match="none of this account's"):
            await anext(other.requester().looks(JobId(job)))

    world.live(life())
