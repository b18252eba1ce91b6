"""A worker's state and numbers out of what it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
from renderchain.core.audit.state import Verdict, Vote
from renderchain.core.ids import BoardLease, JobId, LeaseId, WorkerId
from renderchain.core.lifecycle import LeaseState
from renderchain.core.metrics import exposition
from renderchain.core.notices import Level, Notice, audits, conditions, devices, leases, process, watching
from renderchain.core.worker_metrics import metrics_of
from renderchain.core.worker_state import DAY_S, LAST, MOST, WorkerState
from renderchain.core.worker_view import in_short

from tests.unit.core.exposition_format import Family, parse_exposition
from tests.unit.core.test_notices import FRI, ONE_OF_EACH

NOON_S = 1_767_225_600.0 + DAY_S / 2
READY = process.WaitingForWork("4.5", "OPTIX", 'H200 "big"')


# As others have them.
@dataclass(frozen=True)
class WaitingFor(Notice):
    level: ClassVar[Level] = Level.WARNING
    condition: str

    @property
    def sentence(self) -> str:
        return f"Waiting for {self.condition}"


@dataclass(frozen=True)
class WaitEnded(Notice):
    condition: str

    @property
    def sentence(self) -> str:
        return f"No longer waiting for {self.condition}"


FIVE = BoardLease(0, LeaseId(5))


def ids(lease: int = 5) -> tuple[JobId, LeaseId]:
    return JobId(3), LeaseId(lease)


def told(*notices: Notice, state: WorkerState | None = None, at_s: float = NOON_S) -> WorkerState:
    state = state or WorkerState(NOON_S)
    for number, notice in enumerate(notices):
        state.note(notice, at_s + number)
    return state


def page_of(state: WorkerState, now_s: float = NOON_S + 60) -> dict[str, Family]:
    return parse_exposition(exposition(metrics_of(state, now_s, 0.5, 10**9)))


def value(page: dict[str, Family], name: str, **labels: str) -> float:
    return page[f"renderchain_{name}"].samples[tuple(labels.items())]


def lease(number: int, *ends: Notice) -> list[Notice]:
    """A lease of two frames that is claimed, rendered and submitted."""
    at = ids(number)
    begin = [leases.LeaseClaimed(*at, 16, 2), leases.RenderStarted(*at, 2, "CPU", "Xeon")]
    frames = [leases.FrameRendered(*at, frame, 1.5) for frame in (1, 2)]
    return [*begin, *frames, leases.LeaseSubmitted(*at, 2), *ends]


def test_a_worker_that_has_said_nothing_has_a_page() -> None:
    page = page_of(WorkerState(NOON_S))
    assert value(page, "ready") == 0 and value(page, "frames_rendered_total") == 0
    assert value(page, "free_disk_bytes") == 10**9 and value(page, "loop_age_seconds") == 0.5
    assert "renderchain_worker_info" not in page and "renderchain_stake_fri" not in page
    # What rises later is there at 0 before: who asks for an increase would miss the first else.
    assert value(page, "audit_duties_total", duty="missed") == 0
    assert value(page, "leases_total", outcome="failed") == value(page, "stake_lost_fri_total") == 0
    without = parse_exposition(exposition(metrics_of(WorkerState(NOON_S), NOON_S, 0.0, None)))
    assert "renderchain_free_disk_bytes" not in without


def test_frames_leases_and_pay_are_counted() -> None:
    paid = leases.LeasePaid(*ids(5), 2 * FRI), leases.LeaseAccepted(*ids(5), 0)
    late = leases.LeaseAccepted(*ids(6), FRI)
    lost = leases.LeaseNotAccepted(*ids(7), LeaseState.REJECTED), audits.StakeLost(*ids(7), 7 * FRI)
    state = told(READY, *lease(5, *paid), *lease(6, late), *lease(7, *lost), *lease(8))
    page = page_of(state)
    assert value(page, "frames_rendered_total") == 8 and value(page, "render_seconds_total") == 12
    by_outcome = page["renderchain_leases_total"].samples
    assert {dict(labels)["outcome"]: number for labels, number in by_outcome.items() if number} == {
        "claimed": 4,
        "submitted": 4,
        "paid": 1,
        "accepted": 2,
        "rejected": 1,
    }
    assert value(page, "earned_fri_total") == 3 * FRI and value(page, "stake_lost_fri_total") == 7 * FRI
    assert value(page, "leases_held") == 1 and list(state.held) == [(0, 8)]
    info = {"blender_version": "4.5", "device": "OPTIX", "device_name": 'H200 "big"'}
    assert value(page, "worker_info", **info) == 1


def test_a_worker_of_several_families_is_ready_while_one_is_in_service() -> None:
    newer = process.WaitingForWork("5.2", "OPTIX", "H200")
    state = told(READY, newer)
    page = page_of(state)
    assert len(page["renderchain_worker_info"].samples) == 2
    assert "renderchain_family_out_of_service" not in page
    told(devices.FamilyOutOfService("5.2/cycles/optix", "It makes noise."), state=state)
    page = page_of(state)
    assert value(page, "family_out_of_service", family="5.2/cycles/optix") == 1
    assert state.is_ready and not state.is_out_of_order
    told(devices.FamilyOutOfService("4.5/cycles/optix", "It makes noise."), state=state)
    assert not state.is_ready and state.is_out_of_order


def test_each_lane_says_whether_it_renders_and_for_how_long_it_did() -> None:
    ready = process.WaitingForWork("4.5", "OPTIX", "H200", 3)
    state = told(ready, *lease(5), leases.RenderStarted(*ids(6), 2, "OPTIX", "H200", 2))
    told(leases.FrameRendered(*ids(6), 1, 4.0), leases.FrameRendered(*ids(9), 1, 7.0), state=state)
    page = page_of(state)
    assert [value(page, "lane_rendering", lane=str(lane)) for lane in (1, 2, 3)] == [0, 1, 0]
    assert [value(page, "lane_render_seconds_total", lane=str(lane)) for lane in (1, 2, 3)] == [3, 4, 0]


@pytest.mark.parametrize("over", [leases.SelfTestPassed(*ids(5), 1, 2.0), leases.SelfTestSpared(*ids(5))])
def test_a_lease_is_rendered_until_the_next_one_of_its_lane_is(over: leases.LeaseNotice) -> None:
    state = told(*(leases.RenderStarted(*ids(4 + lane), 2, "CPU", "Xeon", lane) for lane in (1, 2)))
    assert list(state.rendering) == [(0, 5), (0, 6)]
    told(over, state=state)
    assert list(state.rendering) == [(0, 6)] and state.held[FIVE].step == "uploading"
    told(leases.RenderStarted(*ids(7), 2, "CPU", "Xeon", 2), state=state)
    assert list(state.rendering) == [(0, 7)]


def test_leases_of_two_boards_with_one_number_are_two() -> None:
    at = BoardLease(0xB0A2E, LeaseId(5))
    claims = [leases.LeaseClaimed(*ids(), 16, 4), leases.LeaseClaimed(*ids(), 16, 2, board=at.board)]
    state = told(*claims, leases.RenderStarted(*ids(), 2, "CPU", "Xeon", board=at.board))
    assert value(page_of(state), "leases_held") == 2
    assert (state.held[FIVE].step, state.held[at].step) == ("claimed", "rendering")
    told(leases.FrameRendered(*ids(), 1, 4.0, board=at.board), state=state)
    assert (state.held[FIVE].done_count, state.held[at].done_count) == (0, 1)
    told(leases.LeaseGivenBack(*ids(), "no"), state=state)
    assert list(state.held) == list(state.rendering) == [at]
    assert in_short(state).startswith("Rendering lease 5 on board 0xb0a2e: 1 of 2 frames")


def test_transactions_fees_stake_and_the_newest_block() -> None:
    state = told(
        process.TransactionConfirmed("Claiming", 1, 70, FRI // 2),
        process.TransactionReverted("Claiming", 2, 69, FRI // 4, "It is over."),
        process.Withdrawn(16, 3 * FRI),
        leases.StakeSeen(WorkerId(3), 50 * FRI, 10 * FRI, 40 * FRI, 5 * FRI),
    )
    page = page_of(state)
    assert value(page, "gas_fees_fri_total") == FRI * 3 // 4
    assert value(page, "transactions_total", result="reverted") == 1
    assert value(page, "last_transaction_block") == 70
    assert value(page, "paid_out_fri_total") == 3 * FRI
    assert value(page, "stake_fri", purse="free") == 40 * FRI


def test_duties_done_declined_and_missed() -> None:
    seats = [audits.Verifying(*ids(number), 0) for number in (1, 2, 3, 4)]
    state = told(
        *seats,
        audits.VoteRevealed(*ids(1), 0),
        audits.LeavesDiffer(*ids(2), 0, 1, 16, 1, False),
        audits.LeavesDiffer(*ids(2), 0, 1, 16, 1, False),  # of a second seat
        audits.VoteDeclined(*ids(3), 0, Vote.BUSY),
        audits.VoteLost(*ids(4), 0, 2, Vote.SILENT),
        audits.LeavesOpened(*ids(9), 16, 3),
        audits.ResultsRevealed(*ids(9)),
        audits.PrintsCompared(*ids(9), 2),
        audits.VerdictGiven(*ids(9), 0, Verdict.ACCEPTED, 3, 0),
    )
    duties = page_of(state)["renderchain_audit_duties_total"].samples
    assert {dict(labels)["duty"]: number for labels, number in duties.items() if number} == {
        "voted": 2,
        "declined": 1,
        "missed": 1,
        "leaves_opened": 1,
        "key_revealed": 1,
        "prints_compared": 1,
    }
    assert state.seats == {} and value(page_of(state), "verdicts_total", verdict="accepted") == 1


def test_a_worker_that_waits_is_not_ready_until_it_no_longer_does() -> None:
    state = told(READY)
    assert state.is_ready
    told(WaitingFor("the node"), WaitingFor("disk"), WaitingFor("the node"), state=state)
    page = page_of(state, NOON_S + 60)
    assert value(page, "ready") == 0 and value(page, "waiting_seconds", condition="the node") == 60
    told(WaitEnded("the node"), state=state)
    assert list(state.waits) == ["disk"] and not state.is_ready
    told(WaitEnded("disk"), WaitEnded("what nobody waits for"), state=state)
    assert state.is_ready and "renderchain_waiting_seconds" not in page_of(state)
    assert not told(process.Stopped(), state=state).is_ready


def test_a_watchtower_is_ready_once_it_stands_by() -> None:
    state = told(watching.WatchStarted(WorkerId(3), 2))
    assert state.is_ready and "renderchain_worker_info" not in page_of(state)


def test_pay_is_of_today_until_midnight() -> None:
    state = told(leases.LeaseAccepted(*ids(), FRI), at_s=NOON_S)
    assert state.money.earned_on(NOON_S + DAY_S / 2 - 1) == FRI
    assert state.money.earned_on(NOON_S + DAY_S / 2) == 0
    told(leases.LeaseAccepted(*ids(6), 2 * FRI), state=state, at_s=NOON_S + DAY_S)
    assert (state.money.earned_fri, state.money.earned_on(NOON_S + DAY_S)) == (3 * FRI, 2 * FRI)


@pytest.mark.parametrize("notice", ONE_OF_EACH, ids=lambda one: type(one).__name__)
def test_every_kind_is_counted_by_kind_and_level(notice: Notice) -> None:
    state = told(notice)
    counts = page_of(state)["renderchain_notices_total"].samples
    ((labels, number),) = [(labels, number) for labels, number in counts.items() if number]
    assert number == 1 and dict(labels)["level"] == notice.level.value


def test_a_state_stays_small_for_months() -> None:
    state = told(*(leases.LeaseClaimed(*ids(number), 16, 1) for number in range(3 * MOST)))
    told(*(audits.Verifying(*ids(number), 0) for number in range(3 * MOST)), state=state)
    told(*(WaitingFor(f"part {number}") for number in range(3 * MOST)), state=state)
    assert [len(one) for one in (state.held, state.seats, state.waits)] == [MOST] * 3
    assert min(state.held) == (0, 2 * MOST) and len(state.last) == LAST


def test_the_time_that_is_left_is_told_by_the_frames_so_far() -> None:
    state = WorkerState(NOON_S)
    at = ids()
    state.note(leases.LeaseClaimed(*at, 16, 4), NOON_S)
    state.note(leases.RenderStarted(*at, 4, "CPU", "Xeon"), NOON_S)
    assert state.rendering[FIVE].frames.left_s is None
    state.note(leases.FrameRendered(*at, 1, 10.0), NOON_S + 12)
    assert state.rendering[FIVE].frames.left_s == 36
    state.note(leases.LeaseSubmitted(*at, 4), NOON_S + 50)
    assert not state.rendering and state.held[FIVE].step == "submitted"


def test_progress_begins_anew_with_other_work() -> None:
    state = WorkerState(NOON_S)
    for what, done, second in (("bytes", 10, 0), ("bytes", 20, 5), ("bytes", 5, 7), ("frames", 6, 9)):
        state.advance(what, done, 100, NOON_S + second)
        assert state.progress
        began_s = {0: 0, 5: 0, 7: 7, 9: 9}[second]
        assert state.progress.began_s == NOON_S + began_s


def test_the_age_of_the_head_grows_until_the_node_tells_another_one_and_no_line_is_shown() -> None:
    state = told(conditions.HeadSeen("https://a/rpc", 77, NOON_S - 5))
    assert value(page_of(state), "head_age_seconds") == 65 and not state.last
    assert value(page_of(state), "node_in_use", node="https://a/rpc") == 1
    told(conditions.HeadSeen("https://b/rpc", 80, NOON_S + 50), state=state)
    page = page_of(state)
    assert value(page, "head_age_seconds") == 10
    assert list(page["renderchain_node_in_use"].samples) == [(("node", "https://b/rpc"),)]
    assert "renderchain_head_age_seconds" not in page_of(WorkerState(NOON_S))
