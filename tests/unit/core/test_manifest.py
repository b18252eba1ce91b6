"""Nobody vouches for a manifest: it round-trips, and each malformed field is refused."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.canonical import dump_canonical
from renderchain.core.cid import cid_of, digest_of, join_digest, split_digest
from renderchain.core.errors import ContentError
from renderchain.core.job import family_name, family_of
from renderchain.core.manifest import (
    COLOURS,
    FORMATS,
    MAX_MANIFEST_BYTES,
    SCHEMA,
    SCHEMA_WITH_COLOURS,
    Manifest,
    PackedFile,
    Recipe,
    parse_manifest,
)
from renderchain.core.reader import check_path

MANIFEST = Manifest(
    blender_version=(4, 5),
    main_blend="scene.blend",
    scene="Scene",
    view_layers=("ViewLayer",),
    engine="CYCLES",
    width=640,
    height=360,
    fps="24",
    frames=(1, 2, 3),
    samples=32,
    adaptive=True,
    file_format="PNG",
    view_transform="AgX",
    files=(PackedFile("assets/täfel.png", "0" * 64, 7), PackedFile("scene.blend", "a" * 64, 5)),
)


def changed(**fields: Any) -> bytes:
    return json.dumps({**json.loads(MANIFEST.to_bytes()), **fields}).encode()


def test_a_manifest_reads_back_the_same() -> None:
    assert parse_manifest(MANIFEST.to_bytes()) == MANIFEST
    assert MANIFEST.size_bytes == 12


def test_a_package_of_30_000_files_is_within_all_limits() -> None:
    place = f"f/{'c' * 20}/s"
    files = tuple(PackedFile(f"{place}{number:05}.png", "b" * 64, 10**6) for number in range(30_000))
    many = replace(MANIFEST, files=(*files, MANIFEST.files[1]))
    assert parse_manifest(many.to_bytes()) == many


@pytest.mark.parametrize(
    "fields",
    [
        {"schema": "renderchain/manifest/1"},
        {"width": 0},
        {"width": True},
        {"frames": []},
        {"frames": [1, 1]},
        {"frames": [1.5]},
        {"view_layers": [1]},
        {"adaptive": 1},
        {"view_layers": []},
        {"view_layers": ["one", "one"]},
        {"width": 65536, "height": 65536},
        {"width": 8192, "height": 8192, "view_layers": ["one", "two"]},
        {"main_blend": "other.blend"},
        {"main_blend": "../scene.blend"},
        {"file_format": "FFMPEG"},
        {"look": ""},
        {"display": "a\nb"},
        {"exposure": 1.5},
        {"exposure": "1e9"},
        {"exposure": "-32.1"},
        {"exposure": "nan"},
        {"gamma": "5.5"},
        {"gamma": "-0.1"},
        {"requester_key": "A" * 64},
        {"requester_key": "a" * 62},
        {"files": ["scene.blend"]},
        {"files": [{"path": "scene.blend", "sha256": "a" * 63, "size_bytes": 1}]},
        {"files": [{"path": "scene.blend", "sha256": "a" * 64, "size_bytes": -1}]},
        {"files": [{"path": p, "sha256": "a" * 64, "size_bytes": 1} for p in ("scene.blend", "Scene.blend")]},
    ],
)
def test_a_malformed_field_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ContentError):
        parse_manifest(changed(**fields))


@pytest.mark.parametrize("fields", ["all", "files", "recipes"])
def test_a_field_that_is_not_known_is_refused_by_name(fields: str) -> None:
    """Or a worker that is older than the package would render another picture without a word."""
    recipes = (Recipe("scene.blend", ("0" * 32,)),)
    body: dict[str, Any] = json.loads(replace(MANIFEST, recipes=recipes).to_bytes())
    parse_manifest(json.dumps(body).encode())
    (body if fields == "all" else body[fields][0])["stereo"] = None
    with pytest.raises(ContentError, match="has the field 'stereo', which this version does not know"):
        parse_manifest(json.dumps(body).encode())


@pytest.mark.parametrize("place", COLOURS)
def test_a_package_with_colours_of_its_own_has_a_version_that_older_workers_refuse(place: str) -> None:
    coloured = replace(MANIFEST, files=(*MANIFEST.files, PackedFile(place, "c" * 64, 9)))
    raw = coloured.to_bytes()
    read = parse_manifest(raw)
    assert read.colours == place and read.to_bytes() == raw
    assert json.loads(raw)["schema"] == SCHEMA_WITH_COLOURS != SCHEMA
    with pytest.raises(ContentError, match=f"says {SCHEMA}, and a package with {place}"):
        parse_manifest(raw.replace(SCHEMA_WITH_COLOURS.encode(), SCHEMA.encode()))
    with pytest.raises(ContentError, match="no colours of its own"):
        parse_manifest(changed(schema=SCHEMA_WITH_COLOURS))


@pytest.mark.parametrize("number", ["0", "-0", "1.70000005", "-31.9999981", "9.99999975e-06", "32"])
def test_any_exposure_of_blenders_is_kept(number: str) -> None:
    assert parse_manifest(changed(exposure=number)).exposure == number


def test_a_frame_has_a_leaf_for_each_tile_and_layer() -> None:
    layered = parse_manifest(changed(view_layers=["near", "far"], width=8192, height=4096))
    assert layered.layers == ("far", "near")
    assert layered.leaves_per_frame == 2 * len(layered.regions) == 2 * 128 * 64


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"[" * 200_000, b" " * (8 * 2**20 + 1)])
def test_what_is_no_manifest_is_refused(raw: bytes) -> None:
    with pytest.raises(ContentError):
        parse_manifest(raw)


def test_deep_nesting_is_refused_even_where_a_library_raised_the_recursion_limit() -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        with pytest.raises(ContentError, match="levels deep"):
            parse_manifest(b'{"a\\"]]": ' + b"[" * 200_000)
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.parametrize("unit", [b'\\"', b'\\\\"', b'"', b"\\", b'"[', b"[]", b'"[\\"]'])
def test_what_is_no_document_is_seen_to_be_none_at_once(unit: bytes) -> None:
    """Escaped quotes of 32 KB took the whole agent many seconds, and 8 MB would have taken it days."""
    began_s = time.process_time()
    for size in (2**15, MAX_MANIFEST_BYTES - 16):
        with pytest.raises(ContentError):
            parse_manifest(b'{"schema": "' + unit * (size // len(unit)))
        assert time.process_time() - began_s < 10, size


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../x", "a//b", "./a", "C:/x", "a\\b", "a\0b"])
def test_a_path_that_leaves_the_package_is_refused(path: str) -> None:
    with pytest.raises(ContentError):
        check_path(path)


def test_a_path_is_as_long_as_disks_count_it() -> None:
    """In bytes: a folder that leads to the package has to fit before it, on whichever machine that is."""
    names = ["\U0001f600" * 50] * 6
    assert check_path("/".join(names[:5]))
    with pytest.raises(ContentError, match="and 1024 bytes"):
        check_path("/".join(names))


def test_a_known_directory_cid_goes_to_the_chain_and_back() -> None:
    cid = "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"
    assert cid_of(join_digest(*split_digest(digest_of(cid)))) == cid


@given(st.binary(min_size=32, max_size=32))
def test_any_digest_survives_the_split_into_two_halves(digest: bytes) -> None:
    assert digest_of(cid_of(digest)) == digest == join_digest(*split_digest(digest))


@pytest.mark.parametrize(
    "cid", ["", "Qm123", "b0", "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"]
)
def test_another_kind_of_cid_is_refused(cid: str) -> None:
    with pytest.raises(ContentError):
        digest_of(cid)


def test_a_canonical_document_sorts_keys_and_refuses_floats() -> None:
    assert dump_canonical({"b": [1], "a": "ä"}) == '{"a":"ä","b":[1]}'.encode()
    with pytest.raises(TypeError):
        dump_canonical({"a": [1.0]})


def test_a_family_is_a_short_string_that_reads_back() -> None:
    assert family_name(family_of((4, 5), "CYCLES", "CPU")) == "4.5/cycles/cpu"


def test_the_published_schema_names_the_same_fields_formats_and_limits() -> None:
    schema = json.loads((Path(__file__).parents[3] / "docs" / "schemas" / "manifest.json").read_text())
    written = json.loads(MANIFEST.to_bytes())
    assert set(schema["required"]) == set(schema["properties"]) == set(written)
    assert set(schema["properties"]["files"]["items"]["required"]) == set(written["files"][0])
    assert schema["properties"]["file_format"]["enum"] == list(FORMATS)
    assert schema["properties"]["schema"]["enum"] == [SCHEMA, SCHEMA_WITH_COLOURS]
    assert not schema["additionalProperties"]
    for field in ("width", "height", "samples"):
        limits = schema["properties"][field]
        assert parse_manifest(changed(**{field: limits["maximum"]}))
        for outside in (limits["minimum"] - 1, limits["maximum"] + 1):
            with pytest.raises(ContentError, match=field):
                parse_manifest(changed(**{field: outside}))


def test_a_manifest_with_recipes_reads_back_the_same() -> None:
    recipe = Recipe("scene.blend", ("a" * 32, "b" * 32, "a" * 32))
    manifest = replace(MANIFEST, recipes=(recipe,))
    assert parse_manifest(manifest.to_bytes()) == manifest
    assert manifest.cut_bytes == 5
    pieces = {f"manifest.pieces/{name * 32}" for name in "ab"}
    assert manifest.stored_paths == {"manifest.json", "assets/täfel.png", *pieces}


@pytest.mark.parametrize(
    "fields",
    [
        {"recipes": None},
        {"recipes": [{"path": "scene.blend", "pieces": ["a" * 31]}]},
        {"recipes": [{"path": "scene.blend", "pieces": ["../" + "a" * 29]}]},
        {"recipes": [{"path": "scene.blend", "pieces": [1]}]},
        {"recipes": [{"path": "other.blend", "pieces": []}]},
        {"recipes": [{"path": "scene.blend", "pieces": []}] * 2},
        {"files": [{"path": "Manifest.Pieces/a", "sha256": "0" * 64, "size_bytes": 1}]},
    ],
)
def test_recipes_that_make_no_sense_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ContentError):
        parse_manifest(changed(**fields))
