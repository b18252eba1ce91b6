"""Reading noisy passes of others: a second child in a sandbox of its own decodes them, never the agent.

What comes back are numbers, which can do nothing. They lie in a file without a name, so that an image that
claims to be huge takes no memory of the agent before its size was looked at.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.errors import ContentError
from ...core.pixel_prints import Pixels
from ...core.plain_text import plain
from .limits import MIB
from .second_child import INSIDE, SecondChild

PROGRAM = Path(__file__).with_name("exr_program.py")
MOST_SIDE, MOST_CHANNELS = 65536, 256
MOST_LINE = 1024
PIECE = MIB


@dataclass(frozen=True)
class SandboxedReader:
    """Called with a path it reads a noisy pass, as adapters/images/exr.py does."""

    child: SecondChild

    def __call__(self, path: Path) -> Pixels:
        """Pixels of shape (height, width, 4 for each layer), float32, row 0 at the top.

        They can't be changed. Raises ContentError where it is no such file or unpacks to more than the child
        may have, SandboxMissing.
        """
        running = self.child.running(PROGRAM, [INSIDE + path.name], path.parent)
        with tempfile.TemporaryFile(dir=path.parent) as pixels, running as output:
            shape = _shape(output.readline(MOST_LINE), path.name)
            left = 4 * shape[0] * shape[1] * shape[2]
            if left > self.child.memory:
                raise ContentError(f"{path.name} unpacks to {left} bytes, over {self.child.memory}: refused.")
            while left and (piece := output.read(min(PIECE, left))):
                pixels.write(piece)
                left -= len(piece)
            pixels.flush()
            if left or output.read(1):
                raise ContentError(f"{path.name} could not be unpacked in its sandbox: refused.")
            return np.memmap(pixels, np.dtype("<f4"), "r", shape=shape)


def _shape(line: bytes, name: str) -> tuple[int, int, int]:
    """Height, width and channels; raises ContentError."""
    try:
        answer = json.loads(line)
        error, sides = answer.get("error"), answer.get("shape")
    except (ValueError, AttributeError, RecursionError):
        error = sides = None
    if isinstance(error, str):
        raise ContentError(plain(error))
    most = (MOST_SIDE, MOST_SIDE, MOST_CHANNELS)
    if not isinstance(sides, list) or len(sides) != 3:
        raise ContentError(f"{name} could not be read within the limits of its sandbox: refused.")
    if not all(type(side) is int and 0 < side <= top for side, top in zip(sides, most, strict=True)):
        raise ContentError(f"{name} claims to be an image of {sides!r:.60}: refused.")
    height, width, channels = sides
    return height, width, channels
