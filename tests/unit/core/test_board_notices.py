"""Notices of a process that works on several boards, each of which numbers jobs and leases by itself."""

from __future__ import annotations

import json

from renderchain.app.upkeep.board_reporter import BoardReporter
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.notices import leases, process
from renderchain.core.notices.lines import parse_notice, to_line, to_text

from devkit.fakes.reporter import RecordingReporter

TIME_S = 1767225600.25
IDS = (JobId(3), LeaseId(5))
BOARD = 2**251 + 17


def test_of_another_board_than_the_first_the_line_says_which() -> None:
    first, other = leases.LeaseClaimed(*IDS, 16, 8), leases.LeaseClaimed(*IDS, 16, 8, board=BOARD)
    heard = RecordingReporter()
    for reporter in (heard, BoardReporter(heard, BOARD)):
        reporter.tell(first)
        reporter.tell(process.BoardFollowed(5))
    assert heard.told == [first, process.BoardFollowed(5), other, process.BoardFollowed(5)]
    assert "board" not in json.loads(to_line(first, TIME_S))
    assert json.loads(to_line(other, TIME_S))["board"] == hex(BOARD)
    assert parse_notice(to_line(other, TIME_S)) == other
    assert to_text(first, TIME_S).endswith("[job=3 lease=5]")
    assert to_text(other, TIME_S).endswith(f"[job=3 lease=5 board={BOARD:#x}]")
