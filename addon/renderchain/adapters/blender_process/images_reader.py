"""Looking into a frame's images: a second child in a sandbox of its own decodes them, never the agent."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ...core.errors import ContentError
from ...core.images import ImageFacts
from ...core.manifest import Manifest
from ...core.plain_text import plain
from ...ports.images import ImageReader
from .asked_child import AskedChild
from .second_child import SecondChild

PROGRAM = Path(__file__).with_name("images_program.py")
MOST_LINE = 4096
MOST_COUNT = 2**48
NUMBERS = ("channel_count", "broken_count", "lit_count", "pink_count")
SIZES = ("final_size", "noisy_size")


@dataclass(frozen=True)
class SandboxedImages:
    """Opens an ImageReader for a folder, which looks into all of a lease's frames in one process."""

    child: SecondChild

    @contextlib.contextmanager
    def __call__(self, folder: Path) -> Iterator[ImageReader]:
        """It reads images that lie in the folder; its process ends with the block."""
        asked = AskedChild(self.child, PROGRAM, folder)
        try:
            yield partial(_read, asked)
        finally:
            asked.end()


def _read(asked: AskedChild, final: Path, noisy: Path, manifest: Manifest) -> ImageFacts:
    """What a frame's images hold; raises SandboxMissing, and ContentError, also for too large ones."""
    wanted = {"width": manifest.width, "height": manifest.height, "file_format": manifest.file_format}
    expected = {**wanted, "view_layers": [""] * len(manifest.view_layers)}
    question = {"final": final.name, "noisy": noisy.name, "expected": expected}
    line = asked.ask(json.dumps(question).encode() + b"\n", MOST_LINE)
    try:
        body: Any = json.loads(line)
        if isinstance(error := body.get("error"), str):
            raise ContentError(plain(error))
        channels, broken, lit, pink = (_number(body[name]) for name in NUMBERS)
        final_size, noisy_size = ((_number(body[name][0]), _number(body[name][1])) for name in SIZES)
        is_black = body["final_is_black"] is True
        return ImageFacts(final_size, is_black, noisy_size, channels, broken, lit, pink)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise ContentError(
            f"{final.name} and {noisy.name} could not be read within the limits of a sandbox: refused."
        ) from error


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST_COUNT:
        raise ValueError
    return value
