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


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "3-1", "1-5x0", "1,,2", "1-100001", "1-60000,70000-130000"),
        *("1048575", "-1048575--1048570", "1-9999999999x999999999", "9" * 5000, "1-8x" + "9" * 5000),
    ],
)
def test_an_unreadable_or_huge_range_is_refused(text: str) -> None:
    with pytest.raises(FrameRangeError) as refused:
        parse_frames(text)
    assert len(str(refused.value)) < 200


@given(st.sets(st.integers(-500, 5000), min_size=1, max_size=80))
def test_formatted_frames_read_back_the_same(frames: set[int]) -> None:
    ordered = tuple(sorted(frames))
    assert parse_frames(format_frames(ordered)) == ordered


@pytest.mark.parametrize(
    ("frames", "text"),
    [
        ((1, 2, 3), "1-3"),
        ((1, 3, 5), "1,3,5"),
        ((1, 3, 4, 5), "1,3-5"),
        (tuple(range(1, 12, 2)), "1-11x2"),
        ((*range(1, 12, 2), 12, 13), "1-11x2,12-13"),
        ((-9, -6, -3, 0, 3, 50), "-9-3x3,50"),
    ],
)
def test_runs_and_steps_are_joined(frames: tuple[int, ...], text: str) -> None:
    assert format_frames(frames) == text and parse_frames(text) == frames


def test_frames_by_a_step_fit_into_an_argument() -> None:
    """Another Blender that was to look at many frames by a step could not be started: Linux has 128 KiB."""
    assert len(format_frames(tuple(range(1, 200_000, 2)))) < 100


@given(st.integers(-500, 500), st.integers(1, 9), st.integers(1, 60), st.sets(st.integers(-600, 900)))
def test_steps_among_others_read_back_the_same(first: int, step: int, count: int, more: set[int]) -> None:
    ordered = tuple(sorted({*range(first, first + step * count, step), *more}))
    assert parse_frames(format_frames(ordered)) == ordered
