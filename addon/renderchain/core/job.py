"""Jobs and leases as the chain holds them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from .audit.economics import MAX_NAMED, audit_pool, drawn_leaves, fee_of, least_fee
from .audit.state import DrawOutcome
from .cid import cid_of, join_digest
from .ids import JobId, LeaseId, WorkerId
from .lifecycle import JobState, LeaseState, Twin
from .print_limits import LEAST, PrintLimits

# What a job's frames may be rendered on; frames of one group are compared with each other only.
# The best come first among those that are not the CPU: AUTO tries them in this order.
DEVICE_GROUPS = ("CPU", "OPTIX", "CUDA", "HIP", "ONEAPI", "METAL")
DEVICE_WORDS = {
    "CPU": "CPU",
    "OPTIX": "NVIDIA GPU (OptiX)",
    "CUDA": "NVIDIA GPU (CUDA)",
    "HIP": "AMD GPU (HIP)",
    "ONEAPI": "Intel GPU (oneAPI)",
    "METAL": "Apple GPU (Metal)",
}

MOST_IN_BATCH = 100  # leases or places that the board takes in one call


@dataclass(frozen=True)
class JobTerms:
    """The terms of a job in the contract's field order; amounts in fri, times in seconds.

    Times also hold in blocks, at the network's slowest: a chain that stands still ends nothing.
    """

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
    window_s: int = 3600
    expires_in_s: int = 7 * 86400
    scheduler: int = 0
    scheduler_grace_s: int = 0
    tiles: int = 1
    audit_fee_fri: int = 1
    audit_tile_fri: int = 0
    tile_limit_percent: int = LEAST.tile_percent
    mean_limit_percent: int = LEAST.mean_percent
    second_look: bool = False  # seven more votes about half of the acceptances by three
    memory_mib: int = 0  # that the scene needs; 0: not stated
    spare_tasks: int = 0  # that the scheduler may give a second time
    takes_unjudged: bool = False  # leases for which nobody names verifiers, and that nobody judges

    @property
    def package_cid(self) -> str:
        """The package's CID, rebuilt from the digest."""
        return cid_of(join_digest(self.package_hi, self.package_lo))

    @property
    def escrow_fri(self) -> int:
        """What the requester pays in."""
        return (self.tasks + self.spare_tasks) * self.reward_fri + self.audit_pool_fri

    @property
    def least_fee_fri(self) -> int:
        """The least that a vote about any of its leases may be paid."""
        return least_fee(self.audit_fee_fri, self.audit_tile_fri, self.tiles, self.audit_tiles)

    def as_dict(self) -> dict[str, Any]:
        """Field name to value, in contract order."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class JobInfo:
    """A job's present state on-chain; counts are of tasks, amounts in fri, times in seconds."""

    job_id: JobId
    requester: int
    family: int
    scheduler: int
    package_hi: int
    package_lo: int
    package_bytes: int
    package_files: int
    audit_tiles: int
    audit_floor_exp: int
    longest_lease: int
    tasks: int
    reward_fri: int
    audit_pool_fri: int
    lease_timeout_s: int
    window_s: int
    expires_at_s: int
    scheduler_grace_s: int
    tiles: int
    audit_fee_fri: int
    audit_tile_fri: int
    accepted: int
    refunded: int
    held: int
    stopped: bool
    tile_limit_percent: int = LEAST.tile_percent
    mean_limit_percent: int = LEAST.mean_percent
    second_look: bool = False
    memory_mib: int = 0
    pending: int = 0  # leases that are paid and not over, and spares
    spare_tasks: int = 0  # that may still be given a second time
    takes_unjudged: bool = False

    @property
    def package_cid(self) -> str:
        """The package's CID, rebuilt from the digest."""
        return cid_of(join_digest(self.package_hi, self.package_lo))

    @property
    def limits(self) -> PrintLimits:
        """How far apart its leaves' prints may be."""
        return PrintLimits(self.tile_limit_percent, self.mean_limit_percent)

    @property
    def next_audit_fri(self) -> int:
        """What the board wants to find in the pool before it gives a lease away: what the lease reserves."""
        longest = min(self.longest_lease, self.tasks)
        fees = (self.audit_fee_fri, self.audit_tile_fri)
        place = (longest, longest, self.tiles, self.audit_tiles)
        return audit_pool(*place, *fees, second_look=self.second_look)

    @property
    def least_fee_fri(self) -> int:
        """The least that a vote about any of its leases may be paid, so what named verifiers must take."""
        return least_fee(self.audit_fee_fri, self.audit_tile_fri, self.tiles, self.audit_tiles)

    def fee_fri(self, count: int, *, named: bool = False) -> int:
        """What a vote of a first round on so many tasks is paid; ``named``: for all leaves that may be."""
        leaves = drawn_leaves(count * self.tiles, self.audit_tiles) + (MAX_NAMED if named else 0)
        return fee_of(self.audit_fee_fri, self.audit_tile_fri, leaves)

    @property
    def open_tasks(self) -> int:
        """Tasks that can be claimed."""
        return self.tasks - self.accepted - self.refunded - self.held

    @property
    def waits_for_pool(self) -> bool:
        """Whether tasks are open that can't be claimed, as the pool can't pay for another lease's audit."""
        return not self.stopped and self.open_tasks > 0 and self.audit_pool_fri < self.next_audit_fri

    @property
    def is_settled(self) -> bool:
        """Whether every task is paid or refunded."""
        return self.accepted + self.refunded == self.tasks

    @property
    def state(self) -> JobState:
        """The one word the artist sees; a job ended by cancel or expiry is canceled."""
        if self.accepted == self.tasks:
            return JobState.COMPLETED
        return JobState.CANCELED if self.stopped or self.is_settled else JobState.ACTIVE


