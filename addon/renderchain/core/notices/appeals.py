"""Why an appeal was not made, or made unlooked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..money import format_strk
from . import LeaseNotice, Level, counted


@dataclass(frozen=True)
class AppealUnaffordable(LeaseNotice):
    """This process would appeal a verdict, but its account holds less than the bond."""

    level: ClassVar[Level] = Level.WARNING
    bond_fri: int
    balance_fri: int

    @property
    def sentence(self) -> str:
        bond, balance = format_strk(self.bond_fri), format_strk(self.balance_fri)
        return f"Lease {self.lease_id}: an appeal costs {bond} STRK, the account holds {balance}"


@dataclass(frozen=True)
class AppealTooDear(LeaseNotice):
    """This process would appeal a verdict, but its provider's own limits forbid the bond."""

    level: ClassVar[Level] = Level.WARNING
    bond_fri: int
    reason: str

    @property
    def sentence(self) -> str:
        bond = format_strk(self.bond_fri)
        return f"Lease {self.lease_id} is not appealed, which takes a bond of {bond} STRK: {self.reason}"


@dataclass(frozen=True)
class AppealDropped(LeaseNotice):
    """Rendered again from a fresh package, a disputed leaf is not what was submitted: no bond is paid for it.

    ``leaf`` is counted over the lease's frames, ``differing_bit_count`` are of its print.
    """

    level: ClassVar[Level] = Level.WARNING
    package_cid: str
    leaf: int
    differing_bit_count: int

    @property
    def sentence(self) -> str:
        return (
            f"Lease {self.lease_id} is not appealed: leaf {self.leaf}, rendered again from a fresh copy of "
            f"package {self.package_cid}, is not what was submitted; it differs in "
            f"{counted(self.differing_bit_count, 'bit')} of its print. The verifiers are right: look at this "
            "machine's memory, disk and drivers before it takes more."
        )


@dataclass(frozen=True)
class AppealUnchecked(LeaseNotice):
    """Disputed leaves could not be rendered again before an appeal, which is made all the same."""

    level: ClassVar[Level] = Level.WARNING
    reason: str

    @property
    def sentence(self) -> str:
        return (
            f"Lease {self.lease_id}: what is disputed could not be rendered again before the appeal: "
            f"{self.reason} It is appealed with what was submitted."
        )
