"""What a network is deployed with, for good: times, amounts, and how old seats must be to count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from .audit.economics import PHASES
from .errors import SettingsError
from .money import FRI_PER_STRK, MAX_FRI

DAY_S = 86400
STEP_S = 4 * 3600  # of an audit: an outage of a night is survived
# Schedulers give leases without asking, so these last at least such a part of the longest, nowhere more than
# an hour: who gets one that it does not want must have time to give it back.
ASSIGNED_PART, ASSIGNED_S = 24, 3600
MOST = {
    **dict.fromkeys(("cooldown_s", "lease_timeout_s", "window_s", "audit_s", "slowest_block_s"), 2**32 - 1),
    **dict.fromkeys(("minimum_stake_fri", "seat_unit_fri", "unjudged_cap_fri"), MAX_FRI),
    **dict.fromkeys(("epoch_blocks", "seat_age_epochs", "family_age_epochs"), 2**31),
}
MAY_BE_NONE = ("seat_age_epochs", "family_age_epochs")


@dataclass(frozen=True)
class Rules:
    """Times in seconds, amounts in fri."""

    cooldown_s: int = 15 * DAY_S
    minimum_stake_fri: int = FRI_PER_STRK
    lease_timeout_s: int = DAY_S
    window_s: int = DAY_S
    audit_s: int = PHASES * STEP_S  # all rounds of an audit together
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

    @property
    def least_assigned_s(self) -> int:
        """How long the leases of a job with a scheduler last at least."""
        return min(self.lease_timeout_s // ASSIGNED_PART, ASSIGNED_S)

    @property
    def board_wait_s(self) -> int:
        """How long a later board waits: workers can leave before it becomes active."""
        return self.cooldown_s + 1

    @property
    def limits(self) -> dict[str, int]:
        """What of them bounds jobs, by the contract's names."""
        names = ("lease_timeout_s", "window_s", "audit_s", "slowest_block_s")
        return {name: getattr(self, name) for name in names}

    def registry_arguments(self) -> list[Any]:
        """The end of the registry's constructor."""
        seats = [self.seat_unit_fri, self.epoch_blocks, self.unjudged_cap_fri]
        ages = {"seat_epochs": self.seat_age_epochs, "family_epochs": self.family_age_epochs}
        return [self.cooldown_s, self.minimum_stake_fri, self.limits, *seats, ages]

    def values(self) -> dict[str, str]:
        """Each as text, since some are too large for other readers of TOML."""
        return {name: str(value) for name, value in asdict(self).items()}


def rules_of(values: Mapping[str, object]) -> Rules:
    """Rules that a file names, the others as they usually are; raises SettingsError naming what is wrong."""
    names = [field.name for field in fields(Rules)]
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise SettingsError(f"{unknown[0]!r:.80} is no rule of a network; these are: {', '.join(names)}.")
    try:
        return Rules(**{name: _whole(name, value) for name, value in values.items()})
    except ValueError as error:
        raise SettingsError(f"These rules can't be: {error} Correct them.") from error


def _whole(name: str, value: object) -> int:
    number = int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 40 else value
    if isinstance(number, bool) or not isinstance(number, int):
        raise SettingsError(f"The rule {name} must be a whole number, not {value!r:.80}; correct it.")
    if not int(name not in MAY_BE_NONE) <= number <= MOST[name]:
        raise SettingsError(f"The rule {name} can't be {number}; it may be up to {MOST[name]}. Correct it.")
    return number
