"""Jobs and leases as the chain holds them."""

from __future__ import annotations

from dataclasses import dataclass, fields

from .cid import cid_of, join_digest
from .lifecycle import JobState, LeaseState

# What a job's frames may be rendered on; frames of one group are compared with each other only.
# The best come first among those that are not the CPU: AUTO tries them in this order.
DEVICE_GROUPS = ("CPU", "OPTIX", "CUDA", "HIP", "ONEAPI", "METAL")


@dataclass(frozen=True)
class JobTerms:
    """The terms of a job in the contract's field order; amounts in fri, times in seconds."""

    package_hi: int
    package_lo: int
    package_bytes: int
    package_files: int
    tasks: int
    reward_fri: int
    audit_pool_fri: int
    family: int
    audit_floor_exp: int = 0
    audit_tiles: int = 16
    longest_lease: int = 8
    lease_timeout_s: int = 3600
    lease_timeout_blocks: int = 10
    window_s: int = 3600
    window_blocks: int = 10
    expires_in_s: int = 7 * 86400
    scheduler: int = 0
    scheduler_grace_s: int = 0

    @property
    def escrow_fri(self) -> int:
        """What the requester pays in."""
        return self.tasks * self.reward_fri + self.audit_pool_fri

    @property
    def package_cid(self) -> str:
        """The package's CID, rebuilt from the digest."""
        return cid_of(join_digest(self.package_hi, self.package_lo))

    def as_dict(self) -> dict[str, int]:
        """Field name to value, in contract order."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class JobInfo:
    """A job's state on-chain; counts are of tasks."""

    job_id: int
    requester: int
    terms: JobTerms
    created_at_s: int
    cursor: int
    accepted_tasks: int
    refunded_tasks: int
    open_tasks: int
    cancelled: bool

    @property
    def state(self) -> JobState:
        """The one word the artist sees; a job ended by cancel or expiry is canceled."""
        if self.accepted_tasks == self.terms.tasks:
            return JobState.COMPLETED
        ended = self.cancelled or self.accepted_tasks + self.refunded_tasks == self.terms.tasks
        return JobState.CANCELED if ended else JobState.ACTIVE


@dataclass(frozen=True)
class LeaseInfo:
    """A lease's state on-chain: ``count`` tasks from ``first`` (0-based).

    ``since_s`` and ``since_block`` are the claim's, after it the submission's.
    """

    lease_id: int
    job_id: int
    first: int
    count: int
    attempt: int
    state: LeaseState
    since_s: int
    since_block: int


@dataclass(frozen=True)
class WorkerInfo:
    """A worker in the registry; amounts in fri."""

    owner: int
    payout: int
    stake_fri: int
    locked_fri: int
    unstaking_fri: int
    unstake_at_s: int


def family_of(blender_version: tuple[int, int], engine: str, device_group: str) -> int:
    """The family felt, a Cairo short string such as ``4.5/cycles/cpu``."""
    name = f"{blender_version[0]}.{blender_version[1]}/{engine.lower()}/{device_group.lower()}"
    raw = name.encode("ascii")
    if len(raw) > 31:
        raise ValueError(f"The family name {name!r} is over 31 characters.")
    return int.from_bytes(raw, "big")


def family_name(family: int) -> str:
    """The text of a family felt."""
    return family.to_bytes(31, "big").lstrip(b"\0").decode("ascii")
