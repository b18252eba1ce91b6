"""What a probe looks at, and what follows from what it saw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from renderchain.core.pixel_prints import print_of
from renderchain.core.print_limits import LEAST, MOST, PrintLimits
from renderchain.core.prints import TilePrint
from renderchain.core.probe import (
    LEAST_S,
    MOST_FRAMES,
    MOST_TILES,
    frames_by_weight,
    history_reason,
    is_wider,
    lease_budget_s,
    leaves_to_compare,
    limits_of,
    spread,
    tile_estimate_s,
)
from renderchain.core.probe_report import MAX_NAME

PIXELS = np.random.default_rng(1).random((64, 64, 4), np.float32)
MINE = print_of(PIXELS)


def off_by(percent: float) -> tuple[TilePrint, TilePrint]:
    """A tile by two kernels, so many of its bits differ."""
    count = round(MINE.area * percent / 100)
    bits = int.from_bytes(MINE.bits, "big") ^ ((1 << count) - 1)
    return MINE, replace(MINE, digest=bytes([1]) * 32, bits=bits.to_bytes(len(MINE.bits), "big"))


def test_the_last_frame_then_the_first_then_where_things_change() -> None:
    assert frames_by_weight(range(1, 101), [40, 7]) == (100, 1, 40, 7)


def test_a_change_between_frames_of_the_job_shows_in_the_next_one() -> None:
    assert frames_by_weight([1, 11, 21, 31], [12]) == (31, 1, 21)


def test_a_change_after_the_last_frame_is_none() -> None:
    assert frames_by_weight([1, 2, 3], [9]) == (3, 1, 2)


def test_frames_are_few_and_different() -> None:
    frames = frames_by_weight(range(1, 1001), [1, 1000, *range(5, 900)])
    assert len(frames) == len(set(frames)) == MOST_FRAMES and frames[:2] == (1000, 1)


def test_one_frame_is_enough_for_a_still() -> None:
    assert frames_by_weight([7], [1, 7, 8]) == (7,)


@pytest.mark.parametrize("count", [1, 2, 5, 6, 7, 1000])
def test_what_is_spread_is_inside_and_different(count: int) -> None:
    chosen = spread(count, MOST_TILES)
    assert len(set(chosen)) == len(chosen) == min(count, MOST_TILES)
    assert chosen[0] >= 0 and chosen[-1] < count


def test_tiles_are_of_several_frames_and_places() -> None:
    chosen = leaves_to_compare([1, 9], 100, whole_frames=False)
    assert len(chosen) == MOST_TILES and {frame for frame, _ in chosen} == {1, 9}
    assert len({leaf for _, (leaf,) in chosen}) == MOST_TILES


def test_small_frames_are_compared_in_all_of_them() -> None:
    chosen = leaves_to_compare([1, 5, 9], 1, whole_frames=False)
    assert set(chosen) == {(1, (0,)), (5, (0,)), (9, (0,))}


@pytest.mark.parametrize(("frames", "leaves"), [([1], 100), ([1, 5, 9], 100), ([1, 9], 1), ([1, 2, 3, 4], 2)])
def test_a_frame_that_is_rendered_whole_is_rendered_once(frames: list[int], leaves: int) -> None:
    chosen = leaves_to_compare(frames, leaves, whole_frames=True)
    assert len({frame for frame, _ in chosen}) == len(chosen)
    assert 0 < sum(len(places) for _, places in chosen) <= MOST_TILES
    assert all(len(set(places)) == len(places) > 0 for _, places in chosen)


def test_equal_bits_need_the_least_limits() -> None:
    assert limits_of([(MINE, MINE)] * 3) == LEAST


@pytest.mark.parametrize(
    ("percents", "limits"),
    [
        ([3.9], PrintLimits(10, 10)),
        ([0, 6], PrintLimits(15, 8)),
        ([0, 0, 0, 8], PrintLimits(20, 5)),
        ([2, 2, 2, 2], PrintLimits(10, 5)),
        ([2.1, 2.1, 2.1, 2.1], PrintLimits(10, 6)),
        ([0, 0, 0, 9], PrintLimits(20, 6)),
        ([7, 7, 7, 9], MOST),
    ],
)
def test_limits_are_two_and_a_half_times_what_was_measured_up_to_the_cap(
    percents: list[float], limits: PrintLimits
) -> None:
    assert limits_of([off_by(percent) for percent in percents]) == limits


@pytest.mark.parametrize("percents", [[0, 0, 0, 16.1], [8.1, 8.1, 8.1], [50, 50]])
def test_where_the_cap_leaves_too_little_there_are_no_limits(percents: list[float]) -> None:
    assert limits_of([off_by(percent) for percent in percents]) is None


def test_limits_are_wider_in_either_number() -> None:
    assert is_wider(PrintLimits(11, 5), LEAST) and is_wider(PrintLimits(10, 6), LEAST)
    assert not is_wider(LEAST, LEAST) and not is_wider(LEAST, MOST)


def test_a_probe_takes_a_part_of_a_lease_but_can_start_at_all() -> None:
    assert lease_budget_s(60, 8, 600.0) == 60
    assert lease_budget_s(60, 8, 5.0) == 20
    assert lease_budget_s(60, 1, 0.1) == LEAST_S
    assert lease_budget_s(5, 8, 600.0) == 5


def test_a_tile_takes_less_than_a_frame_and_more_with_more_samples() -> None:
    tile_s = tile_estimate_s(1920, 1080, 128, whole=False, reduced_s=1.0)
    assert tile_s < tile_estimate_s(1920, 1080, 128, whole=True, reduced_s=1.0)
    assert tile_s < tile_estimate_s(1920, 1080, 4096, whole=False, reduced_s=1.0)
    assert tile_estimate_s(64, 64, 1, whole=False, reduced_s=1.0) >= 1.0


def test_a_name_from_the_scene_can_not_write_over_the_line() -> None:
    reason = history_reason(6, ["Object '\x1b[2J\u202eevil\n" + 500 * "x" + "'"])
    assert reason.sentence.startswith("Frame 6 depends on the frames before it (Object '")
    assert reason.sentence.isprintable() and len(reason.data_block) == MAX_NAME
