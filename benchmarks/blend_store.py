"""What is moved when a scene is sent again after a small change: pieces next to what others do.

    make bench-blocks        or        python -m benchmarks.blend_store

Each scene's .blend is saved by two Blenders, one after the other; the second moves one object before, or
adds one. Both are stored, and the bytes of the blocks are counted that who has the first file lacks of the
second:

- pieces: as our client pins it, manifest and folders with it
- default, 1 MiB, buzhash: ``ipfs add`` of the file as it was saved, with Kubo's own chunkers
- zstd: ``ipfs add`` of the file compressed as a whole
- files: a file with another sha-256 is sent whole, as farms do

Images and other files of a scene are left out: all ways move them once. The files are saved by the bpy
module, or by the application with ``--blender PATH``.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from renderchain.app.exchange.canonical_blend import make_canonical
from renderchain.app.exchange.package import file_entry, pin_package
from renderchain.app.exchange.pieces import put_together
from renderchain.app.exchange.zstd import zstd
from renderchain.core.manifest import MANIFEST_NAME, parse_manifest
from renderchain.ports.content_store import BytesDone

from devkit.fakes.content_store import MemoryStore
from devkit.fakes.package import manifest_of
from devkit.fakes.reporter import RecordingReporter
from devkit.honest.blenders import Blender
from devkit.network.services import tool_root

MORSE = "usr/share/morse/data/environments"
SCENES = {
    "kitchen": f"{MORSE}/tum_kitchen/tum_kitchen.blend",
    "outdoors": f"{MORSE}/outdoors.blend",
    "buildings": f"{MORSE}/land-1/buildings_2.blend",
    "hall": f"{MORSE}/laas/grande_salle.blend",
}
CHUNKERS = {"default": "size-262144", "1 MiB": "size-1048576", "buzhash": "buzhash"}
ADD = ("add", "-Q", "-r", "--cid-version=1", "--raw-leaves", "--pin=false")
ZSTD_LEVEL = 9
PERCENT = 100.0
CID_BYTES = 36
CHANGE = """
import bpy, os, sys
source, target, change = sys.argv[sys.argv.index("--") + 1 :]
bpy.ops.wm.open_mainfile(filepath=source, load_ui=False, use_scripts=False)
if os.path.dirname(target).endswith("two"):
    named = sorted(bpy.context.scene.objects, key=lambda one: (one.type != "MESH", one.name))
    thing = named[0]
    if change == "add":
        thing = thing.copy()
        bpy.context.scene.collection.objects.link(thing)
    thing.location.x += 0.37
bpy.ops.wm.save_as_mainfile(filepath=target, compress=False)
sys.stdout.flush()
os._exit(0)
"""


@dataclass(frozen=True)
class Moved:
    """Bytes of the second file that are new, by way; all of its bytes; what pieces move the first time."""

    size_bytes: int
    by_way: dict[str, int]
    first_bytes: int
    cut_s: float
    together_s: float


class Node:
    """A Kubo repository of its own, without a process."""

    def __init__(self, folder: Path) -> None:
        self._binary = str(tool_root("kubo") / "bin" / "ipfs")
        self._env = {**os.environ, "IPFS_PATH": str(folder)}
        self._ipfs("init", "--empty-repo")

    def _ipfs(self, *arguments: str) -> bytes:
        done = subprocess.run([self._binary, *arguments], env=self._env, capture_output=True, check=True)
        return done.stdout

    def blocks(self, folder: Path, chunker: str = CHUNKERS["1 MiB"]) -> dict[bytes, int]:
        """The blocks of a folder by CID, with their sizes."""
        cid = self._ipfs(*ADD, f"--chunker={chunker}", str(folder)).decode().strip()
        archive = BytesIO(self._ipfs("dag", "export", "--progress=false", cid))
        archive.seek(_varint(archive), os.SEEK_CUR)
        found = {}
        while size_bytes := _varint(archive):
            found[archive.read(CID_BYTES)] = size_bytes - CID_BYTES
            archive.seek(size_bytes - CID_BYTES, os.SEEK_CUR)
        return found


def _varint(archive: BinaryIO) -> int:
    """A number as archives have it; 0 at the end."""
    value, shift = 0, 0
    while byte := archive.read(1):
        value |= (byte[0] & 127) << shift
        shift += 7
        if byte[0] < 128:
            break
    return value


class PinnedFolder(MemoryStore):
    """A store that keeps a copy of the folder that it is given: what our client pins."""

    def __init__(self, target: Path) -> None:
        super().__init__()
        self._target = target

    async def add_folder(self, folder: Path, on_bytes: BytesDone) -> str:
        """Keep it."""
        shutil.copytree(folder, self._target)
        return await super().add_folder(folder, on_bytes)


def pinned(file: Path, target: Path) -> float:
    """Have the store's folder of a package with that file alone in ``target``; the seconds that took."""
    folder = target.with_suffix(".packed")
    folder.mkdir()
    main = folder / "main.blend"
    shutil.copyfile(file, main)
    start_s = time.perf_counter()
    make_canonical(main)
    manifest = manifest_of([1], (file_entry(folder, main),))
    asyncio.run(pin_package(PinnedFolder(target), folder, manifest, bytes(32), RecordingReporter()))
    return time.perf_counter() - start_s


