"""What is known of the open file, and where paths lead from it."""

from __future__ import annotations

import os
from pathlib import Path

import bpy

from ..core.plain_text import plain


def file_name() -> str:
    """What a job is called that has no name of its own: the open file's."""
    return plain(Path(bpy.data.filepath).stem) or "untitled"


def file_at(typed: str) -> Path:
    """Where a path leads that somebody typed: // is beside the open file, ~ the home."""
    return Path(os.path.abspath(os.path.expanduser(bpy.path.abspath(typed))))
