"""What a frame takes, reckoned from a small one with few samples."""

from __future__ import annotations

import pytest
from renderchain.core.sketch import Sketch

READ_S, EACH_S = 3.0, 0.02  # what is done once, and a sample of the small frame


def sketch(samples: int, part: float = 0.25) -> Sketch:
    few = min(samples, 16)
    return Sketch(READ_S + EACH_S, READ_S + few * EACH_S, few, samples, part)


@pytest.mark.parametrize("samples", [2, 16, 128, 4096])
def test_what_is_read_once_counts_once_and_samples_by_pixels(samples: int) -> None:
    assert sketch(samples).frame_s == pytest.approx(READ_S + samples * EACH_S / 0.25)


def test_of_a_single_sample_all_grows_with_the_pixels() -> None:
    assert sketch(1).frame_s == pytest.approx((READ_S + EACH_S) / 0.25)


def test_samples_that_a_busy_machine_seems_to_make_faster_take_no_negative_time() -> None:
    assert Sketch(2.0, 1.5, 16, 128, 0.25).frame_s == 2.0


def test_an_answer_is_read_as_it_was_written() -> None:
    assert Sketch.parse(sketch(64).to_json()) == sketch(64)