def compressed(file: Path, target: Path) -> Path:
    """The file compressed as a whole."""
    target.write_bytes(zstd.compress(file.read_bytes(), ZSTD_LEVEL))
    return target


def new_bytes(node: Node, first: Path, second: Path, chunker: str = CHUNKERS["1 MiB"]) -> int:
    """Bytes of the blocks that the second has and the first has not."""
    known = node.blocks(first, chunker)
    return sum(size for cid, size in node.blocks(second, chunker).items() if cid not in known)


def measure(scene: Path, folder: Path, blender: Blender, change: str) -> Moved:
    """Save, change, save, and count."""
    script = folder / "move.py"
    script.write_text(CHANGE)
    start, one, two = (folder / name / "main.blend" for name in ("start", "one", "two"))
    for source, target in ((scene, start), (start, one), (start, two)):
        target.parent.mkdir()
        command = blender.script(script, [str(source), str(target), change])
        subprocess.run(command, check=True, capture_output=True)
    node = Node(folder / "ipfs")
    stored = [folder / "stored one", folder / "stored two"]
    cut_s = [pinned(file, target) for file, target in zip((one, two), stored, strict=True)]
    zipped = [compressed(file, file.with_suffix(".zst")) for file in (one, two)]
    by_way = {"pieces": new_bytes(node, stored[0], stored[1])}
    by_way |= {name: new_bytes(node, one, two, chunker) for name, chunker in CHUNKERS.items()}
    by_way |= {"zstd": new_bytes(node, zipped[0], zipped[1]), "files": two.stat().st_size}
    first_bytes = sum(node.blocks(stored[0]).values())
    manifest = parse_manifest((stored[1] / MANIFEST_NAME).read_bytes())
    start_s = time.perf_counter()
    put_together(stored[1], manifest)
    together_s = time.perf_counter() - start_s
    return Moved(two.stat().st_size, by_way, first_bytes, min(cut_s), together_s)


def main() -> None:
    """Print a table, in per cent of the second file's bytes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--blender", default="", help="an application; default: the bpy module")
    parser.add_argument("--scene", action="append", choices=SCENES, help="default: all")
    parser.add_argument(
        "--change", choices=("move", "add"), default="move", help="move one object, or add one"
    )
    options = parser.parse_args()
    blender = Blender(options.blender)
    machine = f"{os.cpu_count()} cores, {platform.machine()}"
    print(f"{date.today()}  {machine}, {options.blender or 'bpy'}, {options.change}")
    names = ("pieces", *CHUNKERS, "zstd", "files", "first time")
    print(f"{'scene':<10} {'MiB':>6} " + " ".join(f"{name:>10}" for name in names) + "  cut, s  together, s")
    for name in options.scene or SCENES:
        with tempfile.TemporaryDirectory(prefix="blend-store-") as folder:
            moved = measure(tool_root("scenes") / SCENES[name], Path(folder), blender, options.change)
        parts = [*moved.by_way.values(), moved.first_bytes]
        shares = " ".join(f"{PERCENT * part / moved.size_bytes:>9.2f}%" for part in parts)
        times = f"{moved.cut_s:>7.2f} {moved.together_s:>12.2f}"
        print(f"{name:<10} {moved.size_bytes / 2**20:>6.1f} {shares} {times}", flush=True)


if __name__ == "__main__":
    main()
