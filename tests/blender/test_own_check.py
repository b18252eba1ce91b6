"""The artist's own check with real render processes: another kernel's honest work, and a cheat's."""

from __future__ import annotations

import asyncio
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.adapters.images.exr import read_noisy
from renderchain.app.requester.own_check import DrawnLeaf, Finding, OwnCheck
from renderchain.core.ids import LeaseId
from renderchain.core.job import JobInfo, family_of
from renderchain.core.notices.checks import LeaseChecked, LeavesFalse
from renderchain.core.pixel_prints import prints_of
from renderchain.ports.renderer import Renderer

from devkit.cheats.renderer import CheatingRenderer
from devkit.fakes.reporter import RecordingReporter
from devkit.renderings import HONEST, OTHER_MACHINE, Renderings

NUMBERS: list[Any] = [*range(24), False]
JOB = replace(JobInfo(*NUMBERS), family=family_of((4, 5), "CYCLES", "CPU"))


def test_real_renderings_pass_by_either_kernel_and_a_cheats_do_not(tmp_path: Path) -> None:
    renderings = Renderings(tmp_path / "renderings")
    said = RecordingReporter()
    check = OwnCheck(
        lambda device: replace(renderings.renderer(), device=device),
        said,
        random.Random(1),
        per_lease=2,
        most_s=3600,  # however slow the machine is
    )

    async def find(worker: Renderer) -> Finding:
        output = tmp_path / "worker"
        shutil.rmtree(output, ignore_errors=True)
        output.mkdir()
        async with worker.open(renderings.package, renderings.manifest, output) as session:
            await session.render(1, lambda _: None)
        prints = prints_of(read_noisy(output / "0001.noisy.exr"), renderings.manifest.regions)
        drawn = [DrawnLeaf(1, index, index, prints[index]) for index in (5, 6)]
        place = (renderings.package, renderings.manifest, drawn, tmp_path / "own-check")
        return (await check.look(JOB, LeaseId(7), *place)).finding

    for kind in (HONEST, OTHER_MACHINE):
        assert asyncio.run(find(renderings.renderer(kind))) is Finding.PASSED, said.said
    assert [one.leaf_count for one in said.heard(LeaseChecked)] == [2, 2]
    cheat = CheatingRenderer(renderings.renderer(), "quarter of the samples")
    assert asyncio.run(find(cheat)) is Finding.FALSE and said.heard(LeavesFalse)


def test_what_keeps_this_machine_from_checking_shows_before_a_job_is_paid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def why_not(device: str) -> str:
        renderer = BlenderRenderer(blender="", device="AUTO", log_folder=tmp_path / "logs")
        check = OwnCheck(
            lambda group: replace(renderer, device=group),
            RecordingReporter(),
            random.Random(1),
            per_lease=2,
            most_s=100,
        )
        return asyncio.run(check.why_not(device, 1.0, 24))

    assert why_not("CPU") == ""
    assert "no METAL device here" in why_not("METAL")  # which no system but Apple's has
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "bubblewrap is missing" in why_not("CPU")
