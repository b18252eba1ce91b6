"""What a process says of itself: that it waits, what it pays in fees, that it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..ids import JobId
from ..money import about_strk, format_strk
from . import Level, Notice


@dataclass(frozen=True)
class Remark(Notice):
    """A sentence that no program acts on."""

    text: str

    @property
    def sentence(self) -> str:
        return self.text


@dataclass(frozen=True)
class WaitingForWork(Notice):
    """A worker is ready."""

    blender_version: str
    device: str
    device_name: str
    lane_count: int = 1

    @property
    def sentence(self) -> str:
        lanes = f" in {self.lane_count} lanes" if self.lane_count > 1 else ""
        return f"Waiting for work: Blender {self.blender_version}, {self.device} ({self.device_name}){lanes}"


@dataclass(frozen=True)
class BoardFollowed(Notice):
    """The network has one more board, which is worked on like the others from now on."""

    board: int

    @property
    def sentence(self) -> str:
        return f"The network has a new board, {self.board:#x}: it is worked on from now on, too"


@dataclass(frozen=True)
class BoardLeftOut(Notice):
    """The Directory lists an active board whose contract is another than this version's JobBoard."""

    level: ClassVar[Level] = Level.WARNING
    board: int

    @property
    def sentence(self) -> str:
        return (
            f"The board {self.board:#x} is no JobBoard that this version knows; it is left out. If the "
            "network has new contracts, update RenderChain"
        )


@dataclass(frozen=True)
class FeeEstimated(Notice):
    """A transaction is about to be sent; ``action`` says what for."""

    action: str
    likely_fri: int
    highest_fri: int

    @property
    def sentence(self) -> str:
        likely, highest = format_strk(self.likely_fri), format_strk(self.highest_fri)
        return f"{self.action}: the fee is about {likely} STRK, at most {highest}"


@dataclass(frozen=True)
class TransactionConfirmed(Notice):
    """A transaction is in a block and did what it should; ``fee_fri`` is what it took."""

    action: str
    transaction: int
    block: int
    fee_fri: int

    @property
    def sentence(self) -> str:
        return f"{self.action}: done in block {self.block} for a fee of {about_strk(self.fee_fri)} STRK"


@dataclass(frozen=True)
class TransactionReverted(Notice):
    """A transaction is in a block but was refused there; its fee is spent all the same."""

    level: ClassVar[Level] = Level.WARNING
    action: str
    transaction: int
    block: int
    fee_fri: int
    reason: str

    @property
    def sentence(self) -> str:
        fee = about_strk(self.fee_fri)
        return f"{self.action}: refused in block {self.block}, which took a fee of {fee} STRK: {self.reason}"


@dataclass(frozen=True)
class Withdrawn(Notice):
    """The board paid out what it owed to an account."""

    account: int
    amount_fri: int

    @property
    def sentence(self) -> str:
        return f"{format_strk(self.amount_fri)} STRK paid out"


@dataclass(frozen=True)
class ChainReorganised(Notice):
    """The chain dropped blocks; what the job's events said is told again."""

    level: ClassVar[Level] = Level.WARNING
    job_id: JobId

    @property
    def sentence(self) -> str:
        return f"The chain was reorganised; reading the events of job {self.job_id} again"


@dataclass(frozen=True)
class Logged(Notice):
    """What a part of this program or a library says in passing; ``source`` names it."""

    source: str
    text: str

    @property
    def sentence(self) -> str:
        return f"{self.source}: {self.text}"


@dataclass(frozen=True)
class LoggedWarning(Logged):
    """... and what somebody should look at."""

    level: ClassVar[Level] = Level.WARNING


@dataclass(frozen=True)
class Stopped(Notice):
    """The process was asked to end and does."""

    @property
    def sentence(self) -> str:
        return "Stopped"


@dataclass(frozen=True)
class Failed(Notice):
    """A command ends because of this."""

    level: ClassVar[Level] = Level.ERROR
    reason: str

    @property
    def sentence(self) -> str:
        return self.reason
