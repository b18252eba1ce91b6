"""The known tile: what does not make it as before takes no lease, submits none and votes on none."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.worker import self_test
from renderchain.app.worker.blame import Fault, blame_of
from renderchain.app.worker.known_tile import KeptTiles, KnownTile, WatchingRenderer
from renderchain.core.board_events import LeaseClaimed, TasksGivenBack
from renderchain.core.errors import ContentError, DeviceBroken, ProcessKilled, RenderFailed
from renderchain.core.known_tile import Maker
from renderchain.core.manifest import Manifest
from renderchain.core.messages import KnownRendered, Progress
from renderchain.core.notices.devices import FamilyOutOfService, KnownTileKept, KnownTileRight
from renderchain.core.notices.leases import LeaseFailed, LeaseGivenBack, LeaseSubmitted

from devkit.fakes.clock import run
from devkit.fakes.known import KNOWN_MS, KnowingRenderer
from devkit.fakes.package import manifest_of
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.renderer import LOADED, Look
from devkit.fakes.reporter import RecordingReporter
from devkit.fakes.world import World

OTHER_BITS, OTHER_PICTURE = Look(machine=1), Look(scene=1)
ON_GPU = replace(LOADED, device="OPTIX", device_name="a GPU")
SHORT = replace(OFFER, longest_lease=2, window_s=300, lease_timeout_s=3000)


class Bench:
    """One device with its known tile; ``start`` is as a process that starts anew on the same disk."""

    def __init__(self, folder: Path, every: int = 2) -> None:
        self.path = folder / "known_tiles.json"
        self.folder = folder
        self.every = every
        self.driver = "570.1"
        self.renderer = KnowingRenderer()
        self.reporter = RecordingReporter()

    def known(self) -> KnownTile:
        kept = KeptTiles(self.path)
        return KnownTile(self.renderer, kept, self.reporter, every=self.every, driver=self.driver)

    def start(self) -> Maker:
        return run(self.known().begin())

    def render(self, frames: int, *, together: bool = True) -> KnownTile:
        """So many frames of a lease, or leaves of as many frames of somebody else's."""

        async def life() -> None:
            await known.begin()
            output = self.folder / "out"
            output.mkdir(exist_ok=True)
            async with WatchingRenderer(self.renderer, known).open(output, manifest(), output) as session:
                for frame in range(1, frames + 1):
                    if together:
                        await session.render(frame, look_away, frame + 1 if frame < frames else None)
                    else:
                        await session.render_tiles(frame, (0,), look_away)

        known = self.known()
        run(life())
        return known


def look_away(_: Progress) -> None:
    pass


def manifest() -> Manifest:
    return manifest_of({})


@pytest.fixture
def bench(disk: Path) -> Bench:
    return Bench(disk)


def test_a_process_that_is_killed_while_it_makes_the_tile_is_followed_by_another(bench: Bench) -> None:
    """A worker whose only Blender was killed at the start ended, although nothing was wrong with it."""
    bench.renderer.kills = 3
    bench.start()
    bench.renderer.kills = 4
    with pytest.raises(ProcessKilled):
        bench.start()


def test_the_first_time_the_cpu_makes_it_too_and_later_it_is_compared_with_what_was_kept(
    bench: Bench,
) -> None:
    maker = bench.start()
    assert bench.renderer.made == ["CPU", "CPU"] and maker.version == (4, 5)
    assert bench.reporter.heard(KnownTileKept)[0].family == "4.5/cycles/cpu"
    bench.start()
    assert bench.renderer.made == ["CPU", "CPU", "CPU"], "it was known"
    bench.renderer.tiles["CPU"] = OTHER_BITS
    with pytest.raises(DeviceBroken, match=r"than it made.*known_tiles\.json"):
        bench.start()


@pytest.mark.parametrize("changed", ["build", "device", "driver"])
def test_after_a_change_of_what_renders_it_is_made_anew(bench: Bench, changed: str) -> None:
    bench.renderer.loaded = ON_GPU
    bench.start()
    before = len(bench.renderer.made)
    if changed == "driver":
        bench.driver = "575.2"
    elif changed == "build":
        bench.renderer.loaded = replace(ON_GPU, blender_version="4.5.16 LTS")
    else:
        bench.renderer.loaded = replace(ON_GPU, device_name="another GPU")
    bench.start()
    assert bench.renderer.made[before:] == ["OPTIX", "CPU"]


def test_what_was_kept_of_the_cpu_holds_whatever_the_driver(bench: Bench) -> None:
    bench.start()
    bench.driver = "575.2"
    bench.start()
    assert len(bench.renderer.made) == 3


def test_a_driver_that_makes_another_picture_than_the_cpu_is_refused_the_first_time(bench: Bench) -> None:
    bench.renderer.loaded = ON_GPU
    bench.renderer.tiles["OPTIX"] = OTHER_PICTURE
    with pytest.raises(DeviceBroken, match="a GPU makes another picture of the known tile than the CPU"):
        bench.start()
    assert not bench.path.exists()
    bench.renderer.tiles["OPTIX"] = OTHER_BITS
    bench.start()
    bench.renderer.tiles["OPTIX"] = Look()
    bench.start()  # a GPU never makes the same bits twice


def test_a_cpu_that_makes_other_bits_the_second_time_is_refused(bench: Bench) -> None:
    tiles = iter([Look(), OTHER_BITS])

    class Flickering(KnowingRenderer):
        async def known_tile(self, device: str = "") -> KnownRendered:
            self.tiles["CPU"] = next(tiles)
            return await super().known_tile(device)

    bench.renderer = Flickering()
    with pytest.raises(DeviceBroken):
        bench.start()


