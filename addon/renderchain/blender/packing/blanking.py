"""Blanking what a saved .blend says of the machine that saved it, where no setting reaches it.

The file keeps its length and all its blocks; only bytes of text become zeros. What stands behind the ends of
texts, such as an emptied path but for its first letter, goes with the canonical form (core/blend/session.py).
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from ...core.blend.layout import NotUnderstood, read_layout
from ...core.blend.structs import BlendStruct, Field, read_structs
from ...core.blend.words import places, read_words
from ...core.errors import SceneError

# Where the file and its data were, and which files and brushes were in use; none of it is read again.
PRIVATE = {
    "FileGlobal": ("filepath", "filename"),
    "FileSelectParams": ("dir", "file", "renamefile"),
    "LibraryWeakReference": ("library_filepath",),
    "AssetWeakReference": ("asset_library_identifier", "relative_asset_identifier"),
    "ImageView": ("filepath",),
    "CacheFile": ("handle_filepath",),
}


def folders_named(path: Path, folders: Iterable[str]) -> Iterator[str]:
    """Those of some folders that a file names somewhere, in what could not be taken out."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        yield from (folder for folder in folders if raw.find(os.fsencode(folder)) >= 0)


def blank_private(path: Path) -> None:
    """Zero what nobody else has to know in a .blend that is not compressed; raises SceneError."""
    try:
        _blank(path)
    except NotUnderstood as error:
        raise SceneError(
            f"{path.name} of the package can't be read ({error}), so it may say where your files lie. "
            "Save the scene with the Blender that submits it, and submit again."
        ) from error


def _blank(path: Path) -> None:
    raw = np.memmap(path, np.uint8, "r+")
    layout = read_layout(raw.data)
    structs = read_structs(raw.data, layout)
    for at, size_bytes in places(layout, structs, lambda *of: of[1].stars == 0 and _is_private(*of)):
        raw[at : at + size_bytes] = 0
    pointers = places(layout, structs, lambda *of: of[1].stars == 1 and _is_private(*of))[:, 0]
    addresses = read_words(raw, pointers, layout.order)
    for block in np.flatnonzero(np.isin(layout.addresses, addresses[addresses > 0])):
        start = layout.payloads[block]
        raw[start : start + layout.lengths[block]] = 0
    raw.flush()


def _is_private(struct: BlendStruct, field: Field) -> bool:
    return field.name in PRIVATE.get(struct.name, ())
