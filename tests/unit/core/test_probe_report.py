"""A report says what its reasons make of it, and is read back as strictly as anything else."""

from __future__ import annotations

import json

import pytest
from renderchain.core.errors import ContentError
from renderchain.core.print_limits import PrintLimits
from renderchain.core.probe import chaos_reason, history_reason, scene_reason, time_reason
from renderchain.core.probe_report import (
    MAX_SENTENCE,
    ProbeReason,
    ProbeReport,
    ProbeVerdict,
    parse_report,
    printable,
)

FINE, DOUBTFUL, REFUSED = ProbeVerdict.FINE, ProbeVerdict.DOUBTFUL, ProbeVerdict.REFUSED
LATE = time_reason("It was late", 3)
REPORT = ProbeReport((LATE,), PrintLimits(12, 7), True, (1, 6), (("order", 1500), ("jump", 20)))


@pytest.mark.parametrize(
    ("reasons", "verdict"),
    [
        ((), FINE),
        ((LATE,), DOUBTFUL),
        ((LATE, history_reason(6, ())), REFUSED),
        ((chaos_reason(),), REFUSED),
        ((scene_reason("No camera."),), REFUSED),
    ],
)
def test_the_verdict_is_that_of_the_gravest_reason(
    reasons: tuple[ProbeReason, ...], verdict: ProbeVerdict
) -> None:
    assert ProbeReport(reasons).verdict is verdict


def test_who_is_refused_is_not_told_of_the_time() -> None:
    assert ProbeReport((LATE, chaos_reason())).sentences == chaos_reason().sentence
    assert ProbeReport((LATE,)).sentences == LATE.sentence


@pytest.mark.parametrize("report", [REPORT, ProbeReport((history_reason(6, ["Object 'a'"]),), None)])
def test_a_report_survives_its_file(report: ProbeReport) -> None:
    assert parse_report(report.to_bytes()) == report


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("schema", "renderchain/probe/9"),
        ("verdict", "fine"),
        ("limits", {"tile_percent": 90, "mean_percent": 5}),
        ("limits", {"tile_percent": 12}),
        ("frames", [1, 1]),
        ("frames", list(range(65))),
        ("share_openings", 1),
        ("reasons", [{"kind": "mood", "sentence": "", "data_block": "", "frame": None}]),
        ("reasons", [{"kind": "time", "sentence": "", "data_block": "", "frame": "6"}]),
        ("times", [{"part": "order", "ms": -1}]),
    ],
)
def test_a_file_that_was_changed_is_refused(field: str, value: object) -> None:
    body = json.loads(REPORT.to_bytes()) | {field: value}
    with pytest.raises(ContentError):
        parse_report(json.dumps(body).encode())


def test_programs_read_seconds() -> None:
    told = REPORT.as_dict()
    assert told["seconds"] == {"order": 1.5, "jump": 0.02}
    assert told["limits"] == {"tile_percent": 12, "mean_percent": 7}
    assert told["reasons"][0] == {
        "kind": "time",
        "frame": 3,
        "data_block": "",
        "sentence": LATE.sentence,
    }


def test_text_is_one_line_of_bounded_length() -> None:
    assert printable("a\r\n\tb\x00 c") == "a b c"
    assert len(scene_reason("word " * 9999).sentence) <= MAX_SENTENCE
