"""Reading noisy passes, on OpenEXR."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...core.errors import ContentError
from ...core.pixel_prints import Pixels, channel_names


def read_noisy(path: Path) -> Pixels:
    """Pixels of shape (height, width, 4 for each layer), float32, row 0 at the top; raises ContentError."""
    import OpenEXR

    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            channels = file.channels()
            planes = [
                np.asarray(channels[name].pixels, np.float32) for name in channel_names(len(channels) // 4)
            ]
            return np.stack(planes, axis=-1)
    except (RuntimeError, KeyError, ValueError) as error:
        raise ContentError(f"{path.name} is no OpenEXR file of RGBA layers ({error}): refused.") from error
