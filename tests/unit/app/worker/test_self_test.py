"""What a verifier would see differently is not submitted, and everybody can find out why."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.worker.self_test import KILLS_BORNE, LEAST_CHANCE, SHARE, SelfTest
from renderchain.core.board_events import LeaseClaimed, LeaseEnded
from renderchain.core.errors import ContentError, JournalError, ProcessKilled, RenderFailed
from renderchain.core.job import family_of
from renderchain.core.lifecycle import LeaseState
from renderchain.core.manifest import Manifest
from renderchain.core.notices.leases import (
    LeaseFailed,
    LeaseSubmitted,
    SelfTestFailed,
    SelfTestPassed,
    SelfTestSpared,
)
from renderchain.core.prints import RECORD_BYTES
from renderchain.ports.renderer import RenderSession

from devkit.fakes.package import TILES
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.renderer import LOADED, FakeRenderer, Look
from devkit.fakes.world import World
from tests.unit.app.bench import COUNT, JOB, LEASE, UseCaseBench

FRAMES = {2, 3}  # of the bench's lease
OTHER_BITS, OTHER_PICTURE = Look(machine=1), Look(scene=1)
SHORT = replace(OFFER, longest_lease=2, window_s=300, lease_timeout_s=1000)


@pytest.fixture
def bench(disk: Path) -> UseCaseBench:
    return UseCaseBench(disk)


def looked_at(bench: UseCaseBench) -> list[tuple[int, tuple[int, ...]]]:
    """What was rendered again: frames and their leaves, in order."""
    return bench.renderer.alone_rendered


def test_a_lease_that_comes_out_the_same_is_submitted(bench: UseCaseBench) -> None:
    bench.submit()
    ((lease_id, _, _),) = bench.chain.of("submit")
    (passed,) = bench.reporter.heard(SelfTestPassed)
    assert lease_id == passed.lease_id == LEASE
    assert passed.leaf_count == 2 and passed.self_test_s == 2 * bench.renderer.frame_s
    assert not list((bench.folder / "leases").iterdir())


def test_two_frames_are_looked_at_by_a_jump_and_in_another_process(bench: UseCaseBench) -> None:
    bench.submit()
    (later, _), (earlier, _) = looked_at(bench)
    assert {later, earlier} == FRAMES and later > earlier
    assert bench.renderer.opened == 2


def test_a_lease_of_one_frame_has_one_leaf_looked_at(bench: UseCaseBench) -> None:
    bench.chain.leases[LEASE] = replace(bench.chain.leases[LEASE], count=1)
    bench.submit()
    ((_, leaves),) = looked_at(bench)
    assert len(leaves) == 1 and bench.reporter.heard(SelfTestPassed)[0].leaf_count == 1


class Fixed(random.Random):
    """Chance that draws leaves as ever, and of leases all or none."""

    def __init__(self, drawn: float) -> None:
        super().__init__(1)
        self._drawn = drawn

    def random(self) -> float:
        return self._drawn

    def getrandbits(self, count: int) -> int:  # else leaves would be drawn by ``random``
        return super().getrandbits(count)


ALL_DRAWN, ALL_SPARED = 0.0, 1.0


def keep_one(bench: UseCaseBench, chance: random.Random) -> SelfTest:
    """The self-test that all of the bench's leases share."""
    kept = SelfTest(bench.renderer, bench.reporter, chance)
    bench.self_test = lambda: kept  # type: ignore[method-assign]
    return kept


def submit_some(bench: UseCaseBench, count: int) -> None:
    """Leases of one package."""
    lease = bench.render_lease()
    for _ in range(count):
        bench.submit(lease)
        bench.set_lease(LEASE)


def test_chance_spares_short_leases_of_a_package_that_has_passed(bench: UseCaseBench) -> None:
    keep_one(bench, random.Random(7))
    submit_some(bench, 60)
    passed, spared = bench.reporter.heard(SelfTestPassed), bench.reporter.heard(SelfTestSpared)
    assert len(passed) + len(spared) == len(bench.chain.of("submit")) == 60
    first = next(one for one in bench.reporter.told if isinstance(one, SelfTestPassed | SelfTestSpared))
    assert isinstance(first, SelfTestPassed)
    assert 0.5 * LEAST_CHANCE < len(passed) / 60 < 2 * LEAST_CHANCE
    assert bench.renderer.opened == 60 + len(passed), "a process for nothing"


