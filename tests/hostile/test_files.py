"""Nothing that a child leaves in its folder is believed: no name, no kind, no size, no content."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from renderchain.adapters.blender_process.beneath import put_beneath
from renderchain.adapters.blender_process.exr_reader import SandboxedReader
from renderchain.adapters.blender_process.limits import GIB, MIB
from renderchain.adapters.blender_process.second_child import SecondChild
from renderchain.adapters.images.exr import read_noisy
from renderchain.app.exchange.records import read_records
from renderchain.core.errors import ContentError, RenderFailed
from renderchain.core.prints import RECORD_BYTES

from devkit.fakes.package import manifest_of
from tests.hostile.children import Attack, processes_with

LEAVES = RECORD_BYTES * manifest_of((1,)).leaves_per_frame
HONEST = "open('/output/0001.png', 'wb').write(b'x'); open('/output/0001.noisy.exr', 'wb').write(b'x')\n"
PLAIN = f"open('/output/0001.leaves', 'wb').write(b'x' * {LEAVES})\n"
NO_FILE = "as a file"
LEFT = {
    "nothing": ("", NO_FILE),
    "a link to a file of the agent's": ("os.symlink('/etc/passwd', '/output/0001.leaves')", NO_FILE),
    "a link to where it leads outside": ("os.symlink('../../key', '/output/0001.leaves')", NO_FILE),
    "a pipe": ("os.mkfifo('/output/0001.leaves')", "no plain file"),
    "a socket": ("socket.socket(socket.AF_UNIX).bind('/output/0001.leaves')", NO_FILE),
    "a folder": ("os.mkdir('/output/0001.leaves')", "no plain file"),
    "a device": (
        "try: os.mknod('/output/0001.leaves', 0o20666, os.makedev(1, 5))\nexcept OSError: pass",
        NO_FILE,
    ),
    "a second name": (
        f"open('/output/a', 'wb').write(b'x' * {LEAVES}); os.link('/output/a', '/output/0001.leaves')",
        "no plain file",
    ),
    "a hole of 6 GB": (
        "f = os.open('/output/0001.leaves', os.O_CREAT | os.O_WRONLY)\nos.ftruncate(f, 6 * 10**9)",
        "bytes as '0001.leaves'",
    ),
    "an empty file": ("open('/output/0001.leaves', 'wb')", "left 0 bytes"),
    "one byte too much": (f"open('/output/0001.leaves', 'wb').write(b'x' * {LEAVES + 1})", "bytes as"),
}
NAMES = {
    "another's name": ("leaves='0002.leaves'", "not '0001.leaves'"),
    "a hidden name": ("leaves='.leaves'", "not '0001.leaves'"),
    "a name with escapes": ("final='\\x1b[2J.png'", "message's 'final' can't be used"),
    "one file for all": ("final='0001.leaves', noisy='0001.leaves'", "not '0001.png'"),
}


@pytest.fixture(autouse=True)
def large_files() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


@pytest.mark.parametrize("name", LEFT)
def test_what_is_no_plain_file_of_its_size_is_refused(name: str, tmp_path: Path) -> None:
    script, words = LEFT[name]
    (tmp_path / "key").write_text("secret")
    big = Attack(tmp_path / "one", "").limits
    attack = Attack(tmp_path / "one", f"{HONEST}{script}\nrendered(); sys.stdin.read()", big)
    if "6 GB" in name:
        attack.limits = type(big)(seconds=10.0)
    said = attack.run()
    assert words in said, said
    assert attack.is_over()


@pytest.mark.parametrize("name", NAMES)
def test_only_the_names_that_follow_from_the_frame_are_taken(name: str, tmp_path: Path) -> None:
    names, words = NAMES[name]
    attack = Attack(tmp_path, f"{HONEST}{PLAIN}files('0002.leaves')\nrendered({names}); sys.stdin.read()")
    said = attack.run()
    assert words in said and said.isprintable() and attack.is_over()


def test_an_honest_frame_is_taken_and_what_changes_later_is_gone_at_the_end(tmp_path: Path) -> None:
    later = "time.sleep(0.3); a = '/output/0001.leaves'; os.remove(a); os.symlink('/etc/passwd', a)\n"
    grown = "open('/output/0001.png', 'ab').truncate(20 * 2**20)\nos._exit(0)"
    attack = Attack(tmp_path, f"{HONEST}{PLAIN}rendered()\n{later}{grown}")

    async def wait(session: object) -> None:
        await session.render(1, lambda _: None)  # type: ignore[attr-defined]
        await asyncio.sleep(0.8)

    assert attack.run(wait) == "" and attack.is_over()
    assert [path.name for path in attack.output.iterdir()] == ["0001.noisy.exr"]


@pytest.mark.parametrize("kind", ["link", "dangling", "pipe", "folder", "file"])
def test_what_is_handed_to_a_process_is_written_into_no_file_that_it_put_there(
    kind: str, tmp_path: Path
) -> None:
    """A link of that name had the artist's client write into its own files."""
    ours, name = tmp_path / "orders.json", tmp_path / "output" / "0001.merged.npy"
    name.parent.mkdir()
    ours.write_text("ours")
    put: dict[str, Callable[[], object]] = {
        "link": lambda: name.symlink_to(ours),
        "dangling": lambda: name.symlink_to(tmp_path / "new"),
        "pipe": lambda: os.mkfifo(name),
        "folder": name.mkdir,
        "file": lambda: name.write_text("theirs"),
    }
    put[kind]()
    with pytest.raises(RenderFailed, match="can't be put"), put_beneath(name.parent, name.name) as file:
        file.write(b"pixels")
    assert ours.read_text() == "ours" and not (tmp_path / "new").exists()
    with put_beneath(name.parent, "0002.merged.npy") as file:
        file.write(b"pixels")
    assert (name.parent / "0002.merged.npy").read_bytes() == b"pixels"


