"""Whether a final image is what its noisy pass makes, told from the image made again.

Denoisers do not make the same bits everywhere, and the client guides its own with fewer samples. Over a
block of pixels that averages out, while a logo moves its block and another exposure moves the frame.
docs/verification.md has the measurements behind the two limits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .pixel_prints import Pixels

BLOCK = 16
PPM = 10**6
MOST_SHIFT_PPM = 6_000  # 1.5 of 255
MOST_BLOCK_PPM = 48_000  # 12 of 255
LINEAR_FORMATS = ("OPEN_EXR", "OPEN_EXR_MULTILAYER", "HDR")
GAMMA = 2.2


@dataclass(frozen=True)
class Difference:
    """Of two images, in millionths of full brightness.

    ``shift`` is between the means of the whole frame, ``block`` the largest between two blocks' means.
    """

    shift_ppm: int
    block_ppm: int

    @property
    def is_small(self) -> bool:
        """Whether honest machines differ so."""
        return self.shift_ppm <= MOST_SHIFT_PPM and self.block_ppm <= MOST_BLOCK_PPM

    def __str__(self) -> str:
        shift, block = (number * 255 / PPM for number in (self.shift_ppm, self.block_ppm))
        return f"{shift:.1f} of 255 over all, {block:.1f} where it is most"


def as_shown(pixels: Pixels, file_format: str) -> Pixels:
    """An image's stored values as brightness between 0 and 1, colours times alpha."""
    values = np.nan_to_num(pixels.astype(np.float64), posinf=1e6, neginf=0.0)
    if file_format in LINEAR_FORMATS:
        light = np.clip(values, 0.0, 1e6)
        return np.asarray((light / (1 + light)) ** (1 / GAMMA), np.float32)
    values = np.clip(values, 0.0, 1.0)
    values[..., :3] *= values[..., 3:]
    return values.astype(np.float32)


def difference_of(mine: Pixels, theirs: Pixels) -> Difference:
    """Compare two images of shape (height, width, channels), as shown."""
    if mine.shape != theirs.shape:
        return Difference(PPM, PPM)
    change = mine.astype(np.float64) - theirs.astype(np.float64)
    height, width = (side - side % BLOCK or side for side in change.shape[:2])
    # From both corners, so that every pixel is in a whole block.
    cuts = (change[:height, :width], change[-height:, -width:])
    blocks = max(float(np.abs(_block_means(cut)).max()) for cut in cuts)
    shift = float(np.abs(change.mean(axis=(0, 1))).max())
    return Difference(round(shift * PPM), round(blocks * PPM))


def _block_means(change: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns = (max(1, side // BLOCK) for side in change.shape[:2])
    height, width = (side // count for side, count in zip(change.shape[:2], (rows, columns), strict=True))
    blocks = change.reshape(rows, height, columns, width, -1)
    return np.asarray(blocks.mean(axis=(1, 3)))
