"""The files that the open .blend refers to, as Blender itself lists them.

Also read by repack.py in a Blender that knows nothing else of us: only bpy and the standard library.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
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


@dataclass(frozen=True)
class Reference:
    """A path as one data-block has it, and where that is."""

    owner: bpy.types.ID
    path: str
    absolute: str

    @property
    def owner_name(self) -> str:
        """Whose path it is, in words."""
        return f"{self.owner.bl_rna.name} {self.owner.name!r}"

    @property
    def is_library(self) -> bool:
        """Whether it is another .blend."""
        return isinstance(self.owner, bpy.types.Library)

    @property
    def is_no_cache(self) -> bool:
        """Blender 5 names the folder where an object's simulations would be, whether they are or not."""
        return isinstance(self.owner, bpy.types.Object) and not os.path.isdir(self.absolute)


def find_references() -> Iterator[Reference]:
    """What the open file reads from other files, as Blender itself lists it; packed data is not."""
    for owner, paths in bpy.data.file_path_map().items():
        if getattr(owner, "packed_file", None) is not None or getattr(owner, "packed_files", None):
            continue
        for path in paths:
            reference = Reference(owner, path, _absolute(path, owner))
            if not reference.is_no_cache:
                yield reference


def find_dependencies() -> list[Dependency]:
    """Every reference of the open file and of what it links, in a stable order."""
    found = [
        Dependency(one.owner_name, one.absolute, _expand(one.absolute, one.owner), False)
        for one in find_references()
        if not one.is_library
    ]
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
