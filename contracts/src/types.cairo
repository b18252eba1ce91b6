//! Records that the contracts keep and exchange. Amounts are in fri and below 2^96 (all of STRK is
//! below 2^94); how records become storage cells stands in packing.cairo.
use starknet::ContractAddress;

/// What a requester asks for.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct JobTerms {
    /// sha2-256 digest of the package's CID, high and low half: it does not fit a felt.
    pub package_hi: u128,
    pub package_lo: u128,
    pub package_bytes: u64,
    pub package_files: u32,
    pub tasks: u32,
    /// Pay of one task.
    pub reward_fri: u128,
    pub audit_pool_fri: u128,
    pub family: felt252,
    /// Lowest audit rate, as the exponent of 1/2.
    pub audit_floor_exp: u8,
    pub audit_tiles: u8,
    pub longest_lease: u32,
    pub lease_timeout_s: u32,
    pub window_s: u32,
    pub expires_in_s: u32,
    /// 0 for open claiming.
    pub scheduler: ContractAddress,
    /// How long a silent scheduler keeps its precedence.
    pub scheduler_grace_s: u32,
    /// Tiles that a task has: its leaves without the one of the final image; 1 for whole frames.
    pub tiles: u16,
    /// What a verifier gets for an audit, and for each leaf of it.
    pub audit_fee_fri: u128,
    pub audit_tile_fri: u128,
}

/// A job's package and what never changes. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Package {
    pub lo: u128,
    pub bytes: u64,
    pub files: u32,
    pub audit_tiles: u8,
    pub audit_floor_exp: u8,
    pub longest_lease: u32,
    pub tiles: u16,
}

/// What a verifier gets for an audit, and for each leaf of it. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct AuditPrice {
    pub fee_fri: u128,
    pub tile_fri: u128,
}

/// A job's price, its size, and the package digest's other half. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Price {
    pub package_hi: u128,
    pub reward_fri: u128,
    pub tasks: u32,
}

/// A job's times and what its audit pool holds now. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Times {
    pub audit_pool_fri: u128,
    pub lease_timeout_s: u32,
    pub window_s: u32,
    pub expires_at_s: u64,
    pub scheduler_grace_s: u32,
}

/// What work changes of a job; counts are of tasks. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Progress {
    pub cursor: u32,
    pub accepted: u32,
    pub refunded: u32,
    /// In leases that are Claimed or Submitted.
    pub held: u32,
    pub reopened_ranges: u32,
    pub stopped: bool,
    /// How often the price was raised; a lease keeps the level of its claim.
    pub level: u8,
    /// When the scheduler last assigned; the creation before that.
    pub heard_at_s: u64,
    pub heard_block: u64,
    pub expires_block: u64,
    /// How many jobs had these cells before.
    pub generation: u32,
}

/// The newest job, how many places for jobs there are, and how many of them are free. One cell.
#[derive(Copy, Drop, PartialEq, Debug)]
pub struct JobIndex {
    pub newest: u64,
    pub places: u32,
    pub free: u32,
}

#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct JobInfo {
    pub requester: ContractAddress,
    pub family: felt252,
    pub scheduler: ContractAddress,
    pub package: Package,
    pub price: Price,
    pub audit_price: AuditPrice,
    pub times: Times,
    pub progress: Progress,
}

/// As in core/lifecycle.py; from Claimed, Submitted and Reported a lease can still go on.
pub mod LeaseState {
    pub const CLAIMED: u8 = 1;
    pub const SUBMITTED: u8 = 2;
    pub const ACCEPTED: u8 = 3;
    pub const EXPIRED: u8 = 4;
    pub const REJECTED: u8 = 5;
    pub const GIVEN_BACK: u8 = 6;
    /// The worker says that the tasks can't be rendered; two others are asked.
    pub const REPORTED: u8 = 7;
    /// Nobody can render it: closed.
    pub const UNRENDERABLE: u8 = 8;
}

/// What the draw made of a submitted lease.
pub mod Trial {
    pub const NOT_DRAWN: u8 = 0;
    /// Not audited; the worker earns the bonus of a good record.
    pub const PASSED: u8 = 1;
    /// To be audited, but there are not three independent seats, or the pool is empty.
    pub const UNSEATED: u8 = 2;
    pub const IN_COURT: u8 = 3;
    /// A committee accepted it.
    pub const CLEARED: u8 = 4;
}

/// A lease in a worker's slot. One cell, used again by the slot's next lease:
/// `since` is the claim, after it the submission; `generation` counts the slot's leases.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Lease {
    pub job_id: u64,
    pub first: u32,
    pub count: u32,
    pub state: u8,
    pub attempt: u8,
    pub audit_exp: u8,
    pub level: u8,
    pub trial: u8,
    pub since_s: u64,
    pub since_block: u64,
    pub generation: u32,
}

/// A range of tasks that is open again. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Range {
    pub first: u32,
    pub count: u32,
    pub attempt: u8,
}

