"""A compressed .blend is unpacked, and what is none stays as it is."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
from pathlib import Path

import pytest
from renderchain.app.exchange.canonical_blend import make_canonical
from renderchain.app.exchange.zstd import zstd

from tests.unit.core.blend.made import Addresses, Form, Item, Thing, scene

FRAME_BYTES = 512
SEEK_TABLE = b"\x5e\x2a\x4d\x18" + b"\x09\0\0\0" + b"\0\0\0\0\0\xb1\xea\x92\x8f"  # as Blender ends its files
RAW = scene(
    Form(),
    [Thing("OBone", (1,), (Item((1, 2)),)), Thing("OBtwo", plain=b"twelve bytes" * 100)],
    Addresses([2**40 + 64 * place for place in range(50)]),
)


def frames(raw: bytes) -> bytes:
    """As Blender compresses: a frame for each part, and their list in one that is skipped."""
    parts = [raw[at : at + FRAME_BYTES] for at in range(0, len(raw), FRAME_BYTES)]
    return b"".join(map(zstd.compress, parts)) + SEEK_TABLE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "main.blend"


def canonical(file: Path, raw: bytes) -> bytes:
    file.write_bytes(raw)
    make_canonical(file)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    return file.read_bytes()


def test_plain_zstandard_and_gzip_have_one_canonical_form(file: Path) -> None:
    plain = canonical(file, RAW)
    assert len(plain) == len(RAW) and plain != RAW
    assert canonical(file, frames(RAW)) == plain
    assert canonical(file, gzip.compress(RAW)) == plain
    assert canonical(file, plain) == plain


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no scene",
        random.Random(0).randbytes(5000),
        RAW[:-1],
        gzip.compress(b"no scene"),
        gzip.compress(RAW)[:-20],
        frames(RAW)[:300],
        frames(b"no scene"),
        b"\x28\xb5\x2f\xfd",
    ],
    ids=["empty", "text", "noise", "short", "other gzip", "short gzip", "short zstd", "other zstd", "magic"],
)
def test_what_is_no_whole_blend_stays_as_it_is(file: Path, raw: bytes) -> None:
    assert canonical(file, raw) == raw


def test_where_there_is_no_zstandard_scenes_are_packed_all_the_same(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = canonical(file, RAW)
    monkeypatch.setitem(sys.modules, "renderchain.app.exchange.zstd", None)
    assert canonical(file, RAW) == plain
    assert canonical(file, frames(RAW)) == frames(RAW)
    imported = "import sys; sys.modules['backports.zstd'] = None; import renderchain.app.exchange.package"
    subprocess.run([sys.executable, "-c", imported], check=True)
