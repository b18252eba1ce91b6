"""Whether Blender can write what a scene's output settings ask for: it offers some that it can't.

Asked in the clean Blender that packs (repack.py).
"""

from __future__ import annotations

import os
import tempfile
from typing import Any

import bpy

SIDE_PX = 64  # JPEG 2000 has no smaller ones
NEVER_ALONE = "OPEN_EXR_MULTILAYER"  # only a rendering is written so, and always can be


def why_unwritable(scene: Any, file_format: str) -> str:
    """What Blender says when it writes a picture in this format; "" where it can."""
    settings = scene.render.image_settings
    if settings.file_format != file_format or file_format == NEVER_ALONE:
        return ""  # a video's frames are written otherwise
    picture = bpy.data.images.new("picture", SIDE_PX, SIDE_PX)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "picture")
        try:
            picture.save_render(path, scene=scene)
        except RuntimeError as error:
            said = str(error).splitlines()[0].removeprefix("Error: ")
            return f"{file_format}, {settings.color_mode}, {settings.color_depth} bits a channel: {said}"
        finally:
            bpy.data.images.remove(picture)
    return ""
