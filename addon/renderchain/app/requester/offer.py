"""What an artist offers for a job."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.print_limits import MOST, PrintLimits

AUDIT_TILES = 16


@dataclass(frozen=True)
class Offer:
    """What the artist offers; amounts in fri. What is None follows from the gas price (quote_of).

    ``limits`` are the widest until a probe has measured what the scene needs: by too narrow ones an honest
    worker loses its stake, while the widest save a cheat little (docs/verification.md).
    """

    reward_fri: int
    spare_audits: int = 2  # in the pool, over one of every lease: a lease that was lost is audited again
    audit_floor_exp: int | None = None
    audit_tiles: int = AUDIT_TILES
    audit_fee_fri: int | None = None  # for a vote, besides its leaves
    device_group: str = "CPU"
    longest_lease: int | None = None
    lease_timeout_s: int | None = None
    window_s: int = 3600
    limits: PrintLimits = MOST
    second_look: bool = False  # half of the acceptances by three are looked at by seven more
