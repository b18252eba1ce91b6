"""Prometheus' text format: whatever a label holds, the page stays one that Prometheus reads."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.metrics import Metric, by_label, exposition, single

from tests.unit.core.exposition_format import parse_exposition

NASTY = 'a "quoted" \\ back\nslash\\n'


def test_a_page_has_help_type_and_values() -> None:
    page = exposition(
        [
            single("frames_total", "counter", "Frames.", 3),
            by_label("stake_fri", "gauge", "In fri.", "purse", {"work": 5 * 10**19, "seats": 0.5}),
        ]
    )
    assert page.splitlines() == [
        "# HELP frames_total Frames.",
        "# TYPE frames_total counter",
        "frames_total 3",
        "# HELP stake_fri In fri.",
        "# TYPE stake_fri gauge",
        'stake_fri{purse="work"} 50000000000000000000',
        'stake_fri{purse="seats"} 0.5',
    ]


def test_what_has_no_value_is_left_out() -> None:
    assert exposition([Metric("waits", "gauge", "None.", {})]) == ""


@given(st.dictionaries(st.text(), st.floats()), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_label_any_number_and_any_help_come_through(values: dict[str, float], text: str) -> None:
    page = exposition([by_label("odd", "gauge", text.replace("\r", ""), "name", values)])
    page.encode()
    found = parse_exposition(page)
    if values:
        assert found["odd"].help == text.replace("\r", "")
        read = {dict(labels)["name"]: value for labels, value in found["odd"].samples.items()}
        for name, value in values.items():
            got = read[name.encode(errors="backslashreplace").decode()]
            assert got == value or (math.isnan(got) and math.isnan(value))


def test_escapes_are_those_of_the_format() -> None:
    page = exposition([by_label("odd", "gauge", NASTY, "name", {NASTY: 1.0})])
    assert page.splitlines()[0] == '# HELP odd a "quoted" \\\\ back\\nslash\\\\n'
    assert page.splitlines()[2] == 'odd{name="a \\"quoted\\" \\\\ back\\nslash\\\\n"} 1.0'


@pytest.mark.parametrize("name", ["", "Frames", "frames-done", "9lives", "frames\n", "ünicode"])
def test_a_name_that_prometheus_does_not_take_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="can't be a name"):
        single(name, "gauge", "", 1)
    with pytest.raises(ValueError, match="can't be a name"):
        by_label("fine", "gauge", "", name, {"x": 1})


def test_counters_and_no_others_end_with_total() -> None:
    for name, kind in (("frames", "counter"), ("frames_total", "gauge")):
        with pytest.raises(ValueError, match="_total"):
            single(name, kind, "", 1)  # type: ignore[arg-type]
