"""A render process that stands ready before there is a scene: opening one then costs only the load.

Its sandbox is that of every render process (docs/decisions/0016), mounted around two empty folders. When
there is a scene, its package is linked into the one, which the process can only read, and the other takes
the place of the output folder: a mount stays with a folder, whatever the folder is called.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ...core.errors import RenderFailed
from ...core.manifest import PIECES, Manifest
from ...ports.renderer import WatchedSession
from .process import BlenderRenderer, name_of
from .running import Started

log = logging.getLogger(__name__)
_numbers = itertools.count(1)  # of processes that stood ready, whoever's: their logs lie in one folder


@dataclass(frozen=True)
class _Waiting:
    """A process without a scene; both folders are empty."""

    started: Started
    folder: Path

    @property
    def package(self) -> Path:
        return self.folder / "package"

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def give(self, package: Path, output: Path, log_path: Path) -> Started:
        """Let it have them; ``output`` is an empty folder. Raises OSError, as between two file systems."""

        def pieces(folder: str, names: list[str]) -> list[str]:
            return [PIECES] if Path(folder) == package and PIECES in names else []  # of what is there whole

        links = partial(shutil.copytree, symlinks=True, copy_function=os.link, dirs_exist_ok=True)
        links(package, self.package, ignore=pieces)
        output.rmdir()
        try:
            self.output.rename(output)
        except OSError:
            output.mkdir()
            raise
        os.replace(self.started.log_path, log_path)
        jailed = self.started.jailed
        if jailed.output == str(self.output):  # without a sandbox it goes by the folder's name
            jailed = replace(jailed, output=str(output))
        return replace(self.started, jailed=jailed, log_path=log_path)

    async def end(self) -> None:
        """End it, if it has not ended yet, and forget its folders."""
        await self.started.end()
        shutil.rmtree(self.folder, ignore_errors=True)


class ReadyRenderer:
    """A renderer with one process ahead while it is ``running``; else it is as the one that it has.

    ``folder`` is its own, on the file system of packages and outputs.
    """

    def __init__(self, renderer: BlenderRenderer, folder: Path) -> None:
        self._renderer = renderer
        self._folder = folder
        self._waiting: _Waiting | None = None
        self._is_running = False
        self._refilling = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Have a process ready; the last one ends with the block."""
        shutil.rmtree(self._folder, ignore_errors=True)  # of a run that was killed
        self._is_running = True
        try:
            await self._refill()
            yield
        finally:
            self._is_running = False
            async with self._refilling:
                waiting, self._waiting = self._waiting, None
            if waiting:
                await waiting.end()

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[WatchedSession]:
        """A process with the package's scene open; raises RenderFailed or SandboxMissing."""
        waiting = None
        if not manifest.colours:  # one that stands ready has Blender's own, and waits on
            waiting, self._waiting = self._waiting, None
        try:
            started = await self._given(waiting, package, output)
            if started is None:
                renderer = self._renderer.coloured(package, manifest)
                started = await renderer.start(package, output, name_of(output))
            async with self._renderer.loaded(started, manifest) as session:
                await self._refill()  # not before: it would be in the way of the scene
                yield session
        finally:
            if waiting:
                await waiting.end()

    async def _given(self, waiting: _Waiting | None, package: Path, output: Path) -> Started | None:
        """The waiting process with these folders, or None where one has to be started."""
        if waiting is None:
            return None
        try:
            if await waiting.started.is_ready():  # before, its folders may not be mounted
                # Not in a thread, which would go on when this is cancelled, and bring the folder back.
                return waiting.give(package, output, self._renderer.log_path(name_of(output)))
            log.warning("a waiting render process ended by itself; its log is %s", waiting.started.log_path)
        except (OSError, TimeoutError) as error:
            log.warning("a waiting render process can't be used (%s); another is started", error)
        return None

    async def _refill(self) -> None:
        async with self._refilling:
            if self._waiting or not self._is_running:
                return
            number = next(_numbers)
            folder = self._folder / str(number)
            for name in ("package", "output"):
                (folder / name).mkdir(parents=True)
            try:
                parts = (folder / "package", folder / "output", f"ready-{number}")
                started = await self._renderer.start(*parts)
            except (RenderFailed, OSError) as error:  # whoever opens a scene will hear of it
                log.warning("no render process stands ready: %s", error)
                return
            self._waiting = _Waiting(started, folder)
