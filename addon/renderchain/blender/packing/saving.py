"""Saving a .blend, with a sentence where the disk does not take it."""

from __future__ import annotations

from typing import Any

import bpy

from ...core.errors import SceneError


def save(target: str, **options: Any) -> None:
    """As Blender's operator does, uncompressed; raises SceneError, on a full disk say."""
    try:
        bpy.ops.wm.save_as_mainfile(filepath=target, compress=False, **options)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise SceneError(
            f"Blender can't save {target} ({reason}). Look whether the disk is full and the folder may be "
            "written to, and try again."
        ) from None
