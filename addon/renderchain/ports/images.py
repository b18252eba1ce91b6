"""Looking into image files that a render process wrote."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from ..core.images import ImageFacts
from ..core.manifest import Manifest


class ImageReader(Protocol):
    """Whoever decodes them; the files are of somebody else's scene."""

    def __call__(self, final: Path, noisy: Path, manifest: Manifest) -> ImageFacts:
        """What a frame's two images hold; raises ContentError where one is no such image.

        No more is decoded than an image of the manifest's size has.
        """
        ...


# For the images of a folder; whatever it takes ends with the block.
ImagesIn = Callable[[Path], AbstractContextManager[ImageReader]]