def test_a_lease_whose_self_test_is_worth_it_is_never_spared(bench: UseCaseBench) -> None:
    kept = keep_one(bench, Fixed(ALL_SPARED))
    bench.submit()
    (passed,) = bench.reporter.heard(SelfTestPassed)
    ids, cid, long_s = (JOB, LEASE), bench.package.cid, passed.self_test_s / SHARE
    assert kept.is_drawn(ids, cid, long_s) and not kept.is_drawn(ids, cid, 0.99 * long_s)
    assert kept.is_drawn(ids, "another", 0.0), "it did not pass yet"


def test_the_shorter_a_lease_the_rarer_is_its_self_test_down_to_a_least_chance(bench: UseCaseBench) -> None:
    kept = keep_one(bench, random.Random(7))
    bench.submit()
    long_s = bench.reporter.heard(SelfTestPassed)[0].self_test_s / SHARE

    def part(rendered_s: float) -> float:
        return sum(kept.is_drawn((JOB, LEASE), bench.package.cid, rendered_s) for _ in range(1000)) / 1000

    assert part(0.6 * long_s) == pytest.approx(0.6, abs=0.06)
    for short_s in (0.0, 0.01 * long_s):
        assert part(short_s) == pytest.approx(LEAST_CHANCE, abs=0.06)


def test_a_lease_with_a_frame_that_failed_is_not_spared(bench: UseCaseBench) -> None:
    keep_one(bench, Fixed(ALL_SPARED))
    submit_some(bench, 2)
    bench.renderer.fail("render", None, RenderFailed("no light"))
    bench.submit()
    assert len(bench.reporter.heard(SelfTestSpared)) == 1 and len(bench.reporter.heard(SelfTestPassed)) == 2


def test_a_package_that_has_passed_has_one_leaf_of_a_lease_looked_at_until_it_fails(
    bench: UseCaseBench,
) -> None:
    keep_one(bench, Fixed(ALL_DRAWN))
    for _ in range(3):
        bench.submit()
        bench.set_lease(LEASE)
    assert [one.leaf_count for one in bench.reporter.heard(SelfTestPassed)] == [2, 1, 1]
    bench.renderer.alone = OTHER_BITS
    with pytest.raises(RenderFailed):
        bench.submit()
    bench.renderer.alone = None
    bench.submit()
    assert bench.reporter.heard(SelfTestPassed)[-1].leaf_count == 2


def test_every_leaf_may_be_drawn(bench: UseCaseBench) -> None:
    lease = bench.render_lease()
    for _ in range(40):
        bench.submit(lease)
        bench.set_lease(LEASE)
    drawn = {(frame, leaf) for frame, leaves in looked_at(bench) for leaf in leaves}
    assert (
        drawn == {(frame, leaf) for frame in FRAMES for leaf in range(TILES)} and len(drawn) == COUNT * TILES
    )


@pytest.mark.parametrize("look", [OTHER_BITS, OTHER_PICTURE])
def test_a_lease_that_comes_out_otherwise_is_not_submitted(bench: UseCaseBench, look: Look) -> None:
    bench.renderer.alone = look
    with pytest.raises(RenderFailed, match=f"came out otherwise.*{bench.package.cid}"):
        bench.submit()
    assert bench.chain.sent == [] and bench.reporter.heard(SelfTestPassed) == []
    assert list(bench.store.folders) == [bench.package.cid], "something was pinned"
    with pytest.raises(JournalError):
        bench.proof_store.newest(LEASE)
    (failed,) = bench.reporter.heard(SelfTestFailed)
    assert failed.package_cid == bench.package.cid
    assert (failed.frame, (failed.leaf,)) in looked_at(bench)
    assert (failed.differing_bit_count > 1000) == (look is OTHER_PICTURE)
    assert not list((bench.folder / "leases").glob("*/again"))


@pytest.mark.parametrize(("look", "is_submitted"), [(OTHER_BITS, True), (OTHER_PICTURE, False)])
def test_a_gpu_which_never_repeats_its_bits_is_compared_by_prints(
    bench: UseCaseBench, look: Look, is_submitted: bool
) -> None:
    bench.renderer.alone, bench.renderer.loaded = look, replace(LOADED, device="OPTIX")
    job = bench.chain.jobs[JOB]
    bench.chain.jobs[JOB] = replace(job, family=family_of((4, 5), "CYCLES", "OPTIX"))
    with contextlib.nullcontext() if is_submitted else pytest.raises(RenderFailed):
        bench.submit()
    assert bool(bench.chain.of("submit")) is is_submitted


