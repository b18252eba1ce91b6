"""What other steps an octave would give for the bits: honest tiles refused, and cheats that are seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from renderchain.core.print_limits import LEAST
from renderchain.core.prints import BIT_STEPS

from .compare import OCTAVES, Row
from .limits import RULE
from .shots import TOWN
from .tables import short, table
from .tail import TAIL_SHARES, pareto


def octave_table(honest: Sequence[Row], cheats: Sequence[Row]) -> str:
    """A line for each number of samples and of steps."""
    lines = []
    for samples in sorted({row.samples for row in cheats}):
        mine = [row for row in honest if row.samples == samples]
        theirs = [row for row in cheats if row.samples == samples]
        for steps in sorted({BIT_STEPS, *OCTAVES}):
            percents = [_percent(row, steps) for row in mine]
            over = sum(percent > LEAST.tile_percent for percent in percents)
            name = f"{steps}{' (the rule)' if steps == BIT_STEPS else ''}"
            cells = [
                _caught([row for row in theirs if (row.scene == TOWN) == at], steps) for at in (True, False)
            ]
            town = np.array([_percent(row, steps) for row in mine if row.scene == TOWN])
            fits = [pareto(town, share).beyond(LEAST.tile_percent) for share in TAIL_SHARES[:2]]
            rate = "; ".join(map(short, fits))
            lines.append([samples, name, f"{max(percents):.1f}", f"{over} of {len(mine)}", rate, *cells])
    head = ["samples", "steps an octave", "honest: most bits, %", f"honest over {LEAST.tile_percent} %"]
    head += [f"{TOWN}: fitted rate; to the largest tenth"]
    head += [f"{TOWN}, 15/16 or 3/4 of the samples: by bits / by both", "other scenes: likewise"]
    return table(head, lines)


def _percent(row: Row, steps: int) -> float:
    return row.bit_percent if steps == BIT_STEPS else row.bits_at[OCTAVES.index(steps)]


def _caught(rows: Sequence[Row], steps: int) -> str:
    if not rows:
        return ""
    by_bits = np.array([_percent(row, steps) > LEAST.tile_percent for row in rows])
    by_levels = np.array([RULE.refuses_levels(row) for row in rows])
    return f"{100 * by_bits.mean():.0f} % / {100 * (by_bits | by_levels).mean():.0f} %"
