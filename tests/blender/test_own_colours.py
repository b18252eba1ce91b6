"""Scenes whose colours come from a configuration of the artist's own: workers get it, and its tables."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.adapters.blender_process.ready import ReadyRenderer
from renderchain.core.manifest import MANIFEST_NAME, Manifest, parse_manifest
from renderchain.core.messages import KnownRendered, Rendered

from devkit.network.services import REPO

REFUSED = 4
# The table of one row is found in a folder that only its whole path leads to, the other one beside.
CONFIGURATION = """# {folder} is where the artist works
ocio_profile_version: 2

search_path: [tables, "{elsewhere}"]
roles:
  scene_linear: plain light
  default: raw
  data: raw
  color_picking: screen light
  default_byte: screen light
  default_float: plain light
displays:
  screen:
    - !<View> {{name: printed, colorspace: print}}
    - !<View> {{name: straight, colorspace: screen light}}
active_displays: [screen]
active_views: [printed, straight]
colorspaces:
  - !<ColorSpace>
    name: plain light
  - !<ColorSpace>
    name: raw
    isdata: true
  - !<ColorSpace>
    name: screen light
    from_scene_reference: !<ExponentTransform> {{value: [1.8, 1.8, 1.8, 1], direction: inverse}}
  - !<ColorSpace>
    name: film
    to_scene_reference: !<FileTransform> {{interpolation: linear, src: Mein Film.spi1d}}
  - !<ColorSpace>
    name: print
    from_scene_reference: !<FileTransform>
      src: "stock's print.spi1d"  # by the laboratory
      interpolation: linear
