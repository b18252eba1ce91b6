"""What Blender makes of an old library's data-blocks: it sets some otherwise where the library is linked than
where it is opened, since it looks at the file's scenes, which no link brings along.

A library is opened to be packed, so it gets the values that the film has by its links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any

import bpy

from .reference import Bases, is_file

Settings = Mapping[tuple[str, str, str], Mapping[str, Any]]
_TYPES = ("BOOLEAN", "INT", "FLOAT", "ENUM")
_COLORS = ("COLOR", "COLOR_GAMMA")


def as_linked(bases: Bases) -> Settings:
    """The settings of all that the open file links, by library, kind and name."""
    return {
        (bases.absolute(block.library.filepath, None), block.id_type, block.name): dict(_settings(block))
        for block in _blocks()
        if block.library is not None and is_file(block.library)
    }


def linked_texts(bases: Bases) -> Mapping[str, Collection[str]]:
    """The names of the texts that the open file links, by library: in there nothing may use them."""
    found: dict[str, set[str]] = defaultdict(set)
    for text in bpy.data.texts:
        if text.library is not None and is_file(text.library):
            found[bases.absolute(text.library.filepath, None)].add(text.name)
    return found


def set_as_linked(path: str, known: Settings) -> None:
    """Have the open library's own data-blocks be set as where it is linked."""
    for block in _blocks():
        if block.library is None:
            wanted = known.get((path, block.id_type, block.name), {})
            for name, value in _settings(block):
                if name in wanted and wanted[name] != value:
                    with suppress(TypeError, ValueError):  # a choice that it has not
                        setattr(block, name, wanted[name])


def _blocks() -> Iterator[Any]:
    for blocks in (bpy.data.materials, bpy.data.lights, bpy.data.worlds, bpy.data.cameras):
        yield from blocks


def _settings(block: Any) -> Iterator[tuple[str, Any]]:
    """How it looks; not what all data-blocks have, such as a fake user, which is a link's never: without it
    an open library loses what only others use. Nor colors, which Blender 5 converts whenever a film links
    them that has another working space: they would be converted twice.
    """
    of_all = bpy.types.ID.bl_rna.properties
    for known in block.bl_rna.properties:
        is_kept = known.type in _TYPES and known.subtype not in _COLORS
        if is_kept and not known.is_readonly and known.identifier not in of_all:
            value = getattr(block, known.identifier)
            is_array = getattr(known, "is_array", False)
            yield known.identifier, tuple(value) if is_array else value
