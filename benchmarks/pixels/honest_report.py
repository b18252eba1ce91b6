"""What many honest tiles of two kernels say: tables, data and the picture of their tail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from renderchain.core.prints import MAX_BIT_PERCENT, MAX_LEVEL_STEPS

from .compare import Row
from .limits import limit_table
from .repeats import Repeated, repeated, repeated_table
from .shots import TOWN
from .tables import BPY, by_samples, fill, machine, short, summary_table, table
from .tail import Floats, Tail, bit_tail, level_tail, noise_rate, poisson_bound
from .tail_picture import draw
from .verdicts import any_of, false_verdict, independent_verdict

MARKS = ("<!-- honest pairs -->", "<!-- end of honest pairs -->")
FEWEST_TILES = 100  # for a fit
GOAL = 1e-6
ROUND_LEAVES = (1, 16)
LEASE_TILES = 600  # ten frames of the demo's town


@dataclass(frozen=True)
class Group:
    """Tiles that are looked at together."""

    name: str
    rows: list[Row]
    bits: Tail
    levels: Tail
    noise: float  # the rate of the levels' false alarms by the blocks' own noise, without a tail

    @property
    def rate(self) -> float:
        """The fitted rate of false alarms of a tile, by its bits or by its levels."""
        return self.bits.fitted + self.levels.fitted


def groups_of(rows: Sequence[Row]) -> list[Group]:
    """All, each scene, each kind of sampling."""
    sets = [("all", list(rows))]
    sets += [
        (scene, [row for row in rows if row.scene == scene]) for scene in sorted({r.scene for r in rows})
    ]
    kinds = sorted({(row.samples, row.adaptive) for row in rows})
    sets += [
        (kind_name(*kind), [row for row in rows if (row.samples, row.adaptive) == kind]) for kind in kinds
    ]
    return [
        Group(
            name,
            these,
            bit_tail(these, MAX_BIT_PERCENT, GOAL),
            level_tail(these, MAX_LEVEL_STEPS, GOAL),
            noise_rate(these, MAX_LEVEL_STEPS),
        )
        for name, these in sets
        if len(these) >= FEWEST_TILES
    ]


def kind_name(samples: int, is_adaptive: bool) -> str:
    """A kind of sampling, in words."""
    return f"{samples} samples{', adaptive' if is_adaptive else ''}"


def group_table(groups: Sequence[Group]) -> str:
    """What was seen, and the rates that follow."""
    lines = []
    for one in groups:
        percents, shifts = (
            np.array([getattr(row, name) for row in one.rows]) for name in ("bit_percent", "shift")
        )
        refused = sum(not row.agrees for row in one.rows)
        lines.append(
            [one.name, f"{one.bits.tiles} / {one.bits.pictures}", spread(percents), spread(shifts)]
            + [
                max(row.level_steps for row in one.rows),
                refused,
                short(poisson_bound(refused) / len(one.rows)),
            ]
            + [f"{short(tail.fitted)} ({short(tail.upper)})" for tail in (one.bits, one.levels)]
            + [short(one.noise), f"{one.bits.needed:.0f} % / {one.levels.needed:.0f}"]
        )
    head = ["honest tiles, kernel against kernel", "tiles / pictures", "bits, %: median / 99 % / most"]
    head += ["shift of a level: likewise", "most steps", "refused", "95 % bound without a fit"]
    head += [f"fitted rate of bits > {MAX_BIT_PERCENT} % (95 % of refits below)"]
    head += [
        f"of levels > {MAX_LEVEL_STEPS} steps",
        "the same by the blocks' noise",
        f"thresholds for {short(GOAL)}",
    ]
    return table(head, lines)


def spread(values: Floats) -> str:
    """Median, the rarest hundredth, the largest."""
    return " / ".join(f"{value:.1f}" for value in (*np.quantile(values, (0.5, 0.99)), values.max()))


def verdict_rates(rate: float) -> dict[str, float]:
    """False verdicts over an honest lease that is audited."""
    rates: dict[str, float] = {}
    for leaves in ROUND_LEAVES:
        rates[f"{leaves}, each its own"] = independent_verdict(rate, leaves)
        rates[f"{leaves}, same"] = false_verdict(rate, leaves)
        rates[f"{leaves}, same, appeals"] = false_verdict(rate, leaves, requester_appeals=True)
    rates["16, half of the stake, appeals"] = false_verdict(rate, 16, 0.5, True)
    rates["16, a fifth of the stake, appeals"] = false_verdict(rate, 16, 0.2, True)
    rates["chosen"] = any_of(rate, LEASE_TILES)
    return rates


def verdict_table(rates: dict[str, float]) -> str:
    """A line for each rate a tile."""
    lines = []
    for name, rate in rates.items():
        found = verdict_rates(rate)
        lines.append([name, short(rate), *map(short, found.values())])
    head = ["rate of", "a tile", "1 leaf, each verifier its own difference", "1 leaf, all the same"]
    head += ["and the requester appeals", "16 leaves, each its own", "16 leaves, all the same"]
    head += [
        "and the requester appeals",
        "the same, half of the stake is of the other kernel",
        "a fifth of it",
    ]
    return table([*head, f"the requester chose the worst of {LEASE_TILES} tiles"], lines)


def write(rows: Sequence[Row], docs: Path) -> None:
    """Data, picture and the page's part between its marks."""
    honest = [row for row in rows if row.is_other_machine]
    cheats = [row for row in rows if not row.is_honest]
    groups, noise = groups_of(honest), repeated(honest)
    named = {group.name: group for group in groups}
    worst = max(
        (group for group in groups if group.name in {row.scene for row in honest}), key=lambda g: g.rate
    )
    rates = {
        "the goal": GOAL,
        "the fit, all scenes": named["all"].rate,
        f"the fit, {worst.name} (the worst scene)": worst.rate,
        "the bound without a fit": named["all"].bits.bound,
    }
    summaries = by_samples(
        [(change, [r for r in cheats if r.change == change]) for change in _changes(cheats)]
    )
    text = f"{date.today()}, {machine()}, bpy {BPY}, {len(honest)} honest tiles compared.\n\n"
    text += "\n".join((group_table(groups), repeated_table(noise), verdict_table(rates)))
    if summaries:
        scenes = [(group.name, group.rows) for group in groups if group.name in ("all", TOWN)]
        text += "\n" + limit_table(scenes, cheats, TOWN)
        text += "\n" + summary_table(f"the {TOWN}, against the honest rendering here", summaries)
    print(text)
    _write_data(docs / "data" / "honest_pairs.json", groups, noise, rates, summaries)
    draw([(group.name, group.rows) for group in groups], docs / "pictures" / "honest_tail.png")
    fill(docs / "verification.md", MARKS, text + "\n")


