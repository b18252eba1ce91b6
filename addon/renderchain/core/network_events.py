"""What Directory and registry tell the world, as typed values; ``block`` is where the event is."""

from __future__ import annotations

from dataclasses import dataclass

from .ids import WorkerId


@dataclass(frozen=True)
class BoardAnnounced:
    """A board belongs to the network, and takes jobs from a time on."""

    block: int
    board: int
    active_at_s: int


@dataclass(frozen=True)
class BoardRetired:
    """A board takes no new jobs and leases, for good."""

    block: int
    board: int


@dataclass(frozen=True)
class OwnershipTransferred:
    """Somebody else commands the Directory."""

    block: int
    new_owner: int


@dataclass(frozen=True)
class Paused:
    """Whether no board takes new jobs now."""

    block: int
    paused: bool


@dataclass(frozen=True)
class WorkerRegistered:
    """A worker is there."""

    block: int
    worker_id: WorkerId
    owner: int
    payout: int


@dataclass(frozen=True)
class OperatorNamed:
    """The owner named an operator, who has to accept."""

    block: int
    worker_id: WorkerId
    operator: int


@dataclass(frozen=True)
class AddressesChanged:
    """Who acts for a worker now, and where its pay goes."""

    block: int
    worker_id: WorkerId
    operator: int
    payout: int


@dataclass(frozen=True)
class RecordChanged:
    """What verifiers found of a worker's leases in a family so far; ``fees_fri`` since its last loss."""

    block: int
    worker_id: WorkerId
    family: int
    audited: int
    losses: int
    fees_fri: int


@dataclass(frozen=True)
class StakeChanged:
    """All that the registry holds of a worker, of that what is locked, and what is leaving."""

    block: int
    worker_id: WorkerId
    stake_fri: int
    locked_fri: int
    unstaking_fri: int


@dataclass(frozen=True)
class SeatStakeChanged:
    """All that the registry holds of a worker for its votes, and what of it is leaving."""

    block: int
    worker_id: WorkerId
    stake_fri: int
    unstaking_fri: int


@dataclass(frozen=True)
class LocksChanged:
    """What is locked of workers from now on, by all boards together: number and fri of each."""

    block: int
    board: int
    locks: tuple[tuple[WorkerId, int], ...]


@dataclass(frozen=True)
class Slashed:
    """A worker lost stake, of which the reward is not burned."""

    block: int
    worker_id: WorkerId
    board: int
    amount_fri: int
    reward_fri: int


@dataclass(frozen=True)
class Forfeited:
    """A fault as a verifier costs so much, and so much was there."""

    block: int
    worker_id: WorkerId
    board: int
    amount_fri: int
    taken_fri: int


@dataclass(frozen=True)
class FamiliesChanged:
    """A worker renders these families from now on, or no more."""

    block: int
    worker_id: WorkerId
    families: tuple[int, ...]
    supported: bool


@dataclass(frozen=True)
class OfferChanged:
    """A worker's standing offer."""

    block: int
    worker_id: WorkerId
    least_reward_fri: int
    largest_package_bytes: int
    slots: int
    until_s: int
    audit_fee_fri: int
    memory_mib: int
    audits_until_epoch: int


@dataclass(frozen=True)
class KeyChanged:
    """The key by which private packages are wrapped for a worker, as low and high half."""

    block: int
    worker_id: WorkerId
    key_lo: int
    key_hi: int


@dataclass(frozen=True)
class SignerChanged:
    """The key by which a worker signs results; 0: none."""

    block: int
    worker_id: WorkerId
    key: int


@dataclass(frozen=True)
class SeatsChanged:
    """From an epoch on a worker has so many units in a family."""

    block: int
    worker_id: WorkerId
    family: int
    units: int
    from_epoch: int


DirectoryEvent = BoardAnnounced | BoardRetired | OwnershipTransferred | Paused
RegistryEvent = (
    WorkerRegistered
    | OperatorNamed
    | AddressesChanged
    | RecordChanged
    | StakeChanged
    | SeatStakeChanged
    | LocksChanged
    | Slashed
    | Forfeited
    | FamiliesChanged
    | OfferChanged
    | KeyChanged
    | SignerChanged
    | SeatsChanged
)
