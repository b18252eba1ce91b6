"""Prints of tiles, of each layer its own, and the rule by which they agree."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from renderchain.core.errors import ContentError
from renderchain.core.pixel_prints import BIT_STEPS, Pixels, print_of, prints_of
from renderchain.core.print_limits import LEAST, MOST, PrintLimits
from renderchain.core.prints import (
    FAR,
    FULL_AREA,
    LEVELS,
    MAX_BLOCK_STEPS,
    MAX_LEVEL_STEPS,
    MIN_AREA,
    MOSTLY_BROKEN,
    MOSTLY_NEGATIVE,
    NO_BLOCK,
    RECORD_BYTES,
    TilePrint,
    agree,
    all_agree,
    bit_distance,
    level_distance,
)
from renderchain.core.tiles import tiles_of

BLACK = np.zeros((64, 64, 4), np.float32)


def noise(height: int = 64, width: int = 64, seed: int = 1) -> Pixels:
    return np.random.default_rng(seed).random((height, width, 4), np.float32)


def flipped(content: TilePrint, count: int) -> TilePrint:
    """Another machine's print, ``count`` bits away."""
    bits = np.unpackbits(np.frombuffer(content.bits, np.uint8))
    bits[:count] ^= 1
    return replace(content, digest=bytes(32), bits=np.packbits(bits).tobytes())


def shifted(content: TilePrint, *steps: int) -> TilePrint:
    """So many steps off in the last level of the first blocks."""
    levels = np.array(content.levels)
    levels[2 : 3 * len(steps) : 3] += steps
    return replace(content, digest=bytes(32), levels=tuple(int(level) for level in levels))


def unpacked(content: TilePrint) -> tuple[bytes, tuple[int, ...], int]:
    """What the contract reads out of the felts: bits, levels, area."""
    *whole, last, low, middle, high = content.felts()
    bits = b"".join(felt.to_bytes(31, "big") for felt in whole) + (last % 2**128).to_bytes(16, "big")
    halves = [half for felt in (low, middle, high) for half in (felt % 2**128, felt >> 128)]
    levels = tuple(half >> 12 * at & 4095 for half in halves for at in range(9))
    assert not any(levels[48:])
    return bits, levels[:48], last >> 128


def agrees(mine: Pixels, theirs: Pixels) -> bool:
    """By the widest limits that a job can have."""
    return agree(print_of(mine), print_of(theirs), MOST)


def bits_apart(mine: Pixels, theirs: Pixels) -> float:
    """The share of bits that differ."""
    one = print_of(mine)
    return bit_distance(one, print_of(theirs)) / one.area


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 64), st.integers(1, 64), st.integers(0, 9), st.floats(2.0**-40, 2.0**40), st.booleans())
def test_every_print_survives_its_record_and_its_felts(
    height: int, width: int, seed: int, brightness: float, is_broken: bool
) -> None:
    pixels = noise(height, width, seed) * np.float32(brightness)
    if is_broken:
        pixels[::2, :, 0], pixels[:, ::2, 1] = np.nan, -1
    content = print_of(pixels)
    assert TilePrint.from_bytes(content.to_bytes()) == content
    assert unpacked(content) == (content.bits, content.levels, content.area)
    assert len(content.felts()) == 20 and max(content.felts()) < 2**248
    assert agree(content, replace(content, digest=bytes(32)), LEAST)


def test_a_record_of_wrong_length_level_or_area_is_refused() -> None:
    raw = print_of(noise()).to_bytes()
    level, area = 32 + 512, RECORD_BYTES - 2
    for broken in (
        raw[:-1],
        raw + b"\0",
        raw[:level] + LEVELS.to_bytes(2, "little") + raw[level + 2 :],
        raw[:area] + (MIN_AREA - 1).to_bytes(2, "little"),
        raw[:area] + (FULL_AREA + 1).to_bytes(2, "little"),
    ):
        with pytest.raises(ContentError):
            TilePrint.from_bytes(broken)


def test_equal_digests_agree_whatever_the_print_says() -> None:
    content = print_of(noise())
    assert agree(content, replace(content, bits=bytes(512), area=MIN_AREA), LEAST)


@pytest.mark.parametrize("limits", [LEAST, PrintLimits(13, 7), MOST])
def test_bits_agree_up_to_the_job_s_share_of_the_tile_and_not_one_more(limits: PrintLimits) -> None:
    for content in (print_of(noise()), print_of(noise(40, 20))):
        allowed = content.area * limits.tile_percent // 100
        assert bit_distance(content, flipped(content, allowed)) == allowed
        assert agree(content, flipped(content, allowed), limits)
        assert not agree(content, flipped(content, allowed + 1), limits)


@pytest.mark.parametrize("limits", [LEAST, MOST])
def test_what_each_tile_s_limit_allows_is_refused_on_the_mean(limits: PrintLimits) -> None:
    mine = [print_of(noise(seed=seed)) for seed in range(8)]
    half = FULL_AREA * limits.tile_percent // 100
    assert limits.tile_percent == 2 * limits.mean_percent
    of_half = [flipped(one, half) if at % 2 else one for at, one in enumerate(mine)]
    assert all_agree(mine, of_half, limits)
    of_more = [*of_half[:-2], flipped(mine[-2], 8), of_half[-1]]
    assert all(agree(*pair, limits) for pair in zip(mine, of_more, strict=True))
    assert not all_agree(mine, of_more, limits)


