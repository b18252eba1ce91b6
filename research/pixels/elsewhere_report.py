"""What pairs of real machines say: the table of docs/verification.md and its data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from renderchain.core.print_limits import LEAST

from .compare import Row
from .honest_report import FEWEST_TILES, GOAL
from .limits import RULE
from .tables import conditions, fill, short, table
from .tail import bit_tail

Pairs = Mapping[tuple[str, str], Sequence[Row]]
MARKS = ("<!-- other machines -->", "<!-- end of other machines -->")


def write(pairs: Pairs, repeats: Mapping[str, list[dict[str, Any]]], docs: Path) -> None:
    """Data, and the page's part between its marks."""
    found = [summary(one, other, scene, these) for (one, other), scene, these in _groups(pairs)]
    data = {**conditions(), "pairs": found, "repeats": repeats}
    text = json.dumps(data, separators=(",", ":")).replace('{"pair"', '\n{"pair"')
    (docs / "data" / "elsewhere.json").write_text(text + "\n")
    made = f"{date.today()}.\n"
    fill(
        docs / "verification.md",
        MARKS,
        "\n".join([made, repeat_table(repeats), pair_table(found, LEAST.tile_percent)]),
    )


def _groups(pairs: Pairs) -> list[tuple[tuple[str, str], str, list[Row]]]:
    found = []
    for pair, rows in pairs.items():
        for scene in sorted({row.scene for row in rows}):
            found.append((pair, scene, [row for row in rows if row.scene == scene]))
    return found


def summary(one: str, other: str, scene: str, rows: Sequence[Row]) -> dict[str, Any]:
    """How far apart two machines' tiles of a scene are."""
    percents = np.array([row.bit_percent for row in rows])
    return {
        "pair": [one, other],
        "scene": scene,
        "tiles": len(rows),
        "pictures": len({row.picture for row in rows}),
        "equal_digests": sum(row.equal for row in rows),
        "refused": sum(not row.equal and not row.agrees for row in rows),
        "bit_percent_quantiles": [
            round(float(value), 2) for value in np.quantile(percents, (0.5, 0.9, 0.99, 1))
        ],
        "deciding_steps": np.bincount([row.deciding_steps for row in rows]).tolist(),
        "most_steps": max(row.level_steps for row in rows),
        **_fitted(rows),
    }


def _fitted(rows: Sequence[Row]) -> dict[str, float]:
    """The rate of tiles over the bits' limit, of the worst number of samples; and the levels' by noise."""
    tails = []
    for samples in sorted({row.samples for row in rows}):
        these = [row for row in rows if row.samples == samples]
        if len(these) >= FEWEST_TILES:
            tails.append(bit_tail(these, LEAST.tile_percent, GOAL))
    rates = {"levels_by_noise": RULE.by_noise(rows)}
    if tails:
        rates |= {"bits_fitted": max(one.fitted for one in tails), "bits_95": max(one.upper for one in tails)}
    return rates


def pair_table(found: Sequence[dict[str, Any]], max_bit_percent: int) -> str:
    """A line for each pair and scene, with that day's limit of a tile's bits."""
    lines = []
    for one in found:
        bits = " / ".join(f"{value:.1f}" for value in one["bit_percent_quantiles"])
        steps = f"{len(one['deciding_steps']) - 1} / {one['most_steps']}"
        lines.append([" and ".join(one["pair"]), one["scene"], f"{one['tiles']} / {one['pictures']}"])
        fit = f"{short(one['bits_fitted'])} ({short(one['bits_95'])})" if "bits_fitted" in one else ""
        lines[-1] += [one["equal_digests"], bits, steps, one["refused"], fit, short(one["levels_by_noise"])]
    head = ["machines", "scene", "tiles / pictures", "equal digests", "bits, %: median / 90 % / 99 % / most"]
    head += ["most steps: deciding block / any block", "refused"]
    head += [f"bits > {max_bit_percent} %, fitted (95 % of refits below)", "levels, by the blocks' noise"]
    return table(head, lines)


def repeat_table(repeats: Mapping[str, list[dict[str, Any]]]) -> str:
    """Whether each machine makes its own tiles again."""
    lines = [
        [machine, one["change"], "adaptive" if one["adaptive"] else "fixed", one["tiles"]]
        + [one["equal_digests"], f"{one['most_bit_percent']:.1f}", one["most_steps"]]
        for machine, these in repeats.items()
        for one in these
    ]
    head = ["one machine", "rendered", "samples", "tiles", "equal digests"]
    return table([*head, "bits, %: most", "level steps: most"], lines)
