"""Nothing is claimed that can't be finished here in time, by what was measured."""

from __future__ import annotations

import asyncio
from dataclasses import MISSING, fields, replace

import pytest
from renderchain.app.worker.time_gate import Fit, FrameTimes, TimeGate
from renderchain.core.board_events import LeaseClaimed
from renderchain.core.job import JobInfo, family_of
from renderchain.core.notices.leases import JobSkipped, LeaseOffered, LeaseSubmitted
from renderchain.core.probe_report import ProbeReport

from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World

NUMBERS = range(1, 1 + sum(one.default is MISSING for one in fields(JobInfo)))
JOB = replace(
    JobInfo(*NUMBERS),
    family=family_of((4, 5), "CYCLES", "CPU"),
    tasks=100,
    accepted=0,
    refunded=0,
    held=0,
    longest_lease=8,
    lease_timeout_s=1000,  # of which 800 s may be rendered
)
ON_GPU = family_of((4, 5), "CYCLES", "OPTIX")
SHORT = replace(OFFER, longest_lease=4, window_s=300)


def probed(least_s: float, most_s: float) -> ProbeReport:
    return ProbeReport(least_frame_ms=round(1000 * least_s), frame_ms=round(1000 * most_s))


def fit(job: JobInfo, most: int, report: ProbeReport | None = None, *seconds: float) -> Fit:
    """What the gate says where frames took so long before."""
    times = FrameTimes()
    for one in seconds:
        times.note(job.package_cid, one)
    return TimeGate(times, lambda _: report).fit(job, most)


def test_where_nothing_was_measured_nothing_is_held_against_a_job() -> None:
    assert fit(JOB, 0) == Fit(0) and fit(JOB, 3, probed(0, 0)) == Fit(3)


@pytest.mark.parametrize(
    ("frame_s", "most", "allowed"),
    [(100, 0, 0), (101, 0, 7), (100, 5, 5), (300, 5, 2), (800, 0, 1), (1, 0, 0)],
)
def test_so_many_frames_are_claimed_as_can_be_rendered_in_time(
    frame_s: float, most: int, allowed: int
) -> None:
    assert fit(JOB, most, probed(1, frame_s)) == Fit(allowed)
    assert fit(JOB, most, None, frame_s) == Fit(allowed)


def test_the_last_frames_of_a_job_are_not_counted_as_a_whole_lease() -> None:
    assert fit(replace(JOB, held=98), 0, probed(1, 300)) == Fit(0)


def test_an_estimate_never_keeps_a_worker_from_a_job_only_a_measure_does() -> None:
    assert fit(JOB, 0, probed(700, 5000)) == Fit(1)
    slow = fit(JOB, 0, probed(801, 5000))
    assert slow.most == 0 and "about 801 s here" in slow.too_slow and "in 1000 s" in slow.too_slow


def test_frames_that_were_rendered_say_more_than_a_probe() -> None:
    assert fit(JOB, 0, probed(801, 5000), 20, 20) == Fit(0)
    assert fit(JOB, 0, probed(1, 1), 900).too_slow
    assert fit(JOB, 0, probed(1, 1), 900, 100, 100) == Fit(2), "the newest counts most"


def test_a_probe_on_the_cpu_says_nothing_of_a_gpu() -> None:
    job = replace(JOB, family=ON_GPU)
    assert fit(job, 0, probed(900, 900)) == Fit(0)
    assert fit(job, 0, probed(900, 900), 200) == Fit(4)


def test_a_worker_claims_leases_that_it_can_finish(world: World, artist: Artist, machine: Machine) -> None:
    machine.prober.scene.frame_s = 20.0  # reduced; a whole one is four times as large

    async def life() -> None:
        await artist.submit(8, replace(SHORT, lease_timeout_s=250))
        async with machine.working():
            await asyncio.sleep(2000)

    world.live(life())
    assert {event.count for event in world.network.told(LeaseClaimed)} == {2}
    assert machine.reporter.heard(LeaseOffered)[-1].frame_count == 2, "it was reckoned with what is claimed"
    assert sum(one.frame_count for one in machine.reporter.heard(LeaseSubmitted)) == 8


def test_a_job_that_is_too_slow_here_is_left_to_others_and_said_once(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.prober.scene.frame_s = 30.0

    async def life() -> None:
        await artist.submit(8, replace(SHORT, lease_timeout_s=30))
        async with machine.working():
            await asyncio.sleep(2000)

    world.live(life())
    assert not world.network.told(LeaseClaimed)
    (skipped,) = machine.reporter.heard(JobSkipped)
    assert "left to faster machines" in skipped.reason
