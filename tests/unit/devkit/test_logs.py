"""Notices found in a log that other programs write into as well."""

from __future__ import annotations

from pathlib import Path

import pytest
from renderchain.core.errors import ContentError
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.notices.leases import LeaseResumed, LeaseSubmitted
from renderchain.core.notices.lines import to_line

from devkit.logs import notices_in, notices_of

IDS = (JobId(3), LeaseId(5))
FIRST, SECOND = LeaseResumed(*IDS), LeaseSubmitted(*IDS, 8)


def test_what_blender_prints_between_is_left_out(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    assert notices_of(log) == []
    text = f"Blender 4.5.3\n{to_line(FIRST, 1.0)}\n\r\n{{}}\nRead blend: {to_line(SECOND, 2.0)}\nquit\n"
    log.write_bytes(text.encode() + b"\xff\n")
    assert notices_of(log) == [FIRST, SECOND]


def test_a_line_that_is_still_written_is_read_the_next_time() -> None:
    text = f"{to_line(FIRST, 1.0)}\n{to_line(SECOND, 2.0)}"
    assert notices_in("") == notices_in(to_line(FIRST, 1.0)) == []
    assert notices_in(text[:-9]) == notices_in(text) == [FIRST]
    assert notices_in(text + "\n") == [FIRST, SECOND]


def test_a_broken_notice_is_no_blank() -> None:
    with pytest.raises(ContentError):
        notices_in(to_line(FIRST, 1.0)[:-9] + "\n")
