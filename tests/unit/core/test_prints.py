"""Prints of tiles, edge tiles and whole frames, and the rule by which two of them agree."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from renderchain.core.errors import ContentError
from renderchain.core.prints import (
    BIT_STEPS,
    FULL_AREA,
    LEVELS,
    MAX_BIT_PERCENT,
    MAX_BLOCK_STEPS,
    MAX_LEVEL_STEPS,
    MIN_AREA,
    RECORD_BYTES,
    Pixels,
    TilePrint,
    agree,
    bit_distance,
    level_distance,
    print_of,
)


def noise(height: int, width: int, seed: int = 1) -> Pixels:
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
    *whole, last, low, high = content.felts()
    bits = b"".join(felt.to_bytes(31, "big") for felt in whole) + (last % 2**128).to_bytes(16, "big")
    levels = tuple(part >> 10 * at & 1023 for part in (low, high) for at in range(24))
    return bits, levels, last >> 128


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 150), st.integers(1, 150), st.integers(0, 9), st.floats(2.0**-12, 2.0**12))
def test_every_print_survives_its_record_and_its_felts(
    height: int, width: int, seed: int, brightness: float
) -> None:
    content = print_of(noise(height, width, seed) * np.float32(brightness))
    assert TilePrint.from_bytes(content.to_bytes()) == content
    assert unpacked(content) == (content.bits, content.levels, content.area)
    assert len(content.felts()) == 19 and max(content.felts()) < 2**248
    assert agree(content, content)


def test_a_record_of_wrong_length_level_or_area_is_refused() -> None:
    raw = print_of(noise(64, 64)).to_bytes()
    level, area = 32 + 512, RECORD_BYTES - 2
    for broken in (
        raw[:-1],
        raw + b"\0",
        raw[:level] + LEVELS.to_bytes(2, "little") + raw[level + 2 :],
        raw[:area] + bytes(2),
        raw[:area] + (FULL_AREA + 1).to_bytes(2, "little"),
    ):
        with pytest.raises(ContentError):
            TilePrint.from_bytes(broken)


def test_equal_digests_agree_whatever_the_print_says() -> None:
    content = print_of(noise(64, 64))
    assert agree(content, replace(content, bits=bytes(512), area=MIN_AREA))


def test_bits_agree_up_to_a_share_of_the_tile_and_not_one_more() -> None:
    for content in (print_of(noise(64, 64)), print_of(noise(40, 20))):
        allowed = content.area * MAX_BIT_PERCENT // 100
        assert bit_distance(content, flipped(content, allowed)) == allowed
        assert agree(content, flipped(content, allowed))
        assert not agree(content, flipped(content, allowed + 1))


def test_levels_agree_up_to_a_few_steps_and_not_one_more() -> None:
    content = print_of(noise(64, 64))
    for sign in (1, -1):
        most = sign * MAX_LEVEL_STEPS
        assert level_distance(content, shifted(content, *[most] * 16)) == MAX_LEVEL_STEPS
        assert agree(content, shifted(content, *[most] * 16))
        assert not agree(content, shifted(content, most + sign, most + sign))


def test_one_block_may_be_further_off_but_not_as_far_as_a_logo() -> None:
    content = print_of(noise(64, 64))
    for sign in (1, -1):
        assert agree(content, shifted(content, sign * MAX_BLOCK_STEPS))
        assert not agree(content, shifted(content, sign * (MAX_BLOCK_STEPS + 1)))
        assert not agree(content, shifted(content, sign * MAX_BLOCK_STEPS, MAX_LEVEL_STEPS + 1))


def test_regions_of_other_size_do_not_agree() -> None:
    content = print_of(np.ones((64, 64, 4), np.float32))
    assert not agree(content, replace(content, digest=bytes(32), area=content.area - 1))


@given(st.integers(0, 4096), st.integers(0, 4096))
def test_distance_and_agreement_have_no_sides(one: int, other: int) -> None:
    content = print_of(noise(64, 64))
    mine, theirs = flipped(content, one), replace(flipped(content, other), digest=bytes(31) + b"\1")
    assert bit_distance(mine, theirs) == abs(one - other)
    assert agree(mine, theirs) == agree(theirs, mine)


def test_a_float_s_last_digits_change_few_bits() -> None:
    pixels = noise(64, 64)
    other = print_of(pixels * np.float32(1 + 1e-6))
    assert other.digest != print_of(pixels).digest
    assert bit_distance(print_of(pixels), other) < 10 and agree(print_of(pixels), other)


def test_flat_light_at_the_edge_of_a_step_changes_few_bits() -> None:
    edges = (2.0 ** (np.arange(200) / BIT_STEPS) - 2.0**-8).astype(np.float32)
    for edge in edges:
        below, above = (np.full((64, 64, 4), edge * np.float32(1 + sign * 1e-6)) for sign in (-1, 1))
        assert bit_distance(print_of(below), print_of(above)) < 200


def test_one_firefly_moves_no_level_out_of_bounds() -> None:
    pixels = noise(64, 64)
    spoiled = pixels.copy()
    spoiled[30, 30] = 100.0
    assert agree(print_of(pixels), print_of(spoiled))


def test_other_noise_the_same_light_does_not_agree() -> None:
    assert not agree(print_of(noise(64, 64, 1)), print_of(noise(64, 64, 2)))


def test_other_light_does_not_agree() -> None:
    pixels = noise(64, 64)
    assert not agree(print_of(pixels), print_of(pixels * np.float32(1.1)))


def test_broken_pixels_do_not_break_the_print() -> None:
    pixels = noise(64, 64)
    pixels[3, 3] = (np.nan, np.inf, -np.inf, -1)
    assert agree(print_of(noise(64, 64)), print_of(pixels))
    assert agree(print_of(pixels), print_of(pixels))


def test_an_edge_tile_has_nothing_outside_and_no_levels_of_slivers() -> None:
    content = print_of(noise(40, 20))
    bits = np.unpackbits(np.frombuffer(content.bits, np.uint8)).reshape(64, 64)
    levels = np.array(content.levels).reshape(4, 4, 3)
    assert content.area == 800
    assert not bits[40:].any() and not bits[:, 20:].any()
    assert levels[:3, 0].all() and not levels[3].any() and not levels[:, 1:].any()


def test_a_print_of_several_layers_is_of_their_added_light_and_its_digest_of_each() -> None:
    near, far = noise(64, 64, 1), noise(64, 64, 2)
    both = np.concatenate([near, far], axis=-1)
    content = print_of(both)
    added = near + far
    assert (content.bits, content.levels) == (print_of(added).bits, print_of(added).levels)
    assert content.digest == hashlib.sha256(both.astype("<f4").tobytes()).digest()
    assert print_of(np.concatenate([far, near], axis=-1)).digest != content.digest


@pytest.mark.parametrize("false", [noise(64, 64, 3), np.zeros((64, 64, 4), np.float32)])
def test_one_false_layer_of_two_is_refused(false: Pixels) -> None:
    near, far = noise(64, 64, 1), noise(64, 64, 2)
    content = print_of(np.concatenate([near, far], axis=-1))
    for layers in ((near, false), (false, far)):
        assert not agree(print_of(np.concatenate(layers, axis=-1)), content)


def test_what_a_broken_layer_holds_does_not_hide_another() -> None:
    near, broken = noise(64, 64, 1), np.full((64, 64, 4), np.nan, np.float32)
    content = print_of(np.concatenate([near, broken], axis=-1))
    assert content.bits == print_of(near).bits


def test_a_single_layer_has_the_print_that_it_always_had() -> None:
    content = print_of(noise(64, 64))
    assert content.digest.hex()[:16] == "abf5a3744ac8b9e8"
    assert hashlib.sha256(content.to_bytes()).hexdigest()[:16] == "da818882ba561c65"


def test_a_narrow_edge_tile_counts_as_if_it_had_512_pixels() -> None:
    content = print_of(noise(64, 3))
    assert content.area == MIN_AREA == 512
    assert agree(content, flipped(content, 102))


def test_a_whole_frame_is_sampled_evenly() -> None:
    frame = noise(360, 640)
    content = print_of(frame)
    rows, columns = (np.array([(2 * at + 1) * side // 128 for at in range(64)]) for side in (360, 640))
    assert content.area == FULL_AREA
    assert content.bits == print_of(frame[np.ix_(rows, columns)]).bits


def test_a_whole_frame_s_levels_are_those_of_its_sixteenths() -> None:
    frame = np.zeros((100, 300, 4), np.float32)
    frame[:25, 75:150] = 1.0
    levels = np.array(print_of(frame).levels).reshape(4, 4, 3)
    assert (levels[0, 1] == levels.max()).all() and np.count_nonzero(levels) == 3


def test_one_pixel_of_a_whole_frame_changes_its_digest() -> None:
    frame = noise(100, 300)
    other = frame.copy()
    other[1, 1, 3] += 1
    assert print_of(frame).digest != print_of(other).digest


def test_a_frame_wide_but_not_high_has_a_print() -> None:
    content = print_of(noise(3, 1000))
    assert content.area == FULL_AREA and not any(content.levels[: 4 * 3])
