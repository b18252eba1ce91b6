"""What was cut is put together to the same bytes, or refused; nobody's pieces make more than was said."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from renderchain.app.exchange.package import file_entry
from renderchain.app.exchange.pieces import MOST_STORED_BYTES, put_together, take_apart
from renderchain.app.exchange.zstd import zstd
from renderchain.core.blend.pieces import MOST_BYTES
from renderchain.core.errors import ContentError
from renderchain.core.manifest import PIECES, Manifest, Recipe

from devkit.fakes.package import manifest_of
from tests.unit.core.blend.made import FORMS, Addresses, Form, Item, Thing, scene

THINGS = [
    Thing(f"OB{number}", (1,), (Item((1, 2)), Item()), random.Random(number).randbytes(2 ** (number % 17)))
    for number in range(60)
]


def made(form: Form, things: list[Thing]) -> bytes:
    """A scene of some hundreds of kilobytes."""
    return scene(form, things, Addresses([2**24 + 64 * place for place in range(2**10)]))


def cut(folder: Path, raw: bytes, name: str = "main.blend") -> tuple[Manifest, Path]:
    """A package with that file, and how the store has it."""
    source, stored = folder / "source", folder / "stored"
    source.mkdir(exist_ok=True)
    stored.mkdir(exist_ok=True)
    (source / name).write_bytes(raw)
    manifest = manifest_of([1], (file_entry(source, source / name),))
    return replace(manifest, recipes=take_apart(source, manifest.files, stored)), stored


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_blend_is_cut_and_put_together_to_the_same_bytes(tmp_path: Path, form: Form) -> None:
    raw = made(form, THINGS)
    manifest, stored = cut(tmp_path, raw)
    assert [recipe.path for recipe in manifest.recipes] == ["main.blend"]
    assert len(set(manifest.recipes[0].pieces)) > 5
    assert not (stored / "main.blend").exists()
    put_together(stored, manifest)
    assert (stored / "main.blend").read_bytes() == raw


def test_a_scene_with_a_change_shares_all_pieces_but_those_that_have_it(tmp_path: Path) -> None:
    things = [*THINGS[:30], replace(THINGS[30], number=7.0), *THINGS[31:]]
    (first, stored), (other, _) = (cut(tmp_path, made(Form(), one)) for one in (THINGS, things))
    before, after = (set(manifest.recipes[0].pieces) for manifest in (first, other))
    assert len(after - before) == 1
    assert len(list((stored / PIECES).iterdir())) == len(before | after)


@settings(max_examples=60)
@given(form=st.sampled_from(FORMS), seed=st.integers(0, 2**32), size=st.integers(0, 3000))
def test_whatever_a_file_holds_its_bytes_come_back(
    tmp_path_factory: pytest.TempPathFactory, form: Form, seed: int, size: int
) -> None:
    chance, raw = random.Random(seed), bytearray(made(form, THINGS[:12])[: -size or None])
    for _ in range(chance.randrange(4)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    manifest, stored = cut(tmp_path_factory.mktemp("package"), bytes(raw))
    put_together(stored, manifest)
    assert (stored / "main.blend").read_bytes() == raw


def test_what_is_no_blend_and_an_empty_file_stay_whole(tmp_path: Path) -> None:
    for name, raw in (("noise.vdb", random.Random(0).randbytes(2**17)), ("empty.blend", b"")):
        manifest, stored = cut(tmp_path, raw, name)
        assert manifest.recipes == ()
        assert (stored / name).read_bytes() == raw


def recipe(folder: Path, size_bytes: int, *stored: bytes) -> Manifest:
    """Somebody's package with these bytes as pieces, for a file that is said to have so many."""
    (folder / PIECES).mkdir()
    names = [hashlib.sha256(raw).hexdigest()[:32] for raw in stored]
    for name, raw in zip(names, stored, strict=True):
        (folder / PIECES / name).write_bytes(raw)
    file = replace(file_entry(folder, folder / PIECES / names[0]), path="main.blend", size_bytes=size_bytes)
    return replace(manifest_of([1], (file,)), recipes=(Recipe("main.blend", tuple(names)),))


def packed(raw: bytes) -> bytes:
    return zstd.compress(raw)


def unsized(raw: bytes) -> bytes:
    """A frame that does not say how much is in it, and needs little memory."""
    parameter = zstd.CompressionParameter
    return zstd.compress(raw, options={parameter.window_log: 16, parameter.content_size_flag: 0})


BOMB = bytes(64 * MOST_BYTES)


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ((packed(b"1234"), packed(b"5678")), "more bytes than the file"),
        ((packed(BOMB),), "too much memory"),
        ((unsized(BOMB),), "over"),
        ((b"no frame",), "can't be unpacked"),
        ((packed(b""),), "empty"),
        ((bytes(MOST_STORED_BYTES + 1),), "over"),
    ],
    ids=["more", "bomb", "unsized bomb", "no frame", "empty", "long"],
)
def test_pieces_that_make_more_than_the_manifest_says_or_are_none_are_refused(
    tmp_path: Path, stored: tuple[bytes, ...], words: str
) -> None:
    manifest = recipe(tmp_path, 7, *stored)
    with pytest.raises(ContentError, match=words):
        put_together(tmp_path, manifest)
    assert (tmp_path / "main.blend").stat().st_size <= 7
