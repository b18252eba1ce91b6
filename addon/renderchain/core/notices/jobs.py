"""What becomes of the artist's jobs: sent, paid, frames kept, leases to doubt, the end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ..frames import format_frames
from ..ids import JobId
from ..lifecycle import JobState
from ..money import about_strk, format_strk, four_decimals
from ..progress import size_text
from . import LeaseNotice, Level, Notice, counted


@dataclass(frozen=True)
class UploadStarted(Notice):
    """A package goes to the content store."""

    file_count: int
    size_bytes: int

    @property
    def sentence(self) -> str:
        return f"Uploading {size_text(self.size_bytes)} in {counted(self.file_count, 'file')}"


@dataclass(frozen=True)
class ReceiptWritten(Notice):
    """What became of a job lies beside its frames, signed by the account that followed it."""

    job_id: JobId
    path: Path

    @property
    def sentence(self) -> str:
        return f"The receipt of job {self.job_id} is {self.path}"


@dataclass(frozen=True)
class ReceiptFailed(Notice):
    """A job is over and has no receipt yet; its frames are where they belong."""

    level: ClassVar[Level] = Level.WARNING
    job_id: JobId
    reason: str

    @property
    def sentence(self) -> str:
        return (
            f"The receipt of job {self.job_id} could not be written: {self.reason} Its frames are there; "
            f"write it later with: renderchain_receipt {self.job_id}"
        )


@dataclass(frozen=True)
class DownloadStarted(Notice):
    """A package comes from the content store."""

    package_cid: str
    size_bytes: int

    @property
    def sentence(self) -> str:
        return f"Fetching package {self.package_cid}"


@dataclass(frozen=True)
class PackageDamaged(Notice):
    """A package that was fetched whole is not so any more on our disk; it is fetched once more."""

    level: ClassVar[Level] = Level.WARNING
    package_cid: str
    reason: str

    @property
    def sentence(self) -> str:
        return (
            f"Package {self.package_cid} was damaged on this disk and is fetched again: {self.reason} If it "
            "happens more than once, look at the disk."
        )


@dataclass(frozen=True)
class JobQuoted(Notice):
    """What a job costs at most, before it is paid. At least one lease in 2^audit_exp is audited.

    ``overhead_percent`` of a lease's pay go to its audits and to everybody's gas, at that rate.
    """

    frame_count: int
    lease_frame_count: int
    audit_exp: int
    pay_fri: int
    pool_fri: int
    gas_fri: int
    most_fri: int
    back_fri: int
    overhead_percent: int

    @property
    def sentence(self) -> str:
        pool, gas, most, back = map(about_strk, (self.pool_fri, self.gas_fri, self.most_fri, self.back_fri))
        rate = f"at least 1 in {1 << self.audit_exp} spot-checked" if self.audit_exp else "all spot-checked"
        return (
            f"{counted(self.frame_count, 'frame')} for {format_strk(self.pay_fri)} STRK, in batches of "
            f"{self.lease_frame_count}, {rate}. {pool} STRK are kept for spot checks, of which about {back} "
            f"usually come back; network fees are about {gas}: {most} STRK at most. Spot checks and "
            f"everybody's fees are {self.overhead_percent} % of the pay."
        )


@dataclass(frozen=True)
class SparesSetAside(Notice):
    """What of the most that a job costs is for tasks that its scheduler may give a second time."""

    task_count: int
    spares_fri: int

    @property
    def sentence(self) -> str:
        return (
            f"{about_strk(self.spares_fri)} STRK of that are set aside so that the scheduler can have "
            f"{counted(self.task_count, 'frame')} of late workers rendered by others too; what is not needed "
            "comes back."
        )


@dataclass(frozen=True)
class LeasesWorthLittle(Notice):
    """A lease pays less than 20 times the gas of an audit, so that workers and verifiers may stay away."""

    level: ClassVar[Level] = Level.WARNING
    pay_fri: int
    least_fri: int

    @property
    def sentence(self) -> str:
        return (
            f"A batch of frames pays {about_strk(self.pay_fri)} STRK, less than "
            f"{about_strk(self.least_fri)}, which is 20 times what a spot check takes in fees today: workers "
            "may leave the job alone. Pay more a frame, let batches be longer, or wait for lower fees."
        )


@dataclass(frozen=True)
class TilesWorthLittle(Notice):
    """The network's bound of a vote's fee leaves less for a tile than it costs to render."""

    level: ClassVar[Level] = Level.WARNING
    tile_fri: int
    price_fri: int

    @property
    def sentence(self) -> str:
        return (
            f"Verifiers get {about_strk(self.tile_fri)} STRK for a tile that costs "
            f"{about_strk(self.price_fri)}, as a vote may cost a fifteenth of what a batch of frames pays, "
            "and a sixtieth of a seat: they may stay away. Let batches be longer."
        )


@dataclass(frozen=True)
class JobUnjudged(Notice):
    """A family has too few verifiers for a job, which the artist wants nevertheless."""

    level: ClassVar[Level] = Level.WARNING
    family: str

    @property
    def sentence(self) -> str:
        return (
            f"Too few verifiers of {self.family} would look at this job: nobody spot-checks its frames, they "
            "can't be challenged, and each batch is paid when its time for challenges is over. Only your own "
            "checks say what they are worth."
        )


@dataclass(frozen=True)
class NoRoom(Notice):
    """Other leases take what a family's verifiers answer for, so that a new job's first one waits."""

    level: ClassVar[Level] = Level.WARNING
    family: str
    pay_fri: int
    room_fri: int

    @property
    def sentence(self) -> str:
        return (
            f"A batch of frames pays {format_strk(self.pay_fri)} STRK, and the deposits of {self.family}'s "
            f"verifiers answer for {format_strk(self.room_fri)} more now: workers wait until others end."
        )


@dataclass(frozen=True)
class EscrowDue(Notice):
    """The job's whole cost is about to be paid."""

    escrow_fri: int

    @property
    def sentence(self) -> str:
        return f"Paying {four_decimals(self.escrow_fri)} STRK into the job's deposit"


