//! What the contracts offer each other and the world. Amounts are in fri (10^-18 STRK).
use starknet::ContractAddress;
use crate::case_types::{Case, Commitment, CommitteeRequest, Content, LeafOpening, Member, Reveal};
use crate::types::{
    JobInfo, JobTerms, Lease, LeaseResult, Limits, LockGrant, LockRequest, LockTerms, Place,
    SeatEntry, SignedResult, Signer, StandingOffer, WorkerInfo, WorkerLock,
};

#[starknet::interface]
pub trait IERC20<T> {
    fn transfer(ref self: T, recipient: ContractAddress, amount: u256) -> bool;
    fn transfer_from(
        ref self: T, sender: ContractAddress, recipient: ContractAddress, amount: u256,
    ) -> bool;
    fn approve(ref self: T, spender: ContractAddress, amount: u256) -> bool;
    fn balance_of(self: @T, account: ContractAddress) -> u256;
}

/// What every Starknet account answers (SNIP-6).
#[starknet::interface]
pub trait IAccount<T> {
    fn is_valid_signature(self: @T, hash: felt252, signature: Array<felt252>) -> felt252;
}

#[starknet::interface]
pub trait IDirectory<T> {
    fn owner(self: @T) -> ContractAddress;
    fn transfer_ownership(ref self: T, new_owner: ContractAddress);
    fn accept_ownership(ref self: T);
    fn token(self: @T) -> ContractAddress;
    fn registry(self: @T) -> ContractAddress;
    fn set_registry(ref self: T, registry: ContractAddress);
    fn announce_board(ref self: T, board: ContractAddress);
    fn is_active_board(self: @T, board: ContractAddress) -> bool;
    fn board_count(self: @T) -> u32;
    fn board_at(self: @T, index: u32) -> ContractAddress;
    fn paused(self: @T) -> bool;
    fn set_paused(ref self: T, paused: bool);
}

/// Workers, their stake and its locks.
#[starknet::interface]
pub trait IWorkerRegistry<T> {
    fn register(
        ref self: T,
        operator: ContractAddress,
        payout: ContractAddress,
        families: Array<felt252>,
        stake_fri: u128,
    ) -> u32;
    fn set_operator(ref self: T, worker_id: u32, operator: ContractAddress);
    fn set_payout(ref self: T, worker_id: u32, payout: ContractAddress);
    fn add_stake(ref self: T, worker_id: u32, amount_fri: u128);
    fn request_unstake(ref self: T, worker_id: u32, amount_fri: u128);
    fn cancel_unstake(ref self: T, worker_id: u32);
    fn complete_unstake(ref self: T, worker_id: u32);
    fn lock(ref self: T, terms: LockTerms, requests: Array<LockRequest>) -> Array<LockGrant>;
    fn unlock(ref self: T, locks: Array<WorkerLock>) -> Array<ContractAddress>;
    fn slash(ref self: T, worker_id: u32, amount_fri: u128, reward_fri: u128);
    fn note_verdict(ref self: T, worker_id: u32, audited_fri: u128, accepted: bool);
    fn worker_count(self: @T) -> u32;
    fn worker(self: @T, worker_id: u32) -> WorkerInfo;
    fn worker_id_of(self: @T, operator: ContractAddress) -> u32;
    fn operator_of(self: @T, worker_id: u32) -> ContractAddress;
    fn payout_of(self: @T, worker_id: u32) -> ContractAddress;
    fn locked_by(self: @T, board: ContractAddress, worker_id: u32) -> u128;
    fn burned_fri(self: @T) -> u128;
    fn limits(self: @T) -> Limits;
    fn cooldown_s(self: @T) -> u32;
    fn minimum_stake_fri(self: @T) -> u128;
    fn unjudged_cap_fri(self: @T) -> u128;
}

/// What workers do and on what terms.
#[starknet::interface]
pub trait IProfiles<T> {
    fn set_families(ref self: T, worker_id: u32, families: Array<felt252>, supported: bool);
    fn set_offer(ref self: T, worker_id: u32, offer: StandingOffer);
    fn set_key(ref self: T, worker_id: u32, key: u256);
    fn set_signer(ref self: T, worker_id: u32, key: felt252);
    fn supports(self: @T, worker_id: u32, family: felt252) -> bool;
    fn offer(self: @T, worker_id: u32) -> StandingOffer;
    fn key(self: @T, worker_id: u32) -> u256;
    fn signers_of(self: @T, worker_ids: Array<u32>) -> Array<Signer>;
}

