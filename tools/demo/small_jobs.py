"""The second artist of the demo, with two small jobs of one scene.

    python tools/demo/small_jobs.py FOLDER CONFIG REWARD LONGEST_LEASE AUDIT_EXP

The first is for workers to earn a record with. What is open of the second is taken back once verifiers
rejected somebody's frames.
"""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
from renderchain.app.requester.offer import Offer
from renderchain.app.requester.requester import Requester
from renderchain.blender.console import ConsoleReporter
from renderchain.blender.submission import Submission
from renderchain.composition.requester import make_requester
from renderchain.core.ids import JobId
from renderchain.core.lifecycle import LeaseState
from renderchain.core.money import parse_strk
from renderchain.core.notices import Notice
from renderchain.core.notices.following import FramesBack
from renderchain.settings import load_settings

FIRST, SECOND = tuple(range(1, 9)), (9, 10)  # frames
SIZE = 128  # four tiles
SAMPLES = 16
# Enough also on a busy machine: a record is earned only by the strictest limits, which the probe has to find.
PROBE_S = 180


class Listener(ConsoleReporter):
    """Says that verifiers rejected a lease."""

    def __init__(self) -> None:
        super().__init__()
        self.on_rejected: Callable[[], None] | None = None

    def tell(self, notice: Notice) -> None:
        """Print, and say it."""
        super().tell(notice)
        if isinstance(notice, FramesBack) and notice.state is LeaseState.REJECTED and self.on_rejected:
            self.on_rejected()


def build(blend: Path) -> None:
    """A cube that turns, in the light of Blender's own first scene."""
    bpy.ops.wm.read_factory_settings()
    scene: Any = bpy.context.scene
    cube: Any = bpy.data.objects["Cube"]
    for frame, turn in ((FIRST[0], 0.0), (SECOND[-1], math.pi)):
        cube.rotation_euler = (0.0, 0.0, turn)
        cube.keyframe_insert("rotation_euler", frame=frame)
    scene.render.engine, scene.cycles.device = "CYCLES", "CPU"
    scene.render.resolution_x = scene.render.resolution_y = SIZE
    scene.cycles.samples, scene.cycles.use_adaptive_sampling = SAMPLES, False
    scene.cycles.use_animated_seed = True
    scene.render.image_settings.file_format = "PNG"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), check_existing=False)


def send(
    requester: Requester, offer: Offer, frames: tuple[int, ...], folder: Path, listener: Listener
) -> JobId:
    """Submit frames of the open scene."""
    scene: Any = bpy.context.scene
    submission = Submission(scene, frames, own_seed=False)
    return asyncio.run(submission.send(requester, offer, folder / "frames", listener, PROBE_S)).job_id


async def follow(requester: Requester, job_id: JobId, listener: Listener) -> None:
    """Follow a job to its end; after a rejection take back what is open of it."""
    rejected = asyncio.Event()
    listener.on_rejected = rejected.set
    watching = asyncio.create_task(requester.watch(job_id))
    noticing = asyncio.create_task(rejected.wait())
    try:
        await asyncio.wait((watching, noticing), return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            watching.result()
            return
    finally:
        for task in (watching, noticing):
            task.cancel()
        await asyncio.gather(watching, noticing, return_exceptions=True)
    await requester.cancel(job_id)
    await requester.watch(job_id)


def main(folder: Path, config: Path, reward: str, longest_lease: int, audit_exp: int) -> None:
    """Both jobs, one after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    build(folder / "cube.blend")
    listener = Listener()
    requester = make_requester(load_settings(config), listener)
    offer = Offer(parse_strk(reward), longest_lease=longest_lease, audit_floor_exp=audit_exp)
    for frames in (FIRST, SECOND):
        job_id = send(requester, offer, frames, folder, listener)
        asyncio.run(follow(requester, job_id, listener))


if __name__ == "__main__":
    folder, config, reward, longest_lease, audit_exp = sys.argv[1:6]
    main(Path(folder), Path(config), reward, int(longest_lease), int(audit_exp))
