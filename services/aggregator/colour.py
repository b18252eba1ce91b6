"""Frames as Blender shows them: its own OCIO configuration, applied by OpenImageIO.

Runs in the sandboxed child, for what it opens was made by others.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO
from numpy.typing import NDArray
from renderchain.core.errors import ContentError
from renderchain.core.finals import GAMMA, LINEAR_FORMATS
from renderchain.core.pixel_prints import Pixels

from .colour_settings import Colour

LINEAR = "Linear Rec.709"
STANDARD = "Standard"  # which every configuration of Blender's has
COMBINED = (".Combined.R", ".Combined.G", ".Combined.B")  # of a file with all passes
MOST_IMAGE_MB = 4096
LEAST_GAMMA = 1e-6


def read_frame(path: Path, width: int, height: int) -> Pixels:
    """A frame's red, green and blue, row 0 at the top, as the file has them; raises ContentError."""
    OpenImageIO.attribute("threads", 1)
    OpenImageIO.attribute("limits:imagesize_MB", MOST_IMAGE_MB)
    found = OpenImageIO.ImageInput.open(str(path))
    if found is None:
        raise ContentError(f"{path.name} is no image that can be shown ({OpenImageIO.geterror()[:200]}).")
    try:
        spec = found.spec()
        if (spec.width, spec.height) != (width, height):
            raise ContentError(
                f"{path.name} has {spec.width}x{spec.height} pixels, not {width}x{height}: refused."
            )
        channels = _colours(list(spec.channelnames))
        pixels = found.read_image(0, 0, 0, spec.nchannels, OpenImageIO.FLOAT)
        if pixels is None:
            raise ContentError(f"{path.name} is no whole image ({found.geterror()[:200]}).")
    finally:
        found.close()
    return np.asarray(pixels, np.float32).reshape(height, width, -1)[..., channels]


def _colours(names: list[str]) -> list[int]:
    """Where red, green and blue are among a file's channels; grey is all three."""
    for wanted in (("R", "G", "B"), ("r", "g", "b")):
        if all(one in names for one in wanted):
            return [names.index(one) for one in wanted]
    ends = [[at for at, name in enumerate(names) if name.endswith(end)] for end in COMBINED]
    if all(ends):
        return [one[0] for one in ends]
    return [0, 1, 2] if len(names) > 2 else [0, 0, 0]


def linear(pixels: Pixels, file_format: str) -> Pixels:
    """As light: what is stored as it is shown is about this much."""
    if file_format in LINEAR_FORMATS:
        return pixels
    return np.asarray(np.maximum(pixels, 0.0) ** GAMMA, np.float32)


def shown_somehow(
    pixels: Pixels, file_format: str, colour: Colour, config: Path
) -> tuple[NDArray[np.uint8], str]:
    """As ``shown``; where the configuration lacks the view, with Standard, and why. Raises ContentError."""
    try:
        return shown(pixels, file_format, colour, config), ""
    except ContentError as error:
        plainly = Colour(exposure=colour.exposure, gamma=colour.gamma, view=STANDARD)
        return shown(pixels, file_format, plainly, config), str(error)


def shown(pixels: Pixels, file_format: str, colour: Colour, config: Path) -> NDArray[np.uint8]:
    """8 bits of each colour, as Blender's own PNG has them without dither; raises ContentError.

    Formats that are stored as they are shown stay what they are.
    """
    if file_format not in LINEAR_FORMATS:
        return _eight_bits(pixels)
    height, width, _ = pixels.shape
    image = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(width, height, 3, OpenImageIO.FLOAT))
    image.set_pixels(OpenImageIO.ROI(), np.ascontiguousarray(pixels * np.float32(2.0**colour.exposure)))
    more = (True, False, "", "", str(config))
    apply = OpenImageIO.ImageBufAlgo
    space = LINEAR
    if colour.look:  # as Blender does it: the view goes on from where the look ends
        space = _space_of(colour.look, config)
        image = _done(apply.ociolook(image, colour.look, LINEAR, space, *more))
    image = _done(apply.ociodisplay(image, colour.display, colour.view, space, "", *more))
    display = np.asarray(image.get_pixels(OpenImageIO.FLOAT), np.float32).reshape(height, width, 3)
    if colour.gamma != 1.0:
        display = np.maximum(display, 0.0) ** np.float32(1.0 / max(colour.gamma, LEAST_GAMMA))
    return _eight_bits(display)


def _space_of(look: str, config: Path) -> str:
    """The colour space in which a look is made, which nothing but the configuration's text tells."""
    found = re.search(rf"!<Look>\s+name: {re.escape(look)}\n\s+process_space: (.+)", config.read_text())
    return found[1].strip() if found else LINEAR


def _done(image: Any) -> Any:
    if image.has_error:
        raise ContentError(f"The frame's colours can't be shown: {image.geterror()[:300]}")
    return image


def _eight_bits(pixels: Pixels) -> NDArray[np.uint8]:
    whole = np.nan_to_num(pixels, nan=0.0, posinf=1.0, neginf=0.0)
    return np.asarray(np.clip(np.floor(whole * 255.0 + 0.5), 0, 255), np.uint8)
