"""What many honest tiles of two kernels say: tables, data and the picture of their tail."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from renderchain.core.print_limits import LEAST
from renderchain.core.prints import MAX_LEVEL_STEPS

from .compare import Row
from .honest import SMALL_CUTS, TOWN_FRAME
from .limits import RULE, limit_table
from .octaves import octave_table
from .repeats import repeated, repeated_table
from .shots import TOWN
from .tables import BPY, by_samples, conditions, fill, machine, short, summary_table, table
from .tail import Floats, Tail, bit_tail, level_tail, normality, poisson_bound
from .tail_picture import draw
from .verdicts import rates_of, verdict_table

FEWEST_TILES = 100  # for a fit
GOAL = 1e-6
ALL = "all"
QUICK = 16  # samples, as the demo has
CALM = f"scenes but the {TOWN}, {QUICK} samples"
TOWN_PICTURES = f"{TOWN}_{TOWN_FRAME.width}x{TOWN_FRAME.height}_"
MARKS = ("honest pairs", "false verdicts", "other rules")


@dataclass(frozen=True)
class Group:
    """Tiles that are looked at together; those of many scenes have no fit of their own."""

    name: str
    rows: list[Row]
    noise: float  # the rate of the levels' false alarms by the blocks' own noise, without a tail
    bits: Tail | None = None
    levels: Tail | None = None

    def rate(self, by_noise: bool = False) -> float:
        """The rate of false alarms of a tile, by its bits or by its levels; 0 without a fit."""
        if self.bits is None or self.levels is None:
            return 0.0
        return self.bits.fitted + (self.noise if by_noise else self.levels.fitted)


def kind_of(row: Row) -> str:
    """Tiles of one scene and about one amount of noise."""
    return f"{row.scene}, {row.samples} samples"


def groups_of(rows: Sequence[Row]) -> list[Group]:
    """Each scene at each number of samples, and all.

    A fit over a calm and a chaotic scene in one sample would take the step between them for a tail, so each
    is fitted alone.
    """
    found = []
    for name in dict.fromkeys(map(kind_of, sorted(rows, key=lambda row: (row.scene, row.samples)))):
        these = [row for row in rows if kind_of(row) == name]
        tails: tuple[Tail | None, Tail | None] = (None, None)
        if len(these) >= FEWEST_TILES:
            tails = bit_tail(these, LEAST.tile_percent, GOAL), level_tail(these, MAX_LEVEL_STEPS, GOAL)
        found.append(Group(name, these, RULE.by_noise(these), *tails))
    return [*found, Group(ALL, list(rows), RULE.by_noise(rows))]


def group_table(groups: Sequence[Group]) -> str:
    """What was seen, and the rates that follow."""
    lines = []
    for one in groups:
        percents, shifts = (
            np.array([getattr(row, name) for row in one.rows]) for name in ("bit_percent", "shift")
        )
        refused = sum(not row.agrees for row in one.rows)
        bound = poisson_bound(refused) / len(one.rows)
        pictures = len({row.picture for row in one.rows})
        lines.append(
            [one.name, f"{len(one.rows)} / {pictures}", spread(percents), spread(shifts)]
            + [max(row.level_steps for row in one.rows), f"{refused} (below {short(bound)})"]
            + [
                "; ".join([f"{short(tail.fitted)} ({short(tail.upper)})", *map(short, tail.narrower[:1])])
                if tail
                else ""
                for tail in (one.bits, one.levels)
            ]
            + [short(one.noise)]
        )
    head = ["honest tiles, kernel against kernel", "tiles / pictures", "bits, %: median / 99 % / most"]
    head += ["shift of the deciding block: likewise", "most steps", "refused (95 % bound without a fit)"]
    head += [f"bits > {LEAST.tile_percent} %, fitted (95 % of refits below); to the largest tenth"]
    return table(
        [*head, f"levels > {MAX_LEVEL_STEPS} steps, likewise", "the same by the blocks' noise"], lines
    )


def spread(values: Floats) -> str:
    """Median, the rarest hundredth, the largest."""
    return " / ".join(f"{value:.1f}" for value in (*np.quantile(values, (0.5, 0.99)), values.max()))


def write(rows: Sequence[Row], docs: Path) -> None:
    """Data, picture and the page's parts between their marks."""
    honest = [row for row in rows if row.is_other_machine]
    every_cheat = [row for row in rows if not row.is_honest]
    cheats = [row for row in every_cheat if row.picture.startswith(TOWN_PICTURES)]
    groups, noise, noisy, calm = groups_of(honest), repeated(honest), normality(honest), calm_of(honest)
    shown = {group.name: group for group in groups if group.rows[0].scene == TOWN and group.bits}
    others = [group for group in groups if group.name in calm]
    rates = {"the goal": GOAL, CALM: float(np.mean([group.rate() for group in others]))}
    rates["the same, levels by noise"] = float(np.mean([group.rate(by_noise=True) for group in others]))
    rates |= {name: group.rate() for name, group in shown.items()}
    changes = dict.fromkeys(row.change for row in cheats)
    summaries = by_samples([(change, [row for row in cheats if row.change == change]) for change in changes])
    tables = (
        (intro(len(honest), noisy), group_table(groups), repeated_table(noise)),
        (verdict_table(rates),),
        (
            octave_table(honest, [row for row in every_cheat if row.change in SMALL_CUTS]),
            limit_table(
                calm,
                [row for row in honest if kind_of(row) == f"{TOWN}, {QUICK} samples"],
                [row for row in cheats if row.samples == QUICK],
            ),
            summary_table(f"the {TOWN}, against honest work", summaries),
        ),
    )
    for mark, these in zip(MARKS, tables, strict=True):
        text = "\n".join(these) + "\n"
        fill(docs / "verification.md", (f"<!-- {mark} -->", f"<!-- end of {mark} -->"), text)
    data = {
        **conditions(),
        "groups": [_fits(group) for group in groups],
        "shifts_in_deviations": noisy,
        "same_tile_other_seeds": [asdict(one) for one in noise],
        "false_verdicts": {name: rates_of(rate) for name, rate in rates.items()},
        "town_cheats": summaries,
        "tiles": _distances(honest),
    }
    text = json.dumps(data, separators=(",", ":"))
    text = text.replace('{"name"', '\n{"name"').replace('{"scene"', '\n{"scene"')
    (docs / "data" / "honest_pairs.json").write_text(text + "\n")
    lines = {name: group.rows for name, group in shown.items()}
    draw(calm | lines, docs / "pictures" / "honest_tail.png")


