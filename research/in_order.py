"""Whether a frame is what it is without the frames before it: moving scenes in order and by jumping.

    .venv/bin/python -m research.in_order [--blender NAME] [KIND ...]

Each kind of moving scene in research/exactness, and each feature beside something that moves, is rendered
in order by a worker's render process and tile by tile by a verifier's that jumps. The bpy module does it,
and the Blender application where it is set up. What is done is kept in build/determinism and not done
again. Writes docs/data/in_order.json and docs/determinism.md; with KINDs, only these are rendered, and
nothing is written. Ends with an error if honest work of a kind that the reader lets pass would be refused.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from devkit.honest.blenders import Blender
from research import determinism
from research.exactness.order import measure_all
from research.exactness.order_report import DATA, in_order, unlike
from tools.setup.debian import blender_root


def programs() -> dict[str, str]:
    """Folder name and program of each Blender at hand."""
    application = blender_root() / "blender"
    return {"module": ""} | ({"application": str(application)} if application.exists() else {})


def main() -> None:
    """Measure, write, and say what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="default: all")
    parser.add_argument("--pixels", type=Path, default=determinism.PIXELS, help="pixels stay here")
    parser.add_argument("--blender", choices=programs(), action="append", help="default: each")
    arguments = parser.parse_args()
    document = json.loads(DATA.read_text()) if DATA.exists() else {}
    bad: list[str] = []
    for name in arguments.blender or programs():
        folder = arguments.pixels.resolve() / name / "order"
        version, rows = measure_all(Blender(programs()[name]), folder, arguments.kinds)
        document[version] = rows
        bad += [f"Blender {version}: {one}" for one in unlike(rows)]
        print(f"Blender {version}\n{in_order(rows)}", flush=True)
    if not arguments.kinds:
        DATA.write_text(json.dumps(document, indent=1) + "\n")
        determinism.PAGE.write_text(determinism.page(json.loads(determinism.DATA.read_text())))
    print("\n".join(bad) or "Of no kind that passes the reader is honest work refused.")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
