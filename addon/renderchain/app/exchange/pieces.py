"""Files in the store: a .blend is cut into pieces, named by their content, and put together again.

A scene that is sent again with a change has nearly the same pieces, and the store moves only the others.
A manifest has a recipe for each such file: its pieces in their order. Each is compressed by itself. Who puts
them together needs to know nothing about .blend files.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np

from ...core.blend.layout import NotUnderstood, read_layout
from ...core.blend.pieces import MOST_BYTES, cuts
from ...core.errors import ContentError
from ...core.manifest import PIECE_DIGITS, PIECES, Manifest, PackedFile, Recipe

LEVEL = 3
MOST_PIECES = 2**17  # of a package: what a manifest can name
MOST_STORED_BYTES = MOST_BYTES + 2**12  # of a piece that nothing could be saved of


def take_apart(folder: Path, files: Iterable[PackedFile], stored: Path) -> tuple[Recipe, ...]:
    """Lay out a package's files in ``stored`` as the store is to have them; the recipes of what was cut.

    What is no .blend that is understood, or is compressed, stays whole.
    """
    recipes: list[Recipe] = []
    for file in files:
        left = MOST_PIECES - sum(len(recipe.pieces) for recipe in recipes)
        pieces: tuple[str, ...] = ()
        if file.size_bytes:
            with suppress(NotUnderstood):
                pieces = _cut(folder / file.path, stored / PIECES, left)
        if pieces:
            recipes.append(Recipe(file.path, pieces))
        else:
            _link(folder / file.path, stored / file.path)
    return tuple(recipes)


def put_together(folder: Path, manifest: Manifest) -> None:
    """Write the files of all recipes beside the pieces, which stay: who pins the package again needs them.

    No more is written than the manifest says, whatever the pieces hold; whether it is the right thing is for
    the files' digests. Raises ContentError.
    """
    sizes = {file.path: file.size_bytes for file in manifest.files}
    for recipe in manifest.recipes:
        target, left = folder / recipe.path, sizes[recipe.path]
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as written:
            for piece in recipe.pieces:
                raw = _read_piece(folder / PIECES / piece)
                left -= len(raw)
                if left < 0:
                    raise ContentError(
                        f"The pieces of {recipe.path!r} have more bytes than the file: refused."
                    )
                written.write(raw)


def _cut(path: Path, stored: Path, most: int) -> tuple[str, ...]:
    """Write the pieces of a .blend, each once; their names in order. Raises NotUnderstood."""
    raw = np.memmap(path, np.uint8, "r").data
    edges = cuts(read_layout(raw), len(raw)).tolist()
    if len(edges) - 1 > most:
        raise NotUnderstood(f"{len(edges) - 1} pieces")
    stored.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as threads:  # hashing and compressing let other threads run
        return tuple(threads.map(lambda edge: _write_piece(raw[edge[0] : edge[1]], stored), pairwise(edges)))


def _write_piece(raw: memoryview, stored: Path) -> str:
    from .zstd import zstd

    name = hashlib.sha256(raw).hexdigest()[:PIECE_DIGITS]
    target = stored / name
    if not target.exists():
        target.write_bytes(zstd.compress(raw, LEVEL))
    return name


def _read_piece(path: Path) -> bytes:
    """A piece's bytes; raises ContentError for one that is none, or has more than a piece may."""
    from .zstd import zstd

    memory = {int(zstd.DecompressionParameter.window_log_max): MOST_BYTES.bit_length() - 1}
    try:
        with path.open("rb") as file:
            stored = file.read(MOST_STORED_BYTES + 1)
        if len(stored) > MOST_STORED_BYTES:
            raise ContentError(f"The piece {path.name} is over {MOST_STORED_BYTES} bytes: refused.")
        raw = zstd.ZstdDecompressor(options=memory).decompress(stored, MOST_BYTES + 1)
    except zstd.ZstdError as error:
        raise ContentError(f"The piece {path.name} can't be unpacked ({error}): refused.") from error
    if not 0 < len(raw) <= MOST_BYTES:
        raise ContentError(f"The piece {path.name} is empty or over {MOST_BYTES} bytes: refused.")
    return raw


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)
