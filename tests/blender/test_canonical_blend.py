"""Blender reads a canonical .blend as it reads the original, and renders the same bits of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from renderchain.app.exchange.canonical_blend import make_canonical
from renderchain.app.exchange.package import file_entry
from renderchain.app.exchange.pieces import put_together, take_apart
from renderchain.core.blend.layout import read_layout
from renderchain.core.blend.session import DANGLING
from renderchain.core.blend.structs import read_structs
from renderchain.core.blend.words import pointers, read_words

from devkit.fakes.package import manifest_of
from devkit.honest.blenders import Blender
from devkit.network.services import REPO, tool_root

SCRIPT = Path(__file__).with_name("save_and_render.py")
MORSE = "usr/share/morse/data"
RENDERED = (f"{MORSE}/environments/tum_kitchen/tum_kitchen.blend", f"{MORSE}/environments/outdoors.blend")
MOST_BY_CHANCE = 3  # files of which Blender reads and writes other bytes each time
Order = list[tuple[str, str, bool, bool]]


@pytest.fixture(params=["bpy", "application"])
def blender(request: pytest.FixtureRequest) -> Blender:
    return Blender() if request.param == "bpy" else Blender(str(tool_root("blender") / "blender"))


@pytest.fixture
def box(folder: Path) -> Path:
    script, file = REPO / "tests" / "scenes" / "box.py", folder / "box.blend"
    subprocess.run([sys.executable, str(script), str(file)], check=True, capture_output=True)
    return file


def run(blender: Blender, folder: Path, order: Order) -> list[str]:
    """Have a Blender of its own work through the files; the digests of their frames."""
    written, answer = folder / "order.json", folder / "answer.json"
    written.write_text(json.dumps(order))
    command = blender.script(SCRIPT, [str(written), str(answer)])
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0 and answer.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    found: list[str] = json.loads(answer.read_text())
    return found


def canonical_of(file: Path) -> Path:
    """A canonical copy."""
    copy = file.with_suffix(".canonical.blend")
    shutil.copyfile(file, copy)
    make_canonical(copy)
    return copy


def without_lost(file: Path) -> bytes:
    """The file without the addresses that lead nowhere: no Blender reads them, and each writes others."""
    raw = np.fromfile(file, np.uint8)
    layout = read_layout(raw.data)
    at = pointers(raw, layout, read_structs(raw.data, layout))
    lost = at[read_words(raw, at, layout.order) >= np.uint64(DANGLING)]
    raw[lost[:, None] + np.arange(8)] = 0
    return raw.tobytes()


def test_a_canonical_scene_renders_the_same_bits(blender: Blender, box: Path, folder: Path) -> None:
    scenes = [box, *(tool_root("scenes") / name for name in RENDERED)]
    saved = [folder / f"{number}.blend" for number in range(len(scenes))]
    # Compressed and plain, as artists have them.
    run(
        blender,
        folder,
        [(str(one), str(two), one is box, False) for one, two in zip(scenes, saved, strict=True)],
    )
    canonical = [canonical_of(file) for file in saved]
    assert all(one.read_bytes() != other.read_bytes() for one, other in zip(saved, canonical, strict=True))
    digests = run(blender, folder, [(str(file), "", False, True) for file in (*saved, *canonical)])
    assert digests[: len(saved)] == digests[len(saved) :]
    assert len(set(digests)) == len(saved)


def test_blender_reads_all_of_a_canonical_file_as_it_reads_the_original(
    blender: Blender, folder: Path
) -> None:
    """All real scenes at hand: what is saved of the canonical file is what is saved of the original."""
    files = sorted((tool_root("scenes") / MORSE).rglob("*.blend"))
    assert len(files) > 40
    saved = [folder / f"{number}.blend" for number in range(len(files))]
    run(blender, folder, [(str(one), str(two), False, False) for one, two in zip(files, saved, strict=True)])
    canonical = [canonical_of(file) for file in saved]
    ways = [[file.with_suffix(f".{way}") for file in saved] for way in ("read", "reread", "canonical")]
    sources = (saved, saved, canonical)
    order: Order = [
        (str(one), str(two), False, False)
        for source, way in zip(sources, ways, strict=True)
        for one, two in zip(source, way, strict=True)
    ]
    run(blender, folder, order)
    by_chance = 0
    for original, *three in zip(files, *ways, strict=True):
        for file in three:
            make_canonical(file)
        read, reread, canonical_read = map(without_lost, three)
        if read != reread:  # some old file's Blender writes what happens to lie in its memory
            by_chance += 1
        else:
            assert read == canonical_read, original
    assert by_chance <= MOST_BY_CHANCE


def test_every_real_file_comes_back_from_its_pieces(folder: Path) -> None:
    """The files themselves, of Blender 2.6 and of 5.2: both widths of addresses, old headers and new."""
    files = [*tool_root("scenes").rglob("*.blend"), *(tool_root("blender") / "root").rglob("*.blend")]
    assert len(files) > 60
    cut = 0
    for number, file in enumerate(files):
        source, stored = folder / f"{number}.source", folder / f"{number}.stored"
        source.mkdir()
        stored.mkdir()
        shutil.copyfile(file, source / "main.blend")
        make_canonical(source / "main.blend")
        manifest = manifest_of([1], (file_entry(source, source / "main.blend"),))
        manifest = replace(manifest, recipes=take_apart(source, manifest.files, stored))
        cut += len(manifest.recipes)
        put_together(stored, manifest)
        assert file_entry(stored, stored / "main.blend") == manifest.files[0], file
    assert cut == len(files)
