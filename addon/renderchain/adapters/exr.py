"""Reading noisy passes, on OpenEXR."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..core.errors import ContentError
from ..core.prints import Pixels


def read_noisy(path: Path) -> Pixels:
    """Pixels of shape (height, width, 4), float32, row 0 at the top; raises ContentError."""
    import OpenEXR

    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            channels = file.channels()
            planes = [np.asarray(channels[name].pixels, np.float32) for name in "RGBA"]
            return np.stack(planes, axis=-1)
    except (RuntimeError, KeyError, ValueError) as error:
        raise ContentError(f"{path.name} is no RGBA OpenEXR file ({error}): refused.") from error
