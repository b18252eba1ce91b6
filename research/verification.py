"""Whether the print tells honest work of another kernel from cheats, and what these earn.

    make bench-verification        or        python -m research.verification [--quick] [--report]

Renders small frames of ten scenes by both of Cycles' CPU kernels and as cheats would, and keeps them in
build/verification, so that a second run goes on where the first one stopped; --report uses what is there
and renders nothing. Takes about twenty minutes on one core, --quick less than a minute. Writes
docs/data/verification.json, docs/pictures/verification.png and the figures in docs/verification.md;
--quick prints its tables and writes nothing.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from devkit.network.services import REPO, tool_root
from research.pixels.cheats import NAMES
from research.pixels.compare import DRAWS, Kind, cheat_kinds, honest_kinds, work_of
from research.pixels.machines import CACHE, render_all
from research.pixels.picture import draw
from research.pixels.shots import OTHER_SEED, plan
from research.pixels.tables import (
    BPY,
    cheat_summary,
    cheat_table,
    even_table,
    fill,
    honest_summary,
    honest_table,
    machine,
    percent,
    scene_table,
)

PAGE = REPO / "docs" / "verification.md"
DATA = REPO / "docs" / "data" / "verification.json"
PICTURE = REPO / "docs" / "pictures" / "verification.png"
HONEST_MARKS = ("<!-- honest work -->", "<!-- end of honest work -->")
CHEAT_MARKS = ("<!-- cheats -->", "<!-- end of cheats -->")


def figures(honest: Sequence[Kind], cheats: Sequence[Kind], work: Mapping[str, float]) -> dict[str, Any]:
    """All that the page says, as data."""
    by_scene = {kind.scene: kind for kind in honest}
    return {
        "date": str(date.today()),
        "machine": machine(),
        "bpy": BPY,
        "draws": DRAWS,
        "same_work": round(work[OTHER_SEED], 3),
        "honest": [honest_summary(kind) for kind in honest],
        "cheats": [cheat_summary(kind, by_scene[kind.scene]) for kind in cheats if kind.scene in by_scene],
    }


def parts(data: dict[str, Any]) -> dict[tuple[str, str], str]:
    """What stands between the page's marks."""
    made = f"{data['date']}, {data['machine']}, bpy {data['bpy']}.\n\n"
    cheats = data["cheats"]
    same = f"By seconds, another seed took {percent(data['same_work'])} of the honest work.\n\n"
    return {
        HONEST_MARKS: made + honest_table(data["honest"]),
        CHEAT_MARKS: same + "\n".join([cheat_table(cheats), scene_table(cheats), even_table()]),
    }


def write(data: dict[str, Any], kinds: Sequence[Kind]) -> None:
    """Data, picture and page."""
    missing = set(NAMES) - {one["cheat"] for one in data["cheats"]}
    if missing:
        raise SystemExit(f"These cheats could be tried in no scene, so nothing was written: {missing}.")
    text = json.dumps(data, separators=(",", ":"))
    for first in ('{"scene"', '{"cheat"'):
        text = text.replace(first, f"\n{first}")
    DATA.write_text(text + "\n")
    draw(kinds, PICTURE)
    for marks, part in parts(data).items():
        fill(PAGE, marks, part)


def main() -> None:
    """Render what is missing, compare, write."""
    parser = argparse.ArgumentParser(description="Measure the print against another kernel and cheats.")
    parser.add_argument("--quick", action="store_true", help="one scene, one tile, in less than a minute")
    parser.add_argument("--report", action="store_true", help="render nothing")
    arguments = parser.parse_args()
    shots = plan(arguments.quick)
    if not arguments.report:
        render_all(shots, CACHE, tool_root("scenes"))
    honest, cheats = honest_kinds(shots, CACHE), cheat_kinds(shots, CACHE)
    data = figures(honest, cheats, work_of(shots, CACHE))
    print("\n".join(parts(data).values()))
    if not arguments.quick:
        write(data, [*honest, *cheats])


if __name__ == "__main__":
    main()
