"""What becomes of leases: offered, claimed, rendered, submitted, paid or lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..ids import JobId, WorkerId
from ..lifecycle import LeaseState
from ..money import about_strk, format_strk
from . import LeaseNotice, Level, Notice, counted

ENDS = {
    LeaseState.EXPIRED: "it expired",
    LeaseState.REJECTED: "it was rejected",
    LeaseState.GIVEN_BACK: "it was given back",
}


@dataclass(frozen=True)
class LeaseOffered(Notice):
    """What a lease of a job pays, and what it locks of the worker's stake; its audit rate is 2^-audit_exp.

    ``stake_suffices``: without that the job is left alone until stake is free. ``profit_fri`` is the pay less
    the gas that the worker spends on such a lease on the average.
    """

    job_id: JobId
    frame_count: int
    pay_fri: int
    lock_fri: int
    free_fri: int
    audit_exp: int
    stake_suffices: bool
    profit_fri: int

    @property
    def sentence(self) -> str:
        pay, lock, free = map(format_strk, (self.pay_fri, self.lock_fri, self.free_fri))
        text = (
            f"Job {self.job_id}: a lease of {counted(self.frame_count, 'frame')} pays {pay} STRK and locks "
            f"{lock} of the {free} STRK of free stake"
        )
        if not self.stake_suffices:
            return f"{text}, which is too little: add stake, or wait until leases are settled"
        rate = f"audited 1 time in {1 << self.audit_exp}" if self.audit_exp else "always audited"
        return f"{text}; it is {rate}, and {about_strk(self.profit_fri)} STRK are left after gas"


@dataclass(frozen=True)
class LeaseWaits(Notice):
    """A job is left alone until its family's verifiers answer for another lease."""

    job_id: JobId
    family: str
    pay_fri: int
    room_fri: int

    @property
    def sentence(self) -> str:
        return (
            f"Job {self.job_id} waits: a lease pays {format_strk(self.pay_fri)} STRK, and the stake of "
            f"{self.family}'s verifiers answers for {format_strk(self.room_fri)} more until other leases end"
        )


@dataclass(frozen=True)
class StakeSeen(Notice):
    """What the registry holds for this worker, told when it changed: leases lock work stake, votes are
    answered for by seat stake.
    """

    worker_id: WorkerId
    work_fri: int
    locked_fri: int
    free_fri: int
    seats_fri: int

    @property
    def sentence(self) -> str:
        work, locked, free, seats = map(
            format_strk, (self.work_fri, self.locked_fri, self.free_fri, self.seats_fri)
        )
        return (
            f"Worker {self.worker_id} has a stake of {work} STRK for work ({locked} locked, {free} free) and "
            f"{seats} for seats"
        )


@dataclass(frozen=True)
class JobSkipped(Notice):
    """The worker leaves a job to others."""

    job_id: JobId
    reason: str

    @property
    def sentence(self) -> str:
        return f"Job {self.job_id} is left to others: {self.reason}"


@dataclass(frozen=True)
class PackageRefused(Notice):
    """A job's package can't be rendered so that others agree, so no lease of it is taken."""

    level: ClassVar[Level] = Level.WARNING
    job_id: JobId
    package_cid: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"Job {self.job_id} is left alone, its package {self.package_cid} refused: {self.reason}"


@dataclass(frozen=True)
class LeaseClaimed(LeaseNotice):
    """A worker took so many frames of a job."""

    operator: int
    frame_count: int

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: {counted(self.frame_count, 'frame')} of job {self.job_id} claimed"


@dataclass(frozen=True)
class LeaseResumed(LeaseNotice):
    """The worker goes on with a lease that an earlier run of it claimed."""

    @property
    def sentence(self) -> str:
        return f"Resuming lease {self.lease_id}"


@dataclass(frozen=True)
class RenderStarted(LeaseNotice):
    """The scene is loaded and the first frame begins, in that lane (from 1)."""

    frame_count: int
    device: str
    device_name: str
    lane: int = 1

    @property
    def sentence(self) -> str:
        what = f"rendering {counted(self.frame_count, 'frame')}"
        what += f" in lane {self.lane}" if self.lane > 1 else ""
        return f"Lease {self.lease_id}: {what} on {self.device} ({self.device_name})"


@dataclass(frozen=True)
class FrameRendered(LeaseNotice):
    """One frame is done, so many seconds after its render began."""

    frame: int
    render_s: float

    @property
    def sentence(self) -> str:
        return f"Frame {self.frame} rendered in {self.render_s:.1f} s"


