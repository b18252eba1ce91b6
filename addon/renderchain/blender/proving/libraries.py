"""Libraries by the names that the artist knows them by: in a package their files are named after content."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import bpy

from ..packing.places import library_places
from ..packing.reference import is_file


def names_by_place() -> dict[str, str]:
    """What the open file calls its libraries, by where they lie in its package."""
    paths = {_path(library): library.name for library in _libraries()}
    return {place: paths[path] for path, place in library_places(paths).items()}


def rename(names: Mapping[str, str], package: str) -> None:
    """Have the libraries of a package, which is open, be called so.

    Blender calls what only a library links after its file; no pixel depends on it.
    """
    wanted = []
    for library in _libraries():
        place = os.path.relpath(_path(library), package).replace(os.sep, "/")
        if place in names:
            wanted.append((library, names[place]))
    for at, (library, _) in enumerate(wanted):
        library.name = f"renamed {at}"  # so that none is in another's way
    for library, name in wanted:
        library.name = name


def _libraries() -> Iterator[Any]:
    return filter(is_file, bpy.data.libraries)


def _path(library: Any) -> str:
    return os.path.normpath(bpy.path.abspath(library.filepath))