def _changes(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row.change for row in rows))


def _write_data(
    path: Path,
    groups: Sequence[Group],
    noise: Sequence[Repeated],
    rates: dict[str, float],
    summaries: Sequence[dict[str, Any]],
) -> None:
    every = groups[0].rows
    kinds = sorted({(row.scene, row.samples, row.adaptive) for row in every})
    data = {
        "date": str(date.today()),
        "machine": machine(),
        "bpy": BPY,
        "max_bit_percent": MAX_BIT_PERCENT,
        "max_level_steps": MAX_LEVEL_STEPS,
        "groups": [
            {
                "name": one.name,
                "bits": asdict(one.bits),
                "levels": asdict(one.levels),
                "levels_by_noise": one.noise,
            }
            for one in groups
        ],
        "same_tile_other_seeds": [asdict(one) for one in noise],
        "false_verdicts": {name: {"a tile": rate, **verdict_rates(rate)} for name, rate in rates.items()},
        "town_cheats": list(summaries),
        "tiles": [_distances(*kind, every) for kind in kinds],
    }
    text = json.dumps(data, separators=(",", ":"))
    path.write_text(text.replace('{"name"', '\n{"name"').replace('{"scene"', '\n{"scene"') + "\n")


def _distances(scene: str, samples: int, is_adaptive: bool, rows: Sequence[Row]) -> dict[str, Any]:
    """All tiles' distances of one kind, so that others can fit what they like."""
    these = [row for row in rows if (row.scene, row.samples, row.adaptive) == (scene, samples, is_adaptive)]
    levels = np.sum([np.pad(row.level_counts, (0, 8))[:8] for row in these], axis=0)
    return {
        "scene": scene,
        "samples": samples,
        "adaptive": is_adaptive,
        "bit_percent": sorted((round(row.bit_percent, 2) for row in these), reverse=True),
        "level_counts": [int(count) for count in levels],
    }
