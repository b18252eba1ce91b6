"""What is said of moving scenes, rendered in order and by jumping."""

from __future__ import annotations

from typing import Any

from research.exactness.order_report import NOTHING_YET, in_order, summary, unlike

EQUAL: dict[str, Any] = {"said": [], "is_refused": False, "tiles": 18, "equal_digests": 18}
EQUAL |= {"most_bits": 0.0, "refused": 0}
OFF = EQUAL | {"equal_digests": 17, "most_bits": 12.5, "refused": 1}
REFUSED = {"said": ["Bake it."], "is_refused": True}
MISSING = {"missing": "not in this Blender (fluids)"}
ROWS = {"plain": EQUAL, "odd": OFF, "cloth": REFUSED, "smoke": MISSING}


def test_kinds_that_differ_and_pass_the_reader_are_wrong() -> None:
    assert unlike(ROWS) == ["odd: in order and by jumping 17 of 18 tiles are equal"]
    assert unlike({"gone": {**REFUSED, "is_refused": False, "failed": "It crashed."}}) == [
        "gone: broke off: It crashed."
    ]


def test_each_kind_has_a_line() -> None:
    lines = in_order(ROWS).splitlines()[2:]
    assert lines == [
        "| plain | passes | 18 of 18 | 0 | 0 |",
        "| odd | passes | 17 of 18 | 12.5 % | 1 |",
        "| cloth | refused |  |  |  |",
        "| smoke |  | not in this Blender (fluids) |  |  |",
    ]


def test_totals_and_sentences_are_said() -> None:
    text = summary(ROWS)
    assert "4 kinds: 2 rendered both ways, 35 of 36 tiles with equal digests; 1 refused" in text
    assert "- cloth: “Bake it.”" in text
    assert summary({}) == NOTHING_YET
