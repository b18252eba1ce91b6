"""What is known of the open file."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..core.plain_text import plain


def file_name() -> str:
    """What a job is called that has no name of its own: the open file's."""
    return plain(Path(bpy.data.filepath).stem) or "untitled"
