"""What other rules for the levels would give: fewer false alarms, and cheats that would pass for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from renderchain.core.print_limits import LEAST
from renderchain.core.prints import MAX_BLOCK_STEPS, MAX_BLOCKS_OFF, MAX_LEVEL_STEPS

from .compare import Row
from .tables import short, table
from .tail import TAIL_SHARES, level_rate, normal_rate, pareto


@dataclass(frozen=True)
class Rule:
    """Refuse if so many blocks have a level that is more than so many steps away, or one block far more."""

    steps: int
    blocks: int = 1
    far_steps: int = 10**6

    @property
    def name(self) -> str:
        """In words."""
        if self.blocks == 1:
            return str(self.steps)
        which = " (the rule)" if self == RULE else ""
        return f"{self.steps} in all but {self.blocks - 1} of the blocks, {self.far_steps} in that{which}"

    def refuses(self, row: Row) -> bool:
        """Whether bits, as they are, or levels by this rule refuse a tile."""
        return not row.equal and (row.bit_percent > LEAST.tile_percent or self.refuses_levels(row))

    def refuses_levels(self, row: Row) -> bool:
        """Whether the levels alone do."""
        steps = sorted(row.block_steps, reverse=True)
        return steps[self.blocks - 1] > self.steps or steps[0] > self.far_steps

    def fitted(self, rows: Sequence[Row]) -> float:
        """The rate of false alarms, by a tail of the shift of the block that decides."""
        deciding = np.array([row.block_shifts[self.blocks - 1] for row in rows])
        return level_rate(pareto(deciding, TAIL_SHARES[0]), self.steps)

    def by_noise(self, rows: Sequence[Row]) -> float:
        """The rate of false alarms by the blocks' own noise, each block by itself."""
        return float(np.mean([self.of_spreads(row.block_spreads) for row in rows]))

    def of_spreads(self, spreads: Sequence[float]) -> float:
        """The chance of one tile whose blocks' shifts have these deviations."""
        chances = [normal_rate(one, self.steps) for one in spreads]
        far = sum(normal_rate(one, self.far_steps) for one in spreads)
        if self.blocks == 1:
            return min(sum(chances), 1.0)
        pairs = (sum(chances) ** 2 - sum(chance**2 for chance in chances)) / 2
        return min(pairs + far, 1.0)


RULE = Rule(MAX_LEVEL_STEPS, MAX_BLOCKS_OFF + 1, MAX_BLOCK_STEPS)
RULES = (RULE, *(Rule(steps) for steps in (3, 4, 5, 6, 8)))


def limit_table(calm: Mapping[str, Sequence[Row]], town: Sequence[Row], cheats: Sequence[Row]) -> str:
    """A line a rule: honest tiles refused of calm scenes in the mean and of the town, and cheats refused."""
    changes = list(dict.fromkeys(row.change for row in cheats))
    lines = []
    for rule in RULES:
        fit, noise = np.mean([(rule.fitted(rows), rule.by_noise(rows)) for rows in calm.values()], axis=0)
        pairs = ((float(fit), float(noise)), (rule.fitted(town), rule.by_noise(town)))
        caught = [
            np.mean([rule.refuses(row) for row in cheats if row.change == change]) for change in changes
        ]
        cells = [f"{short(fit)} / {short(noise)}" for fit, noise in pairs]
        lines.append([rule.name, *cells, *(f"{100 * share:.0f} %" for share in caught)])
    head = ["level steps allowed, 16 samples", "false alarms by levels, scenes but the town: fit / noise"]
    return table([*head, "town: likewise", *(f"{change}: refused" for change in changes)], lines)
