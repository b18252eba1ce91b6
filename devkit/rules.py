"""What a network is deployed with: on a devnet, on the in-memory board, and in the reference model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from renderchain.core.audit.economics import PHASES
from renderchain.core.money import FRI_PER_STRK

DAY_S = 86400
AT_ONCE = {"seat_age_epochs": 0, "family_age_epochs": 0}  # nobody waits for verifiers


@dataclass(frozen=True)
class Rules:
    """Times in seconds, amounts in fri.

    ``slowest_block_s`` is large on a devnet, whose blocks come only with transactions, and ages are none.
    """

    cooldown_s: int = 6 * DAY_S
    minimum_stake_fri: int = FRI_PER_STRK
    lease_timeout_s: int = DAY_S
    window_s: int = DAY_S
    audit_s: int = DAY_S
    slowest_block_s: int = 60
    seat_unit_fri: int = 10 * FRI_PER_STRK
    epoch_blocks: int = 720
    unjudged_cap_fri: int = 20 * FRI_PER_STRK  # locked by one worker in a family without verifiers
    # Until seats and families count: a week and two, as an epoch at two seconds a block lasts 24 minutes.
    seat_age_epochs: int = 420
    family_age_epochs: int = 840

    def __post_init__(self) -> None:
        """The registry's constructor refuses the same."""
        longest_s = self.lease_timeout_s + 2 * (self.window_s + self.audit_s)
        if self.cooldown_s <= longest_s:
            raise ValueError(
                f"A cool-down of {self.cooldown_s} s is too short: a lease may take {longest_s} s."
            )

        if self.seat_age_epochs > self.family_age_epochs:
            raise ValueError("A family has verifiers once its first four units are old enough, or later.")

    @property
    def phase_s(self) -> int:
        """How long each step of an audit may take."""
        return self.audit_s // PHASES

    def registry_arguments(self) -> list[Any]:
        """The end of the registry's constructor."""
        names = ("lease_timeout_s", "window_s", "audit_s", "slowest_block_s")
        limits = {name: getattr(self, name) for name in names}
        seats = [self.seat_unit_fri, self.epoch_blocks, self.unjudged_cap_fri]
        ages = {"seat_epochs": self.seat_age_epochs, "family_epochs": self.family_age_epochs}
        return [self.cooldown_s, self.minimum_stake_fri, limits, *seats, ages]
