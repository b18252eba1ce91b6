"""A picture whose samples are two jobs, and a Blender that merges made-up passes."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
from renderchain.core.errors import RenderFailed
from renderchain.core.ids import BoardJob, JobId
from renderchain.core.manifest import Manifest
from renderchain.core.merge_messages import FinalMade
from renderchain.core.merging import Sampling
from renderchain.core.pixel_prints import Pixels

from devkit.fakes.faults import Faults
from devkit.fakes.package import HEIGHT, WIDTH
from devkit.fakes.people import Artist, Machine
from devkit.fakes.renderer import Look, final_of, pixels_of
from devkit.fakes.world import World
from services.aggregator.keeper import Keeper
from services.aggregator.merges import FOLDER, NOTE, Group, Merges
from services.aggregator.service import Service

from .test_keeper import SHORT, Owner

SAMPLES = 64
PARTS = ((0, 48), (48, 16))
NEXT = 2**24  # between the numbers of two jobs of one board


class Blender(Faults):
    """Reads which samples a made-up scene renders out of its file; ``fail`` takes open and make_final."""

    def __init__(self) -> None:
        super().__init__()
        self.adaptive = False
        self.opened = 0
        self.outputs: set[Path] = set()

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[_Session]:
        self.meet("open")
        self.opened += 1
        self.outputs.add(output)
        first, count = map(int, (package / manifest.main_blend).read_text().split())
        yield _Session(self, output, Sampling(7, SAMPLES, first, count, self.adaptive))

    async def unpacked_noisy(self, noisy: Path, folder: Path, name: str) -> str:
        assert folder not in self.outputs, "a process could have this write elsewhere, or read something else"
        (folder / f"{name}.npy").write_bytes(noisy.read_bytes())
        return f"{name}.npy"


class _Session:
    def __init__(self, by: Blender, output: Path, sampling: Sampling) -> None:
        self.by, self.output, self.sampling = by, output, sampling
        self.has_ended = False

    async def read_sampling(self, frame: int) -> Sampling:
        return self.sampling

    async def make_final(self, frame: int, noisy: Pixels) -> FinalMade:
        if self.has_ended:
            raise RenderFailed("The render process has no input.")
        try:
            self.by.meet("make_final")
        except RenderFailed:
            self.has_ended = True
            raise
        raw = io.BytesIO()
        np.save(raw, noisy)
        (self.output / f"{frame:04d}.again.png").write_bytes(final_of(raw.getvalue()))
        return FinalMade(frame, f"{frame:04d}.again.png", "")


class Divided:
    """An owner of a picture whose samples are two jobs, each rendered with light of its own."""

    def __init__(self, artist: Artist, world: World, machine: Machine) -> None:
        self.owner, self.artist, self.world, self.machine = Owner(artist), artist, world, machine
        self.blender = Blender()

    def folder(self, place: int) -> Path:
        """Where a part's frames go."""
        return self.artist.folder / f"part-{place}"

    @property
    def merged(self) -> Path:
        return self.folder(0) / FOLDER

    async def submit(self, place: int, frames: int, *, private: bool = False) -> JobId:
        self.artist.output = self.folder(place)
        self.artist.scene = " ".join(map(str, PARTS[place])).encode()
        return await self.artist.submit(frames, SHORT, private=private)

    async def deliver(self, place: int, job: JobId, service: Service) -> None:
        """Work until that job is over; what is rendered is another scene's for each part."""
        self.machine.renderer.look = Look(scene=place)
        async with self.machine.working():
            await service.run(once=True)
        assert service.orders.is_over(self.named(job))

    async def order_again(self, job: JobId, frame: int) -> None:
        """Have a frame rendered again, with other light."""
        self.machine.renderer.look = Look(scene=5)
        orders, requester = self.owner.orders, self.artist.requester()
        quote = await requester.order_quote(job, [frame], self.artist.chain.board)
        order = orders.begin(self.named(job), [frame], quote.cost.most_fri)
        again = await requester.order_again(job, [frame], quote.chosen, self.artist.chain.board)
        orders.settle(order, again)
        async with self.machine.working():
            await requester.watch(again.job_id)

    def named(self, job: JobId) -> BoardJob:
        return self.owner.named(job)

    def service(self, *jobs: JobId) -> Service:
        """A new process, which merges these."""
        orders, requester = self.owner.orders, self.artist.requester()
        groups = (Group(tuple(BoardJob(0, job) for job in jobs)),) if jobs else ()
        merges = Merges(requester, self.blender, self.artist.folder / "passes", orders, groups)
        parts = (orders, self.owner.gallery, 0, self.owner.tally, merges.passes_of)
        return Service(requester, Keeper(requester, *parts), orders, self.owner.tally, merges=merges)

    def rendered(self, frames: int = 2, *, private: bool = False) -> tuple[JobId, JobId]:
        """Both parts, delivered one after the other, and merged."""

        async def life() -> tuple[JobId, JobId]:
            jobs = []
            for place in range(2):
                jobs.append(await self.submit(place, frames, private=private))
                await self.deliver(place, jobs[-1], self.service(jobs[0], JobId(jobs[0] + NEXT)))
            return jobs[0], jobs[1]

        return self.world.live(life())

    def note(self) -> dict[str, object]:
        told: dict[str, object] = json.loads((self.merged / NOTE).read_text())
        return told

    @property
    def kept(self) -> list[str]:
        """Jobs of which passes are kept."""
        return sorted(path.name for path in (self.artist.folder / "passes").glob("*"))


def whole(frame: int, *looks: tuple[int, int]) -> bytes:
    """The final image of a frame of all these, each a scene and how many samples it has."""
    each = [pixels_of(Look(scene=scene), frame, WIDTH, HEIGHT, 1).astype(np.float64) for scene, _ in looks]
    counts = [count for _, count in looks]
    mean: Pixels = np.average(each, axis=0, weights=counts).astype(np.float32)
    raw = io.BytesIO()
    np.save(raw, mean)
    return final_of(raw.getvalue())
