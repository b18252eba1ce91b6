"""Frame ranges: what people type comes back exactly, nonsense is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.errors import FrameRangeError
from renderchain.core.frames import format_frames, parse_frames


def test_a_range_with_steps_and_single_frames_is_read_in_order() -> None:
    assert parse_frames("9, 1-3,20-30x5") == (1, 2, 3, 9, 20, 25, 30)
    assert parse_frames("-3--1") == (-3, -2, -1)


@pytest.mark.parametrize("text", ["", "a", "3-1", "1-5x0", "1,,2", "1-100001", "1-60000,70000-130000"])
def test_an_unreadable_or_huge_range_is_refused(text: str) -> None:
    with pytest.raises(FrameRangeError):
        parse_frames(text)


@given(st.sets(st.integers(-500, 5000), min_size=1, max_size=80))
def test_formatted_frames_read_back_the_same(frames: set[int]) -> None:
    ordered = tuple(sorted(frames))
    assert parse_frames(format_frames(ordered)) == ordered