@dataclass(frozen=True)
class LeaseInfo:
    """A lease's state on-chain: ``count`` tasks from ``first`` (0-based).

    ``since_s`` and ``since_block`` are the claim's, after it the submission's. The audit rate is
    2 to the power of minus ``audit_exp``. State NONE: the slot was used again since.
    """

    lease_id: LeaseId
    job_id: JobId
    first: int
    count: int
    attempt: int
    audit_exp: int
    state: LeaseState
    draw_outcome: DrawOutcome
    since_s: int
    since_block: int
    paid: bool = False  # by its requester, before its end
    twin: Twin = Twin.NONE


@dataclass(frozen=True, order=True)
class Place:
    """A worker's slot, and the tasks that its lease is to have; with count 0 those that the board chooses,
    or those of the lease ``spare_of`` once more.
    """

    worker_id: WorkerId
    slot: int
    first: int = 0
    count: int = 0
    spare_of: int = 0


@dataclass(frozen=True)
class LeaseResult:
    """What a lease's worker answers for: Merkle root, results digest, hash of the results' key."""

    root: int
    results_hi: int
    results_lo: int
    key_hash: int

    @property
    def results_cid(self) -> str:
        """Where the results are."""
        return cid_of(join_digest(self.results_hi, self.results_lo))

    def felts(self) -> tuple[int, int, int, int]:
        """What the board keeps the Poseidon hash of."""
        return self.root, self.results_hi, self.results_lo, self.key_hash


@dataclass(frozen=True)
class StandingOffer:
    """On what terms a worker takes what schedulers assign until ``until_s``, and audits in draws over epochs
    before ``audits_until_epoch``; amounts in fri.
    """

    least_reward_fri: int
    largest_package_bytes: int
    slots: int
    until_s: int
    audit_fee_fri: int = 0
    memory_mib: int = 0
    audits_until_epoch: int = 0


@dataclass(frozen=True)
class WorkerInfo:
    """A worker in the registry; amounts in fri.

    ``stake_fri`` is work stake, ``seat_stake_fri`` answers for votes; each with what is unstaking of it.
    """

    worker_id: WorkerId
    owner: int
    operator: int
    payout: int
    stake_fri: int
    locked_fri: int
    unstaking_fri: int
    seat_stake_fri: int = 0
    seat_unstaking_fri: int = 0

    @property
    def free_fri(self) -> int:
        """What new leases can lock."""
        return self.stake_fri - self.locked_fri - self.unstaking_fri


@dataclass(frozen=True)
class Record:
    """What verifiers found of a worker's leases of one family: accepted ones and what they earned by these,
    both since the last loss.
    """

    audited: int = 0
    losses: int = 0
    fees_fri: int = 0


@dataclass(frozen=True)
class FamilyInfo:
    """How a family's verifiers stand: all seats, those that are old enough to count for its cap, what its
    judged leases would earn that have not ended, and at most may; from which epoch on somebody is drawn
    there (0: fewer than four units are held), and which epoch it is.
    """

    units: int
    mature_units: int
    open_pay_fri: int
    most_pay_fri: int
    from_epoch: int
    epoch: int

    @property
    def is_old_enough(self) -> bool:
        """Whether it has verifiers at all."""
        return 0 < self.from_epoch <= self.epoch

    @property
    def room_fri(self) -> int:
        """What one more judged lease may earn now."""
        return max(self.most_pay_fri - self.open_pay_fri, 0)


def family_of(blender_version: tuple[int, int], engine: str, device_group: str) -> int:
    """The family felt, a Cairo short string such as ``4.5/cycles/cpu``."""
    name = f"{blender_version[0]}.{blender_version[1]}/{engine.lower()}/{device_group.lower()}"
    raw = name.encode("ascii")
    if len(raw) > 31:
        raise ValueError(f"The family name {name!r} is over 31 characters.")
    return int.from_bytes(raw, "big")


def needs_prints(family: int) -> bool:
    """Whether its machines never make the same bits, so that audits compare prints; not on the CPU."""
    return family % 2**32 != int.from_bytes(b"/cpu", "big")


def family_name(family: int) -> str:
    """The text of a family felt; one that is no short string is said in hexadecimal."""
    raw = family.to_bytes(31, "big").lstrip(b"\0") if 0 <= family < 2**248 else b"\xff"
    return raw.decode("ascii") if raw.isascii() else hex(family)
