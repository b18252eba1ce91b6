"""What an artist offers for a job."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...core.print_limits import MOST, PrintLimits

AUDIT_TILES = 16
CHECKING = ("usual", "stricter")


@dataclass(frozen=True)
class Offer:
    """What the artist offers; amounts in fri. What is open follows from gas price and market (quote_of).

    ``limits`` are the widest until a probe has measured what the scene needs: by too narrow ones an honest
    worker loses its stake, while the widest save a cheat little (docs/verification.md).
    """

    reward_fri: int = 0  # for a frame
    is_usual: bool = False  # a frame is paid what is usual, whatever reward_fri says
    frame_s: float | None = None  # what a frame takes on such a machine, where it was sketched
    spare_audits: int = 2  # in the pool, over one of every lease: a lease that was lost is audited again
    audit_floor_exp: int | None = None
    audit_tiles: int = AUDIT_TILES
    audit_fee_fri: int | None = None  # for a vote, besides its leaves
    device_group: str = "CPU"
    longest_lease: int | None = None
    lease_timeout_s: int | None = None
    window_s: int = 3600
    expires_in_s: int = 7 * 86400  # from then on nobody can claim frames any more
    most_fri: int | None = None  # all that the artist agreed to; None: nobody asked
    limits: PrintLimits = MOST
    takes_unjudged: bool = False  # where verifiers can't be found; else the job isn't created
    second_look: bool = False  # half of the acceptances by three are looked at by seven more
    looks_if_unchecked: bool = False  # ... where the artist's machine can't check the job's leases itself
    unchecked: str = ""  # why it can't
    scheduler: int = 0  # the account that assigns the job's leases; 0: workers claim them
    scheduler_grace_s: int = 120  # so long it is waited for before workers claim after all
    private: bool = False  # the package is encrypted: outsiders see its size

    def checked(self, checking: str) -> Offer:
        """The offer with one of CHECKING: stricter audits every lease, half of them with seven votes more."""
        return replace(self, audit_floor_exp=0, second_look=True) if checking == "stricter" else self


def per_frame_fri(total_fri: int, frames: int) -> int:
    """What a frame gets where all of them together are to get so much."""
    return total_fri // max(frames, 1)
