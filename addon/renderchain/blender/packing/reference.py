"""One reference of the open file: whose it is, which property holds the path, and what it stands for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from .expansion import Files, Folders

Expand = Callable[[str, Folders], Files]


def is_file(library: Any) -> bool:
    """Whether a library is a file of its own; Blender 5 packs some into the file that links them."""
    return not library.packed_file and not is_archive(library)


def is_archive(library: Any) -> bool:
    """Whether it is what Blender 5 packed of a library into the open file."""
    return bool(getattr(library, "is_archive", False))


def is_in_file(block: bpy.types.ID) -> bool:
    """Whether a data-block is written into the open file: its own, or one that Blender 5 packed into it."""
    return block.library is None or is_archive(block.library)


@dataclass(frozen=True)
class Reference:
    """A path as one property of a data-block has it.

    ``expand`` makes files of the absolute path; None where nothing reads them and only the path has to go.
    ``is_beside``: a cache that Blender looks for beside the .blend, whatever a property says. ``is_opened``:
    Blender looks into the file as soon as the property is set. ``is_seen``: a frame may show it. ``called``:
    what the holder is called in a package, where Blender looks for files by its name. ``is_of_film``: the
    path starts at the film, also where a library holds it. ``starts_at``: the data-block at whose
    file the path starts, where that is not the owner. ``is_plain``: Cycles opens the path as it is written.
    """

    owner: bpy.types.ID
    holder: Any
    attribute: str
    path: str
    expand: Expand | None
    is_beside: bool = False
    is_opened: bool = False
    is_seen: bool = True
    called: str = ""
    is_of_film: bool = False
    starts_at: bpy.types.ID | None = None
    is_plain: bool = False

    @property
    def library(self) -> bpy.types.Library | None:
        """At whose file the path starts; None: at the open one."""
        return None if self.is_of_film else (self.starts_at or self.owner).library

    @property
    def stays_of_film(self) -> bool:
        """Whether the path starts at the film in a package too: all that do but those of point caches."""
        return self.is_of_film and not hasattr(self.holder, "use_library_path")

    @property
    def owner_name(self) -> str:
        """Whose path it is, in words."""
        return f"{self.owner.bl_rna.name} {self.owner.name!r}"

    def lead_to(self, path: str) -> None:
        """Have the property say this path instead, if there is one, and the holder have its new name.

        In a package a path starts at its own .blend, if it can.
        """
        if self.is_of_film and not self.stays_of_film and self.owner.library is None:
            self.holder.use_library_path = True
        if self.attribute.startswith("["):
            self.holder[self.attribute[1:-1]] = path
        elif self.attribute:
            setattr(self.holder, self.attribute, path)
        if self.called:
            self.holder.name = self.called


@dataclass(frozen=True)
class Kind:
    """One row of the table: the RNA properties that hold such paths, and where they are in the open file."""

    name: str
    properties: tuple[str, ...]
    find: Callable[[], Iterator[Reference]]


class Bases:
    """Where relative paths start.

    Packing works on a copy that Blender saved elsewhere, with the paths that it knows of made to fit; those
    that it forgets still start at the artist's folder. The copy lies ``depth`` folders deep, deeper than the
    artist's file, so only a path that was made to fit climbs that far.
    """

    def __init__(self, artist_folder: str, depth: int) -> None:
        self._artist_folder = artist_folder
        self._depth = depth

    def absolute(
        self,
        path: str,
        library: bpy.types.Library | None,
        *,
        is_films: bool = False,
        is_plain: bool = False,
    ) -> str:
        """The path as it was for the artist. ``is_films``: the film says one that starts at a library.

        Blender 5 makes some of these fit too, as if they started at the film. ``is_plain``: where the path
        goes up, the system does, from where a link leads; Blender itself goes up by names.
        """
        if not path.startswith("//"):
            return os.path.normpath(path)
        relative = path[2:].replace("\\", "/")  # Windows writes those, and Blender reads them everywhere
        was_made_to_fit = self._depth and _climbs(relative) >= self._depth
        if library is not None:
            if is_films and was_made_to_fit:
                relative = os.path.relpath(bpy.path.abspath(path), self._artist_folder)
            start = os.path.dirname(self.absolute(library.filepath, None))
        else:
            start = self._artist_folder or os.path.dirname(bpy.data.filepath)
            if was_made_to_fit:
                relative = os.path.relpath(bpy.path.abspath(f"//{relative}"), start)
        whole = os.path.join(start, relative)
        if is_plain:
            return os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
        return os.path.normpath(whole)


def _climbs(relative: str) -> int:
    """How many folders a path goes up before it goes down."""
    parts = relative.split("/")
    return next((at for at, part in enumerate(parts) if part != ".."), len(parts))
