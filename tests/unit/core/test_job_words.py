"""How a job stands, in the artist's words."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from renderchain.core.artist_job import REFUSED, SENDING, JobEntry, JobOverview, KeptFrame
from renderchain.core.board_events import BoardEvent, JobClosed, LeaseAccepted, LeaseClaimed, ResultSubmitted
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.job import JobInfo, LeaseResult
from renderchain.core.job_progress import JobProgress
from renderchain.core.job_words import marks, money, standing, summary
from renderchain.core.notices.checks import LeavesFalse
from renderchain.core.notices.following import JobWaits

FRI = 10**18
JOB, LEASE = JobId(33554433), LeaseId(1 << 40)
NOTHING: dict[str, Any] = {one.name: 0 for one in fields(JobInfo)}
INFO = JobInfo(**{**NOTHING, "job_id": JOB, "tasks": 4, "reward_fri": FRI // 10, "stopped": False})
ENTRY = JobEntry(2, 9, JOB, "town", "bafy", "/frames", 0, "active", "1-4")
DONE: list[BoardEvent] = [
    LeaseClaimed(5, JOB, LEASE, 7, 0, 2, 0, 0, 0),
    ResultSubmitted(6, JOB, LEASE, 2, LeaseResult(7, 0, 0, 0)),
    LeaseAccepted(7, JOB, LEASE, 8, FRI // 5),
]
ONE = JobOverview(ENTRY, INFO, JobProgress.of(DONE))


def test_what_is_done_is_paid_and_is_left_is_said() -> None:
    busy = [*DONE, LeaseClaimed(8, JOB, LeaseId(2 << 40), 8, 2, 2, 0, 0, 0)]
    one = replace(ONE, progress=JobProgress.of(busy), left_s=200.0)
    assert standing(one) == "2 of 4 frames are done; 1 worker renders 2 more; about 4 minutes are left."
    waits = JobWaits(JOB, 1, 1, "")  # as was read before the worker came
    assert standing(replace(one, waits=waits)) == standing(one)
    assert money(one) == "0.2 of 0.4 STRK are paid to workers."
    assert summary(one) == "0.2 STRK · 4 minutes · 1 worker"


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (JobOverview(replace(ENTRY, job_id=JobId(0), state=SENDING)), "It is being sent; the network"),
        (JobOverview(replace(ENTRY, job_id=JobId(0), state=REFUSED)), "The network refused it, or"),
        (replace(ONE, job=replace(INFO, accepted=4)), "Done: 4 frames for 0.2 STRK."),
        (replace(ONE, job=replace(INFO, stopped=True)), "Canceled: 2 of 4 frames came."),
        (
            replace(ONE, waits=JobWaits(JOB, 0, 1, "1 wants 0.2 STRK a frame")),
            "2 of 4 frames are done. It waits: 0 of 1 worker fit: 1 wants 0.2 STRK a frame.",
        ),
    ],
)
def test_each_state_has_its_words(one: JobOverview, sentence: str) -> None:
    assert standing(one).startswith(sentence)


def test_frames_that_lack_or_are_doubted_are_named_once_they_are_due() -> None:
    kept = KeptFrame(1, LEASE, 7, 7, "/frames/0001.png", "", 1)
    running = replace(ONE, kept=(kept,), notes=(LeavesFalse(JOB, LEASE, (0,), 1.0),))
    assert marks(running) == ["Missing: 2", "Doubted: 1"]  # of those that were delivered
    over = replace(running, progress=JobProgress.of([*DONE, JobClosed(9, JOB, 0)]))
    assert marks(over) == ["Missing: 2-4", "Doubted: 1"]
    assert marks(replace(over, entry=replace(ENTRY, frames=""))) == ["Doubted: 1"]
