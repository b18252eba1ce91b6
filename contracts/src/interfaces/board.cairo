//! What a board offers but for its audits. Amounts are in fri (10^-18 STRK).
use starknet::ContractAddress;
use crate::types::board::{JobInfo, JobTerms, Lease, LeaseResult, Place, SignedResult, WrappedKey};

#[starknet::interface]
pub trait IJobBoard<T> {
    fn create_job(ref self: T, terms: JobTerms) -> u64;
    fn extend(ref self: T, job_id: u64, more_s: u32);
    fn top_up(ref self: T, job_id: u64, reward_fri: u128, more_pool_fri: u128);
    fn cancel(ref self: T, job_id: u64);
    fn refund(ref self: T, job_id: u64);
    fn claim_lease(
        ref self: T, job_id: u64, worker_id: u32, slot: u8, most: u32, verifiers: Array<u32>,
    ) -> u64;
    fn assign(ref self: T, job_id: u64, places: Array<Place>, verifiers: Array<u32>);
    fn submit(ref self: T, lease_id: u64, count: u32, result: LeaseResult);
    fn submit_signed(ref self: T, results: Array<SignedResult>);
    fn accept(ref self: T, job_id: u64, lease_ids: Array<u64>);
    fn accept_late(ref self: T, job_id: u64, lease_ids: Array<u64>);
    fn expire(ref self: T, job_id: u64, lease_ids: Array<u64>);
    fn give_back(ref self: T, lease_id: u64, reason: felt252);
    fn newest_job(self: @T) -> u64;
    fn job(self: @T, job_id: u64) -> JobInfo;
    fn lease(self: @T, lease_id: u64) -> Lease;
    fn open_leases(self: @T, worker_id: u32) -> Array<u64>;
    fn result_hash(self: @T, lease_id: u64) -> felt252;
    fn submission_hash(self: @T, lease_id: u64, count: u32, result: LeaseResult) -> felt252;
}

#[starknet::interface]
pub trait IPayouts<T> {
    fn withdraw(ref self: T, accounts: Array<ContractAddress>);
    fn balance_of(self: @T, account: ContractAddress) -> u128;
    fn burned_fri(self: @T) -> u128;
}

/// How the keys of private jobs' packages come to workers.
#[starknet::interface]
pub trait IPackageKeys<T> {
    fn ask_key(ref self: T, job_id: u64, worker_id: u32);
    fn give_keys(ref self: T, job_id: u64, keys: Array<WrappedKey>);
}
