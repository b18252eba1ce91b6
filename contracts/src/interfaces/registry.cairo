//! What the registry of workers offers boards and the world. Amounts are in fri (10^-18 STRK).
use starknet::ContractAddress;
use crate::types::registry::{
    EndedPay, FamilyInfo, Limits, LockGrant, LockRequest, LockTerms, Record, SeatEntry, Signer,
    StandingOffer, VoteRequest, WorkerInfo, WorkerLock,
};

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
    fn accept_operator(ref self: T, worker_id: u32);
    fn set_payout(ref self: T, worker_id: u32, payout: ContractAddress);
    fn add_stake(ref self: T, worker_id: u32, amount_fri: u128);
    fn request_unstake(ref self: T, worker_id: u32, amount_fri: u128);
    fn stake_seats(ref self: T, worker_id: u32, amount_fri: u128);
    fn unstake_seats(ref self: T, worker_id: u32, amount_fri: u128);
    fn cancel_unstake(ref self: T, worker_id: u32);
    fn complete_unstake(ref self: T, worker_id: u32);
    fn lock(ref self: T, terms: LockTerms, requests: Array<LockRequest>) -> Array<LockGrant>;
    fn retire(ref self: T, board: ContractAddress);
    fn unlock(ref self: T, locks: Array<WorkerLock>, ended: EndedPay) -> Array<ContractAddress>;
    fn slash(ref self: T, worker_id: u32, amount_fri: u128, reward_fri: u128, ended: EndedPay);
    fn forfeit(ref self: T, worker_id: u32, amount_fri: u128) -> u128;
    fn worker_count(self: @T) -> u32;
    fn worker(self: @T, worker_id: u32) -> WorkerInfo;
    fn worker_id_of(self: @T, operator: ContractAddress) -> u32;
    fn operator_of(self: @T, worker_id: u32) -> ContractAddress;
    fn payouts_of(self: @T, worker_ids: Array<u32>) -> Array<ContractAddress>;
    fn locked_by(self: @T, board: ContractAddress, worker_id: u32) -> u128;
    fn burned_fri(self: @T) -> u128;
    fn limits(self: @T) -> Limits;
    fn cooldown_s(self: @T) -> u32;
    fn minimum_stake_fri(self: @T) -> u128;
}

/// What verifiers found of workers.
#[starknet::interface]
pub trait IRecords<T> {
    fn note_verdict(ref self: T, worker_id: u32, family: felt252, fees_fri: u128, accepted: bool);
    fn record(self: @T, worker_id: u32, family: felt252) -> Record;
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

/// Who could verify a job.
#[starknet::interface]
pub trait IFamilies<T> {
    fn willing_verifiers(self: @T, request: VoteRequest) -> Array<u32>;
    fn judge(ref self: T, request: VoteRequest, verifiers: Array<u32>, pay_fri: u128);
    fn unjudged_cap_fri(self: @T) -> u128;
    fn family(self: @T, family: felt252) -> FamilyInfo;
}

/// Who verifies.
#[starknet::interface]
pub trait ICommittees<T> {
    fn draw_votes(self: @T, request: VoteRequest) -> Array<u32>;
}
