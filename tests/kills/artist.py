"""The artist of a machine that is killed all the time: one small job after the other, until it is enough.

The real client follows each job, opens and checks what comes, and pays for it. It asks the node itself, not
the machine's front; the results come from the machine's Kubo, and when that is away it asks again.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass, field, fields
from pathlib import Path

from renderchain.app.requester.watch_job import JobReport
from renderchain.composition.requester import make_requester
from renderchain.core.errors import RemoteError
from renderchain.core.ids import JobId
from renderchain.core.job import JobInfo, JobTerms
from renderchain.settings import load_settings

from devkit.network.local import Network, SilentReporter
from devkit.network.services import REPO

FRAMES, LEASE, REWARD = 6, 3, "0.5"
SIZE, SAMPLES = 32, 4
BOX = REPO / "tests" / "scenes" / "box.py"
MAKE = """
import runpy, sys, bpy
runpy.run_path(sys.argv[1])
scene = bpy.context.scene
scene.render.resolution_x = scene.render.resolution_y = int(sys.argv[2])
scene.cycles.samples = int(sys.argv[3])
bpy.ops.wm.save_mainfile()
"""
RETRY_S = 1.0
TIMEOUT_S = 240


@dataclass
class Artist:
    """``reports`` are of the jobs that are over."""

    network: Network
    folder: Path
    reports: dict[JobId, JobReport] = field(default_factory=dict)

    def first_job(self) -> JobId:
        """Make a scene and submit it, as anybody does; later jobs are of the same package."""
        blend = self.folder / "box.blend"
        make = [sys.executable, "-c", MAKE, str(BOX), str(SIZE), str(SAMPLES), str(blend)]
        subprocess.run(make, check=True, capture_output=True, timeout=TIMEOUT_S)
        options = ["--frames", f"1-{FRAMES}", "--lease", str(LEASE), "--reward", REWARD]
        options += ["--probe-seconds", "0", "--proof-seconds", "0", "--output", str(self.folder / "first")]
        done = subprocess.run(
            [sys.executable, "-m", "renderchain", "submit", str(blend), *options],
            env={**os.environ, "RENDERCHAIN_CONFIG": str(self.network.settings_file("artist"))},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return JobId(1)

    async def work(self, enough: asyncio.Event) -> None:
        """Have jobs done, one after the other, until it is enough and the last one is over."""
        job_id = JobId(1)
        terms = _same_again(await self._job(job_id))
        while True:
            self.reports[job_id] = await self._follow(job_id)
            if enough.is_set():
                return
            async with self.network.chain("artist") as chain:
                job_id = await chain.create_job(terms)

    async def _job(self, job_id: JobId) -> JobInfo:
        async with self.network.chain("artist") as chain:
            return await chain.job(job_id)

    async def _follow(self, job_id: JobId) -> JobReport:
        once = {"own_checks": 1, "final_checks": 0}
        settings = load_settings(self.network.settings_file("artist"), once)
        while True:
            try:
                # Names of frames are those of the scene, so each job has a folder.
                return await make_requester(settings, SilentReporter()).watch(
                    job_id, self.folder / f"job-{job_id}"
                )
            except RemoteError as error:
                print(f"the artist asks again about job {job_id}: {error}")
                await asyncio.sleep(RETRY_S)


def _same_again(job: JobInfo) -> JobTerms:
    known = {one.name for one in fields(JobInfo)}
    return JobTerms(**{one.name: getattr(job, one.name) for one in fields(JobTerms) if one.name in known})
