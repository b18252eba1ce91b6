"""A worker looks at a package before it claims: refusing costs nothing, and holds nothing else up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.exchange.probe import KILLS_BORNE
from renderchain.core.board_events import LeaseClaimed
from renderchain.core.errors import ProcessKilled, RenderFailed, StoreError
from renderchain.core.ids import JobId
from renderchain.core.job import JobInfo
from renderchain.core.lifecycle import JobState
from renderchain.core.manifest import Manifest
from renderchain.core.notices.leases import JobSkipped, LeaseGivenBack, PackageRefused
from renderchain.core.print_limits import MOST

from devkit.fakes.package import manifest_of
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)
REMEMBERS = frozenset({1})


def claims(world: World) -> list[JobId]:
    """The jobs of all claims, in order."""
    return [event.job_id for event in world.network.told(LeaseClaimed)]


@pytest.fixture
def refusing(machine: Machine) -> Machine:
    """A worker whose probe finds that frame 1 comes out otherwise each time."""
    machine.prober.scene.jumps = REMEMBERS
    return machine


def test_what_is_refused_costs_nothing_and_names_the_package(
    world: World, artist: Artist, refusing: Machine
) -> None:
    async def life() -> str:
        job = await artist.submit(1, SHORT)
        async with refusing.working():
            await asyncio.sleep(600)
        return (await artist.chain.job(job)).package_cid

    before = dict(world.network.model.tokens)
    cid = world.live(life())
    assert claims(world) == [] and world.network.model.tokens[refusing.address] == before[refusing.address]
    (notice,) = refusing.reporter.heard(PackageRefused)
    assert notice.package_cid == cid and "Frame 1" in notice.reason


def test_another_job_goes_on(world: World, artist: Artist, machine: Machine) -> None:
    machine.prober.scene.jumps = frozenset({2})

    async def life() -> JobId:
        await artist.submit(2, SHORT)
        wanted = await artist.submit(1, SHORT)
        async with machine.working():
            report = await artist.watching(wanted)
        assert report.state is JobState.COMPLETED
        return wanted

    assert [world.live(life())] == claims(world)


def test_a_package_is_probed_once_even_by_the_next_process(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(2, SHORT)
        async with machine.working():
            while not claims(world):
                await asyncio.sleep(1)
        async with machine.working():
            await artist.watching(job)

    world.live(life())
    assert len(claims(world)) >= 2 and machine.prober.opened == 3


@pytest.mark.parametrize("shares", [True, False])
def test_tiles_share_an_opening_only_where_this_machine_saw_that_they_may(
    world: World, artist: Artist, machine: Machine, shares: bool
) -> None:
    machine.prober.scene.shares_openings = shares

    async def life() -> None:
        job = await artist.chain.job(await artist.submit(1, SHORT))
        package = machine.folder / "packages" / job.package_cid

        async def fetch(_: JobInfo) -> tuple[Path, Manifest]:
            return package, manifest_of([1])

        one = machine.job_probe(machine.chain, fetch)
        assert not one.may_share(package)
        assert await one.allows(job.job_id) and one.may_share(package) is shares
        assert not one.may_share(package.with_name("bafyother"))

    world.live(life())


def test_without_seconds_nothing_is_probed(world: World, artist: Artist, refusing: Machine) -> None:
    refusing.probe_seconds = 0

    async def life() -> JobState:
        job = await artist.submit(1, SHORT)
        async with refusing.working():
            return (await artist.watching(job)).state

    assert world.live(life()) is JobState.COMPLETED and refusing.prober.opened == 0


@pytest.mark.parametrize("offered", [SHORT, replace(SHORT, limits=MOST)])
def test_a_worker_whose_own_limits_are_wider_leaves_the_job(
    world: World, artist: Artist, machine: Machine, offered: object
) -> None:
    machine.prober.scene.off_percent = 4  # a mean of 10 %
    artist.probe_seconds = 0
    offer = replace(SHORT, limits=getattr(offered, "limits", SHORT.limits))

    async def life() -> None:
        await artist.submit(1, offer)
        async with machine.working():
            await asyncio.sleep(600)

    world.live(life())
    assert bool(claims(world)) is (offer.limits == MOST)
    reasons = [one.reason for one in machine.reporter.heard(PackageRefused)]
    assert [True for reason in reasons if "10 % on the mean" in reason] == [True] * (not claims(world))


def test_a_package_that_can_not_be_fetched_is_tried_again_and_stops_no_other_job(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        first, second = await artist.submit(1, SHORT), await artist.submit(2, SHORT)
        world.store.fail("fetch_folder", *[StoreError("away.")] * 2)
        async with machine.working():
            await artist.watching(second)
            report = await artist.watching(first)
        assert report.state is JobState.COMPLETED

    world.live(life())
    assert sorted(claims(world)) == [1, 2, 2]
    reasons = [one.reason for one in machine.reporter.heard(JobSkipped)]
    assert reasons[0] == "away. It is tried again in 30 s." and len(reasons) == 2


def test_a_process_that_crashes_is_no_claim(world: World, artist: Artist, machine: Machine) -> None:
    machine.prober.fail("frame", RenderFailed("It crashed."))

    async def life() -> None:
        await artist.submit(1, SHORT)
        async with machine.working():
            await asyncio.sleep(600)

    world.live(life())
    assert claims(world) == [] and machine.reporter.heard(PackageRefused)[0].reason == "It crashed."


@pytest.mark.parametrize("kills", [KILLS_BORNE, 1 + KILLS_BORNE])
def test_a_probe_that_is_killed_begins_again_a_few_times_and_no_more(
    world: World, artist: Artist, machine: Machine, kills: int
) -> None:
    machine.prober.fail("frame", *[ProcessKilled("It was killed.")] * kills)

    async def life() -> None:
        await artist.submit(1, SHORT)
        async with machine.working():
            await asyncio.sleep(600)

    world.live(life())
    is_borne = kills <= KILLS_BORNE
    assert (len(claims(world)), len(machine.reporter.heard(PackageRefused))) == (is_borne, not is_borne)


def test_a_worker_that_stops_while_it_probes_leaves_nothing_behind(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.prober.scene.frame_s = 50.0

    async def life() -> None:
        await artist.submit(1, SHORT)
        async with machine.working():
            while not machine.prober.is_open:
                await asyncio.sleep(1)

    world.live(life())
    assert machine.prober.is_open == 0 and claims(world) == []
    assert not [*(machine.folder / "probes").glob("probe-*")]


def test_a_lease_that_is_already_held_is_given_back_where_its_package_is_refused(
    world: World, artist: Artist, refusing: Machine
) -> None:
    async def life() -> None:
        job = await artist.submit(1, SHORT)
        await refusing.chain.claim_lease(job, 0)  # as where a scheduler assigns
        async with refusing.working():
            await asyncio.sleep(600)

    world.live(life())
    assert len(claims(world)) == 1 and not refusing.renderer.rendered
    assert len(refusing.reporter.heard(LeaseGivenBack)) == len(refusing.reporter.heard(PackageRefused)) == 1


def test_a_lease_is_drawn_and_paid_while_the_next_package_is_probed(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.probe_seconds = 3600

    async def life() -> None:
        job = await artist.submit(1, SHORT)
        async with machine.working():
            while not machine.renderer.rendered:
                await asyncio.sleep(1)
            machine.prober.scene.frame_s = 500.0
            await artist.submit(2, SHORT)
            report = await artist.watching(job)
            assert report.state is JobState.COMPLETED and machine.prober.is_open

    world.live(life())
    assert claims(world) == [1]
