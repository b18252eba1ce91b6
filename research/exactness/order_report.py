"""Rows of moving scenes as the page and the terminal show them."""

from __future__ import annotations

import json
from typing import Any

from devkit.network.services import REPO

from .report import told

Row = dict[str, Any]
DATA = REPO / "docs" / "data" / "in_order.json"
NOTHING_YET = "No moving scene was measured with this Blender yet: `make bench-determinism` does it."


def kept_rows(version: str) -> dict[str, Row]:
    """What was measured last with a Blender."""
    rows: dict[str, Row] = json.loads(DATA.read_text()).get(version, {}) if DATA.exists() else {}
    return rows


def is_measured(row: Row) -> bool:
    """Whether both paths were rendered."""
    return "tiles" in row


def unlike(rows: dict[str, Row]) -> list[str]:
    """Kinds of which honest work would be refused, or that break off, though the reader lets them pass."""
    found = []
    for name, row in rows.items():
        if "failed" in row:
            found.append(f"{name}: broke off: {row['failed']}")
        elif is_measured(row) and (row["refused"] or row["is_mean_refused"]):
            refused, tiles = row["refused"], row["tiles"]
            found.append(f"{name}: in order and by jumping {refused} of {tiles} tiles are refused")
        if "kernels_failed" in row:
            found.append(f"{name}: broke off with the other kernel: {row['kernels_failed']}")
        elif row.get("limits") and (row["kernels_refused"] or row["kernels_is_mean_refused"]):
            found.append(f"{name}: the other kernel's tiles are outside of the probe's limits")
    return found


def words_of(row: Row) -> str:
    """The reader's word in short."""
    if "missing" in row:
        return ""
    return "refused" if row["is_refused"] else "said" if row["said"] else "passes"


def line(name: str, row: Row) -> str:
    """A kind's line of the table."""
    if is_measured(row):
        cells = [f"{row['equal_digests']} of {row['tiles']}", percent(row["most_bits"]), str(row["refused"])]
    else:
        cells = [row.get("missing", "broke off" if "failed" in row else ""), "", ""]
    if "limits" in row:
        needed = row["limits"]
        cells += [percent(row["kernels_most_bits"]), str(row["kernels_most_steps"])]
        cells += [f"{needed['tile_percent']}, {needed['mean_percent']}" if needed else "trusted workers only"]
        cells += [str(row["kernels_refused"]) if needed else ""]
    else:
        cells += ["broke off" if "kernels_failed" in row else "", "", "", ""]
    return f"| {' | '.join([name, words_of(row), *cells])} |"


def percent(number: float) -> str:
    """A percentage in short."""
    return f"{number:g} %" if number else "0"


def in_order(rows: dict[str, Row]) -> str:
    """All kinds."""
    lines = [
        "| in order against a jump | the reader | equal tiles | most bits | refused "
        "| other kernel: most bits | most steps | limits, % | refused |",
        "| --- | --- | --: | --: | --: | --: | --: | --- | --: |",
    ]
    return "\n".join([*lines, *(line(name, row) for name, row in rows.items())])


def summary(rows: dict[str, Row]) -> str:
    """The page's part: totals, the table, and what the artist is told."""
    if not rows:
        return NOTHING_YET
    measured = [row for row in rows.values() if is_measured(row)]
    tiles, equal = (sum(row[name] for row in measured) for name in ("tiles", "equal_digests"))
    refused = sum(row.get("is_refused", False) for row in rows.values())
    missing = sum("missing" in row for row in rows.values())
    against = [row for row in measured if "limits" in row]
    within = [row for row in against if row["limits"]]
    others = sum(row["kernels_tiles"] for row in within)
    lost = sum(row["kernels_refused"] for row in within)
    said = told({name: {"errors": row.get("said", ())} for name, row in rows.items()})
    return "\n".join(
        [
            f"{len(rows)} kinds: {len(measured)} rendered both ways, {equal:,} of {tiles:,} tiles with equal "
            f"digests; {refused} refused before anything is rendered; {missing} not in this Blender. Against "
            f"the other kernel: {len(against)} kinds; the probe's limits leave "
            f"{len(against) - len(within)} to trusted workers, and of the {others:,} tiles of the others "
            f"{lost} are refused.\n",
            in_order(rows),
            "\nWhat the artist is told:\n",
            *said,
        ]
    )
