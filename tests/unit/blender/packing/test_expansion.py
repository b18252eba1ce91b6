"""From a path to files, by Blender's own rules; and names in a package that no odd name can harm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.blender.packing.expansion import (
    Files,
    Folders,
    extension_of,
    frame_sequence,
    image_sequence,
    one_file,
    tiles,
    tree,
)
from renderchain.core.errors import SceneError


def made(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return folder


def inner(files: Files) -> dict[str, str]:
    return {Path(source).name: name for source, name in files.members}


@pytest.mark.parametrize(
    ("path", "there", "taken", "name"),
    [
        (
            "w001.png",
            ("w001.png", "w002.png", "w1000.png"),
            ("w001.png", "w002.png", "w1000.png"),
            "s001.png",
        ),
        ("w001_left.png", ("w001_left.png", "w002_left.png", "w001_right.png"), None, "s001.png"),
        ("a1b2c.png", ("a1b2c.png", "a1b3c.png", "a2b2c.png"), ("a1b2c.png", "a1b3c.png"), "s2.png"),
        ("w001.png", ("w001.png", "w2.png", "w0003.png", "w00.png"), ("w001.png",), "s001.png"),
        (
            "water.png",
            ("water.png", "water1.png", "water0.png", "water01.png"),
            ("water.png", "water1.png"),
            "s.png",
        ),
        ("w.0001", ("w.0001", "w.0002"), ("w.0001",), "s.0001"),
        ("w(1)[x]001.PNG", ("w(1)[x]001.PNG", "w(1)[x]002.PNG"), None, "s001.png"),
        ("v1.0 take 07.exr", ("v1.0 take 07.exr", "v1.0 take 08.exr"), None, "s07.exr"),
    ],
)
def test_the_last_digits_of_a_name_count_images_wherever_they_are(
    tmp_path: Path, path: str, there: tuple[str, ...], taken: tuple[str, ...] | None, name: str
) -> None:
    made(tmp_path, *there)
    files = image_sequence(str(tmp_path / path), Folders())
    wanted = taken or tuple(one for one in there if "right" not in one)
    assert set(inner(files)) == set(wanted)
    assert files.name == name and not files.missing


def test_digits_of_an_extension_count_nothing_but_the_name_is_kept(tmp_path: Path) -> None:
    made(tmp_path, "take3.mp4")
    assert inner(image_sequence(str(tmp_path / "take3.mp4"), Folders())) == {"take3.mp4": "s3.mp4"}


def test_a_volume_counts_by_the_digits_before_its_extension_negative_ones_too(tmp_path: Path) -> None:
    made(tmp_path, "fire0001.vdb", "fire0002.vdb", "fire-0001.vdb", "fire0001_b.vdb", "fire12.vdb")
    files = frame_sequence(str(tmp_path / "fire0001.vdb"), Folders())
    assert inner(files) == {
        "fire0001.vdb": "s0001.vdb",
        "fire0002.vdb": "s0002.vdb",
        "fire-0001.vdb": "s-0001.vdb",
    }
    assert files.name == "s0001.vdb"


def test_a_volume_with_its_digits_elsewhere_is_one_file(tmp_path: Path) -> None:
    made(tmp_path, "f01_smoke.vdb", "f02_smoke.vdb")
    files = frame_sequence(str(tmp_path / "f01_smoke.vdb"), Folders())
    assert files.is_alone and inner(files) == {"f01_smoke.vdb": "s.vdb"}


@pytest.mark.parametrize(
    ("token", "names"),
    [
        ("<UDIM>", ("wall.1001.png", "wall.1012.png")),
        ("<UVTILE>", ("wall.u1_v1.png", "wall.u2_v2.png")),
    ],
)
def test_a_tiled_image_has_the_tiles_that_it_lists(
    tmp_path: Path, token: str, names: tuple[str, ...]
) -> None:
    made(tmp_path, *names, "wall.1055.png")
    files = tiles(str(tmp_path / f"wall.{token}.png"), (1012, 1001, 1013), Folders())
    assert set(inner(files)) == set(names) and files.name == f"s{token}.png"
    assert all(inner(files)[name] == name.replace("wall.", "s") for name in names)
    (missing,) = files.missing
    assert re.search(r"1013|u3_v2", missing)


def test_what_is_not_there_is_missing_by_the_name_that_blender_looks_for(tmp_path: Path) -> None:
    gone = str(tmp_path / "a" / "gone01.png")
    for expand in (one_file, image_sequence, frame_sequence):
        assert expand(gone, Folders()).missing == (gone,)
    assert tree(str(tmp_path / "a"), ".*").missing == (str(tmp_path / "a"),)


def test_a_folder_gives_the_files_whose_paths_in_it_fit(tmp_path: Path) -> None:
    made(tmp_path, "data/a_0001.vdb", "b.txt", "config/c_0001.uni", "my film/data/a_0001.vdb", "a_0001.vdb")
    assert [name for _, name in tree(str(tmp_path), r"(data|config)/[^/]+\.(vdb|uni)").members] == [
        "config/c_0001.uni",
        "data/a_0001.vdb",
    ]


def test_a_folder_with_more_files_than_any_cache_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("renderchain.blender.packing.expansion.MOST_FILES", 2)
    made(tmp_path, "a", "b", "c")
    with pytest.raises(SceneError, match="holds over 2 files"):
        tree(str(tmp_path), ".*")


def test_a_folder_is_listed_once_and_no_file_of_it_looked_at_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, *(f"w{number:05d}.png" for number in range(300)))
    folders = Folders()
    image_sequence(str(tmp_path / "w00000.png"), folders)

    def refuse(*_: object) -> None:
        raise AssertionError("looked again")

    monkeypatch.setattr("os.scandir", refuse)
    monkeypatch.setattr("os.stat", refuse)
    assert folders.has(str(tmp_path / "w00299.png"))
    assert len(image_sequence(str(tmp_path / "w00001.png"), folders).members) == 300


ODD = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=40)


@given(ODD)
def test_the_name_in_a_package_is_plain_whatever_the_artists_was(name: str) -> None:
    for expand in (one_file, image_sequence, frame_sequence):
        assert re.fullmatch(r"s-?\d*(\.[a-z0-9]{1,8})?", _ascii(expand(f"/nowhere/{name}", Folders()).name))


def _ascii(name: str) -> str:
    assert name.isascii(), name
    return name


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("a.PNG", ".png"),
        ("a.tar.gz", ".gz"),
        ("a.ß", ""),
        ("a.p:g", ""),
        (".hidden", ""),
        ("a.toolonganame", ""),
    ],
)
def test_an_extension_is_kept_where_it_is_plain(name: str, extension: str) -> None:
    assert extension_of(name) == extension