def test_a_machine_whose_pixels_nobody_can_compare_is_no_broken_one(bench: Bench) -> None:
    bench.renderer.unfit = "This processor has no AVX2."
    with pytest.raises(RenderFailed, match="AVX2"):
        bench.start()


@pytest.mark.parametrize("content", [b"", b"{}", b'{"schema":"renderchain/known-tiles/1","tiles":[{}]}'])
def test_a_file_that_nobody_can_read_is_made_anew(bench: Bench, content: bytes) -> None:
    bench.path.write_bytes(content)
    bench.start()
    assert bench.renderer.made == ["CPU", "CPU"]


def test_who_only_looks_keeps_nothing(bench: Bench) -> None:
    run(
        KnownTile(
            bench.renderer, KeptTiles(bench.path, is_looking=True), bench.reporter, every=0, driver=""
        ).begin()
    )
    assert not bench.path.exists()


def test_it_is_looked_at_after_so_many_frames_and_at_the_end_of_long_ones(bench: Bench) -> None:
    bench.every = 3
    bench.render(7)
    assert bench.renderer.made == ["CPU", "CPU", "beside", "beside", "beside"]
    bench.every = 0
    bench.render(7)
    assert bench.renderer.made[5:] == ["CPU"], "only at the start"


def test_short_frames_pay_for_it_with_a_small_part_of_their_time(bench: Bench) -> None:
    bench.every = 1000
    assert 20 * KNOWN_MS < 1000, "a frame of the fakes is long"
    bench.render(1)
    assert bench.renderer.made[2:] == ["beside"]


def test_no_frame_is_begun_when_its_turn_comes(bench: Bench) -> None:
    bench.render(5)
    assert bench.renderer.made[2:] == ["beside"] * 3 and bench.renderer.rendered == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("together", [True, False], ids=["lease", "votes"])
def test_a_device_that_breaks_is_out_of_service_at_once(bench: Bench, together: bool) -> None:
    bench.every = 1
    bench.renderer.breaks_after = 2
    with pytest.raises(DeviceBroken, match="overheating"):
        bench.render(3, together=together)
    assert len(bench.reporter.heard(KnownTileRight)) == 1
    (out,) = bench.reporter.heard(FamilyOutOfService)
    assert out.family == "4.5/cycles/cpu"
    assert len(bench.renderer.rendered) + len(bench.renderer.alone_rendered) == 2


def test_nothing_more_is_opened_on_a_broken_device(bench: Bench) -> None:
    known = bench.known()
    run(known.begin())
    known.broken = "It makes noise."

    async def open_one() -> None:
        async with WatchingRenderer(bench.renderer, known).open(bench.folder, manifest(), bench.folder):
            pass

    with pytest.raises(DeviceBroken, match="noise"):
        run(open_one())
    assert bench.renderer.opened == 0


def test_a_scene_that_harms_its_process_puts_no_device_out_of_service(bench: Bench) -> None:
    bench.every = 1
    bench.renderer.beside = OTHER_PICTURE
    with pytest.raises(ContentError, match="the scene harms its render process"):
        bench.render(2)
    assert bench.renderer.made[2:] == ["beside", "CPU"]
    assert not bench.reporter.heard(FamilyOutOfService)


@pytest.mark.parametrize("error", [RenderFailed("out of memory"), ContentError("It left nonsense.")])
def test_where_a_process_without_the_scene_fails_too_the_scene_is_not_to_blame(
    bench: Bench, error: Exception
) -> None:
    """The job was, although nobody knew whether its scene or the device had made the false pixels."""
    bench.every = 1
    bench.renderer.beside = OTHER_PICTURE
    bench.renderer.fail("known_tile", None, None, error)
    with pytest.raises(DeviceBroken, match="nobody knows which of both") as raised:
        bench.render(2)
    assert blame_of(raised.value).fault is Fault.MACHINE
    assert not bench.reporter.heard(FamilyOutOfService), "the next one may be well"


def watched(machine: Machine, every: int = 2) -> KnowingRenderer:
    """Have the machine's device watched."""
    device = KnowingRenderer()
    machine.renderer = machine.verifying_renderer = device
    kept = KeptTiles(machine.folder / "known_tiles.json")
    machine.known = KnownTile(device, kept, machine.reporter, every=every, driver="")
    return device


def test_a_lease_that_a_device_breaks_in_is_given_back_whole_and_no_other_is_taken(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_test, "LEAST_CHANCE", 1.0)  # chance spares none
    device = watched(machine)
    device.breaks_after = 7  # of the first lease two frames and, beside two of the next, two leaves again

    async def life() -> None:
        assert machine.known
        await machine.known.begin()
        await artist.submit(8, SHORT)
        async with machine.working():
            await asyncio.sleep(3000)

    world.live(life())
    claimed, given_back = world.network.told(LeaseClaimed), world.network.told(TasksGivenBack)
    assert len(machine.reporter.heard(LeaseSubmitted)) == 1
    assert 2 <= len(claimed) <= 3, "no other is claimed than the one that was claimed ahead"
    assert len(given_back) == len(claimed) - 1
    assert {one.reason for one in machine.reporter.heard(LeaseGivenBack)} == {"device out of order"}
    assert all("known tile" in one.reason for one in machine.reporter.heard(LeaseFailed))
    assert len(machine.reporter.heard(FamilyOutOfService)) == 1
