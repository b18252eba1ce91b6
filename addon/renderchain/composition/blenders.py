"""The Blenders that a worker renders with: which there are, whose frames each makes, and whether rightly."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ..adapters.blender_process.modules import modules_of
from ..adapters.blender_process.probe_session import BlenderProbeRenderer
from ..adapters.blender_process.process import BlenderRenderer
from ..adapters.blender_process.ready import ReadyRenderer
from ..adapters.machine import drivers
from ..app.worker.families import FamiliesInService, VersionProber, VersionRenderer
from ..app.worker.known_tile import KeptTiles, KnownTile, WatchingRenderer
from ..core.errors import RenderChainError, RenderFailed, SettingsError
from ..core.job import family_name
from ..core.known_tile import Maker
from ..core.lanes import device_of_lane
from ..core.notices.devices import BlenderUnfit
from ..ports.reporter import Reporter
from ..settings import Settings
from .rendering import PROBE_DEVICE, make_renderer


@dataclass(frozen=True)
class LocalBlender:
    """A Blender that can be used; ``program`` is "" for the bpy module in this Python.

    ``lanes`` has what each lane renders with. Lanes on one device share what is known of its tile.
    """

    program: str
    lanes: tuple[tuple[BlenderRenderer, KnownTile], ...]
    maker: Maker  # in the first lane


@dataclass(frozen=True)
class Blenders:
    """All of a worker's, at most one of each version."""

    all: tuple[LocalBlender, ...]
    left_out: tuple[BlenderUnfit, ...] = ()

    @property
    def in_service(self) -> FamiliesInService:
        """What they render."""
        return FamiliesInService({one.maker.family: [known for _, known in one.lanes] for one in self.all})

    @property
    def families(self) -> frozenset[int]:
        """What they rendered at the start."""
        return frozenset(one.maker.family for one in self.all)

    def prober(self) -> VersionProber:
        """What probes packages, on the CPU."""
        by_version = {
            one.maker.version: BlenderProbeRenderer(replace(one.lanes[0][0], device=PROBE_DEVICE))
            for one in self.all
        }
        return VersionProber(by_version)

    @asynccontextmanager
    async def ready(self, settings: Settings) -> AsyncIterator[list[VersionRenderer]]:
        """What renders leases and leaves, for each lane; of each Blender a process stands ready there."""
        async with AsyncExitStack() as stack:
            found = []
            for lane in range(settings.lanes):
                by_version = {}
                for one in self.all:
                    renderer, known = one.lanes[lane]
                    folder = settings.folder / "ready" / str(lane + 1) / ".".join(map(str, one.maker.version))
                    ready = ReadyRenderer(renderer, folder)
                    await stack.enter_async_context(ready.running())
                    by_version[one.maker.version] = WatchingRenderer(ready, known)
                found.append(VersionRenderer(by_version))
            yield found


async def find_blenders(
    settings: Settings, reporter: Reporter, own: str, kept: KeptTiles | None = None
) -> Blenders:
    """Start each Blender of the settings in its sandbox and see what it makes of the known tile.

    One that can't be used is left out, and told. ``own`` is the application that runs here, or "" for bpy.
    Raises what is wrong with the only one, or SettingsError where none of several can be used.
    """
    kept = kept or kept_tiles(settings)
    empty_compiled(settings)
    found, left_out = list[LocalBlender](), list[BlenderUnfit]()
    for name in settings.blenders:
        try:
            # The sandbox has the folder that a program really lies in.
            program = str(Path(name).resolve()) if name else own
            one = await _look(settings, reporter, program, kept, is_own=not name)
            _check_alone(one, found)
            found.append(one)
        except RenderChainError as error:
            if len(settings.blenders) == 1:
                raise SettingsError(str(error)) from error if isinstance(error, RenderFailed) else error
            left_out.append(BlenderUnfit(name, str(error)))
    if not found:
        raise SettingsError(f"No Blender can be used. {' '.join(one.sentence for one in left_out)}")
    for unfit in left_out:
        reporter.tell(unfit)
    return Blenders(tuple(found), tuple(left_out))


def compiled_in(settings: Settings) -> Path:
    """Where Python's modules lie compiled, once a process has made the known tile."""
    return settings.folder / "compiled"


def empty_compiled(settings: Settings) -> None:
    """Nothing there is of another version: of an image's files all may have the same date."""
    shutil.rmtree(compiled_in(settings), ignore_errors=True)
    compiled_in(settings).mkdir(parents=True, exist_ok=True)


def kept_tiles(settings: Settings, *, is_looking: bool = False) -> KeptTiles:
    """Where it is kept what the Blenders of this worker made of the known tile."""
    return KeptTiles(settings.folder / "known_tiles.json", is_looking=is_looking)


async def _look(
    settings: Settings, reporter: Reporter, program: str, kept: KeptTiles, *, is_own: bool
) -> LocalBlender:
    if not program and importlib.util.find_spec("bpy") is None:
        raise RenderFailed(
            "There is no bpy module in this Python; run this in Blender, install bpy, or name a Blender in "
            "the setting blenders."
        )
    modules = () if is_own else await asyncio.to_thread(modules_of, program)
    found = list[tuple[BlenderRenderer, KnownTile]]()
    makers = list[Maker]()
    for lane in range(1, 1 + settings.lanes):
        # AUTO is found out in the first lane; the CPU is one device for all.
        chosen = replace(settings, device=makers[0].device) if makers else settings
        made = make_renderer(
            chosen, program, allow_unsandboxed=settings.allow_unsandboxed, lane=lane, modules=modules
        )
        renderer = replace(made, compiled=compiled_in(settings))
        if found and renderer.device == found[0][0].device:
            found.append(found[0])
            continue
        known = KnownTile(renderer, kept, reporter, every=settings.known_tile_frames, driver=drivers())
        makers.append(await known.begin())
        device = device_of_lane(makers[0].device, lane, settings.lanes)
        found.append((replace(renderer, device=device), known))
    return LocalBlender(program, tuple(found), makers[0])


def _check_alone(one: LocalBlender, others: Sequence[LocalBlender]) -> None:
    if any(one.maker.version == other.maker.version for other in others):
        raise SettingsError(
            f"Another Blender of the settings renders {family_name(one.maker.family)} already; name one."
        )
