"""What a process that is left alone says of its surroundings: what it waits for, and what gave way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from . import Level, Notice, counted


@dataclass(frozen=True)
class WaitingFor(Notice):
    """Something outside is missing, such as the node; what needs it waits, and all else goes on."""

    level: ClassVar[Level] = Level.WARNING
    condition: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"Waiting for {self.condition}: {self.reason}"


@dataclass(frozen=True)
class WaitEnded(Notice):
    """What was missing is there again."""

    condition: str
    waited_s: float

    @property
    def sentence(self) -> str:
        return f"No longer waiting for {self.condition}, after {self.waited_s:.0f} s"


@dataclass(frozen=True)
class PartFailed(Notice):
    """One of the process's parts met what nobody foresaw; it begins again, and the others went on."""

    level: ClassVar[Level] = Level.WARNING
    part: str
    reason: str
    failure_count: int
    wait_s: float

    @property
    def sentence(self) -> str:
        failures = counted(self.failure_count, "failure")
        return f"{self.part}: {self.reason} Beginning again in {self.wait_s:.0f} s ({failures} in a row)."
