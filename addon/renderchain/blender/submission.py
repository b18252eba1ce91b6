"""The open scene on its way to the network, for the panel and the command alike."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path

import bpy

from ..app.requester.estimate import JobFrames
from ..app.requester.offer import Offer
from ..app.requester.requester import OnProbed, Requester, unprobed
from ..core.errors import SceneError
from ..core.frame_names import USUAL
from ..core.frames import format_frames
from ..core.ids import BoardJob
from ..core.manifest import Manifest
from ..core.probe import DEFAULT_S
from ..core.proof import DEFAULT_S as PROOF_S
from ..core.scene_finding import errors_in, overridden, told_at_once
from ..core.scratch import Scratch
from ..core.tiles import leaves_of
from ..ports.reporter import Reporter
from .open_file import file_name
from .packing.packer import BlendPacker
from .proving.artist import ArtistsSession
from .proving.other_session import other_session
from .proving.proving import Proving
from .scene_reader import read_scene
from .steps import Steps, all_at_once


def frames_asked(scene: bpy.types.Scene, count: int) -> JobFrames:
    """What of the open scene a job's price depends on."""
    facts = read_scene(scene)
    layers = len(facts.view_layers)
    leaves = leaves_of(facts.width, facts.height, layers)
    return JobFrames(count, leaves, layers, facts.blender_version, facts.engine)


class Submission:
    """Made on Blender's main thread, which it holds only to copy the scene; sent from any thread.

    Without an interface it is sent from the main thread, where it holds Blender for the proof. That takes at
    most ``proof_seconds``, 0 for none, and errors whose names are ``allowed`` do not stop it. The package is
    gone with the submission, unless somebody has a ``place`` for it. Raises SceneError if the scene can't be
    sent.
    """

    def __init__(
        self,
        scene: bpy.types.Scene,
        frames: tuple[int, ...],
        *,
        own_seed: bool,
        name: str = "",
        proof_seconds: int = PROOF_S,
        allowed: Collection[str] = (),
        place: Path | None = None,
    ) -> None:
        all_at_once(self._begin(scene, frames, own_seed, name, proof_seconds, allowed, place))

    @classmethod
    def in_steps(
        cls,
        scene: bpy.types.Scene,
        frames: tuple[int, ...],
        *,
        own_seed: bool,
        name: str = "",
        proof_seconds: int = PROOF_S,
        allowed: Collection[str] = (),
        place: Path | None = None,
    ) -> Steps[Submission]:
        """One that is made in steps, between which Blender goes on; one of them raises what there is."""
        one = cls.__new__(cls)
        yield from one._begin(scene, frames, own_seed, name, proof_seconds, allowed, place)
        return one

    def _begin(
        self,
        scene: bpy.types.Scene,
        frames: tuple[int, ...],
        own_seed: bool,
        name: str,
        proof_seconds: int,
        allowed: Collection[str],
        place: Path | None,
    ) -> Steps[None]:
        self._name = name or file_name()
        self._frames = frames
        self._scratch = Scratch()
        self._folder = place or Path(self._scratch.name) / "package"
        self._proving: Proving | None = None
        self._allowed = allowed
        try:
            packer = BlendPacker(scene, allowed)
            self._prepared = yield from packer.prepared(self._folder, frames, own_seed=own_seed)
            yield
            if proof_seconds:
                artist = ArtistsSession(scene) if bpy.app.background else other_session(scene)
                # The scene is the artist's own; where there is no sandbox it is opened without, scripts off.
                self._proving = Proving(artist, bpy.app.binary_path, proof_seconds, allow_unsandboxed=True)
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
        names: str = USUAL,
        on_probed: OnProbed = unprobed,
    ) -> BoardJob:
        """Pack, probe, pin and pay; returns the job. Can be called once: the package is gone then."""
        with self._scratch:
            for one in self._prepared.findings:
                reporter.say(one.text)
            reporter.say(f"Packing {self._name}, frames {format_frames(self._frames)}")
            manifest = await self._pack(reporter)
            await self._prove(manifest, reporter)
            return await requester.submit(
                self._folder,
                manifest,
                offer,
                name=self._name,
                output=output,
                probe_seconds=probe_seconds,
                names=names,
                on_probed=on_probed,
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
            await asyncio.gather(packing, return_exceptions=True)  # what it raises is known: it was stopped
            raise

    async def _prove(self, manifest: Manifest, reporter: Reporter) -> None:
        """Raise SceneError where the package is not what the artist's Blender makes of the scene."""
        if self._proving is None:
            reporter.say("The package is not proved: whether it is whole shows in the frames that come back.")
            return
        report = await self._proving.run(self._folder, manifest, reporter)
        reporter.say(f"{report.sentence}.")
        findings = overridden(report.findings, self._allowed)
        if errors := errors_in(findings):
            raise SceneError(f"{told_at_once(errors)} Nothing was sent or paid.")
        for one in findings:
            reporter.say(f"The proof: {one.text}")
