"""The open scene on its way to the network, for the panel and the command alike."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import bpy

from ..app.requester.offer import Offer
from ..app.requester.requester import Requester
from ..core.frames import format_frames
from ..core.ids import JobId
from ..core.manifest import Manifest
from ..core.probe import DEFAULT_S
from ..ports.reporter import Reporter
from .packing.packer import BlendPacker


class Submission:
    """Made on Blender's main thread, which it holds only to copy the scene; sent from any thread.

    Raises SceneError if the scene can't be sent.
    """

    def __init__(self, scene: bpy.types.Scene, frames: tuple[int, ...], *, own_seed: bool) -> None:
        self._name = Path(bpy.data.filepath).stem or "untitled"
        self._frames = frames
        self._scratch = tempfile.TemporaryDirectory(prefix="renderchain-")
        self._folder = Path(self._scratch.name) / "package"
        try:
            self._prepared = BlendPacker(scene).prepare(self._folder, frames, own_seed=own_seed)
        except BaseException:
            self._scratch.cleanup()
            raise

    async def send(
        self,
        requester: Requester,
        offer: Offer,
        output: Path,
        reporter: Reporter,
        probe_seconds: int = DEFAULT_S,
    ) -> JobId:
        """Pack, probe, pin and pay; returns the job's id. Can be called once: the package is gone then."""
        with self._scratch:
            for warning in self._prepared.warnings:
                reporter.say(warning)
            reporter.say(f"Packing {self._name}, frames {format_frames(self._frames)}")
            manifest = await self._pack(reporter)
            return await requester.submit(
                self._folder,
                manifest,
                offer,
                name=self._name,
                output=output,
                probe_seconds=probe_seconds,
            )

    async def _pack(self, reporter: Reporter) -> Manifest:
        """Raises SceneError; a task that is cancelled waits for the clean Blender's end."""
        packing = asyncio.create_task(
            asyncio.to_thread(self._prepared.finish, lambda one: reporter.say(one.text))
        )
        try:
            return await asyncio.shield(packing)
        except asyncio.CancelledError:
            self._prepared.stop()
            await asyncio.wait({packing})
            raise