/// What a lease's worker answers for; a lease stores its Poseidon hash.
#[derive(Copy, Drop, Serde, PartialEq, Debug, Hash)]
pub struct LeaseResult {
    /// Merkle root over the leaves of all tiles.
    pub root: felt252,
    /// sha2-256 digest of the results' CID, high and low half.
    pub results_hi: u128,
    pub results_lo: u128,
    /// Hash of the key that the results are encrypted with.
    pub key_hash: felt252,
}

/// Who signs a worker's results: its operator's account, or in its stead a Stark key; 0 for none.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Signer {
    pub operator: ContractAddress,
    pub key: felt252,
}

/// A result with its operator's signature, so that anyone may post it.
#[derive(Drop, Serde)]
pub struct SignedResult {
    pub lease_id: u64,
    pub result: LeaseResult,
    pub signature: Array<felt252>,
}

/// Where a lease can be: a slot of a worker.
#[derive(Copy, Drop, Serde)]
pub struct Place {
    pub worker_id: u32,
    pub slot: u8,
}

/// What a worker staked, and what all boards together locked of it.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Stake {
    pub stake_fri: u128,
    pub locked_fri: u128,
}

/// A worker's stake without the part that is on its way out, and what else a lock needs. One cell.
#[derive(Copy, Drop, PartialEq, Debug)]
pub struct Pledge {
    pub stake_fri: u128,
    /// What all boards together locked of it.
    pub locked_fri: u128,
    /// As in the worker's record.
    pub audited: u32,
    /// The number of the board that locked all of it; 0 if each board has a cell of its own.
    pub board: u32,
}

/// A board that may lock stake, by the number that the registry gave it.
#[derive(Copy, Drop)]
pub struct Board {
    pub address: ContractAddress,
    pub number: u32,
}

/// The part of a stake that is on its way out. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Unstaking {
    pub unstaking_fri: u128,
    pub since_s: u64,
    pub since_block: u64,
}

/// What committees found of a worker; only value that they audited counts. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Record {
    /// Accepted leases that a committee audited, since the last loss.
    pub audited: u32,
    pub losses: u32,
    pub audited_fri: u128,
}

/// On what terms a worker takes what schedulers assign, and audits.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct StandingOffer {
    pub least_reward_fri: u128,
    pub largest_package_bytes: u64,
    /// Schedulers may fill slots 0 to slots-1; 0: none.
    pub slots: u8,
    pub until_s: u64,
    /// Audits from this fee on; 0: none.
    pub audit_fee_fri: u128,
    pub memory_mib: u32,
}

/// Of a standing offer, what an assignment must meet. One cell.
#[derive(Copy, Drop, PartialEq, Debug)]
pub struct WorkOffer {
    pub least_reward_fri: u128,
    pub largest_package_bytes: u64,
    pub slots: u8,
    pub until_s: u64,
}

/// The rest of a standing offer. One cell.
#[derive(Copy, Drop, PartialEq, Debug)]
pub struct AuditOffer {
    pub audit_fee_fri: u128,
    pub memory_mib: u32,
}

#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct WorkerInfo {
    pub owner: ContractAddress,
    pub operator: ContractAddress,
    pub payout: ContractAddress,
    pub stake: Stake,
    pub unstaking: Unstaking,
    pub record: Record,
}

/// The longest waits that a network allows; times also hold in blocks, at `slowest_block_s` each.
/// One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Limits {
    pub lease_timeout_s: u32,
    pub window_s: u32,
    /// All rounds of an audit together.
    pub audit_s: u32,
    pub slowest_block_s: u32,
}

/// For what job a board asks the registry for locks. `operator` is the claimant; 0 asks for
/// assignments against standing offers, which slot, `reward_fri` and `package_bytes` must meet.
#[derive(Copy, Drop, Serde)]
pub struct LockTerms {
    pub operator: ContractAddress,
    pub family: felt252,
    pub audit_floor_exp: u8,
    pub reward_fri: u128,
    pub package_bytes: u64,
}

/// A lease to lock for.
#[derive(Copy, Drop, Serde)]
pub struct LockRequest {
    pub worker_id: u32,
    pub slot: u8,
    pub pay_fri: u128,
    pub least_lock_fri: u128,
}

/// What is locked of a worker's stake.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct WorkerLock {
    pub worker_id: u32,
    pub amount_fri: u128,
}

/// The registry's answer; `refusal` is 0 when the stake is locked at audit rate 2^-audit_exp.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct LockGrant {
    pub refusal: felt252,
    pub audit_exp: u8,
    pub operator: ContractAddress,
}

/// A seat entry: `units` of stake (a power of two) of a worker, in one family's append-only list.
/// One cell. It counts in epochs from `from_epoch` to before `until_epoch` (0: not given up).
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct SeatEntry {
    pub worker_id: u32,
    pub units: u32,
    /// Units of all entries before it.
    pub before: u64,
    /// Since when it is in the list; workers before this one may have held it.
    pub first_epoch: u32,
    pub from_epoch: u32,
    pub until_epoch: u32,
}

/// A worker's seats in a family, and the epoch from which on they may change again. One cell.
#[derive(Copy, Drop, PartialEq, Debug)]
pub struct SeatHolding {
    pub units: u32,
    pub next_epoch: u32,
}
