"""What an artist is told while a job is followed: what goes wrong with workers, and what happens next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..ids import JobId
from ..lifecycle import LeaseState
from ..money import about_strk
from ..plain_text import printable
from . import LeaseNotice, Level, Notice, counted

# Words that workers give on-chain when they give frames back, and what they mean.
REASONS = {
    "can't render": "it could not render them",
    "package refused": "it found the scene unfit for it",
    "no access to files": "its disk or its file store failed",
    "account can't pay": "it could not pay its fees",
    "device out of order": "its graphics device or processor makes wrong pixels",
    "not all rendered": "it could not render all of them",
    "chain refused": "the network refused its result",
    "machine not set up": "it is not set up rightly",
    "worker is busy": "it had no time for them",
    "worker stops": "it was switched off",
}
WHY = {
    LeaseState.EXPIRED: "did not deliver {} in time and lost a part of its deposit",
    LeaseState.REJECTED: "delivered {} wrong, as spot checks found, and lost its deposit",
    LeaseState.GIVEN_BACK: "gave {} back",
}


@dataclass(frozen=True)
class FramesBack(LeaseNotice):
    """A worker delivers so many frames not, or wrong ones; ``reason`` is its own word, if it gave one.

    ``reopened``: others can take them; else they are refunded.
    """

    level: ClassVar[Level] = Level.WARNING
    frame_count: int
    state: LeaseState
    reason: str
    reopened: bool

    @property
    def sentence(self) -> str:
        frames = counted(self.frame_count, "frame")
        how = WHY.get(self.state, "did not deliver {}").format(frames)
        why = (
            f", because {REASONS.get(self.reason, f'it says “{printable(self.reason)}”')}"
            if self.reason
            else ""
        )
        them = "it" if self.frame_count == 1 else "them"
        then = f"Another worker takes {them}." if self.reopened else f"The pay for {them} comes back."
        return f"A worker {how}{why}. {then}"


@dataclass(frozen=True)
class JobWaits(Notice):
    """Why nobody takes a job's open frames; ``fitting_count`` workers could."""

    job_id: JobId
    fitting_count: int
    worker_count: int
    reason: str

    @property
    def sentence(self) -> str:
        if not self.worker_count:
            return f"No worker is registered on this network yet{self._rest}"
        workers = counted(self.worker_count, "worker")
        verb = "fits" if self.fitting_count == 1 else "fit"
        return f"{self.fitting_count} of {workers} {verb}{self._rest}"

    @property
    def _rest(self) -> str:
        return f": {self.reason}" if self.reason else ""


@dataclass(frozen=True)
class CancelQuoted(Notice):
    """What a cancellation brings back now, what workers still have, and its fee at today's price of gas."""

    job_id: JobId
    open_count: int
    back_fri: int
    held_count: int
    held_fri: int
    pool_fri: int
    fee_fri: int

    @property
    def sentence(self) -> str:
        back, held, pool, fee = map(about_strk, (self.back_fri, self.held_fri, self.pool_fri, self.fee_fri))
        said = [f"{counted(self.open_count, 'frame')} that nobody has taken: {back} STRK come back at once."]
        if not self.open_count:
            said = ["No frame is left that nobody has taken, so no pay comes back at once."]
        if self.held_count:
            frames = counted(self.held_count, "frame")
            said.append(f"Workers have {frames}: they finish, and are paid {held} STRK if all is right.")
        if self.pool_fri:
            when = "when those are over" if self.held_count else "with it"
            said.append(f"The {pool} STRK for spot checks come back {when}, less what checks took.")
        return " ".join([*said, f"The network's fee is about {fee} STRK."])


@dataclass(frozen=True)
class ChallengeQuoted(LeaseNotice):
    """What a challenge takes as a deposit until it is won."""

    bond_fri: int

    @property
    def sentence(self) -> str:
        return (
            f"It takes a deposit of {about_strk(self.bond_fri)} STRK, and the network's fee. If you are "
            "right the deposit comes back, and these frames are rendered again or cost you nothing; if you "
            "are wrong it pays those who looked, and the worker."
        )


@dataclass(frozen=True)
class FramesHere(Notice):
    """So many frames of earlier runs are on the disk as they were kept, and are not fetched again."""

    job_id: JobId
    frame_count: int

    @property
    def sentence(self) -> str:
        return f"{counted(self.frame_count, 'frame')} were here already"
