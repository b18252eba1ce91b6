"""What follows from a feature that keeps tiles from being exact, and how leaves follow it."""

from __future__ import annotations

import pytest
from renderchain.core.exactness import DOUBTFUL, PER_FRAME, UNREPEATABLE, errors_of, leaf_of, warnings_of
from renderchain.core.tiles import Tile, leaf_regions, tiles_of


def test_a_scene_without_such_features_has_leaves_per_tile_and_nothing_to_say() -> None:
    assert leaf_of(()) == "tile"
    assert warnings_of(()) == errors_of(()) == ()


@pytest.mark.parametrize("feature", PER_FRAME)
def test_a_feature_that_is_exact_per_frame_only_makes_whole_frame_leaves_and_is_told(feature: str) -> None:
    assert leaf_of(["motion blur", feature]) == "frame"
    (warning,) = warnings_of([feature])
    assert warning.startswith(PER_FRAME[feature]) and "whole frames" in warning
    assert errors_of([feature]) == ()


@pytest.mark.parametrize("feature", UNREPEATABLE)
def test_a_feature_that_never_repeats_itself_is_refused(feature: str) -> None:
    assert errors_of([feature]) == (UNREPEATABLE[feature],)
    assert warnings_of([feature]) == ()


@pytest.mark.parametrize("feature", DOUBTFUL)
def test_what_only_the_artist_knows_is_a_warning(feature: str) -> None:
    assert leaf_of([feature]) == "tile"
    assert warnings_of([feature]) == (DOUBTFUL[feature],) and errors_of([feature]) == ()


def test_no_feature_has_two_consequences() -> None:
    assert not PER_FRAME.keys() & UNREPEATABLE.keys() | DOUBTFUL.keys() & (PER_FRAME | UNREPEATABLE).keys()


def test_a_frame_with_leaves_per_frame_has_one_that_covers_it() -> None:
    assert leaf_regions(641, 360, "frame") == (Tile(0, 0, 641, 360),)
    assert leaf_regions(641, 360, "tile") == tiles_of(641, 360)
