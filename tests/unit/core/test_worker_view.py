"""The screen of a worker: what it shows, at any size, whatever it is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.notices import leases, process
from renderchain.core.notices.devices import FamilyOutOfService
from renderchain.core.worker_state import WorkerState
from renderchain.core.worker_view import ALARM, draw, fitted, span

from tests.unit.core.test_notices import ONE_OF_EACH
from tests.unit.core.test_worker_metrics import NOON_S, READY, WaitingFor, lease, told
from tools.view_picture import COLUMNS, NOW_S, ROWS, told_until_now

WHOLE = """\
2026-01-31 13:00:00Z  RenderChain worker-1, Blender 4.5, OPTIX (NVIDIA RTX 4090), up 1 h
Ready

Now      rendering lease 43 of job 3
         [###########.............] 11 of 24 frames, about 3 min 2 s left
         [############............] 64 of 128 samples of frame 12, about 3 s left
Leases   43 of job 3: rendering for 2 min 36 s, 11 of 24 frames
         42 of job 3: in audit, round 0 for 18 min 10 s, 24 of 24 frames
Seats    79 of job 5: round 0 for 4 min 50 s
Audits   declined 1, leaves opened 1, voted 1
Pay      2.4 STRK today, 2.4 since it started; 0.0031 spent on gas
         stake: 50 for work, 6 of it locked; 5 for seats
         59 frames in 13 min 22 s; leases: accepted 1, paid 1

Said last
! 2026-01-31 12:31:40Z warning Lease 78: no vote, because this machine can't look at it in time [job=2 lea
  2026-01-31 12:33:20Z info    Lease 42: 24 frames of job 3 claimed [job=3 lease=42]
  2026-01-31 12:33:24Z info    Lease 42: rendering 24 frames on OPTIX (NVIDIA RTX 4090) [job=3 lease=42]
  2026-01-31 12:39:16Z info    Lease 42: 24 frames submitted [job=3 lease=42]
  2026-01-31 12:41:40Z info    Lease 42 was paid: 1.2 STRK; its stake stays locked until its audit is over
  2026-01-31 12:41:50Z info    Lease 42 is being audited by 3 votes [job=3 lease=42]
  2026-01-31 12:55:00Z info    Opening leaves of lease 42: done in block 8123 for a fee of 0.0031 STRK [tr
  2026-01-31 12:55:10Z info    Verifying lease 79, round 0 [job=5 lease=79]
  2026-01-31 12:57:20Z info    Lease 43: 24 frames of job 3 claimed [job=3 lease=43]
  2026-01-31 12:57:24Z info    Lease 43: rendering 24 frames on OPTIX (NVIDIA RTX 4090) [job=3 lease=43]
"""


def test_the_whole_screen() -> None:
    lines = draw(told_until_now(), NOW_S, COLUMNS, ROWS, name="worker-1")
    assert [line.rstrip() for line in lines] == WHOLE.splitlines()


SMALL = """\
2026-01-01 12:01:00Z  RenderChain, up 1 min
Starting

Now      nothing
Leases   none
Seats    none to vote on
Audits   nothing yet
Pay      0 STRK today, 0 since it started; 0 spent on gas
         0 frames in 0 s; leases: none ended
"""


def test_a_worker_that_has_only_begun() -> None:
    assert draw(WorkerState(NOON_S), NOON_S + 60, 80, 24) == SMALL.splitlines()


def test_what_it_waits_for_stands_above_all() -> None:
    state = told(READY, WaitingFor("the node"))
    lines = draw(state, NOON_S + 101, 80, 24, loop_age_s=45)
    assert lines[1:3] == [
        "! It has stood still for 45 s",
        "! Waiting for the node since 2026-01-01 12:00:01Z (1 min 40 s)",
    ]
    assert lines[-1] == "! 2026-01-01 12:00:01Z warning Waiting for the node"
    assert "It ends" in draw(told(READY, process.Stopped()), NOON_S, 80, 24)


def test_many_leases_are_counted_and_old_progress_is_not_shown() -> None:
    state = told(READY, *(one for number in range(9) for one in lease(number)))
    state.advance("bytes fetched", 5, 0, NOON_S + 100)
    lines = draw(state, NOON_S + 101, 80, 40)
    assert lines[3] == "Now      5 bytes fetched" and lines[9] == "         and 4 more"
    assert draw(state, NOON_S + 200, 80, 40)[3] == "Now      waiting for work"


def test_small_windows_lose_notices_first_and_nothing_is_ever_too_wide() -> None:
    state = told_until_now()
    for height in range(0, 40):
        for width in (0, 1, 20, 79):
            lines = draw(state, NOW_S, width, height)
            assert len(lines) <= height and all(len(line) <= width for line in lines)
    whole = draw(state, NOW_S, 80, 40)
    for height in range(0, 14):
        assert draw(state, NOW_S, 80, height) == whole[:height]
    assert draw(state, NOW_S, 80, 17)[-1] == whole[-1]  # the newest notices are the last to go


def test_a_family_that_is_out_of_service_is_an_alarm() -> None:
    state = told(process.WaitingForWork("4.5", "CPU", "Xeon"), FamilyOutOfService("4.5/cycles/cpu", "Noise."))
    assert f"{ALARM}Nothing of 4.5/cycles/cpu is rendered any more" in draw(state, NOON_S, 80, 24)


@given(st.text(), st.integers(0, 60))
def test_nothing_that_others_wrote_acts_on_the_terminal(text: str, width: int) -> None:
    state = told(process.WaitingForWork(text, text, text), WaitingFor(text), process.Failed(text))
    state.advance(text, 1, 2, NOON_S)
    ids = (JobId(3), LeaseId(5))
    told(leases.RenderStarted(*ids, 2, text, text), state=state)
    for line in draw(state, NOON_S, width, 50, name=text):
        assert line.isprintable()


@pytest.mark.parametrize("notice", ONE_OF_EACH, ids=lambda one: type(one).__name__)
def test_every_kind_of_notice_can_be_shown(notice: object) -> None:
    (known,) = [one for one in ONE_OF_EACH if one is notice]
    assert draw(told(known), NOON_S, 80, 24)


def test_wide_characters_take_two_columns() -> None:
    assert fitted("日本語", 5) == "日本" and fitted("日本語", 6) == "日本語"
    assert fitted("e\u0301e\u0301", 1) == "e\u0301" and fitted("abc", 0) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3661, "1 h 1 min"),
        (86_400, "1 d"),
        (90_000 + 59, "1 d 1 h"),
        (86_400 + 120, "1 d"),
        (40 * 86_400, "40 d"),
    ],
)
def test_times_in_their_two_largest_units(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_amounts_are_shown_to_a_millionth() -> None:
    state = told(leases.LeasePaid(JobId(3), LeaseId(5), 10**18 // 3))
    assert "0.333333 STRK today, 0.333333 since" in "\n".join(draw(state, NOON_S, 80, 24))
    state.stake = leases.StakeSeen(1, 1, 0, 1, 10**18)  # type: ignore[arg-type]
    assert "stake: 0 for work" in "\n".join(draw(replace(state), NOON_S, 80, 24))
