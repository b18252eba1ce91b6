"""What keeps tiles exact on one machine and what breaks it: writes docs/determinism.md and its data.

    .venv/bin/python -m research.determinism [--blender NAME] [--only tiles | order | page] [KIND ...]

Two questions. *tiles*: each case of research/exactness is rendered as a frame and tile by tile, in two
processes that differ in threads, kept data, and order. *order*: each kind of moving scene, and each case with
something that moves, is rendered in order by a worker's render process and tile by tile by a verifier's that
jumps; with KINDs, only these are, and nothing is written. The bpy module does it, and the Blender
application where it is set up. What is done is kept in build/determinism and not done again. Ends with an
error if a feature is less exact than what a job with it relies on.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import mode
from typing import Any
from zipfile import ZipFile

from devkit.honest.blenders import Blender
from devkit.network.services import REPO
from research.exactness.order import measure_all
from research.exactness.order_report import in_order, summary, unlike
from research.exactness.report import feature_table, margin_table, read_rows, told, wrongs
from tools.build_extension import LOCK, collect, read_lock
from tools.setup.debian import blender_root

CHILD = REPO / "research" / "exactness" / "child.py"
DATA, PAGE = REPO / "docs" / "data" / "determinism.json", REPO / "docs" / "determinism.md"
NOTES = REPO / "research" / "exactness" / "notes.md"
SECOND, REST = (REPO / "research" / "exactness" / f"{name}.md" for name in ("second_question", "rest"))
PIXELS = REPO / "build" / "determinism"
APPLICATION_PYTHON = "3.14"
PASSES = ("facts", "first", "second")


def unpack_openexr(folder: Path) -> None:
    """Put our OpenEXR wheel for the application's Python where it can be imported from."""
    requirements = [one for one in read_lock(LOCK.read_text()) if one.name.lower() == "openexr"]
    for wheel in collect(requirements, [APPLICATION_PYTHON], ["linux-x64"]).values():
        with ZipFile(wheel) as packed:
            packed.extractall(folder)


def programs() -> dict[str, str]:
    """Folder name and program of each Blender at hand."""
    application = blender_root() / "blender"
    return {"module": ""} | ({"application": str(application)} if application.exists() else {})


def in_blender(name: str, program: str, scratch: Path) -> list[str]:
    """The command of the child for a Blender; the child's arguments follow."""
    if name == "application":
        unpack_openexr(scratch)
    return Blender(program).script(CHILD, [str(REPO), str(scratch)])


def tiles(pixels: Path, wanted: Sequence[str], document: dict[str, Any]) -> None:
    """All passes in the wanted Blenders; other Blenders' rows stay as they were."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in wanted:
            command = in_blender(name, programs()[name], Path(scratch))
            folder = pixels / name
            folder.mkdir(parents=True, exist_ok=True)
            for which in PASSES:
                with (folder / f"{which}.log").open("wb") as log:
                    done = subprocess.run(
                        [*command, str(folder), which], cwd=REPO, stdout=log, stderr=log, check=False
                    )
                if done.returncode:
                    raise SystemExit(f"determinism: {name} broke off in {which}; see {folder / which}.log")
            version, rows = read_rows(folder)
            document["blenders"][version] = rows


def order(pixels: Path, wanted: Sequence[str], kinds: Sequence[str], document: dict[str, Any]) -> None:
    """The kinds, or all, in order against a jump in the wanted Blenders."""
    for name in wanted:
        version, rows = measure_all(Blender(programs()[name]), pixels / name / "order", kinds)
        document["order"][version] = rows
        print(f"Blender {version}\n{in_order(rows)}", flush=True)


def page(document: dict[str, Any]) -> str:
    """docs/determinism.md."""
    counts = [
        row["pixels"] for rows in document["blenders"].values() for row in rows.values() if "off" in row
    ]
    pixels = mode(counts)
    parts = [
        f"""# What keeps tiles exact

Written by `make bench-determinism` (research/determinism.py; scenes in research/exactness, figures in
docs/data/determinism.json), {document["date"]}, {document["machine"]}, on the CPU.

An audit renders single tiles of 64x64 pixels again, each as a crop with a margin that is cut off, and
compares the noisy float32 pass before denoising and compositing. On machines of one kind, digests are
enough for that if a tile has the same bits when it is rendered alone as in its frame. Every number below
counts the pixels, of
{pixels:,} in most scenes, in which two renderings differ in any bit:

- **tiles**: tiles rendered alone, compared with the frame, in the same process, which keeps its data;
- **frame elsewhere**: the frame, compared with that of another process with one thread on one core, which
  keeps no data, renders in another order and goes straight to the frame;
- **tiles elsewhere**: tiles that this other process rendered before its frame, compared with the frame of
  the first process.

Without adaptive sampling the crops have no margin at all. The last column says what our preflight makes of a
job with the scene. Leaves are tiles; or, where only whole frames repeat themselves, leaves are frames; or,
where not even frames do, the job is refused before anything is paid."""
    ]
    parts.append(SECOND.read_text().rstrip())
    for version, rows in document["blenders"].items():
        sentences = "\n".join(told(rows))
        parts.append(
            f"## Blender {version}\n\n{feature_table(rows)}\n\nWhat the artist is told:\n\n{sentences}"
        )
        parts.append(f"### The margin, Blender {version}\n\n{margin_table(rows)}")
        moving = document["order"].get(version, {})
        parts.append(f"### In order against a jump, Blender {version}\n\n{summary(moving)}")
    parts.append(NOTES.read_text().rstrip())
    parts.append(REST.read_text().rstrip())
    return "\n\n".join(parts) + "\n"


def new_document() -> dict[str, Any]:
    """Today's, with the rows that were measured before."""
    before = json.loads(DATA.read_text()) if DATA.exists() else {}
    return {
        "date": str(date.today()),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "blenders": before.get("blenders", {}),
        "order": before.get("order", {}),
    }


def main() -> None:
    """Measure, write, and say what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="kinds of moving scene; default: all")
    parser.add_argument("--pixels", type=Path, default=PIXELS, help="pixels stay here and are reused")
    parser.add_argument("--blender", choices=("all", *programs()), default="all")
    parser.add_argument("--only", choices=("tiles", "order", "page"), help="one question; or the page alone")
    arguments = parser.parse_args()
    wanted = list(programs()) if arguments.blender == "all" else [arguments.blender]
    document = json.loads(DATA.read_text()) if arguments.only == "page" else new_document()
    if arguments.only in (None, "tiles") and not arguments.kinds:
        tiles(arguments.pixels.resolve(), wanted, document)
    if arguments.only in (None, "order"):
        order(arguments.pixels.resolve(), wanted, arguments.kinds, document)
    if not arguments.kinds:
        DATA.write_text(json.dumps(document, indent=1) + "\n")
        PAGE.write_text(page(document))
    bad = [
        f"Blender {version}: {one}"
        for question, find in (("blenders", wrongs), ("order", unlike))
        for version, rows in document[question].items()
        for one in find(rows)
    ]
    print("\n".join(bad) or "Everything is as exact as jobs rely on.")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
