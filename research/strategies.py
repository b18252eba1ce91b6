"""Strategies against strategies: what each coalition gains, what it costs others, what it burns.

    make strategies        or        python -m research.strategies [part of a coalition's name]

Plays every way of a lease in the reference model and writes docs/strategies.md from
docs/data/strategies.json; with a name only the coalitions that have it are played anew.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from devkit.network.services import REPO
from devkit.strategies.coalitions import COALITIONS
from devkit.strategies.figures import EXPS, Figures, figures_of
from devkit.strategies.mends import MENDS, tried
from devkit.strategies.stage import remembered_hashes
from research.strategies_page import page

PAGE, DATA = REPO / "docs" / "strategies.md", REPO / "docs" / "data" / "strategies.json"
MENDED = REPO / "docs" / "data" / "strategies_mends.json"
Data = dict[str, list[Figures]]


def load(path: Path = DATA) -> Data:
    """What was played before."""
    if not path.exists():
        return {}
    kept = json.loads(path.read_text())
    return {
        name: [Figures(**{**one, "ways": tuple(one["ways"])}) for one in rows] for name, rows in kept.items()
    }


def save(data: Data, path: Path, names: Iterable[str]) -> None:
    """In the order of the names."""
    listed = {name: [row.as_dict() for row in data[name]] for name in names if name in data}
    path.write_text(json.dumps(rounded(listed), indent=1) + "\n")


def rounded(kept: object) -> object:
    """To four digits after the point."""
    if isinstance(kept, float):
        return round(kept, 4)
    if isinstance(kept, dict):
        return {name: rounded(one) for name, one in kept.items()}
    return [rounded(one) for one in kept] if isinstance(kept, list | tuple) else kept


def main(wanted: str) -> None:
    """Play them all, or some."""
    data = load()
    with remembered_hashes():
        for coalition in COALITIONS:
            if wanted in coalition.name:
                data[coalition.name] = [row for exp in EXPS for row in figures_of(coalition, exp)]
                worst = max(row.profit for row in data[coalition.name])
                print(f"{coalition.name}: {worst:+.3f} R", flush=True)
                save(data, DATA, [one.name for one in COALITIONS])
        mended = load(MENDED)
        for mend in MENDS:
            if wanted in mend.closes:
                mended[mend.rule] = tried(mend)
        save(mended, MENDED, [mend.rule for mend in MENDS])
    PAGE.write_text(page(load(), load(MENDED)))


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