def test_leaves_of_equal_digests_count_for_the_mean_and_one_that_is_apart_is_enough() -> None:
    mine = [print_of(noise(seed=seed)) for seed in range(8)]
    one_off = [flipped(mine[0], FULL_AREA // 10), *mine[1:]]
    assert all_agree(mine, one_off, LEAST) and all_agree([], [], LEAST)
    twice_off = [*one_off[:1], flipped(mine[1], 100), *mine[2:]]
    assert not all_agree(mine, [flipped(one, FULL_AREA // 16) for one in mine], LEAST)
    assert all_agree(mine[:7], [flipped(one, FULL_AREA // 16) for one in mine[:7]], LEAST), (
        "too few for a mean"
    )
    assert all_agree(mine, twice_off, LEAST)
    assert not all_agree(mine, [flipped(mine[0], FULL_AREA // 10 + 1), *mine[1:]], LEAST)


def test_levels_agree_up_to_a_few_steps_and_not_one_more() -> None:
    content = print_of(noise())
    for sign in (1, -1):
        most = sign * MAX_LEVEL_STEPS
        assert level_distance(content, shifted(content, *[most] * 16)) == MAX_LEVEL_STEPS
        assert agree(content, shifted(content, *[most] * 16), LEAST)
        assert not agree(content, shifted(content, most + sign, most + sign), MOST)


def test_one_block_may_be_further_off_but_not_as_far_as_a_logo() -> None:
    content = print_of(noise())
    for sign in (1, -1):
        assert agree(content, shifted(content, sign * MAX_BLOCK_STEPS), LEAST)
        assert not agree(content, shifted(content, sign * (MAX_BLOCK_STEPS + 1)), MOST)
        assert not agree(content, shifted(content, sign * MAX_BLOCK_STEPS, MAX_LEVEL_STEPS + 1), MOST)


@pytest.mark.parametrize("symbol", [NO_BLOCK, MOSTLY_NEGATIVE, MOSTLY_BROKEN])
def test_a_symbol_agrees_with_itself_only(symbol: int) -> None:
    content = print_of(noise())
    one = replace(content, digest=bytes(32), levels=(symbol,) * 48)
    assert agree(one, replace(one, digest=bytes(31) + b"\1"), LEAST)
    for other in {NO_BLOCK, MOSTLY_NEGATIVE, MOSTLY_BROKEN, 1, LEVELS - 3} - {symbol}:
        assert level_distance(one, replace(one, levels=(*one.levels[:-1], other))) == FAR


def test_tiles_of_other_size_or_of_none_do_not_agree() -> None:
    content = print_of(np.ones((64, 64, 4), np.float32))
    assert not agree(content, replace(content, digest=bytes(32), area=content.area - 1), MOST)
    nothing = replace(content, area=0)
    assert not all_agree([nothing], [replace(nothing, digest=bytes(32))], MOST)


@given(st.integers(0, 4096), st.integers(0, 4096))
def test_distance_and_agreement_have_no_sides(one: int, other: int) -> None:
    content = print_of(noise())
    mine, theirs = flipped(content, one), replace(flipped(content, other), digest=bytes(31) + b"\1")
    assert bit_distance(mine, theirs) == abs(one - other)
    assert agree(mine, theirs, LEAST) == agree(theirs, mine, LEAST)


@pytest.mark.parametrize("brightness", [2.0**-20, 1e-3, 1.0, 2.0**18])
def test_a_float_s_last_digits_change_few_bits_in_any_light(brightness: float) -> None:
    pixels = noise() * np.float32(brightness)
    other = print_of(pixels * np.float32(1 + 1e-6))
    assert other.digest != print_of(pixels).digest
    assert bit_distance(print_of(pixels), other) < 10 and agree(print_of(pixels), other, LEAST)


def test_flat_light_at_the_edge_of_a_step_changes_few_bits() -> None:
    edges = (2.0 ** (np.arange(-100, 100) / BIT_STEPS) - 2.0**-24).astype(np.float32)
    for edge in edges:
        below, above = (np.full((64, 64, 4), edge * np.float32(1 + sign * 1e-6)) for sign in (-1, 1))
        assert bit_distance(print_of(below), print_of(above)) < 200
        assert agree(print_of(below), print_of(above), LEAST)


def test_one_firefly_moves_no_level_out_of_bounds_not_even_in_the_dark() -> None:
    for brightness in (1.0, 1e-3):
        pixels = noise() * np.float32(brightness)
        pixels[:40] = 0
        spoiled = pixels.copy()
        spoiled[50, 30] = 10_000.0
        assert agree(print_of(pixels), print_of(spoiled), LEAST)


def test_other_noise_the_same_light_does_not_agree() -> None:
    assert not agrees(noise(seed=1), noise(seed=2))


@pytest.mark.parametrize("brightness", [2.0**-16, 1e-4, 1.0, 300.0, 2.0**18])
def test_other_light_is_refused_in_the_dark_and_in_the_glare_too(brightness: float) -> None:
    pixels = noise() * np.float32(brightness)
    assert agrees(pixels, pixels)
    # Two steps of the bits: they all stay as they are, and only the levels tell.
    brighter = pixels * np.float32(2 ** (2 / BIT_STEPS))
    assert bits_apart(pixels, brighter) < 0.1 and not agrees(pixels, brighter)
    assert not agrees(pixels, np.full_like(pixels, pixels.mean()))
    assert not agrees(pixels, BLACK)


@pytest.mark.parametrize("lamp", [1e3, 1e6])
@pytest.mark.parametrize("place", [(0, 0), (24, 24)])
def test_nothing_hides_beside_a_bright_spot(lamp: float, place: tuple[int, int]) -> None:
    top, left = place
    honest = noise() * np.float32(0.1)
    darker = honest * np.float32(2 ** (-4 / BIT_STEPS))
    black = BLACK.copy()
    for pixels in (honest, darker, black):
        pixels[top : top + 15, left : left + 15] = lamp  # in one block, then in four
    assert not agrees(honest, darker) and not agrees(honest, black)
    assert level_distance(print_of(honest), print_of(darker)) > MAX_LEVEL_STEPS


@pytest.mark.parametrize("false", [BLACK, noise(seed=3) * np.float32(1e-4)])
def test_a_dim_layer_beside_a_bright_one_has_leaves_of_its_own(false: Pixels) -> None:
    bright, dim = noise(seed=1), noise(seed=2) * np.float32(1e-4)
    tiles = tiles_of(64, 64)
    true = prints_of(np.concatenate([bright, dim], axis=-1), tiles)
    shown = prints_of(np.concatenate([bright, false], axis=-1), tiles)
    assert true == [print_of(bright), print_of(dim)]
    assert true[0] == shown[0] and not agree(true[1], shown[1], MOST)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_broken_tile_is_neither_black_nor_any_other(value: float) -> None:
    broken = np.full_like(BLACK, value)
    assert agrees(broken, broken.copy())
    assert bits_apart(broken, BLACK) == 1.0
    for other in (BLACK, noise(), np.full_like(BLACK, 2.0**20), -noise()):
        assert not agrees(broken, other)


def test_negative_light_is_neither_black_nor_its_size() -> None:
    negative = -noise()
    assert agrees(negative, negative.copy())
    assert bits_apart(negative, -negative) == 1.0
    for other in (BLACK, -negative, np.full_like(BLACK, np.nan)):
        assert not agrees(negative, other)


@pytest.mark.parametrize("share", [0.25, 0.5, 1.0])
def test_black_in_place_of_broken_pixels_changes_each_of_their_bits(share: float) -> None:
    pixels = noise()
    rows = int(64 * share)
    pixels[:rows] = 0
    broken = pixels.copy()
    broken[:rows, :, 1] = np.nan
    assert bits_apart(pixels, broken) == share and not agrees(pixels, broken)


def test_a_few_broken_pixels_do_not_break_the_print() -> None:
    pixels = noise()
    pixels[3, 3] = (np.nan, np.inf, -np.inf, -1)
    assert agree(print_of(noise()), print_of(pixels), LEAST)


def blocks(content: TilePrint) -> Sequence[int]:
    """Rows and columns of the blocks that have levels."""
    shown = np.array(content.levels).reshape(4, 4, 3) != NO_BLOCK
    assert (shown.all(axis=-1) == shown.any(axis=-1)).all()
    return [int(shown[:, 0, 0].sum()), int(shown[0, :, 0].sum())]


@pytest.mark.parametrize(
    ("side", "count"), [(1, 1), (23, 1), (24, 2), (32, 2), (39, 2), (40, 3), (55, 3), (56, 4), (64, 4)]
)
def test_a_tile_is_cut_into_even_blocks_of_at_least_12_pixels_a_side(side: int, count: int) -> None:
    assert blocks(print_of(noise(side, 64))) == [count, 4]
    assert blocks(print_of(noise(40, side))) == [3, count]
    assert side // count >= min(side, 12)


def test_a_smaller_tile_has_nothing_outside() -> None:
    content = print_of(noise(40, 20))
    bits = np.unpackbits(np.frombuffer(content.bits, np.uint8)).reshape(64, 64)
    assert content.area == 800
    assert not bits[40:].any() and not bits[:, 20:].any() and bits[:40, :20].any()


def test_a_frame_of_few_pixels_counts_as_if_it_had_512() -> None:
    content = print_of(noise(64, 3))
    assert content.area == MIN_AREA == 512
    assert agree(content, flipped(content, 51), LEAST)


def test_a_known_tile_has_the_print_that_it_always_had() -> None:
    content = print_of(noise())
    assert content.digest.hex()[:16] == "abf5a3744ac8b9e8"
    assert hashlib.sha256(content.to_bytes()).hexdigest()[:16] == "adbf8f19924f14b0"
