"""Runs moving scenes in order and by jumping, in processes as workers have them; goes on where it stopped."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from renderchain.core.errors import RenderFailed
from renderchain.core.print_limits import MOST
from renderchain.core.prints import split_records
from renderchain.core.probe import leaves_to_compare, limits_of

from devkit.honest.blenders import Blender
from devkit.honest.compare import compare
from devkit.honest.paths import Packed, Paths
from devkit.network.services import REPO

from .order_report import is_measured

BUILD = REPO / "research" / "exactness" / "build.py"
PROBED_TILES = 6
FRAMES, AGAINST = (1, 2, 3, 4, 5, 6), (2, 4, 6)  # of six tiles each
AT_ONCE = 2  # kinds; a Blender that starts leaves cores idle
BUILD_TIMEOUT_S = 3600
Row = dict[str, Any]


def build(blender: Blender, folder: Path, names: Sequence[str]) -> None:
    """Build and pack what is missing; where Blender breaks off, that kind's row says so."""
    missing = [name for name in names if not (folder / name / "packed.json").exists()]
    while missing:
        command = blender.script(BUILD, [str(REPO), str(folder), *missing])
        (folder / "now").write_text(missing[0])
        with (folder / "build.log").open("ab") as log:
            done = subprocess.run(
                command,
                cwd=REPO,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                timeout=BUILD_TIMEOUT_S,
                check=False,
            )
        if done.returncode:
            broken = folder / (folder / "now").read_text()
            broken.mkdir(exist_ok=True)
            text = f"not built: Blender broke off (exit code {done.returncode})"
            (broken / "packed.json").write_text(json.dumps({"missing": text}))
        left = [name for name in missing if not (folder / name / "packed.json").exists()]
        if len(left) == len(missing):
            raise SystemExit(f"in_order: no kind is named {left[0]!r}, or {folder}/build.log says more")
        missing = left


def measure(blender: Blender, folder: Path) -> Row:
    """A kind's row; its package lies in the folder."""
    found: Row = json.loads((folder / "packed.json").read_text())
    if {"missing", "failed"} & found.keys() or found["is_refused"]:
        return found
    for name in ("worker", "verifier", "other"):
        shutil.rmtree(folder / name, ignore_errors=True)
    try:
        measured = paths_of(blender, folder, found).measure(FRAMES, AGAINST)
    except RenderFailed as error:
        return found | {"failed": str(error)}
    return found | asdict(measured.together) | {"seconds": measured.seconds}


def measure_kernels(blender: Blender, folder: Path, row: Row) -> Row:
    """The same frames by a verifier of the other kernel, against what the worker left in the folder.

    The limits are those of a job whose probe has time for six of the tiles only.
    """
    shutil.rmtree(folder / "other", ignore_errors=True)
    try:
        theirs = asyncio.run(paths_of(blender, folder, row).by_jump(AGAINST, is_other_kernel=True))
    except RenderFailed as error:
        return {"kernels_failed": str(error)}
    mine = {
        frame: split_records((folder / "worker" / f"{frame:04d}.leaves").read_bytes()) for frame in AGAINST
    }
    probed = leaves_to_compare(AGAINST, len(mine[AGAINST[0]]), whole_frames=False)[:PROBED_TILES]
    limits = limits_of([(mine[frame][leaf], theirs[frame][leaf]) for frame, (leaf,) in probed])
    pairs = [pair for frame in AGAINST for pair in zip(mine[frame], theirs[frame], strict=True)]
    found = asdict(compare(pairs, limits or MOST))
    return {"limits": limits and asdict(limits)} | {f"kernels_{name}": one for name, one in found.items()}


def paths_of(blender: Blender, folder: Path, row: Row) -> Paths:
    """Renders a kind's package."""
    packed = Packed(folder / "package", tuple(row["said"]), False, row["version"], row["python"])
    return Paths(blender, packed, folder)


def measure_all(blender: Blender, folder: Path, names: Sequence[str]) -> tuple[str, dict[str, Row]]:
    """This Blender's version and its rows, of all kinds without names; what is kept is read."""
    folder.mkdir(parents=True, exist_ok=True)
    names = names or _names(blender, folder)
    build(blender, folder, names)

    def row(name: str) -> Row:
        kept, started_s = folder / name / "row.json", time.monotonic()
        if not kept.exists():
            kept.write_text(json.dumps(measure(blender, folder / name)))
        found: Row = json.loads(kept.read_text())
        if is_measured(found) and not {"limits", "kernels_failed"} & found.keys():
            found |= measure_kernels(blender, folder / name, found)
            kept.write_text(json.dumps(found))
            print(f"{time.monotonic() - started_s:5.1f} s  {name}", flush=True)
        return found

    with ThreadPoolExecutor(AT_ONCE) as pool:
        rows = dict(zip(names, pool.map(row, names), strict=True))
    return next(row["version"] for row in rows.values() if "version" in row), rows


def _names(blender: Blender, folder: Path) -> list[str]:
    """All kinds, as this Blender lists them: their modules need bpy."""
    subprocess.run(
        blender.script(BUILD, [str(REPO), str(folder), "all"]),
        cwd=REPO,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=BUILD_TIMEOUT_S,
        check=True,
    )
    return [str(name) for name in json.loads((folder / "names.json").read_text())]
