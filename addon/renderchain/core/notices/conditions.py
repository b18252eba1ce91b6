"""What a process that is left alone says of its surroundings: what it waits for, and what gave way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..money import about_strk, format_strk
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


@dataclass(frozen=True)
class ClaimsPaused(Notice):
    """No new leases are taken for now; what is in hand and duties in audits go on."""

    reason: str

    @property
    def sentence(self) -> str:
        return f"Taking no new leases: {self.reason}"


@dataclass(frozen=True)
class ClaimsResumed(Notice):
    """New leases are taken again."""

    @property
    def sentence(self) -> str:
        return "Taking new leases again"


@dataclass(frozen=True)
class ReserveRunsOut(Notice):
    """The worker's account nears its reserve, below which it takes no leases."""

    level: ClassVar[Level] = Level.WARNING
    left_fri: int
    reserve_fri: int
    left_s: float

    @property
    def sentence(self) -> str:
        left, reserve = about_strk(self.left_fri), format_strk(self.reserve_fri)
        return (
            f"The account holds {left} STRK: as it is spent, in about {self.left_s / 86400:.1f} days it "
            f"reaches its reserve of {reserve}, below which no leases are taken; send it some"
        )


@dataclass(frozen=True)
class NodeLeft(Notice):
    """One of several nodes is not used for now, and another one is."""

    level: ClassVar[Level] = Level.WARNING
    node: str
    reason: str
    used: str

    @property
    def sentence(self) -> str:
        return f"The node {self.node} is left aside, {self.used} is used: {self.reason}"


@dataclass(frozen=True)
class NodeUsable(Notice):
    """Nothing is wrong with that node any more."""

    node: str

    @property
    def sentence(self) -> str:
        return f"The node {self.node} can be used again"


@dataclass(frozen=True)
class IndexNotUsed(Notice):
    """The chain is asked for what an index would have told faster; it is tried again after a while."""

    level: ClassVar[Level] = Level.WARNING
    reason: str

    @property
    def sentence(self) -> str:
        return f"The chain is asked and not the index: {self.reason}"


@dataclass(frozen=True)
class HeadSeen(Notice):
    """The newest block of the node that is used, and when it was made (seconds since 1970)."""

    is_quiet: ClassVar[bool] = True
    node: str
    block: int
    made_s: float

    @property
    def sentence(self) -> str:
        return f"The node {self.node} is at block {self.block}"
