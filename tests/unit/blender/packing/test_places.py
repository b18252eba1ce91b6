"""Where files lie in a package: by content, each once, with digests as they were written."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from renderchain.blender.packing.expansion import Files, Folders, image_sequence, one_file
from renderchain.blender.packing.places import Places
from renderchain.core.errors import SceneError


def written(path: Path, content: bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return str(path)


def test_two_paths_with_one_content_share_a_file(tmp_path: Path) -> None:
    places, folders = Places(tmp_path / "package"), Folders()
    one = places.put(one_file(written(tmp_path / "a" / "Wood.png", b"wood"), folders))
    other = places.put(one_file(written(tmp_path / "b" / "wood.PNG", b"wood"), folders))
    assert one == other and len(list(places.files())) == 1


def test_names_that_differ_in_case_alone_are_two_files(tmp_path: Path) -> None:
    places, folders = Places(tmp_path / "package"), Folders()
    paths = [
        written(tmp_path / name, name.encode()) for name in ("Wood.png", "wood.png", "w\n.png", "w:.png")
    ]
    names = {places.put(one_file(path, folders)) for path in paths}
    assert len(names) == 4 and len({name.lower() for name in names}) == 4


def test_a_sequence_keeps_its_name_until_one_of_its_frames_changes(tmp_path: Path) -> None:
    frames = [tmp_path / "seq" / f"w{number:03d}.png" for number in (1, 2)]
    for path in frames:
        written(path, path.name.encode())

    def named() -> str:
        return Places(tmp_path / "package").put(image_sequence(str(frames[0]), Folders()))

    before = named()
    assert named() == before
    written(frames[1], b"other")
    assert named() != before


def test_one_group_after_another_finds_its_folder(tmp_path: Path) -> None:
    places, folders = Places(tmp_path / "package"), Folders()
    for name in ("a", "b"):
        written(tmp_path / name / "w1.png", name.encode())
    paths = [places.put(image_sequence(str(tmp_path / name / "w1.png"), folders)) for name in ("a", "b")]
    assert [(tmp_path / "package" / path).read_bytes() for path in paths] == [b"a", b"b"]


def test_digests_and_sizes_are_those_of_what_lies_there(tmp_path: Path) -> None:
    root = tmp_path / "package"
    places, folders = Places(root), Folders()
    for number in (1, 2):
        written(tmp_path / "seq" / f"w{number}.png", b"x" * number)
    places.put(image_sequence(str(tmp_path / "seq" / "w1.png"), folders))
    places.put(one_file(written(tmp_path / "a.exr", b"a"), folders))
    places.put_beside(Files((), "", ("gone",)), "scene.blend", "blendcache_")
    cache = Files(((written(tmp_path / "c.bphys", b"c"), "c.bphys"),), "")
    places.put_beside(cache, "l/abc.blend", "blendcache_")
    places.room_for("l/abc.blend").write_bytes(b"blend")
    files = list(places.files())
    there = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert {file.path for file in files} == there - {"l/abc.blend"}
    assert {"l/abc.blend", "l/blendcache_abc/c.bphys"} < there
    for file in files:
        content = (root / file.path).read_bytes()
        assert (file.sha256, file.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    places, path = Places(tmp_path / "package"), written(tmp_path / "a.png", b"a")
    assert not (tmp_path / "package").exists()  # receivers refuse a folder that stays empty
    files = one_file(path, Folders())
    Path(path).unlink()
    with pytest.raises(SceneError, match=r"a\.png can't be copied \(No such file"):
        places.put(files)
