"""The files that the open .blend refers to, as Blender itself lists them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import bpy

_UDIM = "<UDIM>"
_NUMBERED = re.compile(r"^(.*?)(\d+)(\.[^.]+)$")


@dataclass(frozen=True)
class Dependency:
    """One reference: who refers, the path as resolved, and the files that it stands for."""

    owner: str
    path: str
    files: tuple[str, ...]
    is_library: bool


def find_dependencies() -> list[Dependency]:
    """Every reference of the open file and of what it links, in a stable order."""
    found = []
    for owner, paths in bpy.data.file_path_map().items():
        if getattr(owner, "packed_file", None) is not None or getattr(owner, "packed_files", None):
            continue
        for path in paths:
            absolute = _absolute(path, owner)
            name = f"{owner.bl_rna.name} {owner.name!r}"
            # Blender 5 names the folder where an object's simulations would be, whether they are or not.
            is_no_cache = isinstance(owner, bpy.types.Object) and not Path(absolute).is_dir()
            if not isinstance(owner, bpy.types.Library) and not is_no_cache:
                found.append(Dependency(name, absolute, _expand(absolute, owner), False))
    for library in bpy.data.libraries:
        path = _absolute(library.filepath, library)
        found.append(Dependency(f"Library {library.name!r}", path, (path,), True))
    return sorted(found, key=lambda one: (one.path, one.owner))


def _absolute(path: str, owner: bpy.types.ID) -> str:
    return os.path.normpath(bpy.path.abspath(path, library=owner.library))


def _expand(path: str, owner: bpy.types.ID) -> tuple[str, ...]:
    """The files behind a path: one, all of a cache, all tiles of a UDIM set, or all frames of a sequence."""
    if isinstance(owner, bpy.types.Object):
        return tuple(sorted(str(file) for file in Path(path).rglob("*") if file.is_file()))
    folder, name = os.path.split(path)
    if isinstance(owner, bpy.types.Image) and owner.source == "TILED" and _UDIM in name:
        head, tail = name.split(_UDIM, 1)
        pattern = re.compile(re.escape(head) + r"\d{4}" + re.escape(tail))
    elif isinstance(owner, bpy.types.Image) and owner.source == "SEQUENCE" and _NUMBERED.match(name):
        parts = _NUMBERED.match(name)
        assert parts is not None
        pattern = re.compile(re.escape(parts[1]) + r"\d+" + re.escape(parts[3]))
    else:
        return (path,)
    names = os.listdir(folder) if Path(folder).is_dir() else []
    return tuple(sorted(os.path.join(folder, one) for one in names if pattern.fullmatch(one)))
