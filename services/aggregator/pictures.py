"""A frame's picture and light: a child in a sandbox of its own decodes the file, never this process."""

from __future__ import annotations

import json
import logging
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from renderchain.composition.images import INSIDE, ImageChild
from renderchain.core.errors import ContentError
from renderchain.core.flags import BLOCK, MOST_LIGHT, Light
from renderchain.core.manifest import Manifest
from renderchain.core.plain_text import plain

from .colour_settings import Colour

PROGRAM = Path(__file__).with_name("picture_program.py")
MOST_LINE = 4096
Picture = NDArray[np.uint8]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pictures:
    """``config`` is Blender's OCIO configuration. What it lacks of the colours is told once."""

    child: ImageChild
    config: Path
    colour: Colour
    _told: set[str] = field(default_factory=set)

    def of(self, frame: Path, settings: Manifest) -> tuple[Light, Picture]:
        """A frame's light, and its picture of shape (height, width, 3).

        Raises SandboxMissing, and ContentError where the file is no such image.
        """
        told = {
            "width": settings.width,
            "height": settings.height,
            "file_format": settings.file_format,
            "colour": asdict(self.colour),
            "config": str(self.config),
        }
        arguments = [INSIDE + frame.name, json.dumps(told)]
        with self.child.running(PROGRAM, arguments, frame.parent, (*CODE, self.config.parent)) as output:
            light, picture, lacking = _read(output, settings, frame.name)
        if lacking and lacking not in self._told:
            self._told.add(lacking)
            log.warning("%s: %s It is shown with the view Standard.", frame.name, lacking)
        return light, picture


CODE = (PROGRAM.parents[1],)


def _read(output: IO[bytes], settings: Manifest, name: str) -> tuple[Light, Picture, str]:
    """Also what the configuration lacks of the colours, "" where it has all."""
    height, width = settings.height, settings.width
    shape = (-(-height // BLOCK), -(-width // BLOCK))
    line = output.readline(MOST_LINE)
    try:
        body: Any = json.loads(line)
        if isinstance(error := body.get("error"), str):
            raise ContentError(plain(error))
        broken, mean, lacking = body["broken"], float(body["mean"]), plain(str(body["lacking"]))
        if (body["rows"], body["columns"]) != shape or type(broken) is not int:
            raise ValueError
        if not 0 <= broken <= height * width or not 0.0 <= mean <= MOST_LIGHT:
            raise ValueError
        blocks = np.frombuffer(_exactly(output, 4 * math.prod(shape)), "<f4").reshape(shape)
        if not (np.isfinite(blocks).all() and (blocks >= 0).all()):
            raise ValueError
        pixels = np.frombuffer(_exactly(output, 3 * height * width), np.uint8).reshape(height, width, 3)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ContentError(f"{name} could not be read within the limits of a sandbox: no picture.") from error
    return Light(broken, mean, blocks.astype(np.float32)), pixels, lacking


def _exactly(output: IO[bytes], size: int) -> bytes:
    raw = output.read(size)
    if len(raw) != size:
        raise ValueError
    return raw
