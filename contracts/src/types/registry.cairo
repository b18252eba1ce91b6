//! Records of workers, their stake and their seats. Amounts are in fri and below 2^96.
use starknet::ContractAddress;

/// Who signs a worker's results: its operator's account, or in its stead a Stark key; 0 for none.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Signer {
    pub operator: ContractAddress,
    pub key: felt252,
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

/// A worker's seat stake without the part that is on its way out, its seats in all families, and
/// how many units the stake covers: now, and before that last changed. One cell.
#[derive(Copy, Drop, PartialEq, Debug)]
pub struct Purse {
    pub stake_fri: u128,
    pub seats: u32,
    pub units: u32,
    pub from_epoch: u32,
    pub old_units: u32,
    pub old_from_epoch: u32,
}

/// What verifiers found of a worker's leases of one family. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Record {
    /// Leases whose pixels they accepted, since the last loss.
    pub audited: u32,
    pub losses: u32,
    /// What they earned by it, which others than the worker chose: it is what a record costs.
    pub fees_fri: u128,
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
    /// Audits in draws over epochs before this one; so when a draw is called changes nothing.
    pub audits_until_epoch: u32,
}

/// Of a standing offer, what an assignment must meet. One cell.
#[derive(Copy, Drop, PartialEq, Debug)]
pub struct WorkOffer {
    pub least_reward_fri: u128,
    pub largest_package_bytes: u64,
    pub slots: u8,
    pub until_s: u64,
}

/// Of a standing offer, what a job must meet whose audits the worker votes in, over epochs from
/// `from_epoch` to before `until_epoch`; two versions are kept. One cell.
#[derive(Copy, Drop, PartialEq, Debug)]
pub struct AuditOffer {
    pub audit_fee_fri: u128,
    pub memory_mib: u32,
    pub largest_package_bytes: u64,
    pub until_epoch: u32,
    pub from_epoch: u32,
}

#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct WorkerInfo {
    pub owner: ContractAddress,
    pub operator: ContractAddress,
    pub payout: ContractAddress,
    pub stake: Stake,
    pub unstaking: Unstaking,
    /// All seat stake, with the part that is on its way out.
    pub seat_stake_fri: u128,
    pub seat_unstaking: Unstaking,
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
/// `verifiers` are named by whoever claims or assigns, as willing at the least fee that a vote of
/// the job may have; none for leases that are not judged.
#[derive(Copy, Drop, Serde)]
pub struct LockTerms {
    pub operator: ContractAddress,
    pub family: felt252,
    pub audit_floor_exp: u8,
    pub reward_fri: u128,
    pub package_bytes: u64,
    pub memory_mib: u32,
    pub requester: ContractAddress,
    pub fee_fri: u128,
    pub verifiers: Span<u32>,
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

/// In epochs: how old seats must be before they count, and since when a family must have had four
/// units before anybody is drawn there. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Ages {
    pub seat_epochs: u32,
    pub family_epochs: u32,
}

/// What a family's judged leases would earn that have not ended, and the seats that answer for it:
/// all that were not given up, and the fewest of them in a window and in the one before; and since
/// which epoch there have been enough for verifiers (0: there are not). One cell.
#[derive(Copy, Drop, PartialEq, Debug)]
pub struct FamilyPay {
    pub open_fri: u128,
    pub window: u32,
    pub units: u32,
    pub low_now: u32,
    pub low_before: u32,
    pub since_epoch: u32,
}

/// What a lease of a family would earn that ended, or the part of it that came back; nothing where
/// nobody judged it.
#[derive(Copy, Drop, Serde)]
pub struct EndedPay {
    pub family: felt252,
    pub pay_fri: u128,
}

/// How a family's verifiers stand: its seats, those that are old enough to count for its cap, what
/// its judged leases would earn and may earn at most, and the epoch from which on it has verifiers
/// (0 where fewer than four units are held).
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct FamilyInfo {
    pub units: u32,
    pub mature_units: u32,
    pub open_pay_fri: u128,
    pub most_pay_fri: u128,
    pub from_epoch: u32,
}

/// A worker's seats in a family, and the epoch from which on they may change again. One cell.
#[derive(Copy, Drop, PartialEq, Debug)]
pub struct SeatHolding {
    pub units: u32,
    pub next_epoch: u32,
}

/// A board asks the registry for votes. Seats, purses and offers are those of the epoch before
/// `block`, which called the round; nobody of the worker's owner or of the requester is drawn, and
/// each must take audits at this fee, packages of that size, and scenes of that memory.
#[derive(Copy, Drop, Serde)]
pub struct VoteRequest {
    pub family: felt252,
    pub block: u64,
    pub seed: felt252,
    pub wanted: u32,
    /// Whether votes of this draw were looked for before.
    pub again: bool,
    pub worker_id: u32,
    pub requester: ContractAddress,
    pub fee_fri: u128,
    pub package_bytes: u64,
    pub memory_mib: u32,
}
