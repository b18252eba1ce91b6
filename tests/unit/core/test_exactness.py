"""What follows from a feature that keeps tiles from being exact."""

from __future__ import annotations

import pytest
from renderchain.core.exactness import (
    DOUBTFUL,
    PER_FRAME,
    UNREPEATABLE,
    errors_of,
    needs_whole_frames,
    warnings_of,
)


def test_a_scene_without_such_features_has_its_tiles_rendered_alone_and_nothing_to_say() -> None:
    assert not needs_whole_frames(())
    assert warnings_of(()) == errors_of(()) == ()


@pytest.mark.parametrize("feature", PER_FRAME)
def test_with_a_feature_that_is_exact_per_frame_only_frames_are_rendered_whole_and_it_is_told(
    feature: str,
) -> None:
    assert needs_whole_frames(["motion blur", feature])
    (warning,) = warnings_of([feature])
    assert warning.startswith(PER_FRAME[feature]) and "whole frames" in warning
    assert errors_of([feature]) == ()


@pytest.mark.parametrize("feature", UNREPEATABLE)
def test_a_feature_that_never_repeats_itself_is_refused(feature: str) -> None:
    assert errors_of([feature]) == (UNREPEATABLE[feature],)
    assert warnings_of([feature]) == ()


@pytest.mark.parametrize("feature", DOUBTFUL)
def test_what_only_the_artist_knows_is_a_warning(feature: str) -> None:
    assert not needs_whole_frames([feature])
    assert warnings_of([feature]) == (DOUBTFUL[feature],) and errors_of([feature]) == ()


def test_no_feature_has_two_consequences() -> None:
    assert not PER_FRAME.keys() & UNREPEATABLE.keys() | DOUBTFUL.keys() & (PER_FRAME | UNREPEATABLE).keys()