@dataclass(frozen=True)
class FramesTakenOver(LeaseNotice):
    """So many frames were finished before this process started, and are not rendered again."""

    frame_count: int

    @property
    def sentence(self) -> str:
        frames = counted(self.frame_count, "finished frame")
        return f"Lease {self.lease_id}: {frames} taken over from before"


@dataclass(frozen=True)
class SelfTestPassed(LeaseNotice):
    """So many drawn leaves came out the same again, in so many seconds from the start of a process."""

    leaf_count: int
    self_test_s: float

    @property
    def sentence(self) -> str:
        leaves = counted(self.leaf_count, "leaf", "leaves")
        return f"Lease {self.lease_id}: self-test of {leaves} passed in {self.self_test_s:.1f} s"


@dataclass(frozen=True)
class SelfTestSpared(LeaseNotice):
    """Chance spared a lease the self-test, which would have taken more than its share of the time."""

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: spared the self-test by chance, others of its package passed"


@dataclass(frozen=True)
class SelfTestFailed(LeaseNotice):
    """A leaf came out otherwise when it was rendered as a verifier does; nothing is submitted.

    ``leaf`` is its index in the frame, ``differing_bit_count`` are of its print.
    """

    level: ClassVar[Level] = Level.WARNING
    package_cid: str
    frame: int
    leaf: int
    differing_bit_count: int

    @property
    def sentence(self) -> str:
        bits = counted(self.differing_bit_count, "bit")
        where = f"leaf {self.leaf} of frame {self.frame} of package {self.package_cid}"
        return f"Lease {self.lease_id}: self-test failed, {where} differs in {bits} of its print"


@dataclass(frozen=True)
class ContentNotKept(LeaseNotice):
    """Results or package could not be kept beside the evidence; the lease is submitted all the same."""

    level: ClassVar[Level] = Level.WARNING
    reason: str

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: results and package could not be kept for a watchtower: {self.reason}"


@dataclass(frozen=True)
class ContentNotPinned(LeaseNotice):
    """The IPFS node does not keep package or results of a lease, so verifiers may not find them here."""

    level: ClassVar[Level] = Level.WARNING
    cid: str
    reason: str

    @property
    def sentence(self) -> str:
        return (
            f"Lease {self.lease_id}: {self.cid} is not pinned here, and others have to find it elsewhere: "
            f"{self.reason}"
        )


@dataclass(frozen=True)
class LeaseSubmitted(LeaseNotice):
    """The results of so many frames are pinned, their root is on-chain."""

    frame_count: int

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id}: {counted(self.frame_count, 'frame')} submitted"


@dataclass(frozen=True)
class LeasePaid(LeaseNotice):
    """The artist paid before the audit is over."""

    paid_fri: int

    @property
    def sentence(self) -> str:
        paid = format_strk(self.paid_fri)
        return f"Lease {self.lease_id} was paid: {paid} STRK; its stake stays locked until its audit is over"


@dataclass(frozen=True)
class LeaseAccepted(LeaseNotice):
    """The pay is sent, or was before."""

    paid_fri: int

    @property
    def sentence(self) -> str:
        if not self.paid_fri:
            return f"Lease {self.lease_id} was accepted; it had been paid before"
        return f"Lease {self.lease_id} was accepted: {format_strk(self.paid_fri)} STRK"


@dataclass(frozen=True)
class LeaseNotAccepted(LeaseNotice):
    """The lease ended without pay, in that state."""

    level: ClassVar[Level] = Level.WARNING
    state: LeaseState

    @property
    def sentence(self) -> str:
        how = ENDS.get(self.state, f"it is {self.state.name.lower()}")
        return f"Lease {self.lease_id} was not accepted: {how}"


@dataclass(frozen=True)
class LeaseFailed(LeaseNotice):
    """The lease could not be rendered or submitted whole; what is not submitted is given back."""

    level: ClassVar[Level] = Level.WARNING
    reason: str

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id} of job {self.job_id} failed: {self.reason}"


@dataclass(frozen=True)
class LeaseGivenBack(LeaseNotice):
    """Others can claim the lease's frames; ``reason`` is the word for it on-chain."""

    reason: str

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id} was given back: {self.reason}"


@dataclass(frozen=True)
class LeaseLost(LeaseNotice):
    """The lease ended while the worker still held it."""

    level: ClassVar[Level] = Level.WARNING
    reason: str

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id} is no longer ours: {self.reason}"
