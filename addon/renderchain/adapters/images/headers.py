"""The size of an image as its file's header says it, for the formats whose pixels are not looked at."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path

from ...core.errors import ContentError

Size = tuple[int, int]
READ_BYTES = 2**16
MOST_TAGS = 512
TIFF_WIDTH, TIFF_HEIGHT, TIFF_SHORT = 256, 257, 3
JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
CINEON_MAGIC, CINEON_SIZE = b"\x80\x2a\x5f\xd7", 200
DPX_MAGIC, DPX_SIZE = b"SDPX", 772
TARGA_KINDS = (2, 3, 10, 11)  # colours and grey, each plain or run-length encoded
RADIANCE = re.compile(rb"#\?RADIANCE\n.*?\n\n-Y (\d{1,6}) \+X (\d{1,6})\n", re.DOTALL)
JP2_MAGIC, J2C_MAGIC = b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"
JP2_HEADER_BYTES = 1024


def size_of(path: Path, file_format: str) -> Size:
    """Width and height of a file of a format in ``SIZES``, or TIFF; raises ContentError."""
    if file_format == "TIFF":
        return _tiff(path)
    with path.open("rb") as file:
        raw = file.read(READ_BYTES)
    try:
        size = SIZES[file_format](raw)
    except (IndexError, struct.error):
        size = None
    if size is None:
        raise ContentError(f"{path.name} is no {file_format} image.")
    return size


def _bmp(raw: bytes) -> Size | None:
    width, height = struct.unpack_from("<ii", raw, 18)
    return (width, abs(height)) if raw[:2] == b"BM" and width > 0 else None


def _iris(raw: bytes) -> Size | None:
    width, height = struct.unpack_from(">HH", raw, 6)
    return (width, height) if raw[:2] == b"\x01\xda" else None


def _targa(raw: bytes) -> Size | None:
    """It has no mark of its own: a kind of image, and 8 to 32 bits a pixel."""
    width, height = struct.unpack_from("<HH", raw, 12)
    return (width, height) if raw[2] in TARGA_KINDS and raw[16] in (8, 16, 24, 32) else None


def _cineon(raw: bytes) -> Size | None:
    return _film(raw, CINEON_MAGIC, CINEON_SIZE)


def _dpx(raw: bytes) -> Size | None:
    return _film(raw, DPX_MAGIC, DPX_SIZE)


def _film(raw: bytes, magic: bytes, at: int) -> Size | None:
    """Cineon and DPX are written in either order of bytes, which their mark tells."""
    order = {magic: ">", magic[::-1]: "<"}.get(raw[:4])
    if order is None:
        return None
    width, height = struct.unpack_from(f"{order}II", raw, at)
    return width, height


def _radiance(raw: bytes) -> Size | None:
    found = RADIANCE.match(raw)
    return (int(found[2]), int(found[1])) if found else None


def _jpeg2000(raw: bytes) -> Size | None:
    at = raw.find(b"ihdr", 0, JP2_HEADER_BYTES)
    if not raw.startswith(JP2_MAGIC) or at < 0:
        return None
    height, width = struct.unpack_from(">II", raw, at + 4)
    return width, height


def _codestream(raw: bytes) -> Size | None:
    right, bottom, left, top = struct.unpack_from(">IIII", raw, 8)
    return (right - left, bottom - top) if raw.startswith(J2C_MAGIC) else None


def _jpeg(raw: bytes) -> Size | None:
    at = 2
    while raw[:2] == b"\xff\xd8" and raw[at] == 0xFF:
        length = int.from_bytes(raw[at + 2 : at + 4], "big")
        if raw[at + 1] in JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", raw, at + 5)
            return width, height
        at += 2 + max(length, 2)
    return None


def _webp(raw: bytes) -> Size | None:
    kind, body = raw[12:16], raw[20:]
    if raw[:4] != b"RIFF" or raw[8:12] != b"WEBP":
        return None
    if kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", body, 6)
    return (width & 0x3FFF, height & 0x3FFF) if kind == b"VP8 " else None


def _tiff(path: Path) -> Size:
    """Its directory may be anywhere in the file, and Blender writes it last."""
    with path.open("rb") as file:
        order = {b"II": "<", b"MM": ">"}.get(file.read(2), "")
        raw = file.read(6)
        if not order or len(raw) != 6:
            raise ContentError(f"{path.name} is no TIFF file.")
        file.seek(struct.unpack(f"{order}HI", raw)[1])
        counted = file.read(2)
        count = struct.unpack(f"{order}H", counted)[0] if len(counted) == 2 else 0
        found: dict[int, int] = {}
        for _number in range(min(count, MOST_TAGS)):
            entry = file.read(12)
            if len(entry) == 12:
                tag, kind = struct.unpack_from(f"{order}HH", entry)
                (found[tag],) = struct.unpack_from(f"{order}{'H' if kind == TIFF_SHORT else 'I'}", entry, 8)
    if TIFF_WIDTH not in found or TIFF_HEIGHT not in found:
        raise ContentError(f"{path.name} is no TIFF file.")
    return found[TIFF_WIDTH], found[TIFF_HEIGHT]


SIZES: dict[str, Callable[[bytes], Size | None]] = {
    "BMP": _bmp,
    "IRIS": _iris,
    "JPEG": _jpeg,
    "JPEG2000": _jpeg2000,
    "J2C": _codestream,
    "TARGA": _targa,
    "TARGA_RAW": _targa,
    "CINEON": _cineon,
    "DPX": _dpx,
    "HDR": _radiance,
    "WEBP": _webp,
}
