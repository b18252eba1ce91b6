"""Programs that decode images of others, each in a sandbox of its own."""

from __future__ import annotations

from ..adapters.blender_process.second_child import INSIDE, SecondChild
from ..settings import Settings

__all__ = ["INSIDE", "ImageChild", "open_image_child"]
ImageChild = SecondChild


def open_image_child(settings: Settings) -> ImageChild:
    """What the settings allow; raises SandboxMissing when it is used where there is none."""
    return ImageChild(allow_unsandboxed=settings.allow_unsandboxed)
