"""The print of a tile of one layer, made out of its rendered pixels; docs/verification.md has the formula."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .prints import (
    BLOCK,
    BLOCKS_PER_SIDE,
    CHANNELS,
    LEAST_LEVEL,
    MIN_AREA,
    MOSTLY_BROKEN,
    MOSTLY_NEGATIVE,
    NO_BLOCK,
    TilePrint,
)
from .tiles import TILE, Tile, cut_evenly

Pixels = NDArray[np.float32]
Light = NDArray[np.float64]

# An octave. Finer ones see cheaper sampling in calmer scenes, but where paths part on another machine the
# difference does not fall with the samples: steps that follow the noise refused honest work.
BIT_STEPS = 16
LEVEL_STEPS = 64  # an octave
DARKEST, BRIGHTEST = 2.0**-24, 2.0**20
# A tile's reference light leaves out this part of its pixels, the brightest: lamps and fireflies.
LEFT_OUT = 16
# This part of it is added to all light: far below it, honest noise would move logarithms far.
FLOOR_SHARE = 8
LEVEL_OFFSET = LEAST_LEVEL + 27 * LEVEL_STEPS  # the lowest floor is 2^-27
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709
# Each pixel's own offset between 0 and 1: a flat area whose light happens to lie at a step's edge
# must not change all its bits for one float's last digit.
_DITHER = (np.add.outer(29 * np.arange(TILE), 45 * np.arange(TILE)) % TILE + 0.5) / TILE


def crop(pixels: Pixels, tile: Tile) -> Pixels:
    """A tile's pixels out of a frame of shape (height, width, channels), row 0 at the top."""
    return pixels[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width]


def channel_names(layers: int) -> tuple[str, ...]:
    """The channels of a noisy pass with so many layers, in the order of its pixels' last axis."""
    if layers == 1:
        return tuple("RGBA")
    return tuple(f"{layer}.{part}" for layer in range(layers) for part in "RGBA")


def layers_of(pixels: Pixels) -> list[Pixels]:
    """The layers of a noisy pass, or of a part of it, each of shape (height, width, 4)."""
    return [pixels[..., at : at + 4] for at in range(0, pixels.shape[-1], 4)]


def canonical_bytes(pixels: Pixels) -> bytes:
    """Little-endian float32, row by row from the top; of a pixel RGBA."""
    return np.ascontiguousarray(pixels, dtype="<f4").tobytes()


def prints_of(pixels: Pixels, tiles: Sequence[Tile]) -> list[TilePrint]:
    """The prints of a frame's leaves in their order: of each tile, its layers in theirs."""
    return [print_of(layer) for tile in tiles for layer in layers_of(crop(pixels, tile))]


def print_of(pixels: Pixels, steps: int = BIT_STEPS) -> TilePrint:
    """The print of one layer's tile, ``pixels`` of shape (height, width, 4), at most 64 high and wide.

    ``steps`` an octave of light change a bit; another number makes prints that only a benchmark compares.
    Outside a smaller tile bits are 0, and so are the levels of blocks that it has not.
    """
    height, width = pixels.shape[:2]
    light = pixels[..., :CHANNELS].astype(np.float64)
    digest = hashlib.sha256(canonical_bytes(pixels)).digest()
    return TilePrint(digest, _bits_of(light, steps), _levels_of(light), max(MIN_AREA, height * width))


def _bits_of(light: Light, octave_steps: int) -> bytes:
    height, width = light.shape[:2]
    is_finite = np.isfinite(light).all(axis=-1)
    luminance = np.where(is_finite[..., None], light, 0.0) @ LUMINANCE
    size = np.minimum(np.abs(luminance), BRIGHTEST) + DARKEST
    steps = np.floor(octave_steps * np.log2(size) + _DITHER[:height, :width]).astype(np.int64)
    parity = np.zeros((TILE, TILE), np.uint8)
    # Black has only zeros. Were broken or negative pixels like it, black could stand for them.
    parity[:height, :width] = np.where(is_finite, (steps & 1) ^ (luminance < 0), 1)
    return np.packbits(parity.ravel()).tobytes()


def _sizes(light: Light) -> Light:
    return np.asarray(np.minimum(np.abs(np.where(np.isfinite(light), light, 0.0)), BRIGHTEST))


def reference_light(light: Light) -> float:
    """What a tile's levels are measured against: the mean of its pixels but for the brightest sixteenth.

    Of each pixel its brightest channel counts.
    """
    shown = np.sort(_sizes(light).max(axis=-1), axis=None)
    return max(DARKEST, float(shown[: shown.size - shown.size // LEFT_OUT].mean()))


def level_steps(light: Light, reference: float) -> Light:
    """A tile's light, each pixel and channel, on the scale of the levels; what is broken is as if black."""
    return np.asarray(LEVEL_STEPS * np.log2(_sizes(light) + reference / FLOOR_SHARE))


def blocks_of(side: int) -> list[tuple[int, int]]:
    """Where the blocks along a tile's side begin and end: at most 4, about 16 pixels each."""
    return cut_evenly(side, min(BLOCKS_PER_SIDE, max(1, (side + BLOCK // 2) // BLOCK)))


def _levels_of(light: Light) -> tuple[int, ...]:
    # The mean of logarithms: one stray path of a firefly would move a mean of light by many steps.
    height, width = light.shape[:2]
    steps = level_steps(light, reference_light(light))
    levels = np.full((BLOCKS_PER_SIDE, BLOCKS_PER_SIDE, CHANNELS), NO_BLOCK)
    for row, (top, bottom) in enumerate(blocks_of(height)):
        for column, (left, right) in enumerate(blocks_of(width)):
            block = np.s_[top:bottom, left:right]
            for channel in range(CHANNELS):
                shown = light[block][..., channel].ravel(), steps[block][..., channel].ravel()
                levels[row, column, channel] = _level(*shown)
    return tuple(int(level) for level in levels.ravel())


def _level(light: Light, steps: Light) -> int:
    """Of one channel of one block."""
    is_finite = np.isfinite(light)
    if 2 * np.count_nonzero(is_finite) < light.size:
        return MOSTLY_BROKEN
    if 2 * np.count_nonzero(light < 0) > light.size:
        return MOSTLY_NEGATIVE
    return max(LEAST_LEVEL, int(np.floor(steps[is_finite].mean())) + LEVEL_OFFSET)
