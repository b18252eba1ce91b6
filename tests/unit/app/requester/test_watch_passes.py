"""What a merge takes of a job is what was accepted of it, however often and by whom it is watched."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from renderchain.app.requester.kept_passes import KeptPasses
from renderchain.core.audit.events import LeaseSlashed
from renderchain.core.ids import BoardJob, JobId

from devkit.fakes.package import manifest_of
from devkit.fakes.people import Machine
from devkit.fakes.renderer import Look, final_of, frame_of
from tests.unit.app.audit.network import SHORT, Network

FALSE = Look(scene=1)


def noisy(frame: int) -> bytes:
    """The right pass of a frame."""
    return frame_of(manifest_of((frame,)), frame)[0]


class Lost:
    """A job of two frames whose first lease is found false; another worker renders them then."""

    def __init__(self, folder: Path) -> None:
        self.network = Network(folder, FALSE, verifiers=5)
        self.network.worker.appeals = False
        self.honest = Machine(self.network.world, 0xF002)
        self.passes = KeptPasses(folder / "passes")

    async def watch(self, job: JobId, *, passes: bool) -> None:
        await self.network.artist.requester().watch(job, passes=self.passes if passes else None)

    async def rejected(self, *, passes: bool) -> JobId:
        """Watched until the false lease has ended."""
        await self.network.open()
        await self.honest.join()
        job = await self.network.artist.submit(2, SHORT)
        watching = asyncio.create_task(self.watch(job, passes=passes))
        async with self.network.working():
            while not self.network.told(LeaseSlashed):
                await asyncio.sleep(10)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        assert len(list(self.passes.folder.rglob("*.noisy.exr"))) == (2 if passes else 0)
        return job

    async def rendered(self, job: JobId, *, passes: bool) -> None:
        """Watched from there to its end."""
        async with self.network.working(self.honest, *self.network.verifiers):
            await self.watch(job, passes=passes)

    @property
    def kept(self) -> dict[int, bytes]:
        """What a merge would take."""
        return {frame: path.read_bytes() for frame, path in self.passes.noisy().items()}

    @property
    def images(self) -> dict[int, bytes]:
        return {int(one.stem): one.read_bytes() for one in self.network.artist.output.glob("*.png")}


@pytest.fixture
def lost(tmp_path: Path) -> Lost:
    return Lost(tmp_path)


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("after", [False, True])
def test_of_two_leases_of_a_frame_the_accepted_one_is_kept(lost: Lost, before: bool, after: bool) -> None:
    """The lost one's was merged, and its image replaced the good one."""

    async def life() -> JobId:
        job = await lost.rejected(passes=before)
        await lost.rendered(job, passes=after)
        await lost.watch(job, passes=True)
        return job

    job = lost.network.world.live(life())
    assert lost.kept == {frame: noisy(frame) for frame in (1, 2)}
    assert lost.images == {frame: final_of(noisy(frame)) for frame in (1, 2)}
    assert not lost.passes.lacks(BoardJob(lost.network.artist.chain.board, job))


def test_where_nobody_renders_a_rejected_lease_again_nothing_of_it_is_merged(lost: Lost) -> None:
    async def life() -> JobId:
        job = await lost.rejected(passes=True)
        await lost.network.artist.requester().cancel(job)
        await lost.watch(job, passes=True)
        return job

    job = lost.network.world.live(life())
    assert lost.kept == {} and not lost.passes.lacks(BoardJob(lost.network.artist.chain.board, job))


def test_what_could_not_be_kept_is_lacking_and_the_lost_leases_does_not_stand_for_it(
    lost: Lost, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def life() -> JobId:
        job = await lost.rejected(passes=True)
        with monkeypatch.context() as full:
            full.setattr(KeptPasses, "_keep", fail)
            await lost.rendered(job, passes=True)
        return job

    job = lost.network.world.live(life())
    assert lost.kept == {} and "No space left" in lost.passes.fault
    assert lost.passes.lacks(BoardJob(lost.network.artist.chain.board, job))
