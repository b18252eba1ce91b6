"""The artist's watch on a network in memory: good, refused and false work, and events in any order."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.core.errors import LocalError, StoreAway, StoreError, WrongKey
from renderchain.core.ids import JobId
from renderchain.core.lifecycle import JobState
from renderchain.core.manifest import Manifest
from renderchain.core.messages import Rendered
from renderchain.core.notices.jobs import JobEnded
from renderchain.ports.content_store import BytesDone
from renderchain.ports.renderer import OnProgress, RenderSession

from devkit.fakes.content_store import MemoryStore
from devkit.fakes.package import manifest_of
from devkit.fakes.people import FUNDS_FRI, OFFER, Artist, Machine
from devkit.fakes.renderer import FakeRenderer, final_of, frame_of
from devkit.fakes.turns import Turns
from devkit.fakes.wire import Wire
from devkit.fakes.world import World
from tests.unit.app.requester.watched import watched_twice

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)


def image(frame: int) -> bytes:
    """The right image of a frame."""
    return final_of(frame_of(manifest_of((frame,)), frame)[0])


def images(artist: Artist) -> dict[int, bytes]:
    """What the artist has."""
    return {int(path.stem): path.read_bytes() for path in artist.output.glob("*.png")}


def right(frames: int) -> dict[int, bytes]:
    """What it should have."""
    return {frame: image(frame) for frame in range(1, frames + 1)}


def test_a_job_is_fetched_paid_and_what_is_left_comes_back(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(5)
        async with machine.working():
            report = await artist.watching(job)
        assert report.state is JobState.COMPLETED and report.paid_fri == 5 * OFFER.reward_fri
        assert report.rendered_by == dict.fromkeys(range(1, 6), machine.address)
        assert await artist.chain.tokens_fri(artist.address) == FUNDS_FRI - report.paid_fri
        (entry,) = artist.journal.jobs()
        assert (entry.job_id, entry.state) == (job, "completed")

    world.live(life())
    assert images(artist) == right(5)
    (ended,) = artist.reporter.heard(JobEnded)
    assert (ended.frame_count, ended.paid_fri) == (5, 5 * OFFER.reward_fri) and not artist.reporter.doubts
    assert not list(artist.output.glob("*.partial"))


class Altering(FakeRenderer):
    """Its noisy passes are not those that it made the prints of."""

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        async with super().open(package, manifest, output) as session:
            yield Altered(session, output)


class Altered:
    """A session whose noisy passes are altered as soon as they are there."""

    def __init__(self, session: RenderSession, output: Path) -> None:
        self._session, self._output = session, output
        self.loaded, self.render_tiles = session.loaded, session.render_tiles

    async def render(self, frame: int, on_progress: OnProgress, then: int | None = None) -> Rendered:
        one = await self._session.render(frame, on_progress, then)
        raw = bytearray((self._output / one.noisy).read_bytes())
        raw[-2] ^= 1
        (self._output / one.noisy).write_bytes(raw)
        return one


class Spoiling(MemoryStore):
    """Loses or alters a file of each sealed result."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self._how = how

    async def add_folder(self, folder: Path, on_bytes: BytesDone) -> str:
        cid = await super().add_folder(folder, on_bytes)
        files = self.folders[cid]
        if "sealed.json" in files:
            raw = files.pop("1")
            if self._how == "altered":
                files["1"] = bytes([raw[0] ^ 1]) + raw[1:]
        return cid


@pytest.mark.parametrize("how", ["pixels", "lost", "altered"])
def test_what_is_not_right_is_doubted_and_not_accepted_early(
    world: World, artist: Artist, machine: Machine, how: str
) -> None:
    if how == "pixels":
        machine.renderer = Altering()
    else:
        world.store = Spoiling(how)

    async def life() -> None:
        job = await artist.submit(1, SHORT)
        async with machine.working():
            report = await artist.watching(job)  # the worker takes its pay late
        assert asyncio.get_running_loop().time() > SHORT.window_s
        assert list(report.refused) == list(artist.reporter.doubts)
        assert report.frames == {} and report.paid_fri == SHORT.reward_fri

    world.live(life())
    assert images(artist) == {}
    (doubt,) = artist.reporter.doubts.values()
    assert "Challenge its delivery" in doubt


