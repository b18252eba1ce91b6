"""Results of a worker are checked where they arrive."""

from __future__ import annotations

import pytest
from renderchain.core.errors import ContentError
from renderchain.core.manifest import PackedFile
from renderchain.core.result import FrameFiles, Result, parse_result

FILES = [PackedFile(name, "ab" * 32, 5) for name in ("1.png", "1.noisy.exr", "1.leaves")]
RESULT = Result("4.5.15", "CPU", "a processor", 2**247, (FrameFiles(1, 20, *FILES),))


def test_a_result_survives_its_document() -> None:
    assert parse_result(RESULT.to_bytes(), [1]) == RESULT


def test_a_result_of_other_frames_is_refused() -> None:
    with pytest.raises(ContentError, match="exactly the frames"):
        parse_result(RESULT.to_bytes(), [1, 2])


def test_a_result_that_names_a_file_twice_is_refused() -> None:
    twice = Result("4.5.15", "CPU", "x", 1, (FrameFiles(1, 2, FILES[0], FILES[0], FILES[2]),))
    with pytest.raises(ContentError, match="names one file twice"):
        parse_result(twice.to_bytes(), [1])
