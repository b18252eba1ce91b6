"""Saving a .blend, with a sentence where the disk does not take it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import Any

import bpy

from ...core.disk_room import says_full
from ...core.errors import DiskFull, SceneError

LEAST_ROOM_BYTES = 2**20  # with less a disk is full, whatever Blender says of it


def save(target: str, **options: Any) -> None:
    """As Blender's operator does, uncompressed, and the file alone; raises DiskFull or SceneError."""
    try:
        with _without_picture(), _without_packing():
            bpy.ops.wm.save_as_mainfile(filepath=target, compress=False, **options)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        if says_full(reason) or not _has_room(target):
            raise DiskFull(f"There is no room left to save {target}. Make some, and try again.") from None
        raise SceneError(
            f"Blender can't save {target} ({reason}). Look whether its folder may be written to."
        ) from None


@contextlib.contextmanager
def _without_picture() -> Iterator[None]:
    """Blender draws the scene for a file browser when it saves, for up to seconds; nobody sees it of ours."""
    preferences: Any = bpy.context.preferences
    kept, was_dirty = preferences.filepaths.file_preview_type, preferences.is_dirty
    preferences.filepaths.file_preview_type = "NONE"
    try:
        yield
    finally:
        preferences.filepaths.file_preview_type = kept
        preferences.is_dirty = was_dirty


@contextlib.contextmanager
def _without_packing() -> Iterator[None]:
    """Where resources are packed automatically, saving reads all files into the artist's session."""
    data: Any = bpy.data
    kept = data.use_autopack
    data.use_autopack = False
    try:
        yield
    finally:
        data.use_autopack = kept


def _has_room(target: str) -> bool:
    """Whether what is open would fit; Blender takes away again what it could not finish."""
    folder, opened = os.path.dirname(target), bpy.data.filepath
    needed = os.path.getsize(opened) if os.path.isfile(opened) else 0
    return not os.path.isdir(folder) or shutil.disk_usage(folder).free >= max(needed, LEAST_ROOM_BYTES)
