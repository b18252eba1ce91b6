"""A frame is cut evenly: every pixel is in one tile, and no tile is a strip."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.prints import MIN_AREA
from renderchain.core.tiles import TILE, Tile, leaves_of, tiles_at, tiles_of

SIDES = st.integers(1, 300)


@given(SIDES, SIDES, st.integers(1, 4))
def test_tiles_cover_every_pixel_once_and_are_counted_with_their_layers(
    width: int, height: int, layers: int
) -> None:
    covered = np.zeros((height, width), int)
    tiles = tiles_of(width, height)
    for tile in tiles:
        covered[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width] += 1
    assert (covered == 1).all()
    assert leaves_of(width, height, layers) == layers * len(tiles)


@given(SIDES, SIDES)
def test_no_tile_is_over_64_or_under_32_pixels_a_side_unless_the_frame_is(width: int, height: int) -> None:
    for tile in tiles_of(width, height):
        assert min(width, TILE // 2) <= tile.width <= TILE
        assert min(height, TILE // 2) <= tile.height <= TILE


@pytest.mark.parametrize("size", [(65, 70), (641, 360), (1921, 1081), (129, 33)])
def test_a_frame_just_over_a_tile_has_no_strip_of_few_pixels(size: tuple[int, int]) -> None:
    assert min(tile.width * tile.height for tile in tiles_of(*size)) >= MIN_AREA


def test_tiles_go_row_by_row_from_the_top() -> None:
    assert tiles_of(65, 70) == (
        Tile(0, 0, 32, 35),
        Tile(32, 0, 33, 35),
        Tile(0, 35, 32, 35),
        Tile(32, 35, 33, 35),
    )


def test_a_region_meets_the_tiles_under_it_the_nearest_to_its_middle_first() -> None:
    assert tiles_at(256, 128, Tile(70, 10, 20, 20)) == (1,)
    assert tiles_at(256, 128, Tile(60, 0, 20, 64)) == (1, 0)
    assert set(tiles_at(256, 128, Tile(0, 0, 256, 128))) == set(range(8))
    assert tiles_at(256, 128, Tile(-50, -50, 20, 20)) == ()
    assert tiles_at(256, 128, Tile(130, 70, 60, 60))[0] == 6
    assert tiles_at(1, 1, Tile(0, 0, 1, 1)) == (0,)