def test_a_store_that_is_away_ends_the_watch_which_can_be_begun_again(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(2, SHORT)
        async with machine.working():
            world.store.fail("fetch_folder", None, StoreAway("away"))  # None: the worker's package
            with pytest.raises(StoreAway, match="away"):
                await artist.watching(job)
            report = await artist.watching(job)
        assert report.state is JobState.COMPLETED

    world.live(life())
    assert images(artist) == right(2)


def test_false_final_images_are_made_again_and_not_accepted_early(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.renderer.false_finals = True
    artist.final_checks = 1

    async def life() -> None:
        job = await artist.submit(2, OFFER)
        async with machine.working():
            report = await artist.watching(job)
        assert list(report.false_finals) == list(artist.reporter.doubts) and not report.refused
        assert asyncio.get_running_loop().time() > OFFER.window_s

    world.live(life())
    assert images(artist) == right(2)
    (doubt,) = artist.reporter.doubts.values()
    assert "made again here" in doubt and "2 of its 2 frames" in doubt


def test_honest_final_images_are_kept(world: World, artist: Artist, machine: Machine) -> None:
    artist.final_checks = 2

    async def life() -> None:
        job = await artist.submit(2, OFFER)
        async with machine.working():
            report = await artist.watching(job)
        assert not report.false_finals and not artist.reporter.doubts

    world.live(life())
    assert images(artist) == right(2)


def test_a_canceled_job_pays_what_was_claimed_and_refunds_the_rest(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(4, SHORT)
        watching = artist.watching(job)
        async with machine.working():
            while not await machine.chain.open_leases():
                await asyncio.sleep(1)
            await artist.requester().cancel(job)
            report = await watching
        assert report.state is JobState.CANCELED and report.paid_fri == SHORT.reward_fri
        assert await artist.chain.tokens_fri(artist.address) == FUNDS_FRI - SHORT.reward_fri

    world.live(life())
    assert images(artist) == right(1)


def test_results_of_another_key_are_not_watched(world: World, artist: Artist) -> None:
    other = Artist(world, 0xA272)

    async def life() -> JobId:
        return await artist.submit(1, SHORT)

    job = world.live(life())
    with pytest.raises(WrongKey, match="another key"):
        world.live(other.requester().watch(job, other.output))
    with pytest.raises(LocalError, match="not submitted from here"):
        world.live(other.requester().watch(job))


def test_what_nobody_draws_the_artist_draws(world: World, artist: Artist, machine: Machine) -> None:
    class Mute(Wire):
        def check(self, where: str) -> None:
            if where == "draw":
                raise StoreError("the worker does not want to be drawn")

    artist.own_checks = 1

    async def life() -> None:
        job = await artist.submit(1, SHORT)
        stop = asyncio.Event()
        working = asyncio.create_task(machine.worker(Mute()).run(stop))
        report = await artist.watching(job)
        assert asyncio.get_running_loop().time() < SHORT.window_s  # accepted early
        stop.set()
        await working
        assert report.paid_fri == SHORT.reward_fri

    world.live(life())


async def watch_over(artist: Artist, job: JobId, wire: Wire) -> None:
    """Watch a job to its end over that wire; whatever is heard when, the report is the same."""
    report = await artist.requester(wire).watch(job)
    assert report.state is JobState.COMPLETED and not report.refused
    assert report.paid_fri == 4 * SHORT.reward_fri
    assert sorted(report.frames) == sorted(report.rendered_by) == [1, 2, 3, 4]
    assert await artist.chain.tokens_fri(artist.address) == FUNDS_FRI - report.paid_fri


@pytest.mark.parametrize("number", range(16))
def test_all_events_may_be_told_again_after_each(
    world: World, artist: Artist, machine: Machine, number: int
) -> None:
    wire = Wire()
    wire.retell_after = {number}

    async def life() -> None:
        job = await artist.submit(4, SHORT)
        async with machine.working():
            await watch_over(artist, job, wire)

    world.live(life())
    assert not wire.retell_after, "there were fewer events"
    assert images(artist) == right(4)


@pytest.mark.parametrize("seed", range(6))
def test_events_may_come_late_and_leases_of_two_workers_at_once(disk: Path, seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    delays = [chance.choice((0.0, 0.0, 3.0, 40.0, 500.0)) for _ in range(40)]
    wire = Wire(lambda number: delays[number % len(delays)])
    wire.retell_after = {chance.randrange(16)}
    world = World(disk, seed=seed)
    artist = Artist(world, 0xA271)
    machines = [Machine(world, address) for address in (0xF001, 0xF002)]

    async def life() -> None:
        for machine in machines:
            await machine.join()
        job = await artist.submit(4, SHORT)
        async with machines[0].working(), machines[1].working():
            await watch_over(artist, job, wire)

    world.live(life())
    assert images(artist) == right(4)


def test_a_job_that_is_long_over_is_fetched_all_the_same(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(4, SHORT)
        async with machine.working():
            while (await artist.chain.job(job)).state is JobState.ACTIVE:
                await asyncio.sleep(100)
        await watch_over(artist, job, Wire())

    world.live(life())
    assert images(artist) == right(4)


@pytest.mark.parametrize("cut", [False, True])
def test_the_watch_may_end_in_any_await_and_be_begun_again(disk: Path, cut: bool) -> None:
    def life(turn: int) -> tuple[Turns, Wire]:
        world = World(disk / str(turn), block_s=1, blocks=6)
        artist, machine = Artist(world, 0xA271), Machine(world, 0xF001)
        machine.renderer.frame_s = 1

        async def live() -> tuple[Turns, Wire]:
            await machine.join()
            job = await artist.submit(2, SHORT)
            turns, wire, report = await watched_twice(artist, machine, job, turn, cut=cut)
            assert report.state is JobState.COMPLETED and report.paid_fri == 2 * SHORT.reward_fri
            assert await artist.chain.tokens_fri(artist.address) == FUNDS_FRI - report.paid_fri
            return turns, wire

        found = world.live(live())
        assert images(artist) == right(2)
        return found

    turns, whole = life(0)
    ended = set().union(*(life(turn)[1].ended_in for turn in turns.each_place(1)))
    assert ended == set(whole.calls), "an end did not come everywhere"