@pytest.mark.parametrize("method", ["open", "render_tiles"])
def test_what_can_not_be_rendered_again_is_not_submitted(bench: UseCaseBench, method: str) -> None:
    bench.renderer.fail(method, *[None] * (method == "open"), RenderFailed("crashed"))
    with pytest.raises(RenderFailed, match="crashed"):
        bench.submit()
    assert bench.chain.sent == [] and not list((bench.folder / "leases").glob("*/again"))


def links(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))


def grows(path: Path) -> None:
    path.write_bytes(path.read_bytes() + bytes(RECORD_BYTES))


class Spoiling(FakeRenderer):
    """A render process that leaves something else than the record that it was asked for."""

    def __init__(self, spoil: Callable[[Path], None]) -> None:
        super().__init__()
        self.spoil = spoil

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        async with super().open(package, manifest, output) as session:
            yield session
        for path in sorted(output.glob("*.tiles")):
            self.spoil(path)


@pytest.mark.parametrize("spoil", [Path.unlink, links, grows])
def test_a_record_that_is_none_is_refused(bench: UseCaseBench, spoil: Callable[[Path], None]) -> None:
    bench.renderer = Spoiling(spoil)
    with pytest.raises(ContentError, match="no single record of frame"):
        bench.submit()
    assert bench.chain.sent == []


def test_a_failed_self_test_gives_the_lease_back_and_counts(
    world: World, artist: Artist, machine: Machine
) -> None:
    other = Machine(world, 0xF002)
    machine.renderer.alone = OTHER_PICTURE

    async def life() -> None:
        await other.join()
        job = await artist.submit(2, SHORT)
        async with machine.working():
            await asyncio.sleep(600)
            async with other.working():
                await artist.watching(job)

    world.live(life())
    takers = [event.operator for event in world.network.told(LeaseClaimed)]
    assert takers == [machine.address] * 2 + [other.address], "a third try is for others"
    ends = [event.state for event in world.network.told(LeaseEnded)]
    assert ends == [LeaseState.GIVEN_BACK] * 2
    assert len(machine.reporter.heard(LeaseFailed)) == len(machine.reporter.heard(SelfTestFailed)) == 2
    assert machine.reporter.heard(LeaseSubmitted) == []


def test_a_stop_in_the_self_test_waits_for_the_submission(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> None:
        await artist.submit(2, SHORT)
        async with machine.working():
            while machine.renderer.opened < 2:
                await asyncio.sleep(1)
            (lease_id,) = await machine.chain.open_leases()
            assert (await machine.chain.lease(lease_id)).state is LeaseState.CLAIMED
        assert (await machine.chain.lease(lease_id)).state is LeaseState.SUBMITTED

    world.live(life())
    assert len(machine.reporter.heard(SelfTestPassed)) == len(machine.reporter.heard(LeaseSubmitted)) == 1
    assert not list((machine.folder / "leases").iterdir())


def test_without_a_self_test_nothing_is_looked_at(bench: UseCaseBench) -> None:
    bench.self_test = lambda: None  # type: ignore[method-assign]
    bench.renderer.alone = OTHER_PICTURE
    bench.submit()
    assert looked_at(bench) == [] and len(bench.chain.of("submit")) == 1


def test_leaves_are_drawn_by_the_chance_that_is_given(bench: UseCaseBench) -> None:
    class Last:
        """Draws what comes last."""

        def sample(self, items: list[int], count: int) -> list[int]:
            return items[-count:]

        def randrange(self, end: int) -> int:
            return end - 1

    chosen = SelfTest(bench.renderer, bench.reporter, Last())  # type: ignore[arg-type]
    bench.self_test = lambda: chosen  # type: ignore[method-assign]
    bench.submit()
    assert looked_at(bench) == [(3, (TILES - 1,)), (2, (TILES - 1,))]


def test_a_self_test_that_is_killed_begins_again_a_few_times_and_no_more(bench: UseCaseBench) -> None:
    bench.renderer.fail("render_tiles", *[ProcessKilled("killed")] * KILLS_BORNE)
    bench.submit()
    assert len(bench.chain.of("submit")) == 1 and bench.renderer.rendered == [2, 3]
    bench.renderer.fail("render_tiles", *[ProcessKilled("killed")] * (1 + KILLS_BORNE))
    with pytest.raises(ProcessKilled):
        bench.submit()
