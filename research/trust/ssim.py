"""The known alternative: structural similarity of crops (Wang et al. 2004), mean over windows of 8x8."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from renderchain.core.pixel_prints import LUMINANCE, Pixels

Image = NDArray[np.float64]
WINDOW = 8
C1, C2 = 0.01**2, 0.03**2


def ssim(one: Pixels, other: Pixels) -> float:
    """Of the images as somebody would see them: luminance, gamma-encoded, clipped at white."""
    a, b = (_windows(_seen(pixels)) for pixels in (one, other))
    means = a.mean(axis=1), b.mean(axis=1)
    spread = a.var(axis=1), b.var(axis=1)
    shared = ((a - means[0][:, None]) * (b - means[1][:, None])).mean(axis=1)
    light = (2 * means[0] * means[1] + C1) / (means[0] ** 2 + means[1] ** 2 + C1)
    return float(np.mean(light * (2 * shared + C2) / (spread[0] + spread[1] + C2)))


def _seen(pixels: Pixels) -> Image:
    light = pixels[..., :3].astype(np.float64) @ LUMINANCE
    return np.asarray(np.clip(light, 0, 1) ** (1 / 2.2))


def _windows(image: Image) -> Image:
    height, width = (side // WINDOW * WINDOW for side in image.shape)
    cut = image[:height, :width].reshape(height // WINDOW, WINDOW, width // WINDOW, WINDOW)
    return np.asarray(cut.swapaxes(1, 2).reshape(-1, WINDOW * WINDOW))
