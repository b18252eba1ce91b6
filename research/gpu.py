"""What a GPU does to honest work, in under ten minutes on a machine that has one.

    python -m research.gpu FILE.json [--dry]

For each kind of moving scene and each device that Cycles finds (CPU, CUDA, OptiX): a frame in order
against the same frame after a jump, and against its tiles alone; then each pair of devices, as honest
worker and verifier would differ, with the limits that this pair would need. Before that, how long a
render process takes for its first frame while the kernel cache is empty, and with it filled. FILE.json is
written after every kind, so that what is done is there if time runs out; after ``--minutes`` no kind is
begun. Needs bpy, NumPy and OpenEXR, and no network. ``--dry`` does two kinds on the CPU alone, to see that
the script works.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

from renderchain.core.errors import RenderFailed
from renderchain.core.print_limits import LEAST

from devkit.honest.blenders import Blender
from devkit.honest.compare import compare
from devkit.honest.paths import Packed, Paths, Prints
from research.exactness.order import build

DEVICES = ("CPU", "CUDA", "OPTIX")
KINDS = (
    "lamps switched, light tree",
    "hair in motion, blurred",
    "glass that rolls, refraction keyed",
    "subsurface scattering, keyed",
    "motion blur, shutter keyed",
    "world image that turns",
    "glowing volume by time",
    "bump and displacement, keyed",
    "geometry nodes: instances, seed and time",
    "image sequence, no auto refresh",
    "two view layers",
    "objects and modifiers shown by turns",
)
DRY_KINDS = KINDS[:2]
FRAMES, LAST = (1, 2, 3), 3
NO_GPU = "Cycles found no GPU here; what there is, is the CPU's part."
CACHES = ("CUDA_CACHE_PATH", "OPTIX_CACHE_PATH", "XDG_CACHE_HOME")
Found = dict[str, Any]


def packed_kind(folder: Path) -> Packed:
    """A kind that ``build`` has packed; raises RenderFailed if it was not to be had."""
    found = json.loads((folder / "packed.json").read_text())
    if found.get("missing") or found["is_refused"]:
        raise RenderFailed(found.get("missing") or " ".join(found["said"]))
    return Packed(folder / "package", tuple(found["said"]), False, found["version"], found["python"])


def kernels(packed: Packed, device: str, folder: Path) -> Found:
    """Seconds to a process's first frame with an empty kernel cache, and with what the first run left."""
    output = folder / f"kernels {device}"
    output.mkdir()
    is_sandboxed = shutil.which("bwrap") is not None
    environment = dict.fromkeys(CACHES, f"{'/output' if is_sandboxed else output}/kernels")
    if not is_sandboxed:
        os.environ.update(environment)  # the process gets ours
    renderer = Blender().renderer(folder, packed.python, environment, device, allow_unsandboxed=True)

    async def first_frame() -> Found:
        started_s = time.monotonic()
        async with renderer.open(packed.package, packed.manifest, output) as session:
            await session.render(LAST, lambda _: None)
            name = session.loaded.device_name
        return {"device": name, "seconds": round(time.monotonic() - started_s, 2)}

    found = {"cold": asyncio.run(first_frame()), "warm": asyncio.run(first_frame())}
    kept = sum(path.stat().st_size for path in (output / "kernels").rglob("*") if path.is_file())
    return found | {"cache_bytes": kept}


def between(mine: Prints, theirs: Prints) -> Found:
    """A frame rendered twice."""
    pairs = list(zip(mine[LAST], theirs[LAST], strict=True))
    found = compare(pairs, LEAST)
    needed = {"tile_percent": math.ceil(found.most_bits), "mean_percent": math.ceil(found.mean_bits)}
    return asdict(found) | {"needed": needed}


def on_device(packed: Packed, device: str, folder: Path) -> tuple[Prints, Found]:
    """A device's prints of the last frame, in order, and how it agrees with itself."""
    ways: dict[str, Prints] = {}
    started_s = time.monotonic()
    for way, frames in (("order", FRAMES), ("jump", (LAST,))):
        paths = Paths(Blender(), packed, _made(folder / f"{device} {way}"), device, True)
        ways[way] = asyncio.run(paths.in_order(frames, (LAST,)))
    paths = Paths(Blender(), packed, _made(folder / f"{device} tiles"), device, True)
    tiles = asyncio.run(paths.by_jump((LAST,), is_other_kernel=False))
    return ways["order"], {
        "order against jump": between(ways["order"], ways["jump"]),
        "frame against tiles": between(ways["jump"], tiles),
        "seconds": round(time.monotonic() - started_s, 2),
    }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def one_kind(folder: Path, devices: Sequence[str]) -> Found:
    """All devices of one kind, each with itself and with each other."""
    found: Found = {}
    prints: dict[str, Prints] = {}
    try:
        packed = packed_kind(folder)
        for device in devices:
            prints[device], found[device] = on_device(packed, device, folder)
    except RenderFailed as error:
        found["failed"] = str(error)
    for one, other in combinations(prints, 2):
        found[f"{one} against {other}"] = between(prints[one], prints[other])
    return found


def measure(target: Path, kinds: Sequence[str], wanted: Sequence[str], ends_s: float) -> Found:
    """Everything, written to the target again and again; returns what was found."""
    found: Found = {"devices": {}, "kernels": {}, "kinds": {}, "left out": []}
    with tempfile.TemporaryDirectory(prefix="renderchain-gpu-") as scratch:
        folder = Path(scratch)
        build(Blender(), folder, kinds)
        for device in wanted:
            try:
                found["kernels"][device] = kernels(packed_kind(folder / kinds[0]), device, folder)
                found["devices"][device] = found["kernels"][device]["cold"]["device"]
            except RenderFailed as error:
                found["devices"][device] = f"not found: {error}"
        at_hand = [device for device in wanted if device in found["kernels"]]
        found["said"] = "" if set(at_hand) - {"CPU"} else NO_GPU
        for kind in kinds:
            if time.monotonic() > ends_s:
                found["left out"].append(kind)
                continue
            found["kinds"][kind] = one_kind(folder / kind, at_hand)
            print(f"{kind}: {json.dumps(found['kinds'][kind])}", file=sys.stderr, flush=True)
            target.write_text(json.dumps(found, indent=1) + "\n")
    target.write_text(json.dumps(found, indent=1) + "\n")
    return found


def main() -> None:
    """Measure; exit code 1 if a kind failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=Path, help="the JSON file that is written")
    parser.add_argument("--dry", action="store_true", help="two kinds, on the CPU")
    parser.add_argument("--minutes", type=float, default=8.0, help="no kind is begun after them")
    arguments = parser.parse_args()
    kinds, devices = (DRY_KINDS, DEVICES[:1]) if arguments.dry else (KINDS, DEVICES)
    ends_s = time.monotonic() + 60 * arguments.minutes
    found = measure(arguments.file.resolve(), kinds, devices, ends_s)
    print(found["said"] or f"{len(found['kinds'])} kinds on {', '.join(found['kernels'])}")
    sys.exit(any("failed" in one for one in found["kinds"].values()))


if __name__ == "__main__":
    main()