"""


def table(path: Path, power: float) -> None:
    rows = "\n".join(f"{(step / 255) ** power:.6f}" for step in range(256))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"Version 1\nFrom 0.0 1.0\nLength 256\nComponents 1\n{{\n{rows}\n}}\n")


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    folder, elsewhere = tmp_path / "colours", tmp_path / "else where"
    table(folder / "tables" / "Mein Film.spi1d", 3.1)
    table(elsewhere / "stock's print.spi1d", 0.3)
    path = folder / "studio.ocio"
    path.write_text(CONFIGURATION.format(folder=folder, elsewhere=elsewhere))
    return path


def program(
    *arguments: object, colours: Path | None = None, variable: str = "OCIO"
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({variable: str(colours)} if colours else {})}
    line = [sys.executable, *map(str, arguments)]
    return subprocess.run(
        line, cwd=REPO / "addon", env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def made(folder: Path, configuration: Path, variable: str = "OCIO") -> Path:
    maker = REPO / "tests" / "scenes" / "coloured.py"
    done = program(maker, folder, colours=configuration, variable=variable)
    assert (folder / "own.png").exists(), done.stdout + done.stderr
    return folder / "film" / "film.blend"


def pack(blend: Path, package: Path, configuration: Path, variable: str = "OCIO") -> tuple[int, Any]:
    arguments = ("-m", "renderchain", "pack", blend, "--frames", "1", "--output", package, "--json")
    done = program(*arguments, colours=configuration, variable=variable)
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout)


def pixels(path: Path) -> Any:
    return np.asarray(Image.open(path).convert("RGB"), np.int16)


def test_a_worker_has_the_artists_colours_and_their_tables(tmp_path: Path, configuration: Path) -> None:
    package, images = tmp_path / "package", tmp_path / "images"
    blend = made(tmp_path / "scene", configuration)
    code, told = pack(blend, package, configuration)
    assert (code, told["findings"]) == (0, []) and told["proof"]["pictures"] == [1], told
    manifest = parse_manifest((package / MANIFEST_NAME).read_bytes())
    assert manifest.colours == "c/config.ocio"
    text = (package / manifest.colours).read_text()
    assert not [word for word in (str(tmp_path), "Mein", "stock", "the artist works") if word in text], text
    assert sorted(path.rpartition(".")[2] for path in (file.path for file in manifest.files)) == [
        "blend",
        "ocio",
        "png",
        "spi1d",
        "spi1d",
    ]
    for name in ("colours", "else where", "scene/film"):
        (tmp_path / name).rename(tmp_path / f"gone {name.replace('/', ' ')}")
    done = program("-m", "renderchain", "render", package, "--frames", "1", "--output", images, "--json")
    assert done.returncode == 0, done.stderr[-2000:]
    wanted = pixels(tmp_path / "scene" / "own.png")
    assert np.array_equal(pixels(images / "0001.png"), wanted)
    (package / "f").rename(tmp_path / "no tables")  # or the tables did not matter
    (package / "f").mkdir()
    (image,) = (tmp_path / "no tables").glob("*.png")
    image.rename(package / "f" / image.name)
    rendered, _ = asyncio.run(by_a_worker(tmp_path, package, manifest))
    assert not np.array_equal(pixels(tmp_path / "output" / rendered.final), wanted)


@pytest.mark.parametrize("way", ["archive", "user's folder"])
def test_an_archive_and_a_configuration_in_the_users_folder_come_too(
    tmp_path: Path, configuration: Path, way: str
) -> None:
    given, variable, there = tmp_path / "studio.ocioz", "OCIO", "c/config.ocioz"
    tables = {
        "Mein Film.spi1d": configuration.parent / "tables" / "Mein Film.spi1d",
        "stock's print.spi1d": tmp_path / "else where" / "stock's print.spi1d",
    }
    text = configuration.read_text().replace(f'[tables, "{tmp_path / "else where"}"]', "tables")
    assert str(tmp_path / "else where") not in text
    if way == "archive":
        with zipfile.ZipFile(given, "w") as archive:
            archive.writestr("config.ocio", text)
            for name, path in tables.items():
                archive.write(path, f"tables/{name}")
    else:
        given, variable, there = tmp_path / "user", "BLENDER_USER_RESOURCES", "c/config.ocio"
        folder = given / "datafiles" / "colormanagement"
        (folder / "tables").mkdir(parents=True)
        (folder / "config.ocio").write_text(text)
        for name, path in tables.items():
            path.rename(folder / "tables" / name)
    package, images = tmp_path / "package", tmp_path / "images"
    blend = made(tmp_path / "scene", given, variable)
    code, told = pack(blend, package, given, variable)
    assert (code, told["findings"]) == (0, []), told
    assert parse_manifest((package / MANIFEST_NAME).read_bytes()).colours == there
    given.rename(tmp_path / "gone")
    done = program("-m", "renderchain", "render", package, "--frames", "1", "--output", images, "--json")
    assert done.returncode == 0, done.stderr[-2000:]
    assert np.array_equal(pixels(images / "0001.png"), pixels(tmp_path / "scene" / "own.png"))


async def by_a_worker(
    root: Path, package: Path, manifest: Manifest, *, with_known: bool = False
) -> tuple[Rendered, KnownRendered | None]:
    """A frame, and the known tile beside it, out of a worker that has a process ahead."""
    output = root / "output"
    output.mkdir()
    ready = ReadyRenderer(BlenderRenderer("", "CPU", root / "logs"), root / "ready")
    async with ready.running(), ready.open(package, manifest, output) as session:
        rendered = await session.render(1, lambda _: None)
        return rendered, await session.known_tile() if with_known else None


def test_a_process_that_stands_ready_is_not_used_for_them_and_the_known_tile_stays(
    tmp_path: Path, configuration: Path
) -> None:
    package = tmp_path / "package"
    blend = made(tmp_path / "scene", configuration)
    assert pack(blend, package, configuration)[0] == 0
    manifest = parse_manifest((package / MANIFEST_NAME).read_bytes())
    rendered, known = asyncio.run(by_a_worker(tmp_path, package, manifest, with_known=True))
    wanted = pixels(tmp_path / "scene" / "own.png")
    assert np.array_equal(pixels(tmp_path / "output" / rendered.final), wanted)
    fresh = asyncio.run(BlenderRenderer("", "CPU", tmp_path / "logs").known_tile())
    assert known and known.record == fresh.record


def test_a_table_that_is_missing_or_named_by_a_variable_is_said_before_anything_is_packed(
    tmp_path: Path, configuration: Path
) -> None:
    blend = made(tmp_path / "scene", configuration)
    (configuration.parent / "tables" / "Mein Film.spi1d").unlink()
    text = configuration.read_text()
    configuration.write_text(text.replace("stock's print.spi1d", "$LAB.spi1d"))
    code, told = pack(blend, tmp_path / "package", configuration)
    said = sorted((one["kind"], one["sentence"]) for one in told["findings"] if one["severity"] == "error")
    assert code == REFUSED and [kind for kind, _ in said] == ["colour configuration", "missing file"]
    assert "$LAB.spi1d by variables" in said[0][1] and "Mein Film.spi1d, which is missing" in said[1][1]
    assert not (tmp_path / "package").exists()
