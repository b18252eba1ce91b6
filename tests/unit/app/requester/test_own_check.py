"""The artist's own check: what it finds, what it does about it, and whom it must never accuse."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.job_report import JobReport
from renderchain.app.requester.lease_checks import RETRIES_S
from renderchain.app.requester.own_check import DrawnLeaf, differing
from renderchain.core.audit.events import LeaseChallenged
from renderchain.core.board_events import LeaseEnded
from renderchain.core.errors import ContentError, InsufficientFunds, RenderFailed, SandboxMissing, StoreError
from renderchain.core.job import Record
from renderchain.core.lifecycle import MAX_REJECTIONS, JobState, LeaseState
from renderchain.core.manifest import Manifest
from renderchain.core.messages import Loaded
from renderchain.core.notices.checks import (
    CheckUnsure,
    LeaseChecked,
    LeaseUnchecked,
    LeavesFalse,
    Unchallenged,
)
from renderchain.core.print_limits import LEAST
from renderchain.core.prints import MEAN_LEAVES
from renderchain.ports.renderer import RenderSession

from devkit.fakes.package import TILES
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.renderer import LOADED, FakeRenderer, Look
from devkit.fakes.turns import Turns
from devkit.fakes.wire import Wire
from devkit.fakes.world import World
from devkit.made_up_job import FAMILY
from devkit.made_up_pixels import Rendering, print_of
from tests.unit.app.audit.network import Network
from tests.unit.app.requester.spoiling import FRAMES, Spoiling
from tests.unit.app.requester.watched import watched_twice

SHORT = replace(OFFER, longest_lease=2, window_s=1500, lease_timeout_s=1000)
OTHER_KERNEL, OTHER_PICTURE = Look(machine=1), Look(scene=1)


class Changing(FakeRenderer):
    """A machine with broken memory: each process sees another picture."""

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        self.alone = Look(scene=self.opened + 100)
        async with super().open(package, manifest, output) as session:
            yield session


@pytest.fixture
def artist(world: World) -> Artist:
    """One who checks two leaves of each lease."""
    made = Artist(world, 0xA271)
    made.own_checks = 2
    return made


def challenges(world: World) -> list[LeaseChallenged]:
    """Those that the board saw."""
    return world.network.told(LeaseChallenged)


def whole(world: World, artist: Artist, machine: Machine, frames: int = FRAMES) -> tuple[JobReport, float]:
    """A job from its submission to its end, and how long it took."""

    async def life() -> tuple[JobReport, float]:
        job = await artist.submit(frames, SHORT)
        async with machine.working():
            report = await artist.watching(job)
        return report, asyncio.get_running_loop().time()

    return world.live(life())


@pytest.mark.parametrize("look", [Look(), OTHER_KERNEL])
def test_honest_leases_pass_and_are_paid_early_whatever_the_kernel(
    world: World, artist: Artist, machine: Machine, look: Look
) -> None:
    artist.renderer.look = look
    report, took_s = whole(world, artist, machine, 2 * FRAMES)
    assert report.state is JobState.COMPLETED and took_s < SHORT.window_s
    checked = artist.reporter.heard(LeaseChecked)
    assert [(one.leaf_count, one.check_s) for one in checked] == [(2, 60.0)] * 2
    assert not challenges(world) and not report.false_leaves
    assert [len(leaves) for _, leaves in artist.renderer.alone_rendered] == [1] * 4
    assert artist.renderer.shared == [False] * 4, "not the canonical path"


@pytest.mark.parametrize("number", range(FRAMES * TILES))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_false_leaf_is_challenged_if_chance_draws_it_and_else_nothing_is(
    world: World, artist: Artist, machine: Machine, number: int, seed: int
) -> None:
    machine.renderer = Spoiling(number)
    artist.chance.seed(seed)
    report, _ = whole(world, artist, machine)
    frame, tile = number // TILES + 1, number % TILES
    is_drawn = (frame, (tile,)) in artist.renderer.alone_rendered
    assert [one.leaves for one in challenges(world)] == ([(number,)] if is_drawn else [])
    assert list(report.false_leaves.values()) == ([(number,)] if is_drawn else [])
    assert len(artist.reporter.heard(LeavesFalse)) == is_drawn
    assert len(artist.reporter.heard(LeaseChecked)) == (not is_drawn)


def test_every_leaf_is_drawn_at_some_time(world: World, artist: Artist, machine: Machine) -> None:
    whole(world, artist, machine, 20)
    drawn = {((frame - 1) % FRAMES, leaf) for frame, (leaf,) in artist.renderer.alone_rendered}
    assert drawn == {(frame, leaf) for frame in range(FRAMES) for leaf in range(TILES)}


def test_challenges_are_won_and_false_work_is_never_paid(disk: Path) -> None:
    network = Network(disk, OTHER_PICTURE, seed=4)
    network.artist.own_checks = 2

    async def life() -> JobReport:
        await network.open()
        # Chance spares a worker with a record half of the time, and this seed spares one lease.
        records = network.world.network.model.records
        records[network.worker.worker_id, FAMILY] = Record(fees_fri=10**20)
        job = await network.artist.submit(FRAMES, replace(SHORT, window_s=3000, audit_floor_exp=1))
        watching = network.artist.watching(job)
        async with network.working():
            return await watching

    report = network.world.live(life(), 400_000)
    ends = {one.lease_id: one.state for one in network.told(LeaseEnded)}
    (challenged,) = network.told(LeaseChallenged)
    assert len(ends) == MAX_REJECTIONS and set(ends.values()) == {LeaseState.REJECTED}
    assert challenged.lease_id in ends and challenged.leaves == report.false_leaves[challenged.lease_id]
    assert report.paid_fri == 0 and report.refunded_fri > 0
    # All were audited in the end, and the artist's client saw each of them first.
    assert set(report.false_leaves) == set(ends) and not network.artist.reporter.heard(LeaseChecked)


@pytest.mark.parametrize(("frame_s", "done"), [(70.0, 1), (200.0, 0)])
def test_a_slow_machine_pays_nothing_early_and_says_so(
    world: World, artist: Artist, machine: Machine, frame_s: float, done: int
) -> None:
    artist.renderer.frame_s = frame_s
    report, took_s = whole(world, artist, machine)
    assert report.state is JobState.COMPLETED and took_s > SHORT.window_s, "it waived its challenges"
    (unchecked,) = artist.reporter.heard(LeaseUnchecked)
    assert f"too slow: {done} of 2 leaves in 100 s" in unchecked.reason
    assert len(artist.renderer.alone_rendered) == done, "what could not be finished was begun"


def test_what_a_slow_machine_did_see_is_not_forgotten(world: World, artist: Artist, machine: Machine) -> None:
    machine.renderer.look = OTHER_PICTURE
    artist.renderer.frame_s = 70
    report, _ = whole(world, artist, machine)
    (leaves,) = report.false_leaves.values()
    assert [one.leaves for one in challenges(world)] == [leaves] and len(leaves) == 1


@pytest.mark.parametrize("error", [SandboxMissing("bubblewrap is missing"), RenderFailed("no OPTIX here")])
def test_without_a_sandbox_or_the_device_nothing_is_paid_early_and_that_is_said(
    world: World, artist: Artist, machine: Machine, error: Exception
) -> None:
    artist.renderer.fail("open", error)
    machine.renderer.look = OTHER_PICTURE
    report, took_s = whole(world, artist, machine)
    assert report.state is JobState.COMPLETED and took_s > SHORT.window_s, "it waived its challenges"
    (unchecked,) = artist.reporter.heard(LeaseUnchecked)
    assert unchecked.reason == str(error) and not challenges(world)


@pytest.mark.parametrize(
    ("loaded", "words"),
    [
        (replace(LOADED, device="CUDA"), "the job needs CPU, and this machine renders on CUDA"),
        (replace(LOADED, blender_version="5.2.0"), "the job needs Blender 4.5, and this is 5.2.0"),
    ],
)
def test_a_machine_of_another_family_accuses_nobody(
    world: World, artist: Artist, machine: Machine, loaded: Loaded, words: str
) -> None:
    artist.renderer.loaded = loaded
    artist.renderer.look = OTHER_PICTURE
    whole(world, artist, machine)
    (unchecked,) = artist.reporter.heard(LeaseUnchecked)
    assert unchecked.reason == words and not challenges(world) and not artist.renderer.alone_rendered


def test_a_machine_that_disagrees_with_itself_challenges_nobody(
    world: World, artist: Artist, machine: Machine
) -> None:
    artist.renderer = Changing()
    report, took_s = whole(world, artist, machine)
    (unsure,) = artist.reporter.heard(CheckUnsure)
    assert "does not make the same leaf twice" in unsure.reason and len(unsure.leaves) == 2
    assert not challenges(world) and not report.false_leaves
    assert report.paid_fri and took_s > SHORT.window_s, "it was accepted early"


@pytest.mark.parametrize(
    "errors", [[None, RenderFailed("crashed")], [None, SandboxMissing("bubblewrap was removed")]]
)
def test_a_difference_that_can_not_be_confirmed_is_told_and_not_challenged(
    world: World, artist: Artist, machine: Machine, errors: list[Exception | None]
) -> None:
    machine.renderer.look = OTHER_PICTURE
    artist.renderer.fail("open", *errors)
    whole(world, artist, machine)
    (unsure,) = artist.reporter.heard(CheckUnsure)
    assert unsure.reason == str(errors[-1]) and not challenges(world)


@pytest.mark.parametrize("most", [0, 1])
def test_the_limit_of_challenges_holds_for_the_job_and_the_rest_is_told(
    world: World, artist: Artist, machine: Machine, most: int
) -> None:
    machine.renderer.look = OTHER_PICTURE
    artist.own_challenges = most
    report, _ = whole(world, artist, machine, 3 * FRAMES)
    told = artist.reporter.heard(Unchallenged)
    made = {one.lease_id: one.leaves for one in challenges(world)}
    assert len(made) == most and made | {one.lease_id: one.leaves for one in told} == report.false_leaves
    assert f"own_challenges allows {most}" in told[0].reason
    assert not set(made) & {one.lease_id for one in told}


def test_a_challenge_that_the_account_can_not_pay_is_told(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.renderer.look = OTHER_PICTURE

    class Poor(Wire):
        def check(self, where: str) -> None:
            if where == "challenge_pixels":
                raise InsufficientFunds("The bond costs 1 STRK, the account holds 0.")

    async def life() -> JobReport:
        job = await artist.submit(FRAMES, SHORT)
        async with machine.working():
            return await artist.requester(Poor()).watch(job)

    report = world.live(life())
    (told,) = artist.reporter.heard(Unchallenged)
    assert report.state is JobState.COMPLETED and told.reason.startswith("The bond costs 1 STRK")
    assert told.lease_id in artist.reporter.doubts and not challenges(world)


def test_a_package_that_the_store_has_lost_leaves_the_lease_unchecked(
    world: World, artist: Artist, machine: Machine
) -> None:
    away = [StoreError("away")] * (1 + len(RETRIES_S))
    world.store.fail("fetch_folder", None, None, *away)  # before: the worker's, the result

    whole(world, artist, machine)
    (unchecked,) = artist.reporter.heard(LeaseUnchecked)
    assert unchecked.reason == "away" and not challenges(world)


def test_a_store_that_is_away_for_a_moment_leaves_no_lease_unchecked(
    world: World, artist: Artist, machine: Machine
) -> None:
    world.store.fail("fetch_folder", None, None, *[StoreError("away")] * len(RETRIES_S))
    whole(world, artist, machine)
    assert not artist.reporter.heard(LeaseUnchecked)


def test_records_that_are_none_are_no_evidence(world: World, artist: Artist, machine: Machine) -> None:
    artist.renderer.fail("render_tiles", ContentError("The render process left no single record: refused."))
    whole(world, artist, machine)
    (unchecked,) = artist.reporter.heard(LeaseUnchecked)
    assert "no single record" in unchecked.reason and not challenges(world)


def test_a_slow_check_holds_up_neither_downloads_nor_other_leases(
    world: World, artist: Artist, machine: Machine
) -> None:
    artist.renderer.frame_s, artist.own_check_seconds = 300, 1000
    machine.renderer.frame_s = 1

    async def life() -> None:
        job = await artist.submit(2 * FRAMES, SHORT)
        watching = artist.watching(job)
        async with machine.working():
            while len(artist.frames()) < 2 * FRAMES:
                await asyncio.sleep(1)
            assert not artist.reporter.heard(LeaseChecked)
            await watching

    world.live(life())
    assert len(artist.reporter.heard(LeaseChecked)) == 2


@pytest.mark.parametrize("number", range(12))
def test_events_told_again_after_each_neither_repeat_a_challenge_nor_lose_it(
    world: World, artist: Artist, machine: Machine, number: int
) -> None:
    machine.renderer.look = OTHER_PICTURE
    wire = Wire()
    wire.retell_after = {number}

    async def life() -> None:
        job = await artist.submit(2 * FRAMES, SHORT)
        async with machine.working():
            await artist.requester(wire).watch(job)

    world.live(life())
    assert len({one.lease_id for one in challenges(world)}) == len(challenges(world)) == 2


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("look", [Look(), OTHER_PICTURE])
def test_the_watch_may_end_in_any_await_and_a_lease_is_checked_and_challenged_once(
    disk: Path, cut: bool, look: Look
) -> None:
    def life(turn: int) -> tuple[Turns, Wire]:
        world = World(disk / str(turn), block_s=1, blocks=6)
        artist, machine = Artist(world, 0xA271), Machine(world, 0xF001, look)
        artist.own_checks, artist.own_check_seconds = 1, 10
        machine.renderer.frame_s = artist.renderer.frame_s = 1

        async def live() -> tuple[Turns, Wire]:
            await machine.join()
            job = await artist.submit(1, SHORT)
            turns, wire, _ = await watched_twice(artist, machine, job, turn, cut=cut)
            return turns, wire

        found = world.live(live())
        assert len(challenges(world)) == (look == OTHER_PICTURE)
        assert not artist.reporter.heard(Unchallenged)
        return found

    turns, whole_life = life(0)
    ended = set().union(*(life(turn)[1].ended_in for turn in turns.each_place(1)))
    missed = set(whole_life.calls) - ended
    assert not missed, f"an end did not come in {missed}"


def test_the_mean_of_two_leaves_accuses_nobody_and_that_of_many_does() -> None:
    """Two leaves of an honest worker with another processor may be over the mean's limit by chance."""
    leaves = [DrawnLeaf(1, index, index, print_of(index)) for index in range(MEAN_LEAVES)]
    uneven = [print_of(index, Rendering.UNEVEN) for index in range(MEAN_LEAVES)]
    assert list(differing(leaves[:2], uneven[:2], LEAST)) == []
    assert list(differing(leaves, uneven, LEAST)) == leaves
    other = [print_of(index, Rendering.OTHER) for index in range(2)]
    assert list(differing(leaves[:2], other, LEAST)) == leaves[:2]