def intro(tiles: int, noisy: Mapping[str, float]) -> str:
    """What was measured when, and whether the levels' shifts are noise."""
    levels = noisy["levels"]
    return (
        f"{date.today()}, {machine()}, bpy {BPY}, {tiles} honest tiles compared. "
        f"Of {levels:.0f} shifts of noisy levels, 99.9 % lie within {noisy['0.999']:.1f} of their "
        f"own deviations and the farthest at {noisy['farthest']:.1f} (with normal noise: 3.3 and "
        f"{NormalDist().inv_cdf(1 - 0.5 / levels):.1f}).\n"
    )


def calm_of(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The tiles of each scene but the town, at few samples."""
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.scene):
        if row.samples == QUICK and row.scene != TOWN:
            found.setdefault(kind_of(row), []).append(row)
    return found


def _fits(group: Group) -> dict[str, Any]:
    tails = {name: asdict(tail) for name, tail in (("bits", group.bits), ("levels", group.levels)) if tail}
    return {"name": group.name, "levels_by_noise": group.noise, **tails}


def _distances(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """All tiles' distances of each kind, so that others can fit what they like."""
    found = []
    for scene, samples, is_adaptive in sorted({(row.scene, row.samples, row.adaptive) for row in rows}):
        kind = (scene, samples, is_adaptive)
        these = [row for row in rows if (row.scene, row.samples, row.adaptive) == kind]
        levels = np.sum([np.pad(row.level_counts, (0, 8))[:8] for row in these], axis=0)
        found.append(
            {
                "scene": scene,
                "samples": samples,
                "adaptive": is_adaptive,
                "bit_percent": sorted((round(row.bit_percent, 2) for row in these), reverse=True),
                "shift": sorted((round(row.shift, 2) for row in these), reverse=True),
                "level_counts": [int(count) for count in levels],
            }
        )
    return found
