"""About how much there will be to upload, before anything is packed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

import bpy

from ...core.errors import SceneError
from .expansion import Folders
from .kinds import references
from .reference import Bases, is_file
from .survey import absolute


def upload_size() -> Callable[[], int]:
    """Notes what the open file refers to; what is returned adds up bytes, without bpy, and may take long.

    Files that no frame needs count too, and compression doesn't: it is about what a package has at most.
    """
    blend, bases = bpy.data.filepath, Bases("", 0)
    wanted = [(absolute(one, bases, blend), one.expand) for one in references() if one.expand]
    libraries = [bases.absolute(one.filepath, None) for one in bpy.data.libraries if is_file(one)]

    def count() -> int:
        folders, files = Folders(), {blend, *libraries}
        for path, expand in wanted:
            with suppress(SceneError, OSError):
                files.update(source for source, _ in expand(path, folders).members)
        return sum(map(_size, files))

    return count


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0
