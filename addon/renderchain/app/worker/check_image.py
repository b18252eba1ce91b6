"""A worker's look at its own images before it submits them."""

from __future__ import annotations

from pathlib import Path

from ...core.errors import ContentError, RenderFailed
from ...core.images import fault_of
from ...core.manifest import Manifest
from ...core.messages import Rendered
from ...ports.images import ImageReader


def check_image(read: ImageReader, folder: Path, one: Rendered, *, manifest: Manifest) -> None:
    """Raise RenderFailed where a frame's images are not such as anybody would pay for."""
    try:
        fault = fault_of(read(folder / one.final, folder / one.noisy, manifest), manifest)
    except ContentError as error:
        fault = str(error)
    if fault:
        raise RenderFailed(f"Frame {one.frame} is not submitted: {fault.rstrip('.')}.")