@dataclass(frozen=True)
class JobCreated(Notice):
    """Workers can claim the job's frames."""

    job_id: JobId

    @property
    def sentence(self) -> str:
        return f"Job {self.job_id} is on the network"


@dataclass(frozen=True)
class AuditPoolEmpty(Notice):
    """Audits took so much of the pool that it can't pay for another lease's; its frames wait unclaimed."""

    level: ClassVar[Level] = Level.WARNING
    job_id: JobId
    pool_fri: int
    audit_fri: int

    @property
    def sentence(self) -> str:
        amounts = (self.pool_fri, self.audit_fri, self.audit_fri - self.pool_fri)
        pool, audit, missing = map(format_strk, amounts)
        return (
            f"Job {self.job_id}: the pool holds {pool} STRK, an audit of the next lease takes {audit}. Until "
            f"other leases end without an audit nobody can claim the open frames: add {missing} STRK or more "
            f"with renderchain_top_up {self.job_id} --pool STRK, or cancel the job, which pays back what is "
            "not claimed."
        )


@dataclass(frozen=True)
class JobImproved(Notice):
    """The job pays so much for a frame from now on, and has so much for audits."""

    job_id: JobId
    reward_fri: int
    pool_fri: int

    @property
    def sentence(self) -> str:
        reward, pool = format_strk(self.reward_fri), format_strk(self.pool_fri)
        return f"Job {self.job_id}: new leases pay {reward} STRK a frame; {pool} STRK are there for audits"


@dataclass(frozen=True)
class JobCanceled(Notice):
    """What nobody had claimed was refunded."""

    job_id: JobId

    @property
    def sentence(self) -> str:
        return f"Job {self.job_id} is canceled; unclaimed frames were refunded"


@dataclass(frozen=True)
class FrameKept(LeaseNotice):
    """A frame is on disk, rendered by that operator."""

    frame: int
    operator: int
    path: Path

    @property
    def sentence(self) -> str:
        return f"Frame {self.frame} by {self.operator:#x} is {self.path}"


@dataclass(frozen=True)
class Doubt(LeaseNotice):
    """Why the artist may want to challenge a lease."""

    level: ClassVar[Level] = Level.WARNING
    reason: str

    @property
    def sentence(self) -> str:
        return (
            f"Lease {self.lease_id} is not what was paid for: {self.reason} Challenge its delivery before "
            "its window closes, unless it is being audited anyway."
        )


@dataclass(frozen=True)
class ResultsMissing(Doubt):
    """Results were posted a while ago, and nobody has them so far."""

    @property
    def sentence(self) -> str:
        return (
            f"The results of lease {self.lease_id} can't be fetched so far: {self.reason} It is tried again "
            "until the job is over. If its worker withholds them, challenge its delivery before its window "
            "closes."
        )


@dataclass(frozen=True)
class FalseFinals(Doubt):
    """Final images do not come from their noisy passes; so many of the lease's were made again here."""

    false_frames: tuple[int, ...]
    made_again_count: int
    frame_count: int

    @property
    def sentence(self) -> str:
        return (
            f"Lease {self.lease_id}: the final images are not what their noisy passes make ({self.reason}). "
            f"{self.made_again_count} of its {counted(self.frame_count, 'frame')} were made again here and "
            "kept instead; the lease is not accepted early. Look at them: if a noisy pass is false too, "
            "challenge the lease's pixels (name leaves) before its window closes."
        )


@dataclass(frozen=True)
class FinalsUnchecked(Notice):
    """Final images could not be made again here, so nobody has compared them."""

    level: ClassVar[Level] = Level.WARNING
    frames: tuple[int, ...]
    reason: str

    @property
    def sentence(self) -> str:
        one = len(self.frames) == 1
        what = f"image of frame {self.frames[0]}" if one else f"images of frames {format_frames(self.frames)}"
        return (
            f"The final {what} could not be made again here ({self.reason}); "
            f"look at {'it' if one else 'them'} yourself."
        )


@dataclass(frozen=True)
class AlreadySettled(LeaseNotice):
    """The requester would have accepted a good lease, but it had ended before."""

    @property
    def sentence(self) -> str:
        return f"Lease {self.lease_id} had already been settled"


@dataclass(frozen=True)
class AlreadyWithdrawn(Notice):
    """The requester would have had a job's refund paid out, but it had been before."""

    job_id: JobId

    @property
    def sentence(self) -> str:
        return "The refund had already been withdrawn"


@dataclass(frozen=True)
class NotWithdrawn(Notice):
    """What a job brought back could not be paid out; the board keeps it for the requester."""

    level: ClassVar[Level] = Level.WARNING
    job_id: JobId
    reason: str

    @property
    def sentence(self) -> str:
        return (
            f"What job {self.job_id} brought back could not be sent to your account: {self.reason} It comes "
            "with what your next job brings back."
        )


@dataclass(frozen=True)
class JobEnded(Notice):
    """Every frame is paid or refunded."""

    job_id: JobId
    state: JobState
    frame_count: int
    paid_fri: int
    refunded_fri: int

    @property
    def sentence(self) -> str:
        paid, refunded = four_decimals(self.paid_fri), four_decimals(self.refunded_fri, up=False)
        return f"Job {self.job_id} is {self.state}: {paid} STRK paid, {refunded} STRK refunded"
