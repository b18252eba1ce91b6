"""Scenes that other people made, all the way: packed, proved, stored, fetched, and one frame rendered.

    python -m research.found_scenes FOLDER_OR_FILE... [--every N] [--after N]

Each .blend that is named, or lies below a folder, is opened, made ready for Cycles (research/found_scene.py)
and sent through what an artist and a worker do, on a Kubo of its own. What is refused is tried again with all
let pass that an artist may let pass. Prints a row for each file, and counts. Takes about ten seconds a file
on two cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renderchain.adapters.ipfs.kubo import KuboStore
from renderchain.app.exchange.package import fetch_package, pin_package
from renderchain.core.errors import RenderChainError
from renderchain.core.manifest import MANIFEST_NAME, parse_manifest

from devkit.fakes.reporter import RecordingReporter
from devkit.network.services import REPO, start_swarm_kubo, stop

PREPARE = Path(__file__).with_name("found_scene.py")
LONGEST_S = 300
PROOF_S = 60
READY = "renderchain-ready-"
MOST_SAID = 300  # letters


@dataclass
class Way:
    """How far a file came: the last step that went well, and what was said."""

    step: str
    said: str = ""
    seconds: float = 0.0


def run(*command: str) -> tuple[int, str, str]:
    """A program's exit code, output and error output; 124 where it took too long."""
    try:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=REPO,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 124, "", f"took over {LONGEST_S} s"
    return done.returncode, done.stdout, done.stderr


def last_line(text: str) -> str:
    """What a program said last."""
    return (text.strip().splitlines() or [""])[-1]


def pack(blend: Path, folder: Path, *allowed: str) -> tuple[dict[str, Any], str]:
    """What ``pack`` answered; or nothing, and why."""
    command = ["-m", "renderchain", "pack", str(blend), "--frames", "1", "--output", str(folder), "--json"]
    options = [f"--allow={one}" for one in allowed]
    code, told, said = run(*command, "--seconds", str(PROOF_S), *options)
    line = last_line(told)
    return (json.loads(line), "") if line.startswith("{") else ({}, f"{code}: {last_line(said)}")


def errors(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings that keep a package from being sent."""
    return [one for one in answer["findings"] if one["severity"] == "error"]


async def go(blend: Path, store: KuboStore, work: Path) -> tuple[Way, list[str]]:
    """One file's way, and what had to be let pass."""
    ready = blend.with_name(READY + blend.stem + ".blend")
    let_pass: list[str] = []
    try:
        code, _, said = run(str(PREPARE), str(blend), str(ready))
        if code:
            return Way("none", f"it can't be opened: {last_line(said)}"), let_pass
        package = work / "package"
        answer, why = pack(ready, package)
        if answer and (found := errors(answer)) and all(one["may_pass"] for one in found):
            let_pass = sorted(one["sentence"] for one in found)
            shutil.rmtree(package, ignore_errors=True)
            answer, why = pack(ready, package, *{one["kind"] for one in found})
        if not answer or errors(answer):
            said = why or "; ".join(one["sentence"] for one in errors(answer))
            return Way("opened", said), let_pass
        return await _onwards(package, store, work), let_pass
    finally:
        ready.unlink(missing_ok=True)


async def _onwards(package: Path, store: KuboStore, work: Path) -> Way:
    reporter = RecordingReporter()
    manifest = parse_manifest((package / MANIFEST_NAME).read_bytes())
    try:
        pinned = await pin_package(store, package, manifest, bytes(32), reporter)
        shutil.rmtree(package)
        sizes = (pinned.size_bytes, pinned.file_count)
        fetched, _ = await fetch_package(store, pinned.cid, *sizes, work / "cache", reporter)
    except RenderChainError as error:
        return Way("packed", str(error))
    shown = ["--frames", "1", "--output", str(work / "frames"), "--json"]
    code, told, said = run("-m", "renderchain", "render", str(fetched), *shown)
    if code or not json.loads(last_line(told))["frames"]:
        return Way("fetched", last_line(said))
    return Way("rendered")


async def main() -> None:
    """All files, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("places", nargs="+", type=Path, metavar="FOLDER_OR_FILE")
    parser.add_argument("--every", type=int, default=1, help="only every so manieth file")
    parser.add_argument("--after", type=int, default=0, help="leave out so many files first")
    options = parser.parse_args()
    blends = sorted(
        path for place in options.places for path in ((place,) if place.is_file() else place.rglob("*.blend"))
    )
    blends = [path for path in blends if not path.name.startswith(READY)][options.after :: options.every]
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="renderchain-found-") as name:
        root = Path(name)
        kubo = start_swarm_kubo(root)
        try:
            for number, blend in enumerate(blends):
                work, started_s = root / str(number), time.perf_counter()
                work.mkdir()
                way, let_pass = await go(blend, KuboStore(kubo.api), work)
                shutil.rmtree(work)
                counts[way.step + (", something let pass" if let_pass else "")] += 1
                print(f"{way.step:9} {time.perf_counter() - started_s:6.1f} s  {blend}", flush=True)
                for line in [*let_pass, *filter(None, [way.said])]:
                    print(f"          {line[:MOST_SAID]}", flush=True)
        finally:
            stop(kubo.pid)
    print(dict(counts))


if __name__ == "__main__":
    asyncio.run(main())
