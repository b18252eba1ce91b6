"""What keeps tiles exact on one machine and what breaks it: writes docs/determinism.md and its data.

    .venv/bin/python -m research.determinism [--blender NAME] [--page-only]

Each case of research/exactness is rendered as a frame and tile by tile, in two processes that
differ in threads, kept data, and order. The bpy module does it, and the Blender application where it
is set up. Ends with an error if a feature is less exact than what a job with it relies on.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from statistics import mode
from typing import Any
from zipfile import ZipFile

from devkit.network.services import REPO
from research.exactness.order_report import kept_rows, summary
from research.exactness.report import feature_table, margin_table, read_rows, told, wrongs
from tools.extension.lock import LOCK, read_lock
from tools.extension.wheels import fetch
from tools.setup.debian import blender_root

CHILD = REPO / "research" / "exactness" / "child.py"
DATA, PAGE = REPO / "docs" / "data" / "determinism.json", REPO / "docs" / "determinism.md"
NOTES = REPO / "research" / "exactness" / "notes.md"
SECOND, REST = (NOTES.with_name(f"{name}.md") for name in ("second_question", "rest"))
PIXELS = REPO / "build" / "determinism"
APPLICATION_PYTHON = "3.14"
PASSES = ("facts", "first", "second")


def unpack_openexr(folder: Path) -> None:
    """Put our OpenEXR wheel for the application's Python where it can be imported from."""
    requirements = [one for one in read_lock(LOCK.read_text()) if one.name.lower() == "openexr"]
    for wheel in fetch(requirements, [APPLICATION_PYTHON], ["linux-x64"]):
        with ZipFile(wheel) as packed:
            packed.extractall(folder)


def blenders(scratch: Path) -> dict[str, list[str]]:
    """Folder name and command of each Blender at hand; the child's arguments follow."""
    found = {"module": [sys.executable, str(CHILD), "--", str(REPO), str(scratch)]}
    application = blender_root() / "blender"
    if application.exists():
        unpack_openexr(scratch)
        options = ["--background", "--factory-startup", "--python-exit-code", "1", "--python", str(CHILD)]
        found["application"] = [str(application), *options, "--", str(REPO), str(scratch)]
    return found


def render(pixels: Path, wanted: str) -> dict[str, Any]:
    """All passes in the wanted Blenders; returns the document, other Blenders' rows as they were."""
    document: dict[str, Any] = {
        "date": str(date.today()),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "blenders": json.loads(DATA.read_text())["blenders"] if DATA.exists() else {},
    }
    with tempfile.TemporaryDirectory() as scratch:
        for name, command in blenders(Path(scratch)).items():
            if wanted not in (name, "all"):
                continue
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
    return document


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
job with the scene. Verifiers render tiles again; or, where only whole frames repeat themselves, frames; or,
where not even frames do, the job is refused before anything is paid."""
    ]
    parts.append(SECOND.read_text().rstrip())
    for version, rows in document["blenders"].items():
        sentences = "\n".join(told(rows))
        parts.append(
            f"## Blender {version}\n\n{feature_table(rows)}\n\nWhat the artist is told:\n\n{sentences}"
        )
        parts.append(f"### The margin, Blender {version}\n\n{margin_table(rows)}")
        parts.append(f"### In order against a jump, Blender {version}\n\n{summary(kept_rows(version))}")
    parts.append(NOTES.read_text().rstrip())
    parts.append(REST.read_text().rstrip())
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Measure, write, and say what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pixels", type=Path, default=PIXELS, help="pixels stay here and are reused")
    parser.add_argument("--blender", choices=("all", "module", "application"), default="all")
    parser.add_argument("--page-only", action="store_true", help="write the page from the data again")
    arguments = parser.parse_args()
    if not arguments.page_only:
        DATA.parent.mkdir(exist_ok=True)
        DATA.write_text(json.dumps(render(arguments.pixels.resolve(), arguments.blender), indent=1) + "\n")
    document = json.loads(DATA.read_text())
    PAGE.write_text(page(document))
    bad = [
        f"Blender {version}: {one}" for version, rows in document["blenders"].items() for one in wrongs(rows)
    ]
    print("\n".join(bad) or "Everything is as exact as jobs rely on.")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
