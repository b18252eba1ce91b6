"""Which of the lines that Blender prints complain of the scene."""

from __future__ import annotations

import pytest
from renderchain.core.proof_log import MOST_LINE, MOST_LINES, complaints_in


@pytest.mark.parametrize(
    "line",
    [
        "Warning: Cannot open file '/package/tex/a.png': No such file or directory",
        "blend | WARN Failed to load library: //lib.blend",
        "IMB_ibImageFromFile: couldn't open a.exr",
        "Unable to find texture a.tx",
        "Error: the file 'x.abc' does not exist",
    ],
)
def test_a_missing_or_unreadable_thing_is_a_complaint(line: str) -> None:
    assert complaints_in(["Read blend: /package/film.blend", line, line]) == (line,)


@pytest.mark.parametrize(
    "line",
    [
        "Fontconfig error: Cannot load default config file: No such file: (null)",
        "ALSA lib conf.c: Cannot find card 0",
        "Fra:1 Mem:10M | Rendered 4/4",
        "Saved: '/output/0001.png'",
        "Warning: libGL could not load driver",
    ],
)
def test_what_is_about_the_machine_or_no_complaint_is_left_out(line: str) -> None:
    assert complaints_in([line]) == ()


def test_lines_are_bounded_and_fit_to_be_shown() -> None:
    many = [f"file {number} not found \x1b[2J{'x' * 4000}" for number in range(1000)]
    found = complaints_in(many)
    assert len(found) == MOST_LINES
    assert all(len(one) <= MOST_LINE and one.isprintable() for one in found)
