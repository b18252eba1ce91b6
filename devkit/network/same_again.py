"""An artist who has one small job after the other done, all of the same package, until it is enough.

The real client follows each job, opens and checks what comes, and pays for it; when node or Kubo are away it
asks again.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TypeVar

from renderchain.app.requester.job_report import JobReport
from renderchain.composition.requester import make_requester
from renderchain.core.errors import RemoteError
from renderchain.core.ids import JobId
from renderchain.core.job import JobInfo, JobTerms
from renderchain.settings import load_settings

from .local import Network, SilentReporter
from .services import REPO

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
_T = TypeVar("_T")
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

    async def work(self, enough: asyncio.Event, at_once: int = 1) -> None:
        """Have jobs done, so many at once, until it is enough and the last one is over."""
        terms = _same_again(await self._job(JobId(1)))
        async with asyncio.TaskGroup() as group:
            for first in (JobId(1), *(None for _ in range(1, at_once))):
                group.create_task(self._one_after_the_other(first, terms, enough))

    async def _one_after_the_other(self, first: JobId | None, terms: JobTerms, enough: asyncio.Event) -> None:
        job_id = await _patiently(lambda: self._create(terms), "for a job") if first is None else first
        while True:
            self.reports[job_id] = await self._follow(job_id)
            if enough.is_set():
                return
            job_id = await _patiently(lambda: self._create(terms), "for a job")

    async def _create(self, terms: JobTerms) -> JobId:
        async with self.network.chain("artist") as chain:
            return await chain.create_job(terms)

    async def _job(self, job_id: JobId) -> JobInfo:
        async with self.network.chain("artist") as chain:
            return await chain.job(job_id)

    async def _follow(self, job_id: JobId) -> JobReport:
        once = {"own_checks": 1, "final_checks": 0}
        settings = load_settings(self.network.settings_file("artist"), once)
        # Names of frames are those of the scene, so each job has a folder.
        folder = self.folder / f"job-{job_id}"
        return await _patiently(
            lambda: make_requester(settings, SilentReporter()).watch(job_id, folder), f"about job {job_id}"
        )


async def _patiently(ask: Callable[[], Awaitable[_T]], what: str) -> _T:
    """The answer; it is asked again when node or Kubo are away."""
    while True:
        try:
            return await ask()
        except RemoteError as error:
            print(f"the artist asks again {what}: {error}")
            await asyncio.sleep(RETRY_S)


def _same_again(job: JobInfo) -> JobTerms:
    known = {one.name for one in fields(JobInfo)}
    return JobTerms(**{one.name: getattr(job, one.name) for one in fields(JobTerms) if one.name in known})
