"""How far apart the prints of honest renderings may be: a job's own limits, between a floor and a cap.

Machines of one family differ by how a scene spreads a last bit. The probe measures that spread before
anything is paid, and the limits go into the job's terms; docs/verification.md has the measurements.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PrintLimits:
    """Bits that may differ, in per cent: of one tile, and on the mean over all drawn leaves."""

    tile_percent: int
    mean_percent: int


LEAST = PrintLimits(tile_percent=10, mean_percent=5)
MOST = PrintLimits(tile_percent=20, mean_percent=10)
