"""A .blend file in its canonical form, unpacked and without traces of the session: what is sent."""

from __future__ import annotations

import gzip
import os
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from ...core.blend.layout import NotUnderstood, read_layout
from ...core.blend.session import forget_session
from ...core.blend.structs import read_structs

if TYPE_CHECKING:
    from .zstd import zstd

ZSTD, GZIP, BLEND = b"\x28\xb5\x2f\xfd", b"\x1f\x8b", b"BLENDER"
CHUNK_BYTES = 2**20
MOST_UNPACKED_BYTES = 2**38


def make_canonical(path: Path) -> None:
    """Give a .blend file its canonical form; what is not understood stays as it is. Raises OSError."""
    unpacked = path.with_name(f"{path.name}.unpacked")
    try:
        with suppress(NotUnderstood):
            if _unpack(path, unpacked):
                _forget_session(unpacked)
                os.replace(unpacked, path)
            else:
                _forget_session(path)
    finally:
        unpacked.unlink(missing_ok=True)


def _forget_session(path: Path) -> None:
    """Raises NotUnderstood where not even the blocks of the file can be told."""
    if not path.stat().st_size:
        raise NotUnderstood("an empty file")
    raw = np.memmap(path, np.uint8, "r+")
    layout = read_layout(raw.data)
    with suppress(NotUnderstood):
        forget_session(raw, layout, read_structs(raw.data, layout))


def _unpack(path: Path, target: Path) -> bool:
    """Write what is in a file if it is compressed; whether it is. Raises NotUnderstood."""
    with path.open("rb") as packed:
        magic = packed.read(len(ZSTD))
        packed.seek(0)
        if magic == ZSTD:
            _unpack_zstd(packed, target)
        elif magic[: len(GZIP)] == GZIP:
            try:
                _write(gzip.GzipFile(fileobj=packed), target)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise NotUnderstood(str(error)) from error
        else:
            return False
    return True


def _unpack_zstd(packed: BinaryIO, target: Path) -> None:
    try:
        from .zstd import zstd
    except ImportError as error:  # not every Blender brings it, and only the extension does
        raise NotUnderstood("there is no Zstandard") from error
    try:
        # Blender writes a frame for each megabyte or so, and one with their list, which is skipped.
        _write(zstd.ZstdFile(packed), target)
    except (EOFError, zstd.ZstdError) as error:
        raise NotUnderstood(str(error)) from error


def _write(reader: gzip.GzipFile | zstd.ZstdFile, target: Path) -> None:
    left = MOST_UNPACKED_BYTES
    with reader, target.open("wb") as written:
        while chunk := reader.read(CHUNK_BYTES):
            left -= len(chunk)
            if left < 0 or (not written.tell() and not chunk.startswith(BLEND)):
                raise NotUnderstood("compressed, and no .blend file")
            written.write(chunk)
