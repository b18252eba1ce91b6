"""What many honest tiles of two kernels say: tables, data and the picture of their tail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from renderchain.core.prints import MAX_BIT_PERCENT, MAX_LEVEL_STEPS

from .compare import Row
from .honest import SMALL_CUTS, TOWN_FRAME
from .limits import limit_table
from .octaves import octave_table
from .repeats import repeated, repeated_table
from .shots import TOWN
from .tables import BPY, by_samples, fill, machine, short, summary_table, table
from .tail import Floats, Tail, bit_tail, level_tail, mean_of, noise_rate, normality, poisson_bound
from .tail_picture import draw
from .verdicts import rates_of, verdict_table

FEWEST_TILES = 100  # for a fit
GOAL = 1e-6
ALL = "all, the mean of the rates"
QUICK = 16  # samples, as the demo has
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
    """Each scene and sampling, and all.

    A fit over a calm and a chaotic scene in one sample would take the step between them for a tail, so each
    is fitted alone, and for all stands their mean.
    """
    found = []
    for name in dict.fromkeys(map(kind_of, sorted(rows, key=lambda row: (row.scene, row.samples)))):
        these = [row for row in rows if kind_of(row) == name]
        tails: tuple[Tail | None, Tail | None] = (None, None)
        if len(these) >= FEWEST_TILES:
            tails = bit_tail(these, MAX_BIT_PERCENT, GOAL), level_tail(these, MAX_LEVEL_STEPS, GOAL)
        found.append(Group(name, these, noise_rate(these, MAX_LEVEL_STEPS), *tails))
    bits, levels = (mean_of([tail for tail in these if tail]) for these in _tails(found))
    noise = float(np.mean([group.noise for group in found]))
    return [*found, Group(ALL, list(rows), noise, bits, levels)]


def _tails(groups: Sequence[Group]) -> tuple[list[Tail | None], list[Tail | None]]:
    return [group.bits for group in groups], [group.levels for group in groups]


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
                f"{short(tail.fitted)} ({short(tail.upper)})" if tail else ""
                for tail in (one.bits, one.levels)
            ]
            + [short(one.noise)]
        )
    head = ["honest tiles, kernel against kernel", "tiles / pictures", "bits, %: median / 99 % / most"]
    head += ["shift of a level: likewise", "most steps", "refused (95 % bound without a fit)"]
    head += [f"bits > {MAX_BIT_PERCENT} %, fitted (95 % of refits below)"]
    return table(
        [*head, f"levels > {MAX_LEVEL_STEPS} steps, likewise", "the same by the blocks' noise"], lines
    )


def spread(values: Floats) -> str:
    """Median, the rarest hundredth, the largest."""
    return " / ".join(f"{value:.1f}" for value in (*np.quantile(values, (0.5, 0.99)), values.max()))


def write(rows: Sequence[Row], docs: Path) -> None:
    """Data, picture and the page's part between its marks."""
    honest = [row for row in rows if row.is_other_machine]
    every_cheat = [row for row in rows if not row.is_honest]
    cheats = [row for row in every_cheat if row.picture.startswith(TOWN_PICTURES)]
    groups, noise = groups_of(honest), repeated(honest)
    kinds = [group for group in groups if group.name != ALL]
    worst = max(kinds, key=Group.rate)
    rates = {"the goal": GOAL}
    for one in (groups[-1], worst):
        rates |= {f"{one.name}: fit": one.rate(), f"{one.name}: noise": one.rate(by_noise=True)}
    changes = dict.fromkeys(row.change for row in cheats)
    summaries = by_samples([(change, [row for row in cheats if row.change == change]) for change in changes])
    noisy = normality(honest)
    made = (
        f"{date.today()}, {machine()}, bpy {BPY}, {len(honest)} honest tiles compared. "
        f"Of {noisy['levels']:.0f} shifts of noisy levels 99.9 % lie within {noisy['0.999']:.1f} of their "
        f"own deviations, the farthest at {noisy['farthest']:.1f} (normal noise: 3.3 and "
        f"{NormalDist().inv_cdf(1 - 0.5 / noisy['levels']):.1f}).\n\n"
    )
    fitted = {group.name: group.rows for group in kinds if group.bits}
    noisiest = max(kinds, key=lambda group: group.noise)
    quick = [row for row in cheats if row.samples == QUICK]
    small = [row for row in every_cheat if row.change in SMALL_CUTS]
    tables = (
        made + group_table(groups) + "\n" + repeated_table(noise),
        verdict_table(rates),
        octave_table(honest, small)
        + "\n"
        + limit_table(fitted, noisiest.name, quick)
        + "\n"
        + summary_table(f"the {TOWN}, against honest work", summaries),
    )
    for mark, text in zip(MARKS, tables, strict=True):
        fill(docs / "verification.md", (f"<!-- {mark} -->", f"<!-- end of {mark} -->"), text + "\n")
    data = {
        "date": str(date.today()),
        "machine": machine(),
        "bpy": BPY,
        "max_bit_percent": MAX_BIT_PERCENT,
        "max_level_steps": MAX_LEVEL_STEPS,
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
    draw(_quick_and_adaptive(honest), docs / "pictures" / "honest_tail.png")


def _quick_and_adaptive(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The noisiest tiles, by scene."""
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.scene):
        if row.samples == QUICK and row.adaptive:
            found.setdefault(row.scene, []).append(row)
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
