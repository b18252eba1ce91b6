"""Whether an honest verifier would take an honest worker's pixels of a scene for a cheat's.

    python -m devkit.honest FILE --frames 1-6 --against 6 [--kernel other] [--blender PATH] [--json]

FILE is packed by the artist's client. A worker's render process renders the frames in order, another one
jumps to each frame of --against and renders its tiles alone, and their prints are compared. Exit code 0:
nothing is refused; 1: something is; 2: the arguments are wrong; 3: a Blender broke off; 4: FILE can't be
sent, because the reader or the packer refuses it, and JSON's "said" has its sentence.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from renderchain.core.errors import RenderChainError, RenderFailed
from renderchain.core.frames import parse_frames
from renderchain.core.job import DEVICE_GROUPS
from renderchain.core.print_limits import LEAST, PrintLimits

from devkit.honest.blenders import Blender
from devkit.honest.paths import Paths, pack

ALIKE, REFUSED, BROKE_OFF, NOT_SENT = 0, 1, 3, 4
SHOWN = {
    "tiles": "tiles compared",
    "equal_digests": "with equal digests",
    "most_bits": "most bits that differ, % of a tile's pixels",
    "mean_bits": "bits that differ on the mean, %",
    "most_steps": "largest difference of levels, steps",
    "refused": "tiles refused",
    "is_mean_refused": "all tiles together refused",
}


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments with frames as numbers; ends with exit code 2 where they make no sense."""
    parser = argparse.ArgumentParser(prog="python -m devkit.honest", description=__doc__.split("\n\n")[0])
    parser.add_argument("file", type=Path, help="the .blend")
    parser.add_argument("--frames", required=True, help="what the worker renders in order, such as 1-6")
    parser.add_argument("--against", required=True, help="of these, the frames that the verifier jumps to")
    parser.add_argument("--scene", default="", help="name of the scene; default: the file's active one")
    parser.add_argument(
        "--kernel", choices=("same", "other"), default="same", help="other: the verifier has no AVX2"
    )
    parser.add_argument("--device", choices=("AUTO", *DEVICE_GROUPS), default="CPU")
    parser.add_argument("--blender", default="", help="an application; default: the bpy module")
    parser.add_argument(
        "--tile-limit", type=int, default=LEAST.tile_percent, help="per cent of a tile's bits"
    )
    parser.add_argument("--mean-limit", type=int, default=LEAST.mean_percent, help="per cent on the mean")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args(arguments)
    if not options.file.is_file():
        parser.error(f"{options.file} is no file")
    if options.blender and not Path(options.blender).is_file():
        parser.error(f"{options.blender} is no Blender")
    try:
        options.order, options.jumps = parse_frames(options.frames), parse_frames(options.against)
    except RenderChainError as error:
        parser.error(str(error))
    if not set(options.jumps) <= set(options.order):
        parser.error("--against has frames that --frames does not have")
    return options


def measure(options: argparse.Namespace, scratch: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and what there is to say."""
    blender = Blender(str(Path(options.blender).absolute()) if options.blender else "")
    started_s = time.monotonic()
    limits = PrintLimits(options.tile_limit, options.mean_limit)
    said: dict[str, Any] = {"file": str(options.file), "frames": options.order, "against": options.jumps}
    said |= {"kernel": options.kernel, "limits": asdict(limits)}
    try:
        packed = pack(blender, options.file.resolve(), options.scene, options.frames, scratch)
        packing_s = round(time.monotonic() - started_s, 2)
        said |= {"blender": packed.version, "said": packed.said}
        if packed.is_refused:
            return NOT_SENT, said
        paths = Paths(blender, packed, scratch, options.device)
        found = paths.measure(options.order, options.jumps, options.kernel == "other", limits)
    except RenderFailed as error:
        return BROKE_OFF, said | {"failed": str(error)}
    said |= asdict(found.together) | {"seconds": {"pack": packing_s, **found.seconds}}
    said["by_frame"] = {frame: asdict(one) for frame, one in found.by_frame.items()}
    return REFUSED if found.together.is_refused else ALIKE, said


def table(said: dict[str, Any]) -> str:
    """For people: a line a number, then what the artist was told."""
    lines = [f"{said['file']}, frames {said['frames']} against {said['against']}"]
    lines += [f"{text:48}{said[name]}" for name, text in SHOWN.items() if name in said]
    lines += [f"{f'seconds to {name}':48}{taken}" for name, taken in said.get("seconds", {}).items()]
    lines += [f"said: {sentence}" for sentence in said.get("said", ())]
    return "\n".join([*lines, *([f"failed: {said['failed']}"] if "failed" in said else [])])


def main(arguments: Sequence[str]) -> int:
    """Measure and print; returns the exit code."""
    options = read_arguments(arguments)
    with tempfile.TemporaryDirectory(prefix="renderchain-honest-") as scratch:
        code, said = measure(options, Path(scratch))
    print(json.dumps(said) if options.json else table(said))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
