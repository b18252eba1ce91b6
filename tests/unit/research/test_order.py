"""What is said of moving scenes, rendered in order and by jumping."""

from __future__ import annotations

import pytest

from research.exactness.order_report import NOTHING_YET, Row, in_order, summary, unlike

EQUAL: Row = {"said": [], "is_refused": False, "tiles": 18, "equal_digests": 18}
EQUAL |= {"most_bits": 0.0, "refused": 0, "is_mean_refused": False}
WITHIN: Row = {"limits": {"tile_percent": 10, "mean_percent": 9}, "kernels_tiles": 18, "kernels_refused": 0}
WITHIN |= {"kernels_most_bits": 3.5, "kernels_most_steps": 1, "kernels_is_mean_refused": False}
OFF = EQUAL | {"equal_digests": 17, "most_bits": 12.5, "refused": 1}
REFUSED = {"said": ["Bake it."], "is_refused": True}
MISSING = {"missing": "not in this Blender (fluids)"}
ROWS = {"plain": EQUAL, "odd": OFF, "cloth": REFUSED, "smoke": MISSING}


def test_kinds_that_pass_the_reader_and_would_be_refused_are_wrong() -> None:
    assert unlike(ROWS) == ["odd: in order and by jumping 1 of 18 tiles are refused"]
    assert unlike({"gone": {**REFUSED, "is_refused": False, "failed": "It crashed."}}) == [
        "gone: broke off: It crashed."
    ]


def test_each_kind_has_a_line() -> None:
    lines = in_order(ROWS).splitlines()[2:]
    assert lines == [
        "| plain | passes | 18 of 18 | 0 | 0 |  |  |  |  |",
        "| odd | passes | 17 of 18 | 12.5 % | 1 |  |  |  |  |",
        "| cloth | refused |  |  |  |  |  |  |  |",
        "| smoke |  | not in this Blender (fluids) |  |  |  |  |  |  |",
    ]


def test_the_other_kernel_has_its_columns() -> None:
    rows = {"plain": EQUAL | WITHIN, "chaos": EQUAL | WITHIN | {"limits": None}}
    assert [line.split(" | ")[5:] for line in in_order(rows).splitlines()[2:]] == [
        ["3.5 %", "1", "10, 9", "0 |"],
        ["3.5 %", "1", "trusted workers only", " |"],
    ]
    assert "2 kinds; the probe's limits leave 1 to trusted workers, and of the 18 tiles" in summary(rows)


@pytest.mark.parametrize("off", [{"kernels_refused": 1}, {"kernels_is_mean_refused": True}])
def test_tiles_outside_of_the_probes_limits_are_wrong(off: Row) -> None:
    assert unlike({"odd": EQUAL | WITHIN | off}) == [
        "odd: the other kernel's tiles are outside of the probe's limits"
    ]
    assert unlike({"plain": EQUAL | WITHIN, "chaos": EQUAL | WITHIN | off | {"limits": None}}) == []
    assert unlike({"gone": EQUAL | {"kernels_failed": "It crashed."}}) == [
        "gone: broke off with the other kernel: It crashed."
    ]


def test_totals_and_sentences_are_said() -> None:
    text = summary(ROWS)
    assert "4 kinds: 2 rendered both ways, 35 of 36 tiles with equal digests; 1 refused" in text
    assert "- cloth: “Bake it.”" in text
    assert summary({}) == NOTHING_YET
