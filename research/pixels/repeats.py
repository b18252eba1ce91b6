"""The same tiles under many seeds: how much of a tile's distance is noise, and how much is its content."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from renderchain.core.print_limits import LEAST
from renderchain.core.prints import CHANNELS

from .compare import Row
from .honest import FIRST_SEED, REPEATS
from .limits import RULE
from .tables import short, table

LEAST_DEVIATION = 0.01  # of a distance in bits, %; less is no measurement


@dataclass(frozen=True)
class Repeated:
    """One scene's tiles, each under several seeds."""

    scene: str
    tiles: int
    seeds: int
    largest_mean: float  # of a tile's bits, %
    bit_deviation: float  # the median of the tiles
    largest_bit_deviation: float
    least_margin: float  # deviations from a tile's mean to the threshold, for the tile with the fewest
    level_deviation: float
    largest_level_deviation: float
    kurtosis: float  # of all levels' shifts over their own deviation; 0 is normal
    normal_rate: float  # of tiles refused by their levels, were each level's shift normal noise


def repeated(rows: Sequence[Row]) -> list[Repeated]:
    """One for each scene that was repeated."""
    found = []
    for scene in sorted({row.scene for row in rows}):
        tiles: dict[int, list[Row]] = {}
        for row in rows:
            if row.scene == scene and _is_repeat(row):
                tiles.setdefault(row.index, []).append(row)
        whole = [these for these in tiles.values() if len(these) > 2]
        if whole:
            found.append(_measure(scene, whole))
    return found


def _is_repeat(row: Row) -> bool:
    return any(f"_seed{FIRST_SEED + at}_" in row.picture for at in range(REPEATS))


def _measure(scene: str, tiles: Sequence[Sequence[Row]]) -> Repeated:
    pairs = [
        (statistics.mean(percents), statistics.stdev(percents))
        for percents in ([row.bit_percent for row in these] for these in tiles)
    ]
    shifts = [np.array([row.shifts for row in these]) for these in tiles]
    # About 0, where honest shifts lie: neither kernel is brighter than the other.
    deviations = [np.sqrt((these**2).mean(axis=0)) for these in shifts]
    every = np.concatenate(deviations)
    scaled = np.concatenate(
        [
            (these / np.maximum(own, 1e-9))[:, own > LEAST_DEVIATION].ravel()
            for these, own in zip(shifts, deviations, strict=True)
        ]
    )
    rates = [RULE.of_spreads(own.reshape(-1, CHANNELS).max(axis=1)) for own in deviations]
    return Repeated(
        scene,
        len(tiles),
        min(map(len, tiles)),
        max(mean for mean, _ in pairs),
        statistics.median(deviation for _, deviation in pairs),
        max(deviation for _, deviation in pairs),
        min((LEAST.tile_percent - mean) / max(deviation, LEAST_DEVIATION) for mean, deviation in pairs),
        float(np.median(every)),
        float(every.max()),
        float((scaled**4).mean() / (scaled**2).mean() ** 2 - 3),
        statistics.mean(rates),
    )


def repeated_table(found: Sequence[Repeated]) -> str:
    """A line a scene."""
    lines = [
        [one.scene, f"{one.tiles} / {one.seeds}", f"{one.largest_mean:.1f}"]
        + [f"{one.bit_deviation:.2f} / {one.largest_bit_deviation:.2f}", f"{one.least_margin:.0f}"]
        + [f"{one.level_deviation:.2f} / {one.largest_level_deviation:.2f}", short(one.normal_rate)]
        for one in found
    ]
    head = ["the same tiles under other seeds", "tiles / seeds", "bits, %: largest mean of a tile"]
    head += ["deviation of a tile: median / largest", f"deviations to {LEAST.tile_percent} %: fewest"]
    head += ["levels, steps: deviation of one, median / largest"]
    return table([*head, "rate of tiles refused by their levels, from noise alone"], lines)
