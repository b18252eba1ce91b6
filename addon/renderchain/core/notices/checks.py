"""What the artist's client finds where it renders some leaves of a lease again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from . import LeaseNotice, Level, counted
from .jobs import Doubt


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
    """This machine could not check a lease, which is accepted as if it had not been asked to."""

    level: ClassVar[Level] = Level.WARNING
    reason: str

    @property
    def sentence(self) -> str:
        return (
            f"Lease {self.lease_id} was not checked here ({self.reason}); it is accepted unless an audit "
            "rejects it."
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
            "not accepted early; look at its frames."
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
