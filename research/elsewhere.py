"""Honest work of a real other machine, another processor or a GPU, compared with this one's.

There:  python -m research.elsewhere render h100-optix --device OPTIX --scenes FOLDER --parcels FOLDER
Here:   python -m research.elsewhere take PARCEL ...
        python -m research.elsewhere report

``render`` goes on for as long as it is let; ``--pack`` only packs what is there. It needs bpy, NumPy and
OpenEXR, no network. ``report`` compares what all machines have sent with what ``make bench-verification``
has rendered here, and writes docs/data/elsewhere.json and its part of docs/verification.md.
"""

from __future__ import annotations

import argparse
import json
from itertools import combinations
from pathlib import Path

from research.pixels import elsewhere, elsewhere_report
from research.pixels.machines import CACHE, render_all
from research.pixels.shots import HERE

DOCS = Path(__file__).parents[1] / "docs"


def report() -> None:
    """All pairs of machines, into the page and its data."""
    machines, sent = elsewhere.machines_that_sent(CACHE), elsewhere.digests_sent(CACHE)
    pairs = {pair: elsewhere.compare(*pair, CACHE, sent) for pair in combinations((HERE, *machines), 2)}
    repeats = {machine: elsewhere.repeats(machine, CACHE, sent) for machine in machines}
    elsewhere_report.write(pairs, repeats, DOCS)


def main() -> None:
    """One of three commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    render = commands.add_parser("render", help="on the other machine")
    render.add_argument("machine", help="what it is called, such as h100-optix")
    render.add_argument("--device", default="CPU", help="as the worker's: CPU, OPTIX, CUDA, HIP, METAL")
    render.add_argument("--scenes", type=Path, required=True, help="the folder of MORSE's scenes")
    render.add_argument("--parcels", type=Path, required=True, help="where the parcels go")
    render.add_argument("--only", metavar="SCENE", help="one scene, such as town")
    render.add_argument("--pack", action="store_true", help="render nothing")
    take = commands.add_parser("take", help="put parcels into the cache")
    take.add_argument("parcel", type=Path, nargs="+")
    commands.add_parser("report", help="compare and write")
    arguments = parser.parse_args()
    if arguments.command == "render":
        if not arguments.pack:
            shots = elsewhere.plan(arguments.machine)
            shots = [shot for shot in shots if arguments.only in (None, shot.scene)]
            render_all(shots, CACHE, arguments.scenes, arguments.device)
        print(json.dumps([str(path) for path in elsewhere.pack(arguments.machine, CACHE, arguments.parcels)]))
    elif arguments.command == "take":
        for parcel in arguments.parcel:
            print(f"{parcel}: {elsewhere.take(parcel, CACHE)} pictures")
    else:
        report()


if __name__ == "__main__":
    main()
