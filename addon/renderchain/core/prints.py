"""What a tile is compared by: the digest of its bytes and the print of its noise and light.

Two machines rarely make the same bits, but they run the same sampler on the same scene, so the
low bits of the noise agree. DESIGN.md §5 has the formula and the first measurements.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ContentError
from .tiles import TILE, Tile

Pixels = NDArray[np.float32]

STEPS_PER_OCTAVE = 64
FLOOR = 2.0**-8
LEVEL_OFFSET = 8 * STEPS_PER_OCTAVE  # so that FLOOR itself becomes level 0
LEVELS = 1024
BLOCK = 16
BLOCKS_PER_SIDE = TILE // BLOCK
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709
BITS_BYTES = TILE * TILE // 8
LEVEL_COUNT = 3 * BLOCKS_PER_SIDE**2
RECORD_BYTES = 32 + BITS_BYTES + 2 * LEVEL_COUNT
FELT_BYTES = 31
LEVEL_BITS = 10


@dataclass(frozen=True)
class TilePrint:
    """Digest (32 bytes), one parity bit a pixel (512 bytes), 48 levels below 1024."""

    digest: bytes
    bits: bytes
    levels: tuple[int, ...]

    def to_bytes(self) -> bytes:
        """The record in a leaves file: digest, bits, levels as little-endian 16 bits; 640 bytes."""
        return self.digest + self.bits + np.array(self.levels, "<u2").tobytes()

    @classmethod
    def from_bytes(cls, raw: bytes) -> TilePrint:
        """The inverse of to_bytes; raises ContentError for a malformed record."""
        if len(raw) != RECORD_BYTES:
            raise ContentError(f"A tile's record has {len(raw)} bytes, not {RECORD_BYTES}: refused.")
        levels = np.frombuffer(raw[32 + BITS_BYTES :], "<u2")
        if int(levels.max()) >= LEVELS:
            raise ContentError(f"A tile's record has a level over {LEVELS - 1}: refused.")
        return cls(raw[:32], raw[32 : 32 + BITS_BYTES], tuple(int(level) for level in levels))

    def felts(self) -> tuple[int, ...]:
        """The print as 19 felts of 31 bytes: bits, then levels of 10 bits each, big-endian."""
        packed = 0
        for level in self.levels:
            packed = packed << LEVEL_BITS | level
        raw = self.bits + packed.to_bytes(LEVEL_COUNT * LEVEL_BITS // 8, "big")
        raw += bytes(-len(raw) % FELT_BYTES)
        chunks = range(0, len(raw), FELT_BYTES)
        return tuple(int.from_bytes(raw[at : at + FELT_BYTES], "big") for at in chunks)


def canonical_bytes(pixels: Pixels) -> bytes:
    """Little-endian float32 RGBA, row by row from the top."""
    return np.ascontiguousarray(pixels, dtype="<f4").tobytes()


def _log_steps(values: NDArray[Any]) -> NDArray[np.int64]:
    # NaN, infinities and negative light come from broken scenes; they must not break the arithmetic.
    finite = np.nan_to_num(values, nan=0.0, posinf=2.0**64, neginf=0.0)
    steps = np.floor(STEPS_PER_OCTAVE * np.log2(np.maximum(finite, 0.0) + FLOOR))
    return np.asarray(steps, np.int64)


def print_of(pixels: Pixels) -> TilePrint:
    """The print of one tile, ``pixels`` of shape (height, width, 4), height and width up to 64.

    Bits and blocks that lie outside a smaller edge tile are 0.
    """
    height, width = pixels.shape[:2]
    colour = np.zeros((TILE, TILE, 3))
    colour[:height, :width] = pixels[..., :3]
    inside = np.zeros((TILE, TILE))
    inside[:height, :width] = 1.0
    parity = (_log_steps(colour @ LUMINANCE) & 1) * inside.astype(np.int64)
    bits = np.packbits(parity.astype(np.uint8).ravel()).tobytes()

    blocks = (BLOCKS_PER_SIDE, BLOCK, BLOCKS_PER_SIDE, BLOCK)
    area = inside.reshape(blocks).sum(axis=(1, 3))
    means = colour.reshape((*blocks, 3)).sum(axis=(1, 3)) / np.maximum(area, 1.0)[..., None]
    levels = np.clip(_log_steps(means) + LEVEL_OFFSET, 0, LEVELS - 1)
    levels[area == 0] = 0
    digest = hashlib.sha256(canonical_bytes(pixels)).digest()
    return TilePrint(digest, bits, tuple(int(level) for level in levels.ravel()))


def crop(pixels: Pixels, tile: Tile) -> Pixels:
    """A tile's pixels out of a frame of shape (height, width, 4), row 0 at the top."""
    return pixels[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width]


def split_records(raw: bytes) -> tuple[TilePrint, ...]:
    """The prints in a frame's leaves file; raises ContentError."""
    if len(raw) % RECORD_BYTES:
        raise ContentError(f"A leaves file has {len(raw)} bytes, no multiple of {RECORD_BYTES}: refused.")
    records = (raw[at : at + RECORD_BYTES] for at in range(0, len(raw), RECORD_BYTES))
    return tuple(TilePrint.from_bytes(record) for record in records)