def test_records_are_read_from_plain_files_of_their_size_only(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "hole").touch()
    os.truncate(tmp_path / "hole", 6 * 10**9)
    (tmp_path / "link").symlink_to("/dev/zero")
    for name in ("pipe", "hole", "link", "none"):
        with pytest.raises(ContentError, match="left no 3 prints"):
            read_records(tmp_path / name, 3)


def written(path: Path, width: int, height: int, channels: str = "RGBA") -> Path:
    planes = {name: np.zeros((height, width), np.float32) for name in channels}
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, planes).write(
        str(path)
    )
    return path


def noise(path: Path) -> Path:
    rng = np.random.default_rng(1)
    planes = {name: rng.random((9, 7), np.float32) for name in "RGBA"}
    planes["R"][0, :3] = (np.nan, np.inf, -1.0)
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, planes).write(
        str(path)
    )
    return path


def bomb(path: Path) -> Path:
    """A kilobyte that unpacks to 40 MB."""
    return written(path, 4000, 2500, "RGBA")


def header(path: Path, width: int) -> Path:
    """A header that claims a width, and nothing behind it."""
    raw = bytearray(written(path, 8, 8).read_bytes())
    for name in (b"dataWindow\0box2i\0", b"displayWindow\0box2i\0"):
        at = raw.index(name) + len(name) + 4 + 8
        raw[at : at + 4] = struct.pack("<i", width)
    path.write_bytes(raw)
    return path


def other(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a bomb": (bomb, "refused"),
    "a width that overflows": (lambda path: header(path, 2**31 - 2), "refused"),
    "a width below nothing": (lambda path: header(path, -5), "refused"),
    "no EXR": (lambda path: other(path, b"PNG"), "no OpenEXR file"),
    "nothing": (lambda path: other(path, b""), "no OpenEXR file"),
    "half of one": (lambda path: other(path, noise(path).read_bytes()[:200]), "refused"),
    "packed noise": (lambda path: other(path, zlib.compress(os.urandom(4096))), "refused"),
    "other channels": (lambda path: written(path, 8, 8, "XY"), "refused"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_image_that_is_none_is_refused_by_another_process(name: str, tmp_path: Path) -> None:
    make, words = REFUSED[name]
    path = make(tmp_path / "0001.noisy.exr")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ContentError, match=words):
        SandboxedReader(SecondChild(allow_unsandboxed=False, memory=16 * MIB, seconds=20))(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 64 * 1024
    assert [one.name for one in tmp_path.iterdir()] == ["0001.noisy.exr"] and not processes_with(
        str(tmp_path)
    )


def test_an_honest_image_comes_back_bit_by_bit(tmp_path: Path) -> None:
    path = noise(tmp_path / "0001.noisy.exr")
    pixels = SandboxedReader(SecondChild(allow_unsandboxed=False, memory=GIB))(path)
    assert pixels.dtype == np.float32 and pixels.tobytes() == read_noisy(path).tobytes()
    assert pixels.shape == (9, 7, 4) and not pixels.flags.writeable


def test_mutated_images_are_refused_or_read_and_nothing_else(tmp_path: Path) -> None:
    path, chance = noise(tmp_path / "0001.noisy.exr"), np.random.default_rng(7)
    raw, reader, refused = (
        path.read_bytes(),
        SandboxedReader(SecondChild(allow_unsandboxed=False, memory=64 * MIB, seconds=10)),
        0,
    )
    for _ in range(12):
        mutated = bytearray(raw)
        for at in chance.integers(0, len(raw), 4):
            mutated[at] = chance.integers(0, 256)
        path.write_bytes(mutated)
        try:
            assert reader(path).ndim == 3
        except ContentError as error:
            refused += 1
            assert str(error).isprintable() and len(str(error)) < 700
    assert refused and json.dumps(refused)


def test_a_child_that_never_answers_is_ended(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "0001.noisy.exr")  # opening it waits for a writer
    with pytest.raises(ContentError, match="could not be read within the limits"):
        SandboxedReader(SecondChild(allow_unsandboxed=False, seconds=2))(tmp_path / "0001.noisy.exr")
    assert not processes_with(str(tmp_path))
