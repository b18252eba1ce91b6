"""Whether two pictures of one frame are the same: the artist's, and the package's.

Both are rendered on one machine with the same seed, so what is not touched has the same bits, noise and all.
Where most pixels have not, something else shuffled the noise, such as the order of the lights; then only what
is clearly more than noise counts, and how much noise there is, the package's picture with another seed says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .finals import GAMMA
from .pixel_prints import Pixels

SMALL, LARGE = 4, 16  # sides of blocks, in pixels: where the noise is the same, and where it is not
MOST_ROUNDING = 1.5 / 255
MOST_SMALL, MOST_LARGE = 2.0 / 255, 8.0 / 255
MOST_DEVIATIONS = 8.0
SAME_NOISE = 0.5  # of the pixels
Blocks = NDArray[np.float64]


def apart(artist: Pixels, package: Pixels, again: Pixels | None = None, *, is_linear: bool = False) -> str:
    """How they differ, in words; "" if they are the same as far as can be told.

    Without ``again`` a picture with other noise counts as another one: render that, and ask again.
    """
    if artist.shape != package.shape:
        sizes = ["x".join(map(str, (one.shape[1], one.shape[0], one.shape[2]))) for one in (artist, package)]
        return f"size and channels {sizes[1]}, not {sizes[0]}"
    mine, theirs = (_shown(one, is_linear) for one in (artist, package))
    difference = np.abs(mine - theirs)
    if difference.max() <= MOST_ROUNDING:
        return ""
    has_same_noise = float(np.mean(difference.max(axis=-1) <= MOST_ROUNDING)) >= SAME_NOISE
    if has_same_noise:
        worst = _blocks(mine, SMALL) - _blocks(theirs, SMALL)
        excess = np.abs(worst) - MOST_SMALL
    else:
        worst = _blocks(mine, LARGE) - _blocks(theirs, LARGE)
        noise = 0.0 if again is None else _noise(theirs, _shown(again, is_linear))
        excess = np.abs(worst) - MOST_LARGE - MOST_DEVIATIONS * noise
    if excess.max() <= 0:
        return ""
    share = float(np.mean(difference.max(axis=-1) > MOST_ROUNDING))
    return f"{share:.0%} of the pixels, by {255 * np.abs(worst).max():.0f} of 255 where it is most"


def _shown(pixels: Pixels, is_linear: bool) -> Blocks:
    values = np.nan_to_num(pixels.astype(np.float64), nan=-1.0, posinf=1e6, neginf=-1e6)
    if not is_linear:
        return np.clip(values, -1.0, 1.0)
    size = np.abs(values)
    return np.asarray(np.sign(values) * (size / (1 + size)) ** (1 / GAMMA))


def _blocks(values: Blocks, side: int) -> Blocks:
    """Means of blocks; those at the right and lower edge are smaller."""
    rows, columns = (np.arange(0, length, side) for length in values.shape[:2])
    sums = np.add.reduceat(np.add.reduceat(values, rows, axis=0), columns, axis=1)
    heights, widths = np.diff(np.append(rows, values.shape[0])), np.diff(np.append(columns, values.shape[1]))
    return np.asarray(sums / (heights[:, None] * widths[None, :])[..., None])


def _noise(one: Blocks, other: Blocks) -> Blocks:
    """The standard deviation of a difference between two blocks' means that noise alone makes."""
    if one.shape != other.shape:
        return np.zeros(1)
    return np.asarray(np.sqrt(_blocks((one - other) ** 2, LARGE)) / LARGE)
