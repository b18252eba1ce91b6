"""Reading a frame's images: sizes of all formats, pixels of PNG and OpenEXR.

No more is unpacked than an image of the expected size holds: a file of a megabyte may say that it has
terabytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ...core.errors import ContentError
from ...core.images import ImageFacts, counts_of
from ...core.manifest import Manifest
from .exr import read_noisy
from .headers import Size, size_of

READ_BYTES = 2**20
MOST_FINAL_CHANNELS = 8
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # by colour type; palettes are not written by Blender
PNG_ALPHA = (4, 6)


def read_images(final: Path, noisy: Path, manifest: Manifest) -> ImageFacts:
    """What a frame's images hold; raises ContentError."""
    expected = (manifest.width, manifest.height)
    noisy_size, channels = _exr_header(noisy)
    counts = (0, 0, 0)
    if noisy_size == expected and channels == 4 * len(manifest.view_layers):
        counts = counts_of(read_noisy(noisy))
    look = _FINALS.get(manifest.file_format)
    final_size, is_black = look(final, expected) if look else (size_of(final, manifest.file_format), False)
    return ImageFacts(final_size, is_black, noisy_size, channels, *counts)


def _exr_header(path: Path) -> tuple[Size, int]:
    import OpenEXR

    try:
        header: dict[str, Any] = OpenEXR.File(str(path), header_only=True).header()
        (left, top), (right, bottom) = header["dataWindow"]
        return (int(right) - int(left) + 1, int(bottom) - int(top) + 1), len(header["channels"])
    except (RuntimeError, KeyError, ValueError, TypeError) as error:
        raise ContentError(f"{path.name} is no OpenEXR file ({error}).") from error


def _exr(path: Path, expected: Size) -> tuple[Size, bool]:
    import OpenEXR

    size, count = _exr_header(path)
    if size != expected or count > MOST_FINAL_CHANNELS:
        return size, False
    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            planes = [one.pixels for name, one in file.channels().items() if not name.endswith("A")]
    except (RuntimeError, ValueError) as error:
        raise ContentError(f"{path.name} is no whole OpenEXR file ({error}).") from error
    return size, bool(planes) and not any(np.any(plane) for plane in planes)


def _exr_of_passes(path: Path, _: Size) -> tuple[Size, bool]:
    """Its pixels are not looked at: which of its channels are the image is the scene's affair."""
    return _exr_header(path)[0], False


def _png(path: Path, expected: Size) -> tuple[Size, bool]:
    with path.open("rb") as file:
        if file.read(8) != PNG_SIGNATURE:
            raise ContentError(f"{path.name} is no PNG file.")
        kind, length = _chunk(file)
        header = file.read(13)
        if kind != b"IHDR" or length != 13 or len(header) != 13:
            raise ContentError(f"{path.name} is no PNG file.")
        width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
        if (width, height) != expected or colour not in PNG_CHANNELS or depth not in (8, 16) or interlaced:
            return (width, height), False
        file.seek(4, 1)
        pixel = PNG_CHANNELS[colour] * depth // 8
        colour_bytes = pixel - (depth // 8 if colour in PNG_ALPHA else 0)
        return expected, _png_is_black(path.name, file, height, 1 + width * pixel, pixel, colour_bytes)


def _png_is_black(name: str, file: BinaryIO, height: int, stride: int, pixel: int, colour: int) -> bool:
    """Every one of PNG's filters makes zeros of a black image, and of no other, so none has to be undone."""
    unpack, rows, rest = zlib.decompressobj(), 0, b""
    try:
        for chunk in _png_data(file):
            left = chunk
            while left and rows < height:
                raw = rest + unpack.decompress(left, max(READ_BYTES, stride))
                left, whole = unpack.unconsumed_tail, len(raw) // stride
                rest = raw[whole * stride :]
                found = np.frombuffer(raw, np.uint8, whole * stride).reshape(whole, stride)[: height - rows]
                if found[:, 1:].reshape(len(found), (stride - 1) // pixel, pixel)[:, :, :colour].any():
                    return False
                rows += len(found)
    except zlib.error as error:
        raise ContentError(f"{name} is no whole PNG file ({error}).") from error
    if rows < height:
        raise ContentError(f"{name} ends after {rows} of its {height} rows.")
    return True


def _png_data(file: BinaryIO) -> Iterator[bytes]:
    while True:
        kind, length = _chunk(file)
        if kind in (b"", b"IEND"):
            return
        if kind != b"IDAT":
            file.seek(length + 4, 1)
            continue
        while length and (raw := file.read(min(length, READ_BYTES))):
            length -= len(raw)
            yield raw
        file.seek(4, 1)


def _chunk(file: BinaryIO) -> tuple[bytes, int]:
    raw = file.read(8)
    return (raw[4:], int.from_bytes(raw[:4], "big")) if len(raw) == 8 else (b"", 0)


_FINALS: dict[str, Callable[[Path, Size], tuple[Size, bool]]] = {
    "OPEN_EXR": _exr,
    "OPEN_EXR_MULTILAYER": _exr_of_passes,
    "PNG": _png,
}
