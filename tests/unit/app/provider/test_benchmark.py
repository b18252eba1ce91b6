"""What a measurement comes to."""

from __future__ import annotations

import pytest
from renderchain.app.provider.benchmark import Measured


def test_a_unit_is_reckoned_by_the_frame_in_the_middle() -> None:
    found = Measured("CPU", 1.5, (2.0, 9.0, 4.0), 2 * 10**6)
    assert found.unit_s == pytest.approx(2.0)
    assert found.sentence.startswith("2.000 s a reference unit") and "2.00, 9.00, 4.00 s" in found.sentence
