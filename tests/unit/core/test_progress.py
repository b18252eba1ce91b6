"""How far something is: units that people read, and never more than all of it."""

from __future__ import annotations

import pytest
from renderchain.core.progress import progress_text, share_done, size_text


@pytest.mark.parametrize(
    ("what", "done", "total", "text"),
    [
        ("frames rendered", 3, 8, "3 of 8 frames rendered"),
        ("frames rendered", 3, 0, "3 frames rendered"),
        ("bytes uploaded", 582_342, 581_708, "581.71 of 581.71 kB uploaded"),
        ("bytes uploaded", 582_342, 1_200_000, "0.58 of 1.20 MB uploaded"),
        ("bytes uploaded", 2_500_000_000, 5_000_000_000, "2.50 of 5.00 GB uploaded"),
        ("bytes", 12, 0, "12 bytes"),
    ],
)
def test_progress_is_said_in_words(what: str, done: int, total: int, text: str) -> None:
    assert progress_text(what, done, total) == text


def test_a_share_stays_between_nothing_and_all() -> None:
    assert [share_done(*one) for one in ((0, 0), (-1, 4), (1, 4), (5, 4))] == [0, 0, 0.25, 1]


def test_a_size_has_one_unit() -> None:
    assert (size_text(999), size_text(1_234_567)) == ("999 bytes", "1.23 MB")
