"""Where a .blend file is cut into pieces, so that a file with a change has nearly the same pieces.

Cuts are where blocks begin, and which of these are cuts depends on a block's address and size and on the size
of the one before, on nothing else: a block more or less moves no other cut. A long block is cut off on both
sides, then every ``MOST_BYTES``.
"""

from __future__ import annotations

import numpy as np

from .layout import Layout, Longs

USUAL_BYTES = 2**16  # of a piece, twice the mean
MOST_USUAL = 2**15  # pieces of that size; those of larger files are larger
MOST_BYTES = 2**20
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # spreads what follows each other evenly over all 64 bits
HALF = np.uint64(32)


def cuts(layout: Layout, size_bytes: int) -> Longs:
    """Where pieces start, and the file's end behind the last."""
    usual_bytes = max(USUAL_BYTES, 1 << (size_bytes // MOST_USUAL).bit_length())
    sizes = layout.lengths + layout.header_bytes
    chance = (sizes[1:] + sizes[:-1]) * (2**32 // usual_bytes)
    lots = ((layout.addresses[1:] * SPREAD) >> HALF).astype(np.int64)
    edges = np.concatenate([[0], layout.starts[1:][lots < chance], [size_bytes]])
    lengths = np.diff(edges)
    counts = np.maximum(-(-lengths // MOST_BYTES), 1)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.append(np.repeat(edges[:-1], counts) + within * MOST_BYTES, size_bytes)