/// From whom committees are drawn.
#[starknet::interface]
pub trait ISeats<T> {
    fn set_seats(ref self: T, worker_id: u32, family: felt252, units: u32);
    fn drop_seats(ref self: T, worker_id: u32, family: felt252);
    fn seats_of(self: @T, worker_id: u32, family: felt252) -> u32;
    fn seat_count(self: @T, family: felt252) -> u32;
    fn seat_at(self: @T, family: felt252, index: u32) -> SeatEntry;
    fn seat_units(self: @T, family: felt252, epoch: u32) -> u64;
    fn seat_holder(self: @T, family: felt252, epoch: u32, unit: u64) -> u32;
    fn epoch(self: @T) -> u32;
    fn seat_unit_fri(self: @T) -> u128;
}

/// Who verifies.
#[starknet::interface]
pub trait ICommittees<T> {
    fn draw_committee(ref self: T, request: CommitteeRequest) -> Array<u32>;
}

/// Audits of submitted leases, in rounds. Entries of a batch that are refused change nothing.
#[starknet::interface]
pub trait ICourt<T> {
    fn draw(ref self: T, job_id: u64, lease_ids: Array<u64>);
    fn commit(ref self: T, commitments: Array<Commitment>);
    fn open(
        ref self: T,
        lease_id: u64,
        seed: felt252,
        result: LeaseResult,
        openings: Array<LeafOpening>,
        siblings: Array<felt252>,
    );
    fn reveal(ref self: T, reveals: Array<Reveal>);
    fn reveal_prints(
        ref self: T,
        lease_id: u64,
        seat: u8,
        nonce: felt252,
        contents: Array<Content>,
        answer: Array<Content>,
        prints: Array<felt252>,
    );
    fn compare(
        ref self: T,
        lease_id: u64,
        seat: u8,
        contents: Array<Content>,
        answer: Array<Content>,
        prints: Array<felt252>,
        answer_prints: Array<felt252>,
    );
    fn advance(ref self: T, job_id: u64, lease_ids: Array<u64>);
    fn appeal(ref self: T, lease_id: u64);
    fn case_of(self: @T, lease_id: u64) -> Case;
    fn seed_of(self: @T, lease_id: u64, round: u8) -> felt252;
    fn drawn_leaves(self: @T, lease_id: u64) -> Array<u32>;
    fn members_of(self: @T, lease_id: u64, round: u8) -> Array<Member>;
    fn bond_to_appeal_fri(self: @T, lease_id: u64) -> u128;
}

/// What brings a lease to court besides the draw.
#[starknet::interface]
pub trait IChallenges<T> {
    fn challenge_pixels(ref self: T, lease_id: u64, leaves: Array<u32>);
    fn challenge_delivery(ref self: T, lease_id: u64);
    fn reveal_key(ref self: T, lease_id: u64, result: LeaseResult, key_hi: u128, key_lo: u128);
    fn report_failure(ref self: T, lease_id: u64, reason: felt252);
    fn bond_to_challenge_fri(self: @T, lease_id: u64, leaves: u32) -> u128;
}

#[starknet::interface]
pub trait IJobBoard<T> {
    fn create_job(ref self: T, terms: JobTerms) -> u64;
    fn extend(ref self: T, job_id: u64, more_s: u32);
    fn top_up(ref self: T, job_id: u64, reward_fri: u128, more_pool_fri: u128);
    fn cancel(ref self: T, job_id: u64);
    fn refund(ref self: T, job_id: u64);
    fn claim_lease(ref self: T, job_id: u64, worker_id: u32, slot: u8) -> u64;
    fn assign(ref self: T, job_id: u64, places: Array<Place>);
    fn submit(ref self: T, lease_id: u64, result: LeaseResult);
    fn submit_signed(ref self: T, results: Array<SignedResult>);
    fn accept(ref self: T, job_id: u64, lease_ids: Array<u64>);
    fn accept_late(ref self: T, job_id: u64, lease_ids: Array<u64>);
    fn expire(ref self: T, job_id: u64, lease_ids: Array<u64>);
    fn give_back(ref self: T, lease_id: u64);
    fn newest_job(self: @T) -> u64;
    fn job(self: @T, job_id: u64) -> JobInfo;
    fn lease(self: @T, lease_id: u64) -> Lease;
    fn open_leases(self: @T, worker_id: u32) -> Array<u64>;
    fn result_hash(self: @T, lease_id: u64) -> felt252;
    fn submission_hash(self: @T, lease_id: u64, result: LeaseResult) -> felt252;
}

#[starknet::interface]
pub trait IPayouts<T> {
    fn withdraw(ref self: T, accounts: Array<ContractAddress>);
    fn balance_of(self: @T, account: ContractAddress) -> u128;
}
