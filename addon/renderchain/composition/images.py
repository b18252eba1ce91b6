"""Programs that decode images of others, each in a sandbox of its own."""

from __future__ import annotations

from ..adapters.blender_process.second_child import INSIDE as INSIDE
from ..adapters.blender_process.second_child import SecondChild as ImageChild
from ..settings import Settings


def open_image_child(settings: Settings) -> ImageChild:
    """What the settings allow; raises SandboxMissing when it is used where there is none."""
    return ImageChild(allow_unsandboxed=settings.allow_unsandboxed)
