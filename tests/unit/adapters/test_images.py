"""Reading images of somebody else's scene: what is black is known, and nothing is unpacked without end."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from renderchain.adapters.images.facts import read_images
from renderchain.core.errors import ContentError
from renderchain.core.manifest import FORMATS

from devkit.fakes.package import HEIGHT, WIDTH, manifest_of

MANIFEST = manifest_of([1])
SIZE = (WIDTH, HEIGHT)


def exr(path: Path, width: int, height: int, names: str, value: float = 0.5) -> Path:
    """An EXR file of equal pixels."""
    planes = {name: np.full((height, width), value, np.float32) for name in names}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, planes).write(str(path))
    return path


def chunk(kind: bytes, raw: bytes) -> bytes:
    return struct.pack(">I", len(raw)) + kind + raw + struct.pack(">I", zlib.crc32(kind + raw))


def png(rows: bytes, width: int = WIDTH, height: int = HEIGHT, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG file of these filtered rows."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    packed = zlib.compress(rows)
    cut = len(packed) // 2
    parts = (chunk(b"IHDR", header), chunk(b"tEXt", b"a\0b"), chunk(b"IDAT", packed[:cut]))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IDAT", packed[cut:]) + chunk(b"IEND", b"")


@pytest.fixture
def noisy(tmp_path: Path) -> Path:
    return exr(tmp_path / "noisy", WIDTH, HEIGHT, "RGBA")


@pytest.mark.parametrize("filtering", range(5))
def test_a_black_png_is_black_by_any_filter_and_one_pixel_is_enough(
    tmp_path: Path, noisy: Path, filtering: int
) -> None:
    path = tmp_path / "final.png"
    black = (bytes([filtering]) + bytes(3 * WIDTH)) * HEIGHT
    path.write_bytes(png(black))
    assert read_images(path, noisy, MANIFEST).final_is_black
    for at in (1, 3 * WIDTH, len(black) - 1):
        path.write_bytes(png(black[:at] + b"\x01" + black[at + 1 :]))
        assert not read_images(path, noisy, MANIFEST).final_is_black


@pytest.mark.parametrize(
    ("depth", "colour", "alpha"), [(8, 6, b"\xff"), (16, 4, b"\xff\xff"), (16, 6, b"\xff\xff")]
)
def test_alpha_is_no_light(tmp_path: Path, noisy: Path, depth: int, colour: int, alpha: bytes) -> None:
    path = tmp_path / "final.png"
    pixel = bytes((3 if colour == 6 else 1) * depth // 8) + alpha
    path.write_bytes(png((b"\0" + pixel * WIDTH) * HEIGHT, depth=depth, colour=colour))
    assert read_images(path, noisy, MANIFEST).final_is_black


def test_another_size_is_told_and_nothing_of_it_is_unpacked(tmp_path: Path, noisy: Path) -> None:
    path = tmp_path / "final.png"
    path.write_bytes(png(b"", 2**31 - 1, 2**31 - 1))
    facts = read_images(path, noisy, MANIFEST)
    assert facts.final_size == (2**31 - 1, 2**31 - 1) and not facts.final_is_black


def test_what_unpacks_to_more_than_an_image_has_is_left_packed(tmp_path: Path, noisy: Path) -> None:
    path = tmp_path / "final.png"
    path.write_bytes(png((b"\0" + bytes(3 * WIDTH)) * HEIGHT + bytes(2**28)))
    tracemalloc.start()
    assert read_images(path, noisy, MANIFEST).final_is_black
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2**24


def test_a_large_exr_is_told_by_its_header_alone(tmp_path: Path, noisy: Path) -> None:
    large = exr(tmp_path / "large", 4096, 2048, "R", 0.0)
    tracemalloc.start()
    facts = read_images(large, noisy, replace(MANIFEST, file_format="OPEN_EXR"))
    other = read_images(noisy, large, replace(MANIFEST, file_format="OPEN_EXR"))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert facts.final_size == other.noisy_size == (4096, 2048) and other.channel_count == 1
    assert most < 2**22


@pytest.mark.parametrize(("value", "black"), [(0.0, True), (1e-6, False)])
@pytest.mark.parametrize("names", ["RGB", "RGBA", "Y"])
def test_an_exr_is_black_where_all_is_nothing(
    tmp_path: Path, noisy: Path, value: float, black: bool, names: str
) -> None:
    final = exr(tmp_path / "final", WIDTH, HEIGHT, names, value)
    assert read_images(final, noisy, replace(MANIFEST, file_format="OPEN_EXR")).final_is_black is black


RUBBISH = [
    b"",
    b"\xff",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8",
    b"\xff\xd8\xff",
    b"RIFF0000WEBPVP8X",
    b"RIFF0000WEBPVP8 ",
    b"BM",
    b"BM" + bytes(60),
    b"\x01\xda" + bytes(2),
    b"\0\0\x02" + bytes(9),
    b"\x80\x2a\x5f\xd7" + bytes(190),
    b"SDPX" + bytes(700),
    b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 99999999 +X 1\n",
    b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40) + b"ihdr",
    b"\xff\x4f\xff\x51" + bytes(9),
]
RUBBISH += [
    b"II*\0\x08\0\0\0",
    b"II*\0\xff\xff\xff\xff",
    b"MM\0*\0\0\0\x08\xff\xff",
    bytes(200),
    b"\xff" * 70_000,
]
RUBBISH += [
    b"\xff\xd8" + b"\xff\xe0\0\0" * 20_000,
    png(b"")[:20],
    png(b"\0" * 50),
    png(b"")[:-20] + b"x" * 20,
]


@pytest.mark.parametrize("file_format", FORMATS)
def test_rubbish_is_refused_and_nothing_else_happens(tmp_path: Path, noisy: Path, file_format: str) -> None:
    manifest = replace(MANIFEST, file_format=file_format)
    for raw in RUBBISH:
        path = tmp_path / "final"
        path.write_bytes(raw)
        try:
            facts = read_images(path, noisy, manifest)
        except ContentError as error:
            assert "final" in str(error)
        else:
            assert facts.final_size != SIZE, raw[:40]
        with pytest.raises(ContentError, match="final"):
            read_images(noisy, path, replace(MANIFEST, file_format="OPEN_EXR"))


def test_files_cut_short_anywhere_are_refused_or_read_and_nothing_else(tmp_path: Path, noisy: Path) -> None:
    whole = {"PNG": png((b"\0" + bytes(3 * WIDTH)) * HEIGHT), "OPEN_EXR": noisy.read_bytes()}
    path = tmp_path / "cut"
    for file_format, raw in whole.items():
        for end in range(0, len(raw) - 40, 7):
            path.write_bytes(raw[:end])
            with pytest.raises(ContentError):
                read_images(path, noisy, replace(MANIFEST, file_format=file_format))
