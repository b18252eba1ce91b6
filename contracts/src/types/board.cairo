//! Records of jobs and leases. Amounts are in fri and below 2^96 (all of STRK is below 2^94); how
//! records become storage cells stands in packing/.
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
    /// Leaves that a task has without the one of the final image: its tiles times view layers.
    pub tiles: u16,
    /// What a verifier gets for an audit, and for each leaf of it.
    pub audit_fee_fri: u128,
    pub audit_tile_fri: u128,
    /// Bits of prints that may differ, in per cent: of one leaf, and on the mean of all drawn ones.
    pub tile_limit_percent: u8,
    pub mean_limit_percent: u8,
    /// Whether chance has half of the acceptances by three verifiers looked at by seven more.
    pub second_look: bool,
    /// What the scene needs to be rendered; 0 if that is not stated.
    pub memory_mib: u32,
    /// Tasks that its scheduler may give a second time.
    pub spare_tasks: u32,
    /// Whether leases may be taken for which nobody names verifiers, and that nobody judges.
    pub takes_unjudged: bool,
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

/// Bits of prints that may differ, in per cent: of one leaf, and on the mean of all drawn ones.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct PrintLimits {
    pub tile_percent: u8,
    pub mean_percent: u8,
}

/// What a verifier gets for an audit, and for each leaf of it; how leaves are compared, whether
/// acceptances get a second look, and whether there may be leases that nobody judges; what memory
/// the scene needs, and how many tasks may still be given a second time. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct AuditPrice {
    pub fee_fri: u128,
    pub tile_fri: u128,
    pub limits: PrintLimits,
    pub second_look: bool,
    pub memory_mib: u32,
    pub spares: u32,
    pub takes_unjudged: bool,
}

/// A job's price, its size, and the package digest's other half. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Price {
    pub package_hi: u128,
    pub reward_fri: u128,
    pub tasks: u32,
}

/// A job's times, what its audit pool holds now, and how many leases it waits for. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Times {
    pub audit_pool_fri: u128,
    pub lease_timeout_s: u32,
    pub window_s: u32,
    pub expires_at_s: u64,
    pub scheduler_grace_s: u32,
    /// Leases that are paid already and not over, and spares: the job waits for them.
    pub pending: u16,
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

/// As in core/lifecycle.py; from Claimed and Submitted a lease can still go on.
pub mod LeaseState {
    pub const CLAIMED: u8 = 1;
    pub const SUBMITTED: u8 = 2;
    pub const ACCEPTED: u8 = 3;
    pub const EXPIRED: u8 = 4;
    pub const REJECTED: u8 = 5;
    pub const GIVEN_BACK: u8 = 6;
}

/// What a lease has to do with another one of the same tasks.
pub mod Twin {
    pub const NONE: u8 = 0;
    /// A spare of it is in work.
    pub const HELD: u8 = 1;
    /// Its spare was paid: its tasks are done whatever becomes of it.
    pub const SPARED: u8 = 2;
    /// It is the spare.
    pub const SPARE: u8 = 3;
}

/// A lease in a worker's slot. One cell, used again by the slot's next lease:
/// `since` is the claim, after it the submission; `generation` counts the slot's leases.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Lease {
    pub job_id: u64,
    pub first: u32,
    pub count: u32,
    pub state: u8,
    /// How often the tasks were given before; it stays at its highest, as `generation` tells
    /// the leases of a slot apart anyway.
    pub attempt: u8,
    /// How many of those leases were found wrong.
    pub rejections: u8,
    pub audit_exp: u8,
    pub level: u8,
    pub draw_outcome: u8,
    /// Whether the requester paid it before its end.
    pub paid: bool,
    /// Whether its tasks are given twice, see `Twin`.
    pub twin: u8,
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
    pub rejections: u8,
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

/// A result of a lease's first `count` tasks with its operator's signature, so that anyone may post
/// it.
#[derive(Drop, Serde)]
pub struct SignedResult {
    pub lease_id: u64,
    pub count: u32,
    pub result: LeaseResult,
    pub signature: Array<felt252>,
}

/// Where a lease can be, a slot of a worker, and what it is to be of: `count` tasks from `first`
/// on, or with 0 the range that the board chooses.
#[derive(Copy, Drop, Serde)]
pub struct Place {
    pub worker_id: u32,
    pub slot: u8,
    pub first: u32,
    pub count: u32,
    /// The lease whose tasks it is to have once more, or 0.
    pub spare_of: u64,
}

/// The key of a job's package, wrapped for a worker's X25519 key.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct WrappedKey {
    pub worker_id: u32,
    /// The wrapping's own X25519 public key.
    pub ephemeral: u256,
    pub sealed: u256,
    pub tag: u128,
}
