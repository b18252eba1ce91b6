"""What the artist's client finds where it renders some leaves of a lease again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from . import LeaseNotice, Level, Notice, counted
from .jobs import Doubt

LOOKS_ADVICE = 'second looks; choose stricter checking, or second_looks = "always", to have them.'


def named(leaves: tuple[int, ...]) -> str:
    """Leaves by their numbers in the lease."""
    return f"{'leaf' if len(leaves) == 1 else 'leaves'} {', '.join(map(str, leaves))}"


@dataclass(frozen=True)
class LeaseChecked(LeaseNotice):
    """So many leaves came out here as they were delivered, in so many seconds."""

    leaf_count: int
    check_s: float

    @property
    def sentence(self) -> str:
        leaves = counted(self.leaf_count, "leaf", "leaves")
        return f"Checked {leaves} of lease {self.lease_id} in {self.check_s:.1f} s"


@dataclass(frozen=True)
class LeaseUnchecked(LeaseNotice):
    """This machine could not check a lease, so it is not paid early, unless verifiers clear it."""

    level: ClassVar[Level] = Level.WARNING
    reason: str
    second_look: bool = False

    @property
    def sentence(self) -> str:
        looks = "The job has second looks for that." if self.second_look else f"The job has no {LOOKS_ADVICE}"
        return (
            f"Lease {self.lease_id} was not checked here ({self.reason}); it is not accepted early, unless "
            f"verifiers clear it. {looks}"
        )


@dataclass(frozen=True)
class JobUnchecked(Notice):
    """This machine can't check a job's leases; ``second_look``: more verifiers look in the place of that."""

    level: ClassVar[Level] = Level.WARNING
    reason: str
    second_look: bool

    @property
    def sentence(self) -> str:
        looks = (
            "In the place of that, half of what verifiers accept is looked at by seven more, for which more "
            "is kept; most of it comes back."
        )
        if not self.second_look:
            looks = f"Second looks cost more than you have or agreed to, so the job has no {LOOKS_ADVICE}"
        return f"This machine can't check the job's batches itself ({self.reason}). {looks}"


@dataclass(frozen=True)
class LeaseUnjudged(LeaseNotice):
    """Nobody judges a lease, and no check here found it right, so it is not accepted early."""

    level: ClassVar[Level] = Level.WARNING

    @property
    def sentence(self) -> str:
        return (
            f"Nobody judges lease {self.lease_id}, and no check here found it right: it is not accepted now, "
            "but anyone may have it paid when its window is over. Look at its frames."
        )


@dataclass(frozen=True)
class LeavesFalse(LeaseNotice):
    """Two processes here made other leaves than were delivered, and agree with each other."""

    level: ClassVar[Level] = Level.WARNING
    leaves: tuple[int, ...]
    check_s: float

    @property
    def sentence(self) -> str:
        return (
            f"Lease {self.lease_id}: {named(self.leaves)} came out otherwise here than delivered, twice "
            f"({self.check_s:.1f} s); the lease is not accepted early, unless verifiers clear it."
        )


@dataclass(frozen=True)
class CheckUnsure(LeaseNotice):
    """Leaves came out otherwise here than delivered, but that could not be confirmed."""

    level: ClassVar[Level] = Level.WARNING
    leaves: tuple[int, ...]
    reason: str

    @property
    def sentence(self) -> str:
        return (
            f"Lease {self.lease_id}: {named(self.leaves)} came out otherwise here than delivered, but a "
            f"second rendering does not confirm it ({self.reason}). Nothing was challenged, and the lease is "
            "not accepted early, unless verifiers clear it; look at its frames."
        )


@dataclass(frozen=True)
class Unchallenged(Doubt):
    """Leaves are false, and the client does not challenge them by itself."""

    leaves: tuple[int, ...]

    @property
    def sentence(self) -> str:
        return (
            f"Lease {self.lease_id} was not challenged by itself: {self.reason} Challenge "
            f"{named(self.leaves)} before its window closes if you want your money back."
        )


@dataclass(frozen=True)
class Unappealed(Doubt):
    """Verifiers accepted a lease whose leaves are false here, and the client does not appeal by itself."""

    leaves: tuple[int, ...]

    @property
    def sentence(self) -> str:
        return (
            f"Lease {self.lease_id} was accepted by verifiers although {named(self.leaves)} came out "
            f"otherwise here; that was not appealed: {self.reason}"
        )
