"""Lines of notices: what programs refuse to read, and what people read."""

from __future__ import annotations

import json

import pytest
from renderchain.core.errors import ContentError
from renderchain.core.ids import LeaseId
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices import Notice, audits, leases, process
from renderchain.core.notices.lines import kind_of, parse_notice, to_line, to_text

from tests.unit.core.test_notices import FRI, ONE_OF_EACH, SMALL, TIME_S

LINE = to_line(leases.FrameRendered(*SMALL, 12, 3.25), TIME_S)


@pytest.mark.parametrize(
    "change",
    [
        {"frame": "12"},
        {"frame": True},
        {"frame": 12.0},
        {"frame": None},
        {"lease_id": 5},
        {"lease_id": "five"},
        {"render_s": 3},
        {"kind": "frame_imagined"},
        {"kind": "lease_notice"},
        {"kind": ["frame_rendered"]},
        {"level": "loud"},
        {"time": "yesterday"},
        {"time": 5},
        {"sentence": 5},
        {"name": 5},
        {"more": 1},
    ],
)
def test_a_line_that_we_would_not_write_is_refused(change: dict[str, object]) -> None:
    assert parse_notice(LINE) == leases.FrameRendered(*SMALL, 12, 3.25)
    with pytest.raises(ContentError):
        parse_notice(json.dumps(json.loads(LINE) | change))


@pytest.mark.parametrize("missing", ["time", "kind", "level", "sentence", "frame"])
def test_a_line_that_lacks_something_is_refused(missing: str) -> None:
    body = json.loads(LINE)
    del body[missing]
    with pytest.raises(ContentError):
        parse_notice(json.dumps(body))


@pytest.mark.parametrize("line", ["", "12:00:00 Stopped", "[]", "5", LINE[:-1], LINE + LINE])
def test_what_is_no_notice_at_all_is_refused(line: str) -> None:
    with pytest.raises(ContentError):
        parse_notice(line)


def test_states_and_lists_are_checked_too() -> None:
    challenged = json.loads(to_line(audits.Challenged(LeaseId(5), (1, 2)), TIME_S))
    ended = json.loads(to_line(leases.LeaseNotAccepted(*SMALL, LeaseState.EXPIRED), TIME_S))
    for body in (challenged | {"leaves": ["1"]}, challenged | {"leaves": 1}, ended | {"state": "gone"}):
        with pytest.raises(ContentError):
            parse_notice(json.dumps(body))


def test_people_read_date_level_sentence_and_ids() -> None:
    submitted = leases.LeaseSubmitted(*SMALL, 8)
    shown = "2026-01-01 00:00:00Z info    worker-1: Lease 5: 8 frames submitted [job=3 lease=5]"
    assert to_text(submitted, TIME_S, "worker-1") == shown
    reverted = process.TransactionReverted("Claiming", 255, 7, FRI, "It is over.")
    line = to_text(reverted, TIME_S)
    assert line.startswith("2026-01-01 00:00:00Z warning Claiming: ") and line.endswith(" [transaction=0xff]")
    assert to_text(process.Stopped(), TIME_S) == "2026-01-01 00:00:00Z info    Stopped"


@pytest.mark.parametrize("notice", ONE_OF_EACH, ids=lambda one: kind_of(type(one)))
def test_the_ids_that_a_notice_has_are_in_its_line_for_people(notice: Notice) -> None:
    line = to_text(notice, TIME_S)
    for field, short in (("job_id", "job"), ("lease_id", "lease"), ("transaction", "transaction")):
        value = getattr(notice, field, None)
        shown = hex(value) if field == "transaction" and value is not None else value
        assert (f"{short}={shown}" in line) == (value is not None)


def test_no_terminal_acts_on_a_line_for_people() -> None:
    nasty = "\x1b]0;title\x07\x1b[2J\r\nfake line\u202egnp.exe\u2028\x9b1m\x00\udcff"
    for line in (
        to_text(process.Remark(nasty), TIME_S, nasty),
        to_text(process.Remark("ok"), TIME_S, "", nasty),
        to_text(process.Logged(nasty, nasty), TIME_S),
    ):
        assert line.isprintable() and len(line.splitlines()) == 1
        assert "\\x1b]0;title\\x07" in line and "\\u202e" in line and "\\udcff" in line


def test_a_sentence_without_end_is_cut_for_people() -> None:
    line = to_text(process.Failed("x" * 10**6), TIME_S)
    assert len(line) < 9_000 and line.endswith("(992000 more characters)")
