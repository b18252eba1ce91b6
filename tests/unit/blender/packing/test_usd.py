"""What a USD file refers to, in text and in binary files."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from renderchain.blender.packing.expansion import Folders
from renderchain.blender.packing.usd import assets_in, usd_files
from renderchain.core.errors import SceneError


def crate(tokens: list[bytes], *, chunks: int = 0) -> bytes:
    """A binary file with a section of tokens, packed as literals, which LZ4 may always do."""
    raw = b"\0".join(tokens) + b"\0"
    length = bytes([0xF0]) + b"\xff" * ((len(raw) - 15) // 255) + bytes([(len(raw) - 15) % 255])
    block = length + raw
    packed = bytes([1]) + struct.pack("<i", len(block)) + block if chunks else b"\0" + block
    section = struct.pack("<QQQ", len(tokens), len(raw), len(packed)) + packed
    toc = 24 + len(section)
    head = b"PXR-USDC" + b"\0\x08\0\0\0\0\0\0" + struct.pack("<q", toc)
    return head + section + struct.pack("<Q16sqq", 1, b"TOKENS", 24, len(section))


def text(*assets: str) -> bytes:
    return ("#usda 1.0\n(subLayers = [" + ", ".join(f"@{one}@" for one in assets) + "])\n").encode()


def inner(folder: Path, name: str) -> list[str]:
    return [name for _, name in usd_files(str(folder / name), Folders()).members]


def test_layers_and_what_they_refer_to_come_along_as_they_lie(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "a.usda").write_bytes(text("./parts/b.usdc", "gone.usd"))
    (tmp_path / "parts" / "b.usdc").write_bytes(crate([b"subLayers", b"../c.usda", b"wood.png"]))
    (tmp_path / "parts" / "wood.png").write_bytes(b"wood")
    (tmp_path / "c.usda").write_bytes(text("a.usda"))
    files = usd_files(str(tmp_path / "a.usda"), Folders())
    assert [name for _, name in files.members] == ["a.usda", "c.usda", "parts/b.usdc", "parts/wood.png"]
    assert files.name == "a.usda" and not files.is_alone


@pytest.mark.parametrize("form", ["text", "binary"])
def test_clips_come_along_by_their_template(tmp_path: Path, form: str) -> None:
    template = "./clips/take#1.####.##.usd"
    raw = {
        "text": f'#usda 1.0\nstring templateAssetPath = "{template}"\n'.encode(),
        "binary": crate([b"templateAssetPath", template.encode()]),
    }
    (tmp_path / "a.usd").write_bytes(raw[form])
    (tmp_path / "clips").mkdir()
    for name in ("take#1.0001.00.usd", "take#1.-0002.50.usd", "take21.0001.50.usd", "take#1.0001.usd"):
        (tmp_path / "clips" / name).write_bytes(text())
    assert inner(tmp_path, "a.usd") == ["a.usd", "clips/take#1.-0002.50.usd", "clips/take#1.0001.00.usd"]


def test_a_file_that_refers_to_none_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "a.usda").write_bytes(text("gone.usd"))
    files = usd_files(str(tmp_path / "a.usda"), Folders())
    assert files.is_alone and [name for _, name in files.members] == ["s.usda"]
    assert usd_files(str(tmp_path / "gone.usd"), Folders()).missing == (str(tmp_path / "gone.usd"),)


def test_a_whole_path_inside_is_refused_with_both_names(tmp_path: Path) -> None:
    (tmp_path / "b.usda").write_bytes(text())
    (tmp_path / "a.usda").write_bytes(text(str(tmp_path / "b.usda")))
    with pytest.raises(SceneError, match=r"a\.usda refers to .*b\.usda by its whole path"):
        usd_files(str(tmp_path / "a.usda"), Folders())


@pytest.mark.parametrize("chunks", [0, 1])
def test_a_binary_file_gives_its_tokens(chunks: int) -> None:
    names = [b"x" * 300 + b".usd", b"./b.usd", b"points"]
    assert assets_in(crate(names, chunks=chunks)) == ("x" * 300 + ".usd", "./b.usd")


def test_repeated_tokens_are_unpacked_as_lz4_packs_them() -> None:
    # "ab/ab/ab/ab/c.usd": four literals, eight copied from three back, the rest literal
    packed = b"\0" + bytes([0x34]) + b"ab/" + b"\x03\x00" + bytes([0x60]) + b"/c.usd"
    raw_size = 3 + 8 + 6
    section = struct.pack("<QQQ", 1, raw_size, len(packed)) + packed
    head = b"PXR-USDC" + bytes(8) + struct.pack("<q", 24 + len(section))
    raw = head + section + struct.pack("<Q16sqq", 1, b"TOKENS", 24, len(section))
    assert assets_in(raw) == ("ab/ab/ab/ab/c.usd",)


@pytest.mark.parametrize(
    "raw",
    [b"", b"PXR-USDC", b"PXR-USDC" + b"\xff" * 40, crate([b"a.usd"] * 9)[:60], b"#usda 1.0 @", b"\0@a.usd@"],
)
def test_a_broken_file_refers_to_nothing_and_ends(raw: bytes) -> None:
    assert assets_in(raw) == ()
